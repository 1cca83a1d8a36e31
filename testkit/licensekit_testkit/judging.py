"""Whether an answer is the one that a case expects."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

from licensekit_testkit.case_files import KitCase


def is_right(answer: Mapping[str, Any], case: KitCase) -> bool:
    """Return whether a case expects this answer; the message beside a code is not compared."""
    return any(is_same(compared(answer, case), right) for right in case.answers())


def compared(answer: Mapping[str, Any], case: KitCase) -> dict[str, Any]:
    """Return the members of an answer that count."""
    if "code" in answer:
        return {name: value for name, value in answer.items() if name != "message"}
    return {name: value for name, value in answer.items() if case.compare is None or name in case.compare}


def is_same(one: object, other: object) -> bool:
    """Return whether two JSON values are the same: unlike in Python, true is not 1."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        first, second = cast("Mapping[str, Any]", one), cast("Mapping[str, Any]", other)
        return first.keys() == second.keys() and all(is_same(first[name], second[name]) for name in first)
    if isinstance(one, list) and isinstance(other, list):
        items, others = cast("Sequence[Any]", one), cast("Sequence[Any]", other)
        return len(items) == len(others) and all(map(is_same, items, others))
    return one == other
