"""The entries of the ledger and their hash chain; and the mark of the newest entry.

The mark is a file in the workspace folder with the newest entry that the folder has seen, written after the commit if
possible. A mark older than its ledger is normal; a ledger without the marked entry was restored from a backup, or cut.
Pack documents have the same in the extension `ledger` (`docs/format.md`, "Extensions").
"""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Final, LiteralString, NamedTuple, cast

from licensekit import errors, files
from licensekit.database import Connection, Database, Row, Schema, Value, connect, marks, read_migrations, read_queries
from licensekit.issuer.ledger import customers, installations, projection
from licensekit.wire import armor, chain, documents
from licensekit.wire.plain import fields_named, plain_fields

SCHEMA: Final = Schema("ledger", read_migrations(Path(__file__).with_name("migrations")))
_SQL: Final = read_queries(__file__)
_SELECT: Final = _SQL["select"]
_NOTHING: Final = b"\xff\xff\xff\xff"
_PLAIN: Final = "number action at who order=order_number ordered=order request note hash"
ENTRY_FIELDS: Final = (*fields_named(_PLAIN), "token")
"""The keys of `LedgerEntry.plain`, in order."""
_BYTES: Final = 256  # of a mark
_DIGITS: Final = 18  # of a number that both engines can store


def open_ledger(location: str | Path, *, create: bool) -> Database:
    """Open the ledger at a path or `postgresql://` URL; raises as `database.connect` does."""
    return connect(location, schema=SCHEMA, create=create)


class LedgerEntry(NamedTuple):
    """An entry of the ledger."""

    number: int
    action: str
    at: int
    who: str
    token: armor.Token
    order_number: str | None
    order: str | None
    request: bytes | None
    note: str
    hash: bytes

    @property
    def purchase_order(self) -> str | None:
        """The customer's own number for the order."""
        return projection.said_in(self.order, "purchase_order")

    def record(self) -> projection.Record:
        """Return the record that was entered; raise `FormatError` if its document cannot be read."""
        document = documents.decode(documents.CLASS_OF[self.token.type], self.token.payload)
        said = (self.order_number, self.order, self.request, self.note)
        return projection.Record(self.action, self.at, self.who, self.token, document, *said)

    def content(self) -> bytes:
        """Return the bytes that the hash covers, after the hash of the previous entry."""
        return _content(_parts(self.number, self))

    def plain(self) -> dict[str, Any]:
        """Return it as plain JSON values, with the keys of `ENTRY_FIELDS`; `ordered` is text, as the hash covers it."""
        return {**plain_fields(self, _PLAIN), "token": armor.write(self.token)}


def append(connection: Connection, records: Sequence[projection.Record]) -> list[int]:
    """Append `records` and return the number of each entry; raise `ConstraintViolated` for duplicates."""
    last, previous = head(connection)
    numbered, rows = list(enumerate(records, last + 1)), list[tuple[Value, ...]]()
    for number, record in numbered:
        parts = _parts(number, record)
        previous = chain.link(previous, _content(parts))
        rows.append((*parts, previous))
    connection.run_many(_SQL["append"], rows)
    projection.project(connection, numbered)
    know_customers(connection, records, last + 1)
    return [number for number, _ in numbered]


def know_customers(connection: Connection, records: Sequence[projection.Record], number: int) -> None:
    """Update customers and installations from `records`, whose first entry is `number`."""
    customers.enter(connection, records, number)
    installations.enter(connection, records)


def head(connection: Connection) -> chain.Head:
    """Return the number and hash of the last entry; 0 and `GENESIS` for an empty ledger."""
    row = connection.one(_SQL["head"])
    return chain.Head(*row) if row else chain.Head(0, chain.GENESIS)


def newest_entry(connection: Connection) -> tuple[int, int]:
    """Return the number and time of the last entry; zeros for an empty ledger."""
    row = connection.one(_SQL["newest"])
    return cast("tuple[int, int]", row) if row else (0, 0)


def ledger_mark(connection: Connection) -> dict[str, documents.Value]:
    """Return the extension that names the ledger's last entry in a document; empty for an empty ledger."""
    number, newest = head(connection)
    return {documents.LEDGER: f"{number}:{newest.hex()}"} if number else {}


def entry(connection: Connection, number: int) -> LedgerEntry:
    """Return the entry with this number, or raise `LedgerDamaged` if it is missing."""
    found = _one(connection, _SELECT + " WHERE number = ?", number)
    if found is None:
        raise errors.LedgerDamaged(reason="missing", number=number)
    return found


