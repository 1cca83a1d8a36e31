"""Everything that the ledger has about something that is named in one way or another."""

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from licensekit.database import Connection
from licensekit.errors import NotIssued
from licensekit.issuer.ledger.entries import LedgerEntry, answers_of_order, entry, entry_of_order
from licensekit.trust.signed import identity_of
from licensekit.wire.documents import CLASS_OF, Document, decode
from licensekit.wire.frame import read

_NUMBER: Final = re.compile(r"[1-9][0-9]{0,17}")


class LookupResult(NamedTuple):
    """An entry, what its document says, and how a bundle stands."""

    entry: LedgerEntry
    document: Document
    identity: bytes
    key: bytes
    """The id of the key that signed it first, or the public key of the installation that did."""
    standing: str | None
    """None for what is no bundle."""


def of_number(ledger: Connection, name: str) -> Iterator[int]:
    """Give the entry that has this number."""
    if _NUMBER.fullmatch(name) and entry(ledger, int(name)) is not None:
        yield int(name)


def of_serial(ledger: Connection, serial: str) -> Iterator[int]:
    """Give the entries of the bundles of a serial, and of what its installations have sent."""
    rows = ledger.rows(
        "SELECT number FROM bundles WHERE serial = ? UNION SELECT number FROM papers"
        " WHERE serial = ? UNION SELECT p.number FROM papers AS p JOIN bundles AS b"
        " ON b.identity = p.bundle WHERE b.serial = ? ORDER BY 1",
        serial,
        serial,
        serial,
    )
    return (number for (number,) in rows)


def of_order(ledger: Connection, number: str) -> Iterator[int]:
    """Give the entries of what was issued for the order of this number."""
    one = entry_of_order(ledger, number)
    if one is not None:
        yield one.number
        yield from (other.number for other in answers_of_order(ledger, number))


def lookup(ledger: Connection, number: int) -> LookupResult:
    """Give everything about the entry of this number.

    Raises:
        NotIssued: there is none.
    """
    found = entry(ledger, number)
    if found is None:
        raise NotIssued(f"there is no entry {number}")
    opened = read(found.token.frame)
    row = ledger.one("SELECT standing FROM bundles WHERE number = ?", number)
    return LookupResult(
        found,
        decode(CLASS_OF[found.token.type], opened.payload),
        identity_of(found.token.type, opened.payload),
        opened.signatures[0].key,
        row[0] if row else None,
    )
