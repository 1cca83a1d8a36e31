"""Queries for bundles in the ledger. The number of a bundle is that of the entry that issued it."""

from collections.abc import Iterator, Sequence
from typing import Any, Final, LiteralString, NamedTuple, cast

from licensekit.database import Connection, Queries, Row, Value, marks, read_queries
from licensekit.issuer.ledger import projection, states
from licensekit.wire.armor import Token
from licensekit.wire.documents import BASE, PICKUP, PICKUP_BYTES, Bundle, Use, decode, hex_extension
from licensekit.wire.frame import read
from licensekit.wire.plain import fields_named, plain_fields

_SQL: Final = read_queries(__file__)
COLUMNS: Final[Queries] = {name: _SQL[name] for name in ("columns", "with_entries")}
"""Parts of a query whose rows `read_row` reads."""
_PLAIN: Final = (
    "entry=number identity",
    "serial part sequence company product use issued expiry",
    "state order=order_number purchase_order key_id who",
)
LISTED_FIELDS: Final = (*fields_named(" ".join(_PLAIN)), *states.STATE_FIELDS)
"""The keys of `Issued.plain`, in order."""


class Issued(NamedTuple):
    """A bundle of the ledger, and its state."""

    number: int
    """The number of the entry that issued it."""
    identity: bytes
    key_id: bytes
    state: str
    """One of `LEDGER_STATES`; in lists one of `lookup.LISTED_STATES`."""
    bundle: Bundle
    token: Token
    """Has the newest signature."""
    at: int
    who: str
    order_number: str | None
    purchase_order: str | None
    """The customer's own number for the order."""
    change: states.StateChange | None
    """The last entry that took it back or reinstated it."""

    @property
    def label(self) -> str:
        """Its name in messages."""
        return self.bundle.label

    @property
    def installation(self) -> bytes | None:
        """The installation that it is bound to, if any."""
        return None if self.bundle.binding is None else self.bundle.binding.installation

    @property
    def pickup(self) -> bytes | None:
        """The name under which the newest file of its serial is published, if it has one."""
        return hex_extension(self.bundle.extensions, PICKUP, PICKUP_BYTES)

    def plain(self) -> dict[str, Any]:
        """Return it as plain JSON values, with the keys of `LISTED_FIELDS`."""
        of_entry, of_bundle, of_state = _PLAIN
        said = plain_fields(self, of_entry) | plain_fields(self.bundle, of_bundle) | plain_fields(self, of_state)
        return said | states.plain_change(self.change)


def of_serial(connection: Connection, serial: str) -> list[Issued]:
    """Return every bundle of a serial, ordered by part, use (production last) and sequence."""
    return _found(connection, "b.serial = ? ORDER BY b.part, b.use DESC, b.sequence", serial)


def of_order(connection: Connection, order_number: str) -> list[Issued]:
    """Return every bundle that was issued for the order with this number, oldest first."""
    return _found(connection, "e.order_number = ? ORDER BY b.number", order_number)


def active(connection: Connection, serial: str) -> list[Issued]:
    """Return the active bundle of each part of a serial."""
    return _found(connection, "b.serial = ? AND b.state = 'active' ORDER BY b.part", serial)


def successor(connection: Connection, issued: Issued) -> Issued | None:
    """Return the active bundle of the same part, or of a serial that replaces this one's serial."""
    serials = [issued.bundle.serial]
    for serial in serials:  # it grows
        of_parts = {one.bundle.part: one for one in active(connection, serial)}
        if found := of_parts.get(issued.bundle.part) or (of_parts.get(BASE) if serial != serials[0] else None):
            return found
        serials += [other for (other,) in connection.rows(_SQL["replacing"], serial) if other not in serials]
    return None


def by_number(connection: Connection, number: int) -> Issued | None:
    """Return the bundle with this entry number."""
    return _one(connection, "b.number = ?", number)


