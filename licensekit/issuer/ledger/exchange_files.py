"""What the ledger says about what installations have sent: requests, receipts and statements."""

from collections.abc import Iterator
from typing import Final, NamedTuple

from licensekit.chain import HASH_BYTES
from licensekit.database import Connection
from licensekit.keys.verifying import sha256
from licensekit.trust.signed import identity_of
from licensekit.wire.armor import Token
from licensekit.wire.documents import FOLLOWS, TYPE_OF, Receipt, Request, Statement, decode, hex_extension
from licensekit.wire.frame import read

Sent = Request | Receipt | Statement

_TYPES: Final[dict[str, type[Sent]]] = {TYPE_OF[kind]: kind for kind in (Request, Receipt, Statement)}
_WITH_ENTRY: Final = " FROM exchange_files AS f JOIN entries AS e ON e.number = f.number WHERE "
_NEWEST: Final = " ORDER BY f.issued DESC, f.number DESC LIMIT 1"


class ExchangeFile(NamedTuple):
    """Something that an installation has signed and sent."""

    type: str
    identity: bytes
    head: bytes
    """The head of the installation's audit log, with this in it."""
    follows: bytes | None
    """The head in what it signed before; None at first."""


class ReceivedStatement(NamedTuple):
    """A usage statement of the ledger."""

    installation: bytes
    """SHA-256 of the public key that signed it."""
    statement: Statement


def put(connection: Connection, number: int, token: Token, sent: Sent) -> None:
    """Keep what was entered under `number` where questions find it."""
    opened = read(token.frame)
    signed = (token.type, identity_of(token.type, opened.payload), sha256(opened.signatures[0].key))
    about = (None, sent.identity) if isinstance(sent, Receipt) else (sent.serial, None)
    history = (sent.audit_head, hex_extension(sent.extensions, FOLLOWS, HASH_BYTES))
    insert = "INSERT INTO exchange_files VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
    connection.run(insert, number, *signed, *about, sent.issued, *history)


def of_installation(connection: Connection, installation: bytes) -> list[ExchangeFile]:
    """Return everything that an installation has sent, as it was entered."""
    columns = "SELECT type, identity, head, follows FROM exchange_files"
    return [
        ExchangeFile(*row) for row in connection.rows(columns + " WHERE installation = ? ORDER BY number", installation)
    ]


def number_of(connection: Connection, identity: bytes, installation: bytes) -> int | None:
    """Return the number of the entry of what an installation has signed; None if it never came."""
    row = connection.one(
        "SELECT number FROM exchange_files WHERE identity = ? AND installation = ?", identity, installation
    )
    return row[0] if row else None


def receipt_of(connection: Connection, bundle: bytes) -> int | None:
    """Return the number of the entry of the receipt for the bundle of this identity."""
    row = connection.one("SELECT number FROM exchange_files WHERE bundle = ?", bundle)
    return row[0] if row else None


def latest_statement(connection: Connection, serial: str) -> ReceivedStatement | None:
    """Return what was stated last for a serial."""
    of_serial = "f.serial = ? AND f.type = 'statement'"
    row = connection.one("SELECT f.installation, e.frame" + _WITH_ENTRY + of_serial + _NEWEST, serial)
    return ReceivedStatement(row[0], decode(Statement, read(row[1]).payload)) if row else None


def exist(connection: Connection) -> bool:
    """Return whether an installation has ever sent anything."""
    return connection.one("SELECT 1 FROM exchange_files LIMIT 1") is not None


def last_of_each(connection: Connection, serial: str | None, installation: bytes | None) -> list[Sent]:
    """Return what `installation` has sent last; if None, what each installation of a serial has."""
    of_serial = "SELECT DISTINCT installation FROM exchange_files WHERE serial = ?"
    who = [(installation,)] if installation is not None else connection.rows(of_serial, serial)
    last = "SELECT e.type, e.frame" + _WITH_ENTRY + "f.installation = ?" + _NEWEST
    rows = [connection.one(last, one) for (one,) in who]
    return [decode(_TYPES[row[0]], read(row[1]).payload) for row in rows if row is not None]


def stating_serials(connection: Connection) -> Iterator[str]:
    """Return every serial that a statement was entered for, in constant memory."""
    rows = connection.stream("SELECT DISTINCT serial FROM exchange_files WHERE type = 'statement' ORDER BY serial")
    return (row[0] for row in rows)


def installations_of(connection: Connection, serial: str) -> int:
    """Return how many installations have stated something for a serial, and returned nothing."""
    row = connection.one(
        "SELECT count(DISTINCT installation) FROM exchange_files"
        " WHERE serial = ? AND type = 'statement'"
        " AND installation NOT IN (SELECT r.installation FROM exchange_files AS r"
        " JOIN bundles AS b ON b.identity = r.bundle WHERE b.serial = ?)",
        serial,
        serial,
    )
    return row[0] if row else 0
