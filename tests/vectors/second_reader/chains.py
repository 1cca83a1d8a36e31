"""Chains of hashes, and the bytes of their entries ("Hash chain")."""

import hashlib
import json
from itertools import zip_longest
from typing import Any, Final

LEDGER_VALUES: Final = (
    *("number", "action", "time", "who", "type"),
    *("frame", "order_number", "order", "request", "note"),
)
_NOT_THERE: Final = b"\xff\xff\xff\xff"


def head(entries: list[bytes]) -> bytes:
    """Return the hash of the newest entry."""
    return _hashes(entries)[-1]


def broken_at(entries: list[bytes], hashes: list[bytes]) -> int | None:
    """Return the number of the first entry whose hash does not follow."""
    pairs = zip_longest(_hashes(entries)[1:], hashes)
    return next((number for number, (wanted, given) in enumerate(pairs, 1) if wanted != given), None)


def _hashes(entries: list[bytes]) -> list[bytes]:
    hashes = [bytes(32)]
    for entry in entries:
        hashes.append(hashlib.sha256(hashes[-1] + entry).digest())
    return hashes


def ledger_entry(values: list[bytes | None]) -> bytes:
    """Return the ten values, each with its length in front."""
    return b"".join(_NOT_THERE if value is None else len(value).to_bytes(4, "big") + value for value in values)


def audit_entry(entry: dict[str, Any]) -> bytes:
    """Return the bytes of an entry of the audit log."""
    return json.dumps(entry, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
