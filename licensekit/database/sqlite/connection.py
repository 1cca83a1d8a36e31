"""One transaction on a SQLite database, and what its errors mean (https://sqlite.org/rescode.html)."""

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Final, LiteralString

from licensekit import errors
from licensekit.database.protocol import STREAMED_ROWS, Connection, Row, Translated, Value, storable, unstorable

_Meaning = Callable[..., errors.EngineError]

_BY_CODE: Final[dict[int, _Meaning]] = {
    sqlite3.SQLITE_BUSY: partial(errors.DatabaseBusy, reason="process"),
    sqlite3.SQLITE_PROTOCOL: partial(errors.DatabaseBusy, reason="process"),
    sqlite3.SQLITE_LOCKED: partial(errors.DatabaseBusy, reason="transaction"),
    sqlite3.SQLITE_FULL: partial(errors.DatabaseUnavailable, reason="disk-full"),
    sqlite3.SQLITE_IOERR: partial(errors.DatabaseUnavailable, reason="disk-error"),
    sqlite3.SQLITE_IOERR_SHORT_READ: partial(errors.DatabaseDamaged, reason="too-short"),
    sqlite3.SQLITE_READONLY: partial(errors.DatabaseUnavailable, reason="read-only"),
    sqlite3.SQLITE_CANTOPEN: partial(errors.DatabaseUnavailable, reason="not-opened"),
    sqlite3.SQLITE_PERM: partial(errors.DatabaseUnavailable, reason="permission"),
    sqlite3.SQLITE_CONSTRAINT: partial(errors.ConstraintViolated, reason="rule"),
    sqlite3.SQLITE_TOOBIG: partial(errors.NotStorable, reason="too-long"),
    sqlite3.SQLITE_NOTADB: partial(errors.DatabaseDamaged, reason="no-database"),
}


def translate(error: BaseException, where: str) -> errors.LicenseError | None:
    """Return what an error of sqlite3 means; see `licensekit.database.protocol.Translate`."""
    if isinstance(error, UnicodeDecodeError):
        # sqlite3 cannot even say what is wrong: the name in its message is not UTF-8.
        return damaged("a name in it is not UTF-8", where)
    # A ProgrammingError is a mistake of ours: it stays what it is.
    if isinstance(error, sqlite3.DatabaseError) and not isinstance(error, sqlite3.ProgrammingError):
        # Text that is no UTF-8 has no code: then, as for any other code, the database is damaged.
        code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT)
        known = _BY_CODE.get(code) or _BY_CODE.get(code & 0xFF)
        return known(detail=str(error), where=where) if known else damaged(str(error), where)
    return unstorable(error, where)


def damaged(finding: str, where: str) -> errors.DatabaseDamaged:
    """Return the error of a damaged database; `finding` may contain any text of the file."""
    return errors.DatabaseDamaged(reason="damaged", detail=finding, where=where)


class SqliteConnection(Connection):
    """The connection of SQLite, from `BEGIN` to `commit` or `abandon`."""

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
