"""Every error of psycopg as one of ours, by its SQLSTATE (PostgreSQL manual, appendix A)."""

from collections.abc import Callable
from functools import partial
from typing import Final

import psycopg

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

_AWAY: Final[_Meaning] = partial(DatabaseUnavailable, reason="away")
_BUSY: Final[_Meaning] = partial(DatabaseBusy, reason="server")
_NOT_STORABLE: Final[_Meaning] = partial(NotStorable, reason="server")
_RIGHTS: Final[_Meaning] = partial(DatabaseUnavailable, reason="rights")

_BY_STATE: Final[dict[str, _Meaning]] = {
    "25006": partial(DatabaseUnavailable, reason="standby"),
    "25P03": partial(DatabaseUnavailable, reason="idle"),
    "42501": _RIGHTS,
    "42P07": partial(DatabaseDamaged, reason="not-empty"),
    "53300": partial(DatabaseUnavailable, reason="connections"),
    "55P03": _BUSY,
    "57014": _BUSY,
}
_BY_CLASS: Final[dict[str, _Meaning]] = {
    "22": _NOT_STORABLE,
    "23": partial(ConstraintViolated, reason="server"),
    "28": _RIGHTS,
    "3D": partial(DatabaseUnavailable, reason="no-database"),
    "3F": partial(DatabaseUnavailable, reason="no-schema"),
    "40": _BUSY,
    "42": partial(DatabaseDamaged, reason="schema"),
    "53": partial(DatabaseUnavailable, reason="resources"),
    "54": _NOT_STORABLE,
    "XX": partial(DatabaseDamaged, reason="server"),
}


def translate(error: BaseException, where: str) -> LicenseError | None:
    """Return what an error of psycopg means; see `licensekit.database.transaction.Translate`."""
    if not isinstance(error, psycopg.Error):
        return unstorable(error, where)
    state = error.sqlstate or ""
    meaning = _BY_STATE.get(state) or _BY_CLASS.get(state[:2]) or _AWAY
    return meaning(detail=error.diag.message_primary or str(error), sqlstate=state, where=where)
