"""Connections to a SQLite file: which files are accepted, their settings, transactions, and the meaning of errors.

Error codes are those of https://sqlite.org/rescode.html.
"""

import os
import sqlite3
from collections.abc import Callable, Iterable
from contextlib import closing, suppress
from functools import partial
from math import inf
from pathlib import Path
from time import monotonic, sleep
from typing import Final, LiteralString

from licensekit import errors
from licensekit.database import Connection, Row, Value
from licensekit.database.protocol import STREAMED_ROWS, VALUE_BYTES, Translated, storable
from licensekit.errors import DatabaseBusy, DatabaseDamaged, DatabaseUnavailable, FileUnusable, LicenseError
from licensekit.files import hand_over, require_plain_file, sync_folder, unusable

APPLICATION_ID: Final = 0x6C6B6462  # marks a SQLite file as ours (`lkdb`)
CHECKED_BYTES: Final = 2 * 1024 * 1024
"""Databases up to this size are checked page by page when they are opened (about a millisecond)."""
MEMORY: Final = ":memory:"
_SMALLEST: Final = 512  # the smallest page size of SQLite, and so the smallest database
_SETTINGS: Final = ("synchronous=FULL", "fullfsync=ON", "foreign_keys=ON", "trusted_schema=OFF", "cell_size_check=ON")
_Meaning = Callable[..., errors.EngineError]

_BY_CODE: Final[dict[int, _Meaning]] = {
    sqlite3.SQLITE_BUSY: partial(errors.DatabaseBusy, reason="process"),
    sqlite3.SQLITE_PROTOCOL: partial(errors.DatabaseBusy, reason="process"),
    sqlite3.SQLITE_LOCKED: partial(errors.DatabaseBusy, reason="transaction"),
    sqlite3.SQLITE_INTERRUPT: partial(errors.DatabaseBusy, reason="deadline"),
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
    """Translate an error of sqlite3; see `licensekit.database.protocol.Translate`."""
    if isinstance(error, UnicodeDecodeError):
        # sqlite3 cannot even decode its own message, because a name in it is not UTF-8.
        return damaged("a name in it is not UTF-8", where)
    # A ProgrammingError is a bug of ours and is not translated.
    if isinstance(error, sqlite3.DatabaseError) and not isinstance(error, sqlite3.ProgrammingError):
        # Text that is not UTF-8 has no code. It means a damaged database, as any unknown code does.
        code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT)
        known = _BY_CODE.get(code) or _BY_CODE.get(code & 0xFF)
        return known(detail=str(error), where=where) if known else damaged(str(error), where)
    return None


def damaged(finding: str, where: str) -> errors.DatabaseDamaged:
    """Return the error for a damaged database; `finding` may contain any text from the file."""
    return errors.DatabaseDamaged(reason="damaged", detail=finding, where=where)


class SqliteConnection(Connection):
    """The connection of SQLite, from `BEGIN` to `commit` or `abandon`."""

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
            return max(self._raw.executemany(sql, (storable(row, self._where) for row in rows)).rowcount, 0)

    def now(self) -> None:
        """See `Connection.now`: there is no server."""

    def commit(self) -> None:
        """See `Connection.commit`."""
        self._lifetime.check()
        self._finish()
        with Translated(translate, self._where):
            self._raw.execute("COMMIT")

    def abandon(self) -> None:
        """See `Connection.abandon`."""
        if not self._lifetime.is_inherited:
            self._finish()
            with Translated(translate, self._where):
                self._raw.rollback()

    def _finish(self) -> None:
        # An open cursor would keep its snapshot after the end of the transaction.
        self._lifetime.end()
        for cursor in self._streams:
            cursor.close()

    def _run(self, sql: LiteralString, params: tuple[Value, ...]) -> sqlite3.Cursor:
        return self._raw.execute(sql, storable(params, self._where))

    def _stream(self, sql: LiteralString, params: tuple[Value, ...]) -> Callable[[], list[Row]]:
        cursor = self._run(sql, params)
        self._streams.append(cursor)
        return partial(cursor.fetchmany, STREAMED_ROWS)


def prepare(path: Path, *, wait: float, create: bool) -> bool:
    """Check that a file may be ours, or with `create` create it; return whether it was. Raises as `connect`."""
    is_made = not is_there(path, required=not create) and create_private(path)
    end = monotonic() + wait
    while True:
        try:
            _set_to_log_ahead(path, create=create)
        except DatabaseBusy:
            # SQLite does not always wait by itself for another process that sets up the same file.
            if monotonic() > end:
                raise
        except BaseException:  # no empty file may be left, not even after an interruption
            if is_made:
                discard(path)
            raise
        else:
            return is_made
        sleep(0.01)


