"""The hash chain that the vendor's ledger and the customer's audit log share.

Every entry carries the hash of the one before, so an altered, inserted or removed entry shows at the first place where
the hashes no longer meet (`docs/format.md`, "Hash chain").
"""

from collections.abc import Callable, Iterable, Iterator
from hashlib import sha256
from json import JSONEncoder
from typing import Final, NamedTuple, TypeVar

E = TypeVar("E")
canonical_json: Final = JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode
"""Spells a value as JSON in one way: names sorted, no spaces, nothing escaped without need."""
HASH_BYTES: Final = 32
GENESIS: Final = bytes(HASH_BYTES)  # the hash before the first entry


class Head(NamedTuple):
    """The number and the hash of an entry; 0 and `GENESIS` before the first."""

    number: int
    hash: bytes


def link(previous: bytes, entry: bytes) -> bytes:
    """Return the hash of `entry` behind `previous`: SHA-256 over the two."""
    return sha256(previous + entry).digest()


class Link(NamedTuple):
    """What of an entry the chain is about."""

    number: int  # counted from 1 without a gap
    entry: bytes
    hash: bytes  # as it was recorded


def unbroken(
    entries: Iterable[E], link_of: Callable[[E], Link], damaged: Callable[[str, int], Exception]
) -> Iterator[E]:
    """Yield every entry that follows on the one before, from the first on.

    Where one does not, raise what `damaged` makes of the reason, `missing` or `altered`, and the number expected there.
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
