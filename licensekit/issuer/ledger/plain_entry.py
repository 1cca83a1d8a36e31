"""Entries as plain data: all that the hash covers, so that whoever has it can verify the chain."""

from typing import Any, Final

from licensekit.dates import format_seconds
from licensekit.issuer.ledger.entries import LedgerEntry
from licensekit.wire import armor

FIELDS: Final = (
    "number",
    "action",
    "at",
    "who",
    "order",
    "ordered",
    "request",
    "note",
    "hash",
    "token",
)
"""The names, in order."""


def plain_entry(entry: LedgerEntry) -> dict[str, Any]:
    """Give an entry under the names of `FIELDS`; `ordered` is text, as the hash covers it."""
    values = (
        entry.number,
        entry.action,
        format_seconds(entry.at),
        entry.who,
        entry.order_number,
        entry.order,
        None if entry.request is None else entry.request.hex(),
        entry.note,
        entry.hash.hex(),
        armor.write(entry.token),
    )
    return dict(zip(FIELDS, values, strict=True))
