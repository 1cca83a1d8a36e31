"""Every error of psycopg as one of ours, by its SQLSTATE (PostgreSQL manual, appendix A)."""

from typing import Final

import psycopg

from licensekit.database.storable import unstorable
from licensekit.errors import (
    ConstraintViolated,
    DatabaseBusy,
    DatabaseDamaged,
    DatabaseUnavailable,
    LicenseError,
    NotStorable,
)

_Kind = type[LicenseError]

_AWAY: Final = "check that the server runs and can be reached; it is tried again with every call"
_RIGHTS: Final = "check the user, the password and what the server permits them"

_BY_STATE: Final[dict[str, tuple[_Kind, str]]] = {
    "25006": (DatabaseUnavailable, "connect to the primary server, not to a standby"),
    "25P03": (DatabaseUnavailable, "the transaction stood still for too long"),
    "42501": (DatabaseUnavailable, _RIGHTS),
    "42P07": (DatabaseDamaged, "use a database, or a schema in it, that holds nothing else"),
    "53300": (DatabaseUnavailable, "let the server accept more connections"),
    "55P03": (DatabaseBusy, ""),
    "57014": (DatabaseBusy, ""),
}
_BY_CLASS: Final[dict[str, tuple[_Kind, str]]] = {
    "22": (NotStorable, ""),
    "23": (ConstraintViolated, ""),
    "28": (DatabaseUnavailable, _RIGHTS),
    "3D": (DatabaseUnavailable, "create the database first, or check its name"),
    "3F": (DatabaseUnavailable, "create the schema first, or check the search path"),
    "40": (DatabaseBusy, ""),
    "42": (DatabaseDamaged, ""),
    "53": (DatabaseUnavailable, "make room on the server; nothing was changed"),
    "54": (NotStorable, ""),
    "XX": (DatabaseDamaged, "ask the server's administrator to check it"),
}


def translate(error: BaseException, where: str) -> LicenseError | None:
    """Return what an error of psycopg means; see `licensekit.database.transaction.Translate`."""
    if isinstance(error, psycopg.Error):
        return _ours(error, where)
    return unstorable(error, where)


def _ours(error: psycopg.Error, where: str) -> LicenseError:
    state = error.sqlstate or ""
    what = " ".join((error.diag.message_primary or str(error)).split())
    kind, hint = _BY_STATE.get(state) or _BY_CLASS.get(state[:2]) or (DatabaseUnavailable, _AWAY)
    return kind(what, where=where, hint=hint, sqlstate=state)