def entry_of_order(connection: Connection, order_number: str) -> LedgerEntry | None:
    """Return the entry that was issued under an order number, or one of the answers, unless it is void."""
    return _one(connection, _SQL["of_order"], order_number)


def orders_among(connection: Connection, order_numbers: Sequence[str]) -> set[str]:
    """Return those of `order_numbers` that the ledger has."""
    if not order_numbers:
        return set()
    query = _SQL["orders"].replace("{those}", marks(order_numbers))
    return {number for (number,) in connection.rows(query, *order_numbers)}


def answers_of_order(connection: Connection, order_number: str) -> list[LedgerEntry]:
    """Return the answers to requests under the order with this number, oldest first."""
    return [_entry(row) for row in connection.rows(_SQL["answers"], order_number)]


def answer_to(connection: Connection, request: bytes) -> LedgerEntry | None:
    """Return the answer to the request with this identity."""
    return _one(connection, _SELECT + " WHERE request = ?", request)


def stream(connection: Connection) -> Iterator[LedgerEntry]:
    """Yield every entry in order, in constant memory."""
    return map(_entry, connection.stream(_SELECT + " ORDER BY number"))


def _one(connection: Connection, query: LiteralString, param: Value) -> LedgerEntry | None:
    row = connection.one(query, param)
    return _entry(row) if row else None


def _entry(row: Row) -> LedgerEntry:
    number, action, at, who, kind, frame, *rest = row
    return LedgerEntry(number, action, at, who, armor.Token(kind, frame), *rest)


def _parts(number: int, one: projection.Record | LedgerEntry) -> tuple[Value, ...]:
    """Return the fields that the hash of an entry covers, in the order of the table's columns."""
    return number, one.action, one.at, one.who, *one.token, one.order_number, one.order, one.request, one.note


def _content(parts: Sequence[Value]) -> bytes:
    """Encode each part as length and bytes; None has a special length (`docs/format.md`, "Hash chain")."""
    data = [one if one is None or isinstance(one, bytes) else str(one).encode() for one in parts]
    return b"".join([_NOTHING if one is None else len(one).to_bytes(4, "big") + one for one in data])


def read_mark(path: Path) -> chain.Head | None:
    """Return the marked entry, or None without a valid mark; raise `FileUnusable` if the file cannot be read."""
    try:
        return _parsed(files.read_bytes(path, limit=_BYTES, what="a mark").decode(errors="replace").strip())
    except errors.FileUnusable as error:
        if error.reason != "missing":
            raise
    except errors.TooLarge:
        pass
    return None


def raise_mark(path: Path, newest: chain.Head, *, lower: bool = False) -> None:
    """Raise the mark to the entry `newest`; with `lower` also lower it."""
    with suppress(errors.FileUnusable):  # the mark stays behind, which is normal
        known = read_mark(path)
        if lower or known is None or known.number < newest.number:
            files.write_atomically(path, f"{newest.number}:{newest.hash.hex()}\n".encode(), mode=0o600)


def mark_in(document: documents.Document) -> chain.Head | None:
    """Return the ledger entry that a document names in its extension, if any."""
    value = getattr(document, "extensions", {}).get(documents.LEDGER)
    return _parsed(value) if isinstance(value, str) else None


def restored(ledger: Connection, mark: chain.Head | None) -> errors.LedgerRestored | None:
    """Return the error for a ledger without the marked entry; None if it has it."""
    if mark is None:
        return None
    row = ledger.one("SELECT hash FROM entries WHERE number = ?", mark.number)
    if row is None:
        return errors.LedgerRestored(reason="behind", number=mark.number, newest=head(ledger)[0])
    return None if row[0] == mark.hash else errors.LedgerRestored(reason="other", number=mark.number)


def require_whole(ledger: Connection, mark: chain.Head | None) -> None:
    """Raise `LedgerRestored` if the ledger lacks the marked entry."""
    if error := restored(ledger, mark):
        raise error


def _parsed(value: str) -> chain.Head | None:
    number, _, digest = value.partition(":")
    found = documents.hex_extension({documents.LEDGER: digest}, documents.LEDGER, chain.HASH_BYTES)
    is_number = number.isascii() and number.isdecimal() and len(number) <= _DIGITS and number[0] != "0"
    return chain.Head(int(number), found) if is_number and found is not None else None
