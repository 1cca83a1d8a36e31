"""From a path to connections: what is accepted as a database file, and how it is set up."""

import os
import sqlite3
import stat
from contextlib import closing
from pathlib import Path
from typing import Final

from licensekit.database.sqlite.errors import Translated
from licensekit.errors import DatabaseDamaged, DatabaseUnavailable, FileUnusable
from licensekit.files import sync_folder

APPLICATION_ID: Final = 0x6C6B6462
"""What marks a SQLite file as ours (`lkdb`)."""

CHECKED_BYTES: Final = 2 * 1024 * 1024
"""Up to this size a database is checked page by page when it is opened (about a millisecond)."""

_VALUE_BYTES: Final = 16 * 1024 * 1024
"""The longest text or blob; what is stored is bounded by `limits` to less."""

_SETTINGS: Final = (
    "PRAGMA synchronous = FULL",
    "PRAGMA fullfsync = ON",
    "PRAGMA foreign_keys = ON",
    "PRAGMA trusted_schema = OFF",
    "PRAGMA cell_size_check = ON",
)


def prepare(path: Path, *, wait: float, create: bool) -> None:
    """Make sure that `path` is a database file that may be ours; with `create`, that it exists.

    Raises:
        FileUnusable: missing, a folder, a FIFO or anything but a plain file.
        DatabaseDamaged: no SQLite database, a damaged one, or one of another program. It was left
            as it was.
        DatabaseBusy, DatabaseUnavailable: it cannot be read.
    """
    if not _is_there(path):
        if not create:
            raise FileUnusable("there is no database here", where=str(path), hint="check the path")
        create_private(path)
    with closing(connect(path, wait=wait)) as raw, Translated(str(path)):
        _check(raw, path)
        if raw.execute("PRAGMA journal_mode = WAL").fetchone() != ("wal",):
            raise DatabaseUnavailable(
                "this file system cannot hold a shared database",
                where=str(path),
                hint="put it on a local disk, or use PostgreSQL",
            )


def connect(path: Path, *, wait: float, read_only: bool = False) -> sqlite3.Connection:
    """Open one connection, which waits `wait` seconds for other writers."""
    with Translated(str(path)):
        raw = sqlite3.connect(
            f"{path.absolute().as_uri()}?mode=rw",
            uri=True,
            timeout=wait,
            isolation_level=None,
            check_same_thread=False,
        )
        for setting in _SETTINGS:
            raw.execute(setting)
        raw.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _VALUE_BYTES)
        if read_only:
            raw.execute("PRAGMA query_only = ON")
    return raw


def create_private(path: Path) -> None:
    """Create an empty file that only its owner may read: an installation's key lives in it."""
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        sync_folder(path.parent)
    except FileExistsError:
        pass  # another process was faster
    except OSError as error:
        raise DatabaseUnavailable(
            f"the database cannot be created: {error.strerror}",
            where=str(path),
            hint="check that the folder exists and that this account may write to it",
        ) from error


def _is_there(path: Path) -> bool:
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        return False
    except (OSError, ValueError) as error:
        raise FileUnusable(f"the database cannot be used: {error}", where=str(path)) from error
    if not stat.S_ISREG(mode):
        raise FileUnusable(
            "a folder or device, where a database file is meant",
            where=str(path),
            hint="check the path",
        )
    return True


def _check(raw: sqlite3.Connection, path: Path) -> None:
    (mark,) = raw.execute("PRAGMA application_id").fetchone()
    (tables,) = raw.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    if mark != APPLICATION_ID and (mark, tables) != (0, 0):
        raise DatabaseDamaged(
            "this database belongs to another program",
            where=str(path),
            hint="check the path; it was left as it is",
        )
    if path.stat().st_size <= CHECKED_BYTES:
        (finding,) = raw.execute("PRAGMA quick_check(1)").fetchone()
        if finding != "ok":
            raise DatabaseDamaged(f"it is damaged ({finding})", where=str(path))
