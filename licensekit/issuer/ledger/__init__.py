"""The ledger: every document that a vendor signs or receives, in a chain that shows tampering.

Its functions work on a `Connection`, so that what belongs together is one transaction:

    with open_ledger(location, create=False).write() as ledger:
        append(ledger, records)
"""

from pathlib import Path

from licensekit.database import Database, connect
from licensekit.issuer.ledger.entries import (
    LedgerEntry,
    Record,
    answer_to,
    answers_of_order,
    append,
    entry,
    entry_of_order,
    head,
    ledger_mark,
    newest_entry,
    orders_among,
)
from licensekit.issuer.ledger.schema import SCHEMA

__all__ = [
    "LedgerEntry",
    "Record",
    "answer_to",
    "answers_of_order",
    "append",
    "entry",
    "entry_of_order",
    "head",
    "ledger_mark",
    "newest_entry",
    "open_ledger",
    "orders_among",
]


def open_ledger(location: str | Path, *, create: bool) -> Database:
    """Open the ledger at a path or `postgresql://` URL; raises as `database.connect` does."""
    return connect(location, schema=SCHEMA, create=create)
