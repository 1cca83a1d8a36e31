"""The ledger: every document that a vendor signs or receives, in a chain that shows tampering.

Its table `entries` is the record: only ever appended to, each entry chained to the one before. The other tables are
drawn from it so that questions cost what their answers cost, and `ledger verify` compares them with it.

Its functions work on a `Connection`, so that what belongs together is one transaction:

    with open_ledger(location, create=False).write() as ledger:
        append(ledger, records)
"""

from pathlib import Path
from typing import Final

from licensekit.database import Database, Schema, connect, read_migrations
from licensekit.issuer.ledger.entries import (
    LedgerEntry,
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
from licensekit.issuer.ledger.projection import Record

__all__ = [
    "SCHEMA", "LedgerEntry", "Record", "answer_to", "answers_of_order", "append", "entry", "entry_of_order", "head",
    "ledger_mark", "newest_entry", "open_ledger", "orders_among",
]  # fmt: skip


SCHEMA: Final = Schema("ledger", read_migrations(Path(__file__).with_name("migrations")))


def open_ledger(location: str | Path, *, create: bool) -> Database:
    """Open the ledger at a path or `postgresql://` URL; raises as `database.connect` does."""
    return connect(location, schema=SCHEMA, create=create)
