"""Every error of sqlite3 as one of ours, by its result code (https://sqlite.org/rescode.html)."""

import sqlite3
from collections.abc import Callable
from functools import partial
from typing import Final

from licensekit.database.transaction import unstorable
from licensekit.errors import (
    ConstraintViolated,
    DatabaseBusy,
    DatabaseDamaged,
    DatabaseUnavailable,
    EngineError,
    LicenseError,
    NotStorable,
)

_Meaning = Callable[..., EngineError]

_BY_CODE: Final[dict[int, _Meaning]] = {
    sqlite3.SQLITE_BUSY: partial(DatabaseBusy, reason="process"),
    sqlite3.SQLITE_PROTOCOL: partial(DatabaseBusy, reason="process"),
    sqlite3.SQLITE_LOCKED: partial(DatabaseBusy, reason="transaction"),
    sqlite3.SQLITE_FULL: partial(DatabaseUnavailable, reason="disk-full"),
    sqlite3.SQLITE_IOERR: partial(DatabaseUnavailable, reason="disk-error"),
    sqlite3.SQLITE_IOERR_SHORT_READ: partial(DatabaseDamaged, reason="too-short"),
    sqlite3.SQLITE_READONLY: partial(DatabaseUnavailable, reason="read-only"),
    sqlite3.SQLITE_CANTOPEN: partial(DatabaseUnavailable, reason="not-opened"),
    sqlite3.SQLITE_PERM: partial(DatabaseUnavailable, reason="permission"),
    sqlite3.SQLITE_CONSTRAINT: partial(ConstraintViolated, reason="rule"),
    sqlite3.SQLITE_TOOBIG: partial(NotStorable, reason="too-long"),
    sqlite3.SQLITE_NOTADB: partial(DatabaseDamaged, reason="no-database"),
}


def translate(error: BaseException, where: str) -> LicenseError | None:
    """Return what an error of sqlite3 means; see `licensekit.database.transaction.Translate`."""
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


def damaged(finding: str, where: str) -> DatabaseDamaged:
    """Return the error of a damaged database; `finding` may contain any text of the file."""
    return DatabaseDamaged(reason="damaged", detail=finding, where=where)
