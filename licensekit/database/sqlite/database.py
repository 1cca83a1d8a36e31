"""The `Database` of SQLite, in a file or in memory.

In memory, the committed state is an immutable image (https://sqlite.org/c3ref/serialize.html). Readers and the writer
work on copies of it, and a commit replaces it. So nobody waits for a reader, and a forked child continues with the
image that it inherits, but every commit copies the whole database.
"""

import sqlite3
from collections.abc import Generator, Hashable
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass
from functools import cache, partial
from itertools import count
from math import inf
from os import getpid
from pathlib import Path
from time import monotonic
from typing import Final, LiteralString, NamedTuple

from licensekit.database import Version
from licensekit.database.protocol import BUSY_SECONDS, CONNECTIONS, BaseDatabase, ConnectionPool, Fill, Translated
from licensekit.database.schemas import FOUND, Dialect, Queries, Schema, read_queries
from licensekit.database.sqlite import connection as files
from licensekit.database.sqlite.connection import SqliteConnection, translate
from licensekit.database.upgrades import migrate
from licensekit.database.wait_queue import writing
from licensekit.errors import DatabaseUnavailable
from licensekit.files import sync_folder

_STRICT: Final = "STRICT" if sqlite3.sqlite_version_info >= (3, 37) else ""
_WORDS: Final[Queries] = {"integer": "INTEGER", "text": "TEXT", "blob": "BLOB", "strict": _STRICT}
_MARKED: Final = "PRAGMA application_id = 1818977378"
DIALECT: Final = Dialect(_WORDS, first=(_MARKED,), define=str, queries=read_queries(__file__))

HAS_IMAGES: Final = hasattr(sqlite3.Connection, "serialize")
"""Whether this SQLite can serialize: since 3.36 it can. Otherwise the image is a dump of SQL statements."""
_FILL: Final = "PRAGMA query_only = 0; PRAGMA foreign_keys = 0; {}; PRAGMA foreign_keys = 1; PRAGMA query_only = {:d}"
"""Runs such a dump, which fills tables by name, so that foreign keys can be checked only afterwards."""


@dataclass(slots=True, eq=False)
class _Opened:
    """A pooled connection."""

    raw: sqlite3.Connection
    source: Hashable  # identifies the file or image that it was opened on, which may have been replaced since
    number: int = 0  # unique among the connections to this file
    deadline: float = inf  # when its statements end


class _Pooled(BaseDatabase):
    """A database with pools of connections to its current file or image."""

    dialect = DIALECT
    location: str
    _wait = BUSY_SECONDS

    def _pool(self, *, read_only: bool, slots: int = CONNECTIONS) -> ConnectionPool[_Opened]:
        return ConnectionPool(
            partial(self._connect, read_only=read_only),
            lambda opened: opened.raw.close(),
            is_usable=lambda opened: opened.source == self._source() and not opened.raw.in_transaction,
            location=self.location,
            wait=self._wait,
            slots=slots,
        )

    @contextmanager
    def _lend(self, pool: ConnectionPool[_Opened]) -> Generator[_Opened]:
        """Lend a connection whose statements end by the deadline."""
        with pool.lend(self.deadline) as opened:
            if opened.deadline != self.deadline:
                files.end_by(opened.raw, self.deadline, self._wait)
                opened.deadline = self.deadline
            yield opened

    def _connect(self, _deadline: float, *, read_only: bool) -> _Opened:
        raise NotImplementedError

    def _source(self) -> Hashable:
        raise NotImplementedError


