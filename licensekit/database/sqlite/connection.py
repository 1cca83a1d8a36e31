"""One transaction on a SQLite database."""

import sqlite3
from collections.abc import Iterable, Iterator
from typing import LiteralString

from licensekit.database.protocol import STREAMED_ROWS, Row, Value
from licensekit.database.sqlite.errors import translate
from licensekit.database.transaction import EngineConnection, Translated, storable


class SqliteConnection(EngineConnection):
    """The `Connection` of SQLite, from `BEGIN` to `commit` or `abandon`."""

    __slots__ = ("_raw", "_streams")

    def __init__(self, raw: sqlite3.Connection, where: str) -> None:
        super().__init__(translate, where)
        self._raw = raw
        self._streams: list[sqlite3.Cursor] = []

    def begin(self, statement: LiteralString) -> None:
        """Begin the transaction."""
        with self._lifetime:
            self._raw.execute(statement)

    def run_many(self, sql: LiteralString, rows: Iterable[tuple[Value, ...]]) -> int:
        """See `Connection.run_many`."""
        with self._lifetime:
            checked = (storable(row, self._where) for row in rows)
            return max(self._raw.executemany(sql, checked).rowcount, 0)

    def stream(self, sql: LiteralString, *params: Value) -> Iterator[Row]:
        """See `Connection.stream`."""
        with self._lifetime:
            cursor = self._run(sql, params)
        self._streams.append(cursor)
        return self._fetch(cursor)

    def count_on(self, table: LiteralString, column: LiteralString) -> None:
        """See `Connection.count_on`: SQLite does so by itself."""

    def now(self) -> None:
        """See `Connection.now`: there is no server."""

    def commit(self) -> None:
        """Commit durably, and end the transaction."""
        self._lifetime.check()
        self._finish()
        with Translated(translate, self._where):
            self._raw.execute("COMMIT")

    def abandon(self) -> None:
        """Undo what was done; nothing, if the transaction belongs to a parent process."""
        if not self._lifetime.is_inherited:
            self._finish()
            with Translated(translate, self._where):
                self._raw.rollback()

    def _finish(self) -> None:
        # A cursor that still streams would hold its snapshot after the end of the transaction.
        self._lifetime.end()
        for cursor in self._streams:
            cursor.close()

    def _run(self, sql: LiteralString, params: tuple[Value, ...]) -> sqlite3.Cursor:
        return self._raw.execute(sql, storable(params, self._where))

    def _fetch(self, cursor: sqlite3.Cursor) -> Iterator[Row]:
        while True:
            with self._lifetime:
                batch: list[Row] = cursor.fetchmany(STREAMED_ROWS)
            if not batch:
                return
            yield from batch