def by_identity(connection: Connection, identity: bytes) -> Issued | None:
    """Return the bundle with this identity."""
    return _one(connection, "b.identity = ?", identity)


def at(connection: Connection, serial: str, part: str, use: Use, sequence: int) -> Issued | None:
    """Return the bundle with this serial, part, use and sequence."""
    return _one(connection, "b.serial = ? AND b.part = ? AND b.use = ? AND b.sequence = ?", serial, part, use, sequence)


def numbers_of_key(connection: Connection, key_id: bytes, today: int) -> tuple[int, ...]:
    """Return the entry numbers of a key's bundles, oldest first, that are active or whose successor has not started."""
    return tuple(number for (number,) in connection.rows(_SQL["of_key"], key_id, today, today))


def counting(connection: Connection, numbers: Sequence[int], today: int) -> frozenset[int]:
    """Return those of `numbers` (at least one) whose bundles count, as for `numbers_of_key`."""
    query = _SQL["counting"].replace("{those}", marks(numbers))
    return frozenset(number for (number,) in connection.rows(query, *numbers, today, today))


def by_serial(connection: Connection, today: int) -> Iterator[tuple[Issued, bool]]:
    """Yield every bundle, by serial, and whether it counts (`numbers_of_key`); in constant memory."""
    return ((read_row(row[:-1]), bool(row[-1])) for row in connection.stream(_SQL["by_serial"], today, today))


def numbered(connection: Connection, numbers: Sequence[int]) -> list[Issued]:
    """Return the bundles with these entry numbers (at least one), oldest first."""
    return _found(connection, f"b.number IN ({marks(numbers)}) ORDER BY b.number", *numbers)


def signed_again(connection: Connection, note: str) -> Iterator[Issued]:
    """Yield the bundles whose newest signature is from `reissue` with this note, in constant memory."""
    return map(read_row, connection.stream(_SQL["signed_again"], note))


def dated_after(connection: Connection, now: int) -> Iterator[Issued]:
    """Yield the bundles that were not taken back and are dated later than `now`, in constant memory."""
    return map(read_row, connection.stream(_SQL["dated_after"], now))


def count_of_key(connection: Connection, key_id: bytes) -> int:
    """Return how many active bundles a key has signed."""
    return connection.value(_SQL["count_of_key"], key_id) or 0


def last_sequence(connection: Connection, serial: str, part: str, use: Use) -> int:
    """Return the highest sequence of a serial, part and use; 0 if there is none."""
    return connection.value(_SQL["last"], serial, part, use) or 0


def is_issued_since(connection: Connection, serial: str, part: str, use: Use, number: int) -> bool:
    """Return whether a bundle of a serial, part and use was issued, not absorbed, after entry `number`."""
    return connection.one(_SQL["since"], serial, part, use, number) is not None


def revoked_customers(connection: Connection) -> list[tuple[str, str]]:
    """Return serial and `company_key` of every bundle that a list has taken back."""
    return cast("list[tuple[str, str]]", connection.rows(_SQL["revoked"]))


def _found(connection: Connection, condition: LiteralString, *params: Value) -> list[Issued]:
    return [read_row(row) for row in connection.rows(f"{_SQL['select']} WHERE {condition}", *params)]


def _one(connection: Connection, condition: LiteralString, *params: Value) -> Issued | None:
    row = connection.one(f"{_SQL['select']} WHERE {condition}", *params)
    return read_row(row) if row else None


def read_row(row: Row) -> Issued:
    """Return the bundle in a row of `COLUMNS`."""
    number, identity, key_id, state, frame, at, who, order_number, order, *decided = row
    bundle, token = decode(Bundle, read(frame).payload), Token("bundle", frame)
    change = None if decided[0] is None else states.StateChange(*decided)
    purchase_order = projection.said_in(order, "purchase_order")
    return Issued(number, identity, key_id, state, bundle, token, at, who, order_number, purchase_order, change)
