"""The hash chain that the vendor's ledger and the customer's audit log share.

Every entry carries the hash of the one before, so an altered, inserted or removed entry shows at
the first place where the hashes no longer meet (`docs/format.md`, "Hash chain").
"""

from collections.abc import Iterable
from hashlib import sha256
from typing import Final

HASH_BYTES: Final = 32
GENESIS: Final = bytes(HASH_BYTES)
"""The hash before the first entry."""


def link(previous: bytes, entry: bytes) -> bytes:
    """Return the hash of `entry` behind `previous`: SHA-256 over the two."""
    return sha256(previous + entry).digest()


def first_break(entries: Iterable[tuple[bytes, bytes]]) -> int | None:
    """Return the index of the first `(entry, hash)` that does not follow, or None."""
    previous = GENESIS
    for index, (entry, recorded) in enumerate(entries):
        previous = link(previous, entry)
        if previous != recorded:
            return index
    return None
