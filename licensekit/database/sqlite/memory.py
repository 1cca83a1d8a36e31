"""The `Database` that lives in memory, for one process and no longer than it.

What was committed is an immutable image (https://sqlite.org/c3ref/serialize.html). Readers and the writer work on
copies of it, and a commit puts another image in its place: nobody waits for a reader, and a forked child continues
with the image that it inherits. Every commit copies the whole database.
"""

import sqlite3
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from os import getpid
from typing import Final, LiteralString, NamedTuple

from licensekit.database.migrations import Schema, migrate
from licensekit.database.pool import CONNECTIONS, ConnectionPool
from licensekit.database.protocol import BUSY_SECONDS, Row, Translated, Value, Version
from licensekit.database.sqlite.connection import SqliteConnection, connect, translate
from licensekit.database.sqlite.database import DIALECT

HAS_IMAGES: Final = hasattr(sqlite3.Connection, "serialize")
"""Whether this SQLite has images: since 3.36 each does. Otherwise the statements that make the same are kept."""

_FILL: Final = "PRAGMA query_only = 0; PRAGMA foreign_keys = 0; {}; PRAGMA foreign_keys = 1; PRAGMA query_only = {:d}"
"""Runs those statements, which fill the tables in the order of their names."""


class _Image(NamedTuple):
    number: int
    data: bytes


@dataclass(slots=True, eq=False)
class _Copy:
    """A connection to a copy of an image."""

    number: int | None
    """The number of the image that it equals; None while a transaction writes to it."""
    raw: sqlite3.Connection


class MemoryDatabase:
    """A database in memory (see `licensekit.database.protocol`); without a schema it has no tables yet."""

    dialect = DIALECT
    location = "memory://"

    def __init__(self, schema: Schema | None, *, wait: float = BUSY_SECONDS) -> None:
        self._image = _Image(0, b"" if schema is None else new_image(schema))
        self._readers = self._pool(wait, CONNECTIONS, read_only=True)
        self._writers = self._pool(wait, 1, read_only=False)

    @contextmanager
    def read(self) -> Generator[SqliteConnection]:
        """See `Database.read`."""
        with self._readers.lend() as copy, SqliteConnection(copy.raw, self.location) as connection:
            connection.begin("BEGIN")
            yield connection

    @contextmanager
    def write(self, *, shared: bool = False) -> Generator[SqliteConnection]:  # noqa: ARG002  # there is one writer in any case
        """See `Database.write`."""
        with self._writers.lend() as copy:
            copy.number = None  # stays so, and the copy unused, if its commit does not become an image
            with SqliteConnection(copy.raw, self.location) as connection:
                connection.begin("BEGIN IMMEDIATE")
                yield connection
            number, before = self._image
            data = copy.raw.serialize() if HAS_IMAGES else "".join(copy.raw.iterdump()).encode()
            copy.number = number if data == before else number + 1
            self._image = _Image(copy.number, data)

    def once(self, sql: LiteralString, *params: Value) -> Row | None:
        """See `Database.once`."""
        with self.write() as connection:
            return connection.one(sql, *params)

    def version(self) -> Version:
        """See `Database.version`."""
        self._readers.check_open()
        return getpid(), self._image.number, 0  # unlike any of a file, which may take its place

    def close(self) -> None:
        """See `Database.close`."""
        self._readers.close()
        self._writers.close()

    def keep_copy(self, number: int) -> None:
        """Keep nothing: what is in memory has never had another schema."""

    @property
    def image(self) -> bytes:
        """What was committed."""
        return self._image.data

    def _pool(self, wait: float, slots: int, *, read_only: bool) -> ConnectionPool[_Copy]:
        return ConnectionPool(
            lambda: self._connect(read_only=read_only),
            lambda copy: copy.raw.close(),
            is_usable=lambda copy: copy.number == self._image.number and not copy.raw.in_transaction,
            location=self.location,
            wait=wait,
            slots=slots,
        )

    def _connect(self, *, read_only: bool) -> _Copy:
        number, data = self._image
        raw = connect(None, wait=0, read_only=read_only)
        with Translated(translate, self.location):
            if HAS_IMAGES and data:
                raw.deserialize(data)
            elif data:
                raw.executescript(_FILL.format(data.decode(), read_only))
        return _Copy(number, raw)


@cache
def new_image(schema: Schema) -> bytes:
    """Return the image of an empty database; made once, because every migration takes its time."""
    database = MemoryDatabase(None)
    migrate(database, schema, create=True)
    return database.image
