"""What the ledger says about bundles: by serial, by part, by identity, by key."""

from collections.abc import Iterator, Sequence
from typing import Final, LiteralString, NamedTuple

from licensekit.database import Connection, Row
from licensekit.wire.armor import Token
from licensekit.wire.documents import Bundle, decode
from licensekit.wire.frame import read

SELECT: Final = (
    "SELECT b.number, b.identity, b.key_id, b.state, e.frame, e.at, e.who, e.order_number"
    " FROM bundles AS b JOIN entries AS e ON e.number = b.number"
)


class Issued(NamedTuple):
    """A bundle of the ledger, and its state."""

    number: int
    """Of its entry."""
    identity: bytes
    key_id: bytes
    state: str
    """`active`, `replaced`, `revoked` or `returned`."""
    bundle: Bundle
    token: Token
    at: int
    who: str
    order_number: str | None

    @property
    def label(self) -> str:
        """The name for it in messages: serial, part and sequence."""
        return self.bundle.label


def of_serial(connection: Connection, serial: str) -> list[Issued]:
    """Return every bundle of a serial, by part and sequence."""
    rows = connection.rows(SELECT + " WHERE b.serial = ? ORDER BY b.part, b.sequence", serial)
    return [read_row(row) for row in rows]


def active(connection: Connection, serial: str) -> list[Issued]:
    """Return the active bundle of each part of a serial."""
    rows = connection.rows(
        SELECT + " WHERE b.serial = ? AND b.state = 'active' ORDER BY b.part", serial
    )
    return [read_row(row) for row in rows]


def by_number(connection: Connection, number: int) -> Issued | None:
    """Return the bundle that was entered under `number`."""
    row = connection.one(SELECT + " WHERE b.number = ?", number)
    return read_row(row) if row else None


def by_identity(connection: Connection, identity: bytes) -> Issued | None:
    """Return the bundle of this identity."""
    row = connection.one(SELECT + " WHERE b.identity = ?", identity)
    return read_row(row) if row else None


def at(connection: Connection, serial: str, part: str, sequence: int) -> Issued | None:
    """Return the bundle of this serial, part and sequence."""
    row = connection.one(
        SELECT + " WHERE b.serial = ? AND b.part = ? AND b.sequence = ?", serial, part, sequence
    )
    return read_row(row) if row else None


def numbers_of_key(connection: Connection, key_id: bytes) -> tuple[int, ...]:
    """Return the entries of the active bundles that a key has signed, oldest first."""
    rows = connection.rows(
        "SELECT number FROM bundles WHERE key_id = ? AND state = 'active' ORDER BY number", key_id
    )
    return tuple(number for (number,) in rows)


def numbered(connection: Connection, numbers: Sequence[int]) -> list[Issued]:
    """Return the bundles that were entered under some numbers, at least one, oldest first."""
    asked: LiteralString = "?" + ", ?" * (len(numbers) - 1)
    rows = connection.rows(SELECT + f" WHERE b.number IN ({asked}) ORDER BY b.number", *numbers)
    return [read_row(row) for row in rows]


def active_with_note(connection: Connection, action: str, note: str) -> Iterator[Issued]:
    """Return the active bundles that a command has entered with a note, in constant memory."""
    rows = connection.stream(
        SELECT + " WHERE e.action = ? AND e.note = ? AND b.state = 'active' ORDER BY b.number",
        action,
        note,
    )
    return map(read_row, rows)


def count_of_key(connection: Connection, key_id: bytes) -> int:
    """Return how many active bundles a key has signed."""
    row = connection.one(
        "SELECT count(*) FROM bundles WHERE key_id = ? AND state = 'active'", key_id
    )
    return row[0] if row else 0


def last_sequence(connection: Connection, serial: str, part: str) -> int:
    """Return the highest sequence that a serial's part was issued with; 0 if it never was."""
    row = connection.one(
        "SELECT max(sequence) FROM bundles WHERE serial = ? AND part = ?", serial, part
    )
    return (row[0] or 0) if row else 0


def is_known(connection: Connection, serial: str) -> bool:
    """Return whether anything was ever issued for `serial`."""
    return connection.one("SELECT 1 FROM bundles WHERE serial = ? LIMIT 1", serial) is not None


class BundleToken(NamedTuple):
    """The token of a bundle, not decoded, and what it is called by."""

    serial: str
    part: str
    sequence: int
    order_number: str | None
    token: Token


def between(connection: Connection, first: int, last: int) -> Iterator[BundleToken]:
    """Return the bundles that were entered under these numbers, in constant memory."""
    rows = connection.stream(
        "SELECT b.serial, b.part, b.sequence, e.order_number, e.frame FROM bundles AS b"
        " JOIN entries AS e ON e.number = b.number"
        " WHERE b.number BETWEEN ? AND ? ORDER BY b.number",
        first,
        last,
    )
    return (BundleToken._make((*names, Token("bundle", frame))) for *names, frame in rows)


def read_row(row: Row) -> Issued:
    """Return the bundle in a row of `SELECT`."""
    number, identity, key_id, state, frame, at, who, order_number = row
    bundle = decode(Bundle, read(frame).payload)
    return Issued(
        number, identity, key_id, state, bundle, Token("bundle", frame), at, who, order_number
    )
