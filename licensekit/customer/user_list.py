"""Lists of users, filtered, of any number in constant memory."""

from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter
from typing import Final, LiteralString, NamedTuple

from licensekit.access import Access
from licensekit.customer.opened import Look
from licensekit.customer.serving import serving
from licensekit.database import Row, Value
from licensekit.entitlements import resolve
from licensekit.installation.state import State
from licensekit.wire.documents import Kind, UserKind

_SELECT: Final = (
    "SELECT u.id, u.name, u.kind, u.can_log_in, u.administrator, u.retired, u.member_of,"
    " l.license, l.number FROM users u LEFT JOIN user_licenses l ON l.user_id = u.id"
)
_ORDER: Final = " ORDER BY u.id, l.number"
_ASSIGNED: Final = (
    "EXISTS (SELECT 1 FROM user_licenses x WHERE x.user_id = u.id AND x.license IN (?"
)


class UserFilter(NamedTuple):
    """Which users to list; everything that is given must hold."""

    license: str | None = None
    """Assigned this license."""
    holding: str | None = None
    """Holding this license, by assignment or through what includes it."""
    kinds: frozenset[UserKind] = frozenset()
    retired: bool | None = None
    expired: bool = False
    """Assigned a license that has lapsed for them."""


class UserRow(NamedTuple):
    """One user as a list shows it."""

    id: str
    name: str
    kind: UserKind
    can_log_in: bool
    administrator: bool
    retired: bool
    groups: tuple[str, ...]
    licenses: tuple[str, ...]
    """What is assigned, the oldest first."""
    lapsed: tuple[str, ...]
    """What of it gives less than full, since more is assigned than there is, or it has expired."""


def list_users(look: Look, state: State, wanted: UserFilter) -> Iterator[UserRow]:
    """Give the users that `wanted` fits, by id.

    Raises:
        UnknownLicense, WrongKind: a license that is asked for is no user license.
    """
    where, params = _where(state, wanted)
    served = serving(look.connection, state.entitlements, state.in_use)
    rows = look.connection.stream(_SELECT + where + _ORDER, *params)
    for _, of_one in groupby(rows, key=itemgetter(0)):
        listed = list(of_one)
        held = [(code, number) for *_, code, number in listed if code is not None]
        lapsed = tuple(c for c, number in held if served.access(c, number) < Access.FULL)
        if lapsed or not wanted.expired:
            yield _row(listed[0], tuple(code for code, _ in held), lapsed)


def _row(row: Row, licenses: tuple[str, ...], lapsed: tuple[str, ...]) -> UserRow:
    user_id, name, kind, can_log_in, administrator, retired, member_of, *_ = row
    return UserRow(
        id=user_id,
        name=name,
        kind=UserKind(kind),
        can_log_in=bool(can_log_in),
        administrator=bool(administrator),
        retired=bool(retired),
        groups=tuple(member_of.split()),
        licenses=licenses,
        lapsed=lapsed,
    )


def _where(state: State, wanted: UserFilter) -> tuple[LiteralString, list[Value]]:
    conditions: list[LiteralString] = []
    params: list[Value] = []

    def require(condition: LiteralString, *values: Value) -> None:
        conditions.append(condition)
        params.extend(values)

    if wanted.license is not None:
        code = resolve(state.entitlements, wanted.license, (Kind.USER,))
        require(_ASSIGNED + "))", code)
    if wanted.holding is not None:
        givers = _givers(state, wanted.holding)
        if givers is not None:
            require(_ASSIGNED + ", ?" * (len(givers) - 1) + "))", *givers)
    if wanted.kinds:
        kinds = sorted(wanted.kinds)
        require("u.kind IN (?" + ", ?" * (len(kinds) - 1) + ")", *kinds)
    if wanted.retired is not None:
        require("u.retired = ?", int(wanted.retired))
    if wanted.expired:
        require("l.license IS NOT NULL")
    return (" WHERE " + " AND ".join(conditions) if conditions else ""), params


def _givers(state: State, wanted: str) -> list[str] | None:
    """Give the licenses whose assignment gives `wanted`; None if everybody has it."""
    entitlements = state.entitlements
    code = resolve(entitlements, wanted, (Kind.USER,))
    if entitlements.everyone.get(code):
        return None
    return [code, *(c for c, inner in entitlements.closure.items() if code in inner)]
