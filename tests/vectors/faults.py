"""One fault, and two of them: what a case spoils, and which of two faults a reader reports.

A subject is a frozen dataclass that holds all that a fault may change. A table has its faults in the order in which a
reader judges them, so of two the first in the table is the one that is reported.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from itertools import combinations
from typing import Generic, NamedTuple, TypeVar

S = TypeVar("S")


class Fault(NamedTuple, Generic[S]):
    """One thing that is wrong."""

    step: str
    """Where the text refuses it: `4.3`, `R2.7`."""
    code: str
    about: str
    spoil: Callable[[S], S]


class Spoiled(NamedTuple, Generic[S]):
    """A subject with one or two faults, and what is reported of it."""

    name: str
    step: str
    code: str
    about: str
    subject: S


Faults = Mapping[str, Fault[S]]


def with_one(faults: Faults[S], good: S) -> Iterator[Spoiled[S]]:
    """Yield `good` with each fault alone."""
    for name, fault in faults.items():
        yield Spoiled(name, fault.step, fault.code, fault.about, fault.spoil(good))


def with_two(faults: Faults[S], good: S, without: Collection[tuple[str, str]]) -> Iterator[Spoiled[S]]:
    """Yield `good` with each pair of faults of different codes, except those of which one undoes the other."""
    for (first, one), (second, two) in combinations(faults.items(), 2):
        if one.code != two.code and (first, second) not in without:
            about = f"two faults: {one.about}; and {two.about}"
            yield Spoiled(f"{first}-before-{second}", one.step, one.code, about, two.spoil(one.spoil(good)))
