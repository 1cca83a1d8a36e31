"""The installations of customers: what each is called and for, and the serial that it had last.

A request says so, where somebody there has named the installation, and people write it down. An installation is known
by the SHA-256 of its public key.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Any, Final, NamedTuple

from licensekit.database import Connection
from licensekit.errors import NotIssued
from licensekit.issuer.ledger.customers import renew_words
from licensekit.issuer.ledger.exchange_files import signer_of
from licensekit.issuer.ledger.projection import Record
from licensekit.limits import NAME_LENGTH
from licensekit.text.names import check_name, search_words
from licensekit.wire.documents import NAME, PURPOSE, PURPOSES, Bundle, Receipt, Request, Statement
from licensekit.wire.plain import plain_fields

_HASH: Final = re.compile(r"[0-9a-f]{8,64}")
_OF_SERIAL: Final = " FROM customer_serials WHERE serial = ? ON CONFLICT "
_PUT: Final = (
    "INSERT INTO installations SELECT ?, serial, customer, ?, ?" + _OF_SERIAL + "(installation) DO UPDATE SET"
    " serial = excluded.serial, customer = excluded.customer,"
    " name = CASE excluded.name WHEN '' THEN installations.name ELSE excluded.name END,"
    " purpose = CASE excluded.purpose WHEN '' THEN installations.purpose ELSE excluded.purpose END"
)
_PUT_WORD: Final = "INSERT INTO customer_words SELECT ?, customer" + _OF_SERIAL + "DO NOTHING"
_SELECT: Final = (
    "SELECT i.installation, i.serial, i.customer, i.name, i.purpose, (SELECT max(f.issued) FROM exchange_files AS f"
    " WHERE f.installation = i.installation) FROM installations AS i WHERE "
)
_SET: Final = "UPDATE installations SET name = ?, purpose = ? WHERE installation = ?"
_BY_HASH: Final = _SELECT + "i.installation >= ? AND i.installation <= ? ORDER BY i.installation LIMIT 2"


class Installation(NamedTuple):
    """Where a customer runs the software."""

    installation: bytes
    serial: str | None
    customer: int
    name: str
    """Empty: nobody named it."""
    purpose: str
    """One of `PURPOSES`; empty: nobody said it."""
    heard: int | None
    """When it signed what came from it last, in seconds since 1970."""

    def plain(self) -> dict[str, Any]:
        """Return it as plain JSON values."""
        return plain_fields(self, "installation serial name purpose issued=heard")


def enter(ledger: Connection, records: Sequence[Record]) -> None:
    """Keep what was entered says of installations, whose serials have their customers already."""
    told = list(_told(ledger, records))
    ledger.run_many(_PUT, ((key, name, purpose, serial) for key, serial, name, purpose in told))
    words = ((word, serial) for _, serial, name, _ in told for word in sorted(search_words(name)))
    ledger.run_many(_PUT_WORD, words)


def _told(ledger: Connection, records: Sequence[Record]) -> Iterator[tuple[bytes, str, str, str]]:
    """Yield installation, serial, name and purpose; the last two are empty where nothing is said of them."""
    said = "", ""
    for one in records:
        match one.document:
            case Request() as request:
                name, purpose = (str(request.extensions.get(key, "")) for key in (NAME, PURPOSE))
                said = name[:NAME_LENGTH], purpose if purpose in PURPOSES else ""
            case Bundle() as bundle if bundle.binding is not None and bundle.binding.installation is not None:
                yield bundle.binding.installation, bundle.serial, *said
                said = "", ""
            case Statement() as statement:
                yield signer_of(one.token), statement.serial, "", ""
            case Receipt() as receipt:
                rows = ledger.rows("SELECT serial FROM bundles WHERE identity = ?", receipt.identity)
                yield from ((signer_of(one.token), serial, "", "") for (serial,) in rows)
            case _:
                pass


def installation_named(ledger: Connection, name: str) -> Installation:
    """Return the installation whose hash begins with `name`, of at least 8 hex digits, or the only one of a serial.

    Raises:
        NotIssued: there is none, or there are several.
    """
    rows = ledger.rows(_SELECT + "i.serial = ? LIMIT 2", name)
    if not rows and _HASH.fullmatch(name.lower()):
        first, last = (bytes.fromhex(name.ljust(64, digit)) for digit in "0f")
        rows = ledger.rows(_BY_HASH, first, last)
    if len(rows) != 1:
        raise NotIssued(reason="installations" if rows else "installation", name=name)
    return Installation._make(rows[0])


def installations_of(ledger: Connection, customer: int) -> list[Installation]:
    """Return the installations of a customer, by name."""
    rows = ledger.rows(_SELECT + "i.customer = ? ORDER BY i.name, i.installation", customer)
    return [Installation._make(row) for row in rows]


def names_of(ledger: Connection, installation: bytes | None) -> tuple[str, ...]:
    """Return the name of an installation; nothing where nobody named it."""
    rows = ledger.rows("SELECT name FROM installations WHERE installation = ? AND name <> ''", installation)
    return tuple(name for (name,) in rows)


def put(ledger: Connection, name: str, called: str | None, purpose: str | None) -> Installation:
    """Keep another name or purpose of the installation of this `name`, and return it; raises as `installation_named`.

    Raises:
        EntryInvalid: it cannot be called so.
    """
    known = installation_named(ledger, name)
    called = known.name if called is None else check_name(called)
    known = known._replace(name=called, purpose=known.purpose if purpose is None else purpose)
    ledger.run(_SET, known.name, known.purpose, known.installation)
    renew_words(ledger, known.customer)
    return known