def connect(path: Path | None, *, wait: float, read_only: bool = False) -> sqlite3.Connection:
    """Open a connection that waits up to `wait` seconds for other writers; without a path, to a new one in memory."""
    place, is_writable = MEMORY, True
    if path is not None:
        mode = "mode=ro&immutable=1" if is_immutable(path) else "mode=rw"
        place, is_writable = f"{path.absolute().as_uri()}?{mode}", _is_writable(path)
    with Translated(translate, str(path or MEMORY)):
        raw = sqlite3.connect(place, uri=True, timeout=wait, isolation_level=None, check_same_thread=False)
        try:  # not `undoing`, whose generator would slow down every connection
            raw.create_function("is_read_only", 0, partial(int, not is_writable))
            raw.create_function("server_now", 0, lambda: None)
            raw.create_function("may_be_lost", 0, lambda: 1)
            raw.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, 2 * VALUE_BYTES)
            for setting in (*_SETTINGS, f"query_only={int(read_only)}"):
                raw.execute(f"PRAGMA {setting}")
        except BaseException:
            raw.close()
            raise
    return raw


def end_by(raw: sqlite3.Connection, deadline: float, wait: float) -> None:
    """Let no statement wait or run beyond a deadline, a time of `time.monotonic`."""
    left = max(0.0, min(wait, deadline - monotonic()))
    raw.execute(f"PRAGMA busy_timeout = {round(left * 1000)}")
    # That many steps of SQLite's virtual machine take a fraction of a millisecond.
    raw.set_progress_handler(None if deadline == inf else lambda: monotonic() > deadline, 10_000)


def is_immutable(path: Path) -> bool:
    """Return whether a database has no log and this account cannot create one, so it must be opened as immutable."""
    logs = (path.with_name(path.name + suffix) for suffix in ("-wal", "-shm"))
    return not (_is_writable(path) or any(log.exists() for log in logs))


def _is_writable(path: Path) -> bool:
    effective = os.access in os.supports_effective_ids
    return all(os.access(one, os.W_OK, effective_ids=effective) for one in (path, path.parent))


def is_alone(path: Path) -> bool:
    """Return whether nobody else has a database open: with a log, every open connection holds a lock."""
    place = f"{path.absolute().as_uri()}?mode=rw"
    with suppress(sqlite3.Error), closing(sqlite3.connect(place, uri=True, timeout=0)) as raw:
        raw.execute("PRAGMA locking_mode = EXCLUSIVE")
        return raw.execute("SELECT count(*) FROM sqlite_master").fetchone() is not None
    return False


def discard(path: Path) -> None:
    """Remove a database file that was created here and has no table, under its lock, so that waiters notice."""
    with suppress(LicenseError, OSError, sqlite3.Error), closing(connect(path, wait=0)) as raw:
        raw.execute("BEGIN IMMEDIATE")
        if raw.execute("SELECT count(*) FROM sqlite_master").fetchone() == (0,):
            for suffix in ("", "-wal", "-shm"):  # Windows cannot remove an open file; an empty one counts as absent
                path.with_name(path.name + suffix).unlink(missing_ok=True)


def create_private(path: Path) -> bool:
    """Create a file that only its owner may read, for it will contain a key; return False if it exists by now."""
    is_made = False
    try:
        handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600)
        is_made = True
        try:
            hand_over(handle, path.parent)
        finally:
            os.close(handle)
        sync_folder(path.parent)
    except FileExistsError:
        return False
    except OSError as error:
        if is_made:
            with suppress(OSError):
                path.unlink()
        raise DatabaseUnavailable(reason="not-created", detail=error.strerror or str(error), where=str(path)) from error
    return True


def _set_to_log_ahead(path: Path, *, create: bool) -> None:
    with closing(connect(path, wait=0)) as raw, Translated(translate, str(path)):
        raw.execute("BEGIN")
        is_new = _check(raw, path)
        raw.execute("COMMIT")
        if is_new and not create:
            raise FileUnusable(reason="empty-database", where=str(path))
        # On a file system that cannot do it, the file keeps a rollback journal: slower, but as safe.
        if _is_writable(path):
            raw.execute("PRAGMA journal_mode = WAL")


def is_there(path: Path, *, required: bool) -> bool:
    """Return whether a file exists; raise `FileUnusable` if it is not a plain file, or `required` and absent."""
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        is_link = path.is_symlink()  # its target may just not be mounted, so the database is not absent
        if is_link or required:
            raise FileUnusable(reason="link-broken" if is_link else "no-database", where=str(path)) from None
        return False
    except (OSError, ValueError) as error:
        raise unusable(path, "a database", error) from error
    require_plain_file(path, mode, "a database")
    return True


def _check(raw: sqlite3.Connection, path: Path) -> bool:
    """Return whether a database is still empty; raise `DatabaseDamaged` if it is not ours or is damaged."""
    size = path.stat().st_size
    if 0 < size < _SMALLEST:
        # SQLite would accept a file of one byte as an empty database.
        raise DatabaseDamaged(reason="no-database", where=str(path))
    (mark,) = raw.execute("PRAGMA application_id").fetchone()
    (tables,) = raw.execute("SELECT count(*) FROM sqlite_master").fetchone()
    is_new = (mark, tables) == (0, 0)
    if mark != APPLICATION_ID and not is_new:
        raise DatabaseDamaged(reason="other-program", where=str(path))
    if size <= CHECKED_BYTES:
        (finding,) = raw.execute("PRAGMA quick_check(1)").fetchone()
        if finding != "ok":
            raise damaged(finding, str(path))
    return is_new
