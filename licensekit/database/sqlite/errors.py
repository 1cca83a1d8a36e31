"""Every error of sqlite3 as one of ours, by its result code (https://sqlite.org/rescode.html)."""

import sqlite3
from typing import Final

from licensekit.database.storable import unstorable
from licensekit.errors import (
    ConstraintViolated,
    DatabaseBusy,
    DatabaseDamaged,
    DatabaseUnavailable,
    LicenseError,
    NotStorable,
)

_ROOM: Final = "make room on the disk; nothing was changed"
_DISK: Final = "check the disk and the room on it; nothing was changed"
_RIGHTS: Final = "let this account write to the file and to its folder"

_BY_CODE: Final[dict[int, tuple[type[LicenseError], str, str]]] = {
    sqlite3.SQLITE_BUSY: (DatabaseBusy, "another process holds it", ""),
    sqlite3.SQLITE_LOCKED: (DatabaseBusy, "another transaction of this process holds it", ""),
    sqlite3.SQLITE_FULL: (DatabaseUnavailable, "the disk is full", _ROOM),
    sqlite3.SQLITE_IOERR: (DatabaseUnavailable, "the disk refuses to read or write", _DISK),
    sqlite3.SQLITE_IOERR_SHORT_READ: (DatabaseDamaged, "it ends too early", ""),
    sqlite3.SQLITE_READONLY: (DatabaseUnavailable, "it may not be written", _RIGHTS),
    sqlite3.SQLITE_CANTOPEN: (DatabaseUnavailable, "it cannot be opened", _RIGHTS),
    sqlite3.SQLITE_PERM: (DatabaseUnavailable, "it may not be opened", _RIGHTS),
    sqlite3.SQLITE_CONSTRAINT: (ConstraintViolated, "a rule of the database refuses it", ""),
    sqlite3.SQLITE_TOOBIG: (NotStorable, "a value is too large to be stored", ""),
    sqlite3.SQLITE_NOTADB: (DatabaseDamaged, "this is no database", ""),
}


def translate(error: BaseException, where: str) -> LicenseError | None:
    """Return what an error of sqlite3 means; see `licensekit.database.transaction.Translate`."""
    if isinstance(error, UnicodeDecodeError):
        # sqlite3 cannot even say what is wrong: the name in its message is not UTF-8.
        return DatabaseDamaged("it is damaged", where=where)
    # A ProgrammingError is a mistake of ours: it stays what it is.
    if isinstance(error, sqlite3.DatabaseError) and not isinstance(error, sqlite3.ProgrammingError):
        return _ours(error, where)
    return unstorable(error, where)


def damaged(finding: str, where: str) -> DatabaseDamaged:
    """Return the error of a damaged database; `finding` may contain any text of the file."""
    shown = "".join(char if char.isprintable() else " " for char in finding[:200])
    return DatabaseDamaged(f"it is damaged ({' '.join(shown.split())})", where=where)


def _ours(error: sqlite3.DatabaseError, where: str) -> LicenseError:
    # Text that is no UTF-8 has no code: then, as for any other code, the database is damaged.
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT)
    known = _BY_CODE.get(code) or _BY_CODE.get(code & 0xFF)
    if known is None:
        return damaged(str(error), where)
    kind, what, hint = known
    return kind(what, where=where, hint=hint)
