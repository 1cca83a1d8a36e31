"""The `Database` of SQLite: who reads, who writes, what has changed."""

import sqlite3
from collections.abc import Generator, Hashable
from contextlib import AbstractContextManager, closing, contextmanager
from itertools import count
from pathlib import Path
from typing import Final, LiteralString, NamedTuple

from licensekit.database.migrations import FOUND, Dialect, Fill, Schema, migrate, read_statements
from licensekit.database.pool import CONNECTIONS, ConnectionPool
from licensekit.database.protocol import BUSY_SECONDS, Row, Translated, Value, Version
from licensekit.database.sqlite import connection as files
from licensekit.database.sqlite.connection import SqliteConnection, translate
from licensekit.errors import DatabaseUnavailable
from licensekit.files import sync_folder

_HAS_TABLE, _VERSION, _DEFINED, _TRIGGERS, *_DAMAGE = read_statements(Path(__file__).with_name("dialect.sql"))

DIALECT: Final = Dialect(
    integer="INTEGER",
    text="TEXT",
    blob="BLOB",
    strict="STRICT" if sqlite3.sqlite_version_info >= (3, 37) else "",
    has_table=_HAS_TABLE,
    first=("PRAGMA application_id = 1818977378",),
    version=_VERSION,
    damage=tuple(_DAMAGE),
    defined=_DEFINED,
    triggers=_TRIGGERS,
    define=str,
)


class _Opened(NamedTuple):
    """A connection."""

    number: int
    """No other one of this database has it."""
    raw: sqlite3.Connection
    identity: Hashable
    """Of the file when it was opened, which may be replaced meanwhile."""


class SqliteDatabase:
    """A database in one file (see `licensekit.database.protocol`). `location` is the absolute path."""

    dialect = DIALECT

    def __init__(
        self, path: Path, schema: Schema | None, *, create: bool, fill: Fill | None = None, wait: float = BUSY_SECONDS
    ) -> None:
        if schema is None:
            is_made = False
            files.require_there(path)
        else:
            is_made = files.prepare(path, wait=wait, create=create)
        self._path = path.absolute()  # a program may go to another folder meanwhile
        self._reads_as_is = False
        self.location = str(self._path)
        self._schema: Schema | None = None  # nothing is checked until it was migrated
        self._expected = None if schema is None else (schema.kind, schema.number)
        self._wait = wait
        self._numbers = count()
        self._readers = self._pool(read_only=True)
        self._writers = self._pool(read_only=False)
        # One that never writes: its data version moves with every commit of any other.
        self._watchers = self._pool(read_only=True, slots=1)
        try:
            if schema is not None:
                migrate(self, schema, create=create, fill=fill)
        except BaseException:  # an interruption too must leave no file open
            self.close()
            if is_made:
                files.discard(path)
            raise
        self._schema = schema

    def read(self) -> AbstractContextManager[SqliteConnection]:
        """See `Database.read`."""
        return self._transaction(self._readers, "BEGIN")

    def write(self, *, shared: bool = False) -> AbstractContextManager[SqliteConnection]:  # noqa: ARG002  # SQLite has one writer in any case
        """See `Database.write`."""
        return self._transaction(self._writers, "BEGIN IMMEDIATE")

    def once(self, sql: LiteralString, *params: Value) -> Row | None:
        """See `Database.once`."""
        with self.write() as connection:
            return connection.one(sql, *params)

    def version(self) -> Version:
        """See `Database.version`."""
        with self._watchers.lend() as watcher, Translated(translate, self.location):
            (moved,) = watcher.raw.execute("PRAGMA data_version").fetchone()
            return (watcher.number, moved)

    def close(self) -> None:
        """See `Database.close`."""
        for pool in (self._readers, self._writers, self._watchers):
            pool.close()

    def keep_copy(self, number: int) -> None:
        """Copy what is committed to `NAME.before-NUMBER`, beside the database."""
        kept = self._path.with_name(f"{self._path.name}.before-{number}")
        partial = kept.with_name(f"{kept.name}.partial")
        try:
            partial.unlink(missing_ok=True)
            files.create_private(partial)
            with (
                closing(sqlite3.connect(partial)) as copy,
                self._readers.lend() as opened,
                Translated(translate, str(partial)),
            ):
                opened.raw.backup(copy)
            partial.replace(kept)
            sync_folder(kept.parent)
        except OSError as error:
            raise DatabaseUnavailable(
                reason="no-copy", detail=error.strerror or str(error), where=self.location
            ) from error

    @contextmanager
    def _transaction(self, pool: ConnectionPool[_Opened], statement: LiteralString) -> Generator[SqliteConnection]:
        with pool.lend() as opened, SqliteConnection(opened.raw, self.location) as connection:
            connection.begin(statement)
            if self._schema is not None:
                found = connection.one(FOUND)
                if found != self._expected:
                    self._schema.check(found, self.location)
            yield connection

    def _pool(self, *, read_only: bool, slots: int = CONNECTIONS) -> ConnectionPool[_Opened]:
        return ConnectionPool(
            lambda: self._connect(read_only=read_only),
            lambda opened: opened.raw.close(),
            is_usable=lambda opened: opened.identity == self._identity() and not opened.raw.in_transaction,
            location=self.location,
            wait=self._wait,
            slots=slots,
        )

    def _connect(self, *, read_only: bool) -> _Opened:
        self._reads_as_is = files.is_read_as_it_is(self._path)
        identity = self._identity()
        raw = files.connect(self._path, wait=self._wait, read_only=read_only)
        return _Opened(next(self._numbers), raw, identity)

    def _identity(self) -> Hashable:
        try:
            found = self._path.stat()
        except OSError as error:
            raise DatabaseUnavailable(
                reason="gone" if isinstance(error, FileNotFoundError) else "not-opened",
                detail=error.strerror or str(error),
                where=self.location,
            ) from error
        identity = found.st_dev, found.st_ino
        if not self._reads_as_is:
            return identity
        # Who reads a file as it is does not notice by itself that others write to it.
        return *identity, found.st_mtime_ns, found.st_size, files.is_read_as_it_is(self._path)
