"""The `Database` of PostgreSQL."""

import re
import selectors
from collections.abc import Generator, Iterable
from contextlib import AbstractContextManager, contextmanager
from math import inf
from os import getpid
from time import monotonic
from typing import Final, LiteralString

from psycopg.pq import TransactionStatus

from licensekit.database import Row, Value, Version
from licensekit.database.postgres import connection as server
from licensekit.database.postgres.connection import NOW, PostgresConnection, Raw, placed, translate
from licensekit.database.protocol import BaseDatabase, ConnectionPool, Fill, Translated, storable, undoing
from licensekit.database.schemas import FOUND, Dialect, Queries, Schema, read_queries
from licensekit.database.upgrades import migrate
from licensekit.errors import DatabaseDamaged, DatabaseUnavailable

_Selector: Final[type[selectors.BaseSelector]] = getattr(selectors, "PollSelector", selectors.SelectSelector)
_MIGRATION_SECONDS: Final = 600.0  # to migrate a database, or to fill a new one
_COLUMN: Final = re.compile(r"[(,]\s*([a-z]\w*) (BIGINT|TEXT|BYTEA)")
_RULES: Final = {"c": "CHECK (", "f": "REFERENCES", "p": "PRIMARY KEY", "u": "UNIQUE"}
"""Kind of a constraint in PostgreSQL's catalog to its keyword."""


def _defined(statement: LiteralString) -> str:
    """See `Dialect.define`."""
    if statement.startswith("CREATE TABLE"):
        columns = ", ".join(f"{name} {kind.lower()}" for name, kind in _COLUMN.findall(statement))
        rules = "".join(kind * statement.count(text) for kind, text in _RULES.items())
        return f"{columns} {rules}"
    return "unique" if statement.startswith("CREATE UNIQUE") else "index"


_SQL: Final = read_queries(__file__)
_WORDS: Final[Queries] = {"integer": "BIGINT", "text": 'TEXT COLLATE "C"', "blob": "BYTEA", "strict": ""}
DIALECT: Final = Dialect(_WORDS, first=(), define=_defined, queries=_SQL)

# The server's time comes with it, which saves a query.
_FOUND: Final = FOUND.replace(" FROM", f", {NOW} FROM").encode()
_LOCK, _SHARED_LOCK, _COUNT = (f"{_SQL[name]};".encode() for name in ("lock", "shared_lock", "count"))


class PostgresDatabase(BaseDatabase):
    """A database on a server (see `licensekit.database.protocol`). `location` is the URL without its password."""

    dialect = DIALECT

    def __init__(self, url: str, schema: Schema | None, *, create: bool, fill: Fill | None, wait: float) -> None:
        self.location, self._parameters = server.read_url(url)
        self._schema: Schema | None = None  # nothing is checked until it has been migrated
        self._wait, self._number = wait, 0 if schema is None else schema.number
        self._pool = ConnectionPool(self._connect, Raw.close, is_usable=_is_idle, location=self.location, wait=wait)
        with undoing(self.close):
            if schema is not None:
                self.deadline = monotonic() + _MIGRATION_SECONDS
                migrate(self, schema, create=create, fill=fill)
        self._schema, self.deadline = schema, inf

    def read(self) -> AbstractContextManager[PostgresConnection]:
        """See `Database.read`."""
        return self._transaction(b"BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;")

    def write(self, *, shared: bool = False) -> AbstractContextManager[PostgresConnection]:
        """See `Database.write`."""
        lock, count = (_SHARED_LOCK, b"") if shared else (_LOCK, _COUNT)
        return self._transaction(b"BEGIN ISOLATION LEVEL READ COMMITTED;", lock, count)

    def once(self, sql: LiteralString, *params: Value) -> Row | None:
        """See `Database.once`."""
        try:
            with self._lend() as raw, Translated(translate, self.location):
                return raw.execute(placed(sql), storable(params, self.location)).fetchone()
        except DatabaseDamaged:
            with self.read():  # raises the better error if a newer program has changed the tables
                raise

    def each(self, sql: LiteralString, rows: Iterable[tuple[Value, ...]]) -> list[Row | None]:
        """See `Database.each`."""
        return [self.once(sql, *row) for row in rows]

    def version(self) -> Version:
        """See `Database.version`."""
        return (getpid(), *(self.once(_SQL["changes"]) or ()))

    def epoch(self) -> str:
        """See `Database.epoch`; empty if this account may not ask the server."""
        try:
            return str((self.once(_SQL["epoch"]) or ("",))[0])
        except DatabaseUnavailable as error:
            if error.reason == "rights":
                return ""
            raise

    def close(self) -> None:
        """See `Database.close`."""
        self._pool.close()

    def keep_copy(self, number: int) -> None:
        """Do nothing: backups of a server are its administrator's job."""

    @contextmanager
    def _transaction(self, begin: bytes, lock: bytes = b"", count: bytes = b"") -> Generator[PostgresConnection]:
        with self._lend() as raw, PostgresConnection(raw, self.location, count + b"COMMIT") as connection:
            statements = begin + server.settings_of(raw, self._wait) + lock
            if self._schema is None:
                connection.begin(statements)
            else:
                found = connection.begin(statements + _FOUND)
                self._schema.check(found and found[:4], self.location, "change" if lock else "read")
                connection.began = found[4] if found else None
            yield connection

    @contextmanager
    def _lend(self) -> Generator[Raw]:
        with self._pool.lend(self.deadline) as raw:
            raw.deadline = self.deadline
            yield raw

    def _connect(self, deadline: float) -> Raw:
        with Translated(translate, self.location):
            return server.connect(self._parameters, self._wait, self._number, deadline)


def _is_idle(raw: Raw) -> bool:
    if raw.closed or raw.info.transaction_status != TransactionStatus.IDLE:
        return False
    # If a server has gone away, its last message or the closed socket makes this one readable.
    with _Selector() as selector:
        selector.register(raw.fileno(), selectors.EVENT_READ)
        return not selector.select(0)
