"""From a path to connections: what is accepted as a database file, and how it is set up."""

import os
import sqlite3
from contextlib import closing, suppress
from functools import partial
from pathlib import Path
from time import monotonic, sleep
from typing import Final

from licensekit.database.protocol import VALUE_BYTES, Translated
from licensekit.database.sqlite.connection import damaged, translate
from licensekit.errors import DatabaseBusy, DatabaseDamaged, DatabaseUnavailable, FileUnusable, LicenseError
from licensekit.files import hand_over, require_plain_file, sync_folder, unusable

APPLICATION_ID: Final = 0x6C6B6462
"""What marks a SQLite file as ours (`lkdb`)."""

CHECKED_BYTES: Final = 2 * 1024 * 1024
"""Up to this size a database is checked page by page when it is opened (about a millisecond)."""

MEMORY: Final = ":memory:"

_SMALLEST: Final = 512
"""The smallest page that SQLite has, and so the smallest database."""

_SETTINGS: Final = (
    "PRAGMA synchronous = FULL",
    "PRAGMA fullfsync = ON",
    "PRAGMA foreign_keys = ON",
    "PRAGMA trusted_schema = OFF",
    "PRAGMA cell_size_check = ON",
)


def prepare(path: Path, *, wait: float, create: bool) -> bool:
    """Check that `path` is a database file that may be ours; with `create`, create it if needed.

    Return whether it was created.

    Raises:
        FileUnusable: missing or empty, a folder, a FIFO or anything but a plain file.
        DatabaseDamaged: no SQLite database, a damaged one, or one of another program. It was left as it was.
        DatabaseBusy, DatabaseUnavailable: it cannot be read.
    """
    is_made = False
    if not _is_there(path):
        if not create:
            raise FileUnusable(reason="no-database", where=str(path))
        is_made = create_private(path)
    end = monotonic() + wait
    while True:
        try:
            _set_to_log_ahead(path, create=create)
        except DatabaseBusy:
            # SQLite does not always wait by itself for others who set up the same file.
            if monotonic() > end:
                raise
        except BaseException:  # an interruption too must leave no empty file
            if is_made:
                discard(path)
            raise
        else:
            return is_made
        sleep(0.01)


def require_there(path: Path) -> None:
    """Check that there is a plain file at `path`.

    Raises:
        FileUnusable: there is none, or it cannot be looked at.
    """
    if not _is_there(path):
        raise FileUnusable(reason="no-database", where=str(path))


def connect(path: Path | None, *, wait: float, read_only: bool = False) -> sqlite3.Connection:
    """Open one connection, which waits `wait` seconds for other writers; without a path, to an empty one in memory."""
    place, is_writable = MEMORY, True
    if path is not None:
        mode = "mode=ro&immutable=1" if is_read_as_it_is(path) else "mode=rw"
        place, is_writable = f"{path.absolute().as_uri()}?{mode}", _is_writable(path)
    with Translated(translate, str(path or MEMORY)):
        raw = sqlite3.connect(place, uri=True, timeout=wait, isolation_level=None, check_same_thread=False)
        try:
            raw.create_function("is_read_only", 0, partial(int, not is_writable))
            raw.create_function("server_now", 0, lambda: None)
            raw.create_function("may_be_lost", 0, lambda: 1)
            raw.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, 2 * VALUE_BYTES)
            for setting in (*_SETTINGS, f"PRAGMA query_only = {int(read_only)}"):
                raw.execute(setting)
        except BaseException:  # an interruption too must leave no file open
            raw.close()
            raise
    return raw


def is_read_as_it_is(path: Path) -> bool:
    """Return whether a database has no log, and this account can make none beside it."""
    logs = (path.with_name(path.name + suffix) for suffix in ("-wal", "-shm"))
    return not (_is_writable(path) or any(log.exists() for log in logs))


def _is_writable(path: Path) -> bool:
    effective = os.access in os.supports_effective_ids
    both = (path, path.parent)
    return all(os.access(one, os.W_OK, effective_ids=effective) for one in both)


def discard(path: Path) -> None:
    """Remove a database file that was created here and has no table; others keep their own.

    It is removed under its lock: who waits for that lock notices that the file is gone. Windows removes no file that is
    open, so there it stays; an empty database counts as absent.
    """
    with suppress(LicenseError, OSError, sqlite3.Error), closing(connect(path, wait=0)) as raw:
        raw.execute("BEGIN IMMEDIATE")
        if raw.execute("SELECT count(*) FROM sqlite_master").fetchone() == (0,):
            for suffix in ("", "-wal", "-shm"):
                path.with_name(path.name + suffix).unlink(missing_ok=True)


def create_private(path: Path) -> bool:
    """Create an empty file that only its owner may read: an installation's key lives in it.

    Return whether it was created; another process may have been faster.
    """
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
            path.unlink(missing_ok=True)
        raise DatabaseUnavailable(reason="not-created", detail=error.strerror or str(error), where=str(path)) from error
    return True


def _set_to_log_ahead(path: Path, *, create: bool) -> None:
    with closing(connect(path, wait=0)) as raw, Translated(translate, str(path)):
        raw.execute("BEGIN")
        is_new = _check(raw, path)
        raw.execute("COMMIT")
        if is_new and not create:
            raise FileUnusable(reason="empty-database", where=str(path))
        # A file system that cannot do it leaves the file with a journal: slower, and as safe.
        if _is_writable(path):
            raw.execute("PRAGMA journal_mode = WAL")


def _is_there(path: Path) -> bool:
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        if path.is_symlink():  # its target is not mounted: that is not an absent database
            raise FileUnusable(reason="link-broken", where=str(path)) from None
        return False
    except (OSError, ValueError) as error:
        raise unusable(path, "a database", error) from error
    require_plain_file(path, mode, "a database")
    return True


def _check(raw: sqlite3.Connection, path: Path) -> bool:
    """Return whether a database that may be ours is still empty."""
    size = path.stat().st_size
    if 0 < size < _SMALLEST:
        # SQLite would take a file of a byte for an empty one.
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
