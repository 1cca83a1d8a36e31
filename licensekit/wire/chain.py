"""The hash chain of ledger and audit log: each hash covers the one before (`docs/format.md`, "Hash chain")."""

from collections.abc import Callable, Iterable, Iterator
from hashlib import sha256
from json import JSONEncoder
from typing import Final, NamedTuple, TypeVar

E = TypeVar("E")
canonical_json: Final = JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode
"""Encode a value as JSON in a single spelling: sorted names, no spaces, no needless escapes."""
HASH_BYTES: Final = 32
GENESIS: Final = bytes(HASH_BYTES)  # the hash before the first entry


class Head(NamedTuple):
    """The number and the hash of an entry; 0 and `GENESIS` before the first."""

    number: int
    hash: bytes


def link(previous: bytes, entry: bytes) -> bytes:
    """Return the hash of an entry: SHA-256 of the `previous` hash followed by `entry`."""
    return sha256(previous + entry).digest()


class Link(NamedTuple):
    """The parts of an entry that the chain covers."""

    number: int  # counted from 1 without a gap
    entry: bytes
    hash: bytes  # as it was recorded


def unbroken(
    entries: Iterable[E], link_of: Callable[[E], Link], damaged: Callable[[str, int], Exception]
) -> Iterator[E]:
    """Yield the entries in order while the chain is unbroken.

    At the first break, raise `damaged(reason, number)`: `missing` or `altered`, and the number expected there.
    """
    previous = GENESIS
    for expected, one in enumerate(entries, start=1):
        number, entry, recorded = link_of(one)
        if number != expected:
            raise damaged("missing", expected)
        previous = link(previous, entry)
        if recorded != previous:
            raise damaged("altered", expected)
        yield one
