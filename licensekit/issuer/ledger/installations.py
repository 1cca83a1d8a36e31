"""The installations of customers: name, purpose, and last serial.

Name and purpose come from requests, if the customer has set them, or from people at the issuer. An installation is
identified by the SHA-256 of its public key.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Any, Final, LiteralString, NamedTuple

from licensekit import database, errors, limits
from licensekit.issuer.ledger import customers, exchange_files, projection
from licensekit.text.names import check_name, search_words
from licensekit.wire.documents import NAME, PURPOSE, PURPOSES, Bundle, Receipt, Request, Statement
from licensekit.wire.plain import plain_fields

_SQL: Final = database.read_queries(__file__)
_HASH: Final = re.compile(r"[0-9a-f]{8,64}")


class KnownInstallation(NamedTuple):
    """An installation of a customer."""

    installation: bytes
    serial: str | None
    customer: int
    name: str
    """Empty: unknown."""
    purpose: str
    """One of `PURPOSES`; empty: unknown."""
    heard: int | None
    """When it signed its last file, in seconds since 1970."""

    def plain(self) -> dict[str, Any]:
        """Return it as plain JSON values."""
        return plain_fields(self, "installation serial name purpose issued=heard")


def enter(ledger: database.Connection, records: Sequence[projection.Record]) -> None:
    """Update installations from `records`; the customers of their serials must be known."""
    told = list(_told(ledger, records))
    ledger.run_many(_SQL["put"], ((key, name, purpose, serial) for key, serial, name, purpose in told))
    words = ((word, serial) for _, serial, name, _ in told for word in sorted(search_words(name)))
    ledger.run_many(_SQL["put_word"], words)


def _told(ledger: database.Connection, records: Sequence[projection.Record]) -> Iterator[tuple[bytes, str, str, str]]:
    """Yield installation, serial, name and purpose; the last two may be empty."""
    said = "", ""
    for one in records:
        match one.document:
            case Request(extensions=extensions):
                name, purpose = extensions.get(NAME), extensions.get(PURPOSE)
                is_name = isinstance(name, str) and len(name) <= limits.NAME_LENGTH
                said = str(name) if is_name else "", str(purpose) if purpose in PURPOSES else ""
            case Bundle(binding=binding, serial=serial) if binding is not None and binding.installation is not None:
                yield binding.installation, serial, said[0], said[1]
                said = "", ""
            case Statement(serial=serial):
                yield exchange_files.signer_of(one.token), serial, "", ""
            case Receipt(identity=identity):
                rows = ledger.rows("SELECT serial FROM bundles WHERE identity = ?", identity)
                yield from ((exchange_files.signer_of(one.token), serial, "", "") for (serial,) in rows)
            case _:
                pass


def installations_of(ledger: database.Connection, customer: int) -> list[KnownInstallation]:
    """Return the installations of a customer, by name."""
    return _found(ledger, "i.customer = ?", customer)


def _found(ledger: database.Connection, holds: LiteralString, *params: database.Value) -> list[KnownInstallation]:
    return [KnownInstallation._make(row) for row in ledger.rows(_SQL["select"].replace("{holds}", holds), *params)]


def names_of(ledger: database.Connection, installation: bytes | None) -> tuple[str, ...]:
    """Return the name of an installation; empty if nobody named it."""
    return tuple(name for (name,) in ledger.rows(_SQL["name"], installation))


def put_installation(
    ledger: database.Connection, name: str, *, called: str | None = None, purpose: str | None = None
) -> KnownInstallation:
    """Set the name and purpose (of `PURPOSES`) of the installation with this hash or serial; None: unchanged.

    The first 8 hex digits of the hash are enough. Raises `NotIssued` if there is none, or there are several,
    `EntryInvalid` for an invalid name.
    """
    found = _found(ledger, "i.serial = ?", name)
    if not found and _HASH.fullmatch(name.lower()):
        ends = (bytes.fromhex(name.ljust(64, digit)) for digit in "0f")
        found = _found(ledger, "i.installation >= ? AND i.installation <= ?", *ends)
    if len(found) != 1:
        raise errors.NotIssued(reason="installations" if found else "installation", name=name)
    one = found[0]
    called = one.name if called is None else check_name(called)
    one = one._replace(name=called, purpose=one.purpose if purpose is None else purpose)
    ledger.run(_SQL["set"], one.name, one.purpose, one.installation)
    customers.renew_words(ledger, one.customer)
    return one
