"""One transaction on a SQLite database."""

import sqlite3
from collections.abc import Iterable, Iterator
from os import getpid
from typing import LiteralString

from licensekit.database.protocol import Row, Value
from licensekit.database.sqlite.errors import Translated
from licensekit.errors import DatabaseUnavailable, NotStorable


class SqliteConnection:
    """The `Connection` of SQLite, from `begin` to `end`."""

    __slots__ = ("_open", "_pid", "_raw", "_streams", "_where")

    def __init__(self, raw: sqlite3.Connection, where: str) -> None:
        self._raw = raw
        self._where = where
        self._pid = getpid()
        self._open = True
        self._streams: list[sqlite3.Cursor] = []

    def rows(self, sql: LiteralString, *params: Value) -> list[Row]:
        """See `Connection.rows`."""
        with Translated(self._where):
            return self._run(sql, params).fetchall()

    def one(self, sql: LiteralString, *params: Value) -> Row | None:
        """See `Connection.one`."""
        with Translated(self._where):
            row: Row | None = self._run(sql, params).fetchone()
            return row

    def stream(self, sql: LiteralString, *params: Value) -> Iterator[Row]:
        """See `Connection.stream`."""
        with Translated(self._where):
            cursor = self._run(sql, params)
        self._streams.append(cursor)
        return self._fetch(cursor)

    def run(self, sql: LiteralString, *params: Value) -> int:
        """See `Connection.run`."""
        with Translated(self._where):
            return max(self._run(sql, params).rowcount, 0)

    def run_many(self, sql: LiteralString, rows: Iterable[tuple[Value, ...]]) -> int:
        """See `Connection.run_many`."""
        self._check_open()
        with Translated(self._where):
            return max(self._raw.executemany(sql, map(self._storable, rows)).rowcount, 0)

    def now(self) -> None:
        """See `Connection.now`: there is no server."""

    def commit(self) -> None:
        """Make what was done durable, and end the transaction."""
        self._check_open()
        self._finish()
        with Translated(self._where):
            self._raw.execute("COMMIT")

    def abandon(self) -> None:
        """Undo what was done; nothing, if the transaction belongs to a parent process."""
        if self._pid == getpid():
            self._finish()
            with Translated(self._where):
                self._raw.rollback()

    def _finish(self) -> None:
        # A cursor that still streams would hold its snapshot after the end of the transaction.
        self._open = False
        for cursor in self._streams:
            cursor.close()

    def _run(self, sql: LiteralString, params: tuple[Value, ...]) -> sqlite3.Cursor:
        self._check_open()
        return self._raw.execute(sql, self._storable(params))

    def _fetch(self, cursor: sqlite3.Cursor) -> Iterator[Row]:
        while True:
            self._check_open()
            with Translated(self._where):
                batch: list[Row] = cursor.fetchmany(1000)
            if not batch:
                return
            yield from batch

    def _check_open(self) -> None:
        if not self._open or self._pid != getpid():
            raise DatabaseUnavailable(
                "this transaction has ended, or belongs to a parent process", where=self._where
            )

    def _storable(self, params: tuple[Value, ...]) -> tuple[Value, ...]:
        # SQLite would store a NUL in text; PostgreSQL does not, and a database moves between them.
        for value in params:
            if isinstance(value, str) and "\0" in value:
                raise NotStorable("a text contains a NUL character", where=self._where)
        return params
