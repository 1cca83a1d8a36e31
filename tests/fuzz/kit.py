"""What seeds are made of: the cases of the conformance kit, and the sample."""

import json
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any, Final

from licensekit_testkit.case_files import all_cases

SAMPLE: Final = Path(__file__).parents[2] / "samples" / "superoffice"
SEED_BYTES: Final = 8192
"""The largest seed: time is better spent on many small ones."""
SEEDS: Final = 150
"""The most seeds of one kind, spread evenly over those that there are."""


@cache
def given(ask: str, member: str) -> tuple[Any, ...]:
    """Return a member of every case that asks this, each value once."""
    lines = (case.line() for case in all_cases() if case.ask == ask)
    return tuple(dict.fromkeys(_frozen(line[member]) for line in lines if member in line))


def _frozen(value: Any) -> Any:
    return json.dumps(value) if isinstance(value, list) else value


@cache
def payloads() -> tuple[tuple[str, bytes], ...]:
    """Return the payload of every case that has one, with its type."""
    lines = (case.line() for case in all_cases() if case.ask == "payload")
    return tuple(dict.fromkeys((line["type"], bytes.fromhex(line["payload"])) for line in lines))


def spread(seeds: Iterable[bytes]) -> Iterator[bytes]:
    """Yield at most `SEEDS` of those that are not too long."""
    short = [one for one in dict.fromkeys(seeds) if len(one) <= SEED_BYTES]
    yield from short[:: len(short) // SEEDS + 1]


def texts(ask: str, member: str) -> Iterator[bytes]:
    """Yield the texts of a member, as `spread` does."""
    yield from spread(text.encode() for text in given(ask, member) if isinstance(text, str))


def samples(pattern: str) -> Iterator[bytes]:
    """Yield the files of the sample."""
    yield from (path.read_bytes() for path in sorted(SAMPLE.glob(pattern)))