class SqliteDatabase(_Pooled):
    """A database in one file (see `licensekit.database.protocol`). `location` is the absolute path."""

    def __init__(self, path: Path, schema: Schema | None, *, create: bool, fill: Fill | None, wait: float) -> None:
        if schema is None:
            files.is_there(path, required=True)
        is_made = schema is not None and files.prepare(path, wait=wait, create=create)
        self._path = path.absolute()  # a program may change its working directory
        self._is_immutable = False
        self.location = str(self._path)
        self._schema: Schema | None = None  # nothing is checked until it has been migrated
        self._expected = None if schema is None else schema.row
        self._wait = wait
        self._numbers = count()
        self._readers, self._writers = self._pool(read_only=True), self._pool(read_only=False)
        # This one never writes, so its data version changes with every commit of any other connection.
        self._watchers = self._pool(read_only=True, slots=1)
        try:
            if schema is not None:
                migrate(self, schema, create=create, fill=fill)
        except BaseException:  # no file may stay open, not even after an interruption
            self.close()
            if is_made:
                files.discard(path)
            raise
        self._schema = schema

    def read(self) -> AbstractContextManager[SqliteConnection]:
        """See `Database.read`."""
        return self._transaction(self._readers, "BEGIN")

    @contextmanager
    def write(self, *, shared: bool = False) -> Generator[SqliteConnection]:  # noqa: ARG002  # SQLite has one writer in any case
        """See `Database.write`."""
        end = min(self.deadline, monotonic() + self._wait)
        with writing(self.location, end), self._transaction(self._writers, "BEGIN IMMEDIATE") as connection:
            yield connection

    def version(self) -> Version:
        """See `Database.version`."""
        with self._lend(self._watchers) as watcher, Translated(translate, self.location):
            (moved,) = watcher.raw.execute("PRAGMA data_version").fetchone()
            return (watcher.number, moved)

    def close(self) -> None:
        """See `Database.close`."""
        for pool in (self._readers, self._writers, self._watchers):
            pool.close()

    def keep_copy(self, number: int) -> None:
        """Copy the committed state to `NAME.before-NUMBER`, beside the database."""
        kept = self._path.with_name(f"{self._path.name}.before-{number}")
        part = kept.with_name(f"{kept.name}.partial")
        try:
            part.unlink(missing_ok=True)
            files.create_private(part)
            with closing(sqlite3.connect(part)) as copy, self._readers.lend() as one, Translated(translate, str(part)):
                one.raw.backup(copy)
            part.replace(kept)
            sync_folder(kept.parent)
        except OSError as error:
            detail = error.strerror or str(error)
            raise DatabaseUnavailable(reason="no-copy", detail=detail, where=self.location) from error

    @contextmanager
    def _transaction(self, pool: ConnectionPool[_Opened], statement: LiteralString) -> Generator[SqliteConnection]:
        with self._lend(pool) as opened, SqliteConnection(opened.raw, self.location) as connection:
            connection.begin(statement)
            if self._schema is not None:
                found = connection.one(FOUND)
                if found != self._expected:
                    self._schema.check(found, self.location, "read" if pool is self._readers else "change")
            yield connection

    def _connect(self, _deadline: float, *, read_only: bool) -> _Opened:
        self._is_immutable = files.is_immutable(self._path)
        source = self._source()
        return _Opened(files.connect(self._path, wait=self._wait, read_only=read_only), source, next(self._numbers))

    def _source(self) -> Hashable:
        try:
            found = self._path.stat()
        except OSError as error:
            reason = "gone" if isinstance(error, FileNotFoundError) else "not-opened"
            detail = error.strerror or str(error)
            raise DatabaseUnavailable(reason=reason, detail=detail, where=self.location) from error
        identity = found.st_dev, found.st_ino
        if not self._is_immutable:
            return identity
        # An immutable connection does not notice that others write to the file.
        return *identity, found.st_mtime_ns, found.st_size, files.is_immutable(self._path)


class _Image(NamedTuple):
    number: int
    data: bytes


class MemoryDatabase(_Pooled):
    """A database in memory (see `licensekit.database.protocol`); without a schema it has no tables yet."""

    location = "memory://"

    def __init__(self, schema: Schema | None) -> None:
        self._images = [_Image(0, b"" if schema is None else new_image(schema))]  # one, which `within` shares
        self._readers, self._writers = self._pool(read_only=True), self._pool(read_only=False, slots=1)

    @contextmanager
    def read(self) -> Generator[SqliteConnection]:
        """See `Database.read`."""
        with self._lend(self._readers) as copy, SqliteConnection(copy.raw, self.location) as connection:
            connection.begin("BEGIN")
            yield connection

    @contextmanager
    def write(self, *, shared: bool = False) -> Generator[SqliteConnection]:  # noqa: ARG002  # there is one writer in any case
        """See `Database.write`."""
        with self._lend(self._writers) as copy:
            copy.source = None  # without a successful commit, the copy is not used again
            with SqliteConnection(copy.raw, self.location) as connection:
                connection.begin("BEGIN IMMEDIATE")
                yield connection
            number, before = self._image
            data = copy.raw.serialize() if HAS_IMAGES else "".join(copy.raw.iterdump()).encode()
            self._images[0] = _Image(number if data == before else number + 1, data)
            copy.source = self._image.number

    def version(self) -> Version:
        """See `Database.version`."""
        self._readers.check_open()
        return getpid(), self._image.number, 0  # never equal to one of a file, which may take its place

    def close(self) -> None:
        """See `Database.close`."""
        self._readers.close()
        self._writers.close()

    def keep_copy(self, number: int) -> None:
        """Do nothing: a database in memory has never had another schema."""

    @property
    def image(self) -> bytes:
        """The committed state."""
        return self._image.data

    @property
    def _image(self) -> _Image:
        return self._images[0]

    def _source(self) -> int:
        return self._image.number

    def _connect(self, _deadline: float, *, read_only: bool) -> _Opened:
        number, data = self._image
        raw = files.connect(None, wait=0, read_only=read_only)
        with Translated(translate, self.location):
            if HAS_IMAGES and data:
                raw.deserialize(data)
            elif data:
                raw.executescript(_FILL.format(data.decode(), read_only))
        return _Opened(raw, number)


@cache
def new_image(schema: Schema) -> bytes:
    """Return the image of an empty database; cached, because migrations take time."""
    database = MemoryDatabase(None)
    migrate(database, schema, create=True)
    return database.image
