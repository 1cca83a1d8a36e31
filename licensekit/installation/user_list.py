"""Lists of users, filtered: page by page, or of any number in constant memory."""

from collections.abc import Iterable, Iterator
from itertools import chain, groupby
from operator import itemgetter
from typing import Any, Final, LiteralString, NamedTuple

from licensekit.database import Row, Value
from licensekit.dates import day_at
from licensekit.entitlements import Entitlements, count, lapsed, resolve
from licensekit.entitlements.assignment import without_requirement
from licensekit.entitlements.login import UserFacts
from licensekit.state.loading import InstallationState, ReadTransaction
from licensekit.state.sightings import NO_LOGIN, idle
from licensekit.state.slots import HIGHEST, USER_SLOT
from licensekit.state.users import USER_COLUMNS, facts_of, holdings_of
from licensekit.wire.documents import Kind, UserKind

_COLUMNS: Final = f"SELECT {USER_COLUMNS}, l.license, {USER_SLOT} FROM "  # noqa: S608  # texts of ours
_SOME: Final = f"SELECT * FROM (SELECT {USER_COLUMNS} FROM users u"  # noqa: S608  # texts of ours
_FIRST: Final = " ORDER BY u.id LIMIT ?) AS of_kind"
_LICENSES: Final = " u LEFT JOIN user_licenses l ON l.user_id = u.id"
_ORDER: Final = " ORDER BY u.id, l.license"
# Of many holders the next are found fastest by going from user to user; of few, from the license.
_FEW: Final = 2000
_ASSIGNED: Final = "EXISTS (SELECT 1 FROM user_licenses x WHERE x.user_id = u.id AND x.license IN (?"
_ASSIGNED_FEW: Final = "u.id IN (SELECT x.user_id FROM user_licenses x WHERE x.license IN (?"
_LAPSED: Final = (
    "EXISTS (SELECT 1 FROM user_licenses x WHERE x.user_id = u.id AND (x.license = ? AND NOT x.slot BETWEEN 1 AND ?"
)
_MATCHES: Final = "lower(u.id || ' ' || u.name) LIKE lower(?) ESCAPE '\\'"


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
    text: str = ""
    """With this text in the id or the name; letters of ASCII in either case."""
    idle: int | None = None
    """Holding a license for more than this many days, and not seen for more."""
    unusable: bool = False
    """Holding a license without being able to log in, or one that requires what nobody can have any more."""


EVERYBODY: Final = UserFilter()


class UserRow(NamedTuple):
    """One user as a list shows it."""

    user: UserFacts
    lapsed: tuple[str, ...]
    """What is assigned and gives less than full, since more is assigned than there is, or it has expired."""

    def plain(self) -> dict[str, Any]:
        """Return it as plain JSON values."""
        return {**self.user.plain(), "lapsed": list(self.lapsed)}


class UserPage(NamedTuple):
    """Some users of a list."""

    users: tuple[UserRow, ...]
    more: bool
    """Whether there are users after these."""


def list_users(read: ReadTransaction, wanted: UserFilter) -> Iterator[UserRow]:
    """Return the users that `wanted` fits, by id; raises as `Users.list` does."""
    state = read.state()
    where, params = _where(state, wanted)
    rows = read.connection.stream(_COLUMNS + "users" + _LICENSES + where + _ORDER, *params)
    return _users(rows, state.entitlements)


def page_of_users(
    read: ReadTransaction, wanted: UserFilter = EVERYBODY, *, after: str = "", limit: int = 50
) -> UserPage:
    """Return the first `limit` of the users that `wanted` fits whose id is after `after`.

    However many users there are, a page costs the same.

    Raises:
        UnknownCode, WrongKind: a license that is asked for is no user license.
    """
    state = read.state()
    found: list[LiteralString] = []
    params: list[Value] = []
    # Of one kind an index finds the next by id; of several, they are the next of each.
    for kinds in [frozenset({kind}) for kind in sorted(wanted.kinds)] or [frozenset[UserKind]()]:
        where, values = _where(state, wanted._replace(kinds=kinds), after=after)
        found.append(_SOME + where + _FIRST)
        params += (*values, limit + 1)
    some = _COLUMNS + "(" + " UNION ALL ".join(found) + " ORDER BY id LIMIT ?)"
    rows = read.connection.rows(some + _LICENSES + _ORDER, *params, limit + 1)
    users = tuple(_users(rows, state.entitlements))
    return UserPage(users[:limit], len(users) > limit)


def _users(rows: Iterable[Row], entitlements: Entitlements) -> Iterator[UserRow]:
    for _, of_one in groupby(rows, key=itemgetter(0)):
        listed = list(of_one)
        user = facts_of(listed[0])._replace(holdings=holdings_of(listed))
        yield UserRow(user, lapsed(entitlements, Kind.USER, user.holdings))


def _where(state: InstallationState, wanted: UserFilter, *, after: str = "") -> tuple[LiteralString, list[Value]]:
    conditions: list[LiteralString] = []
    params: list[Value] = []

    def require(condition: LiteralString, *values: Value) -> None:
        conditions.append(condition)
        params.extend(values)

    if after:
        require("u.id > ?", after)
    if wanted.license is not None:
        code = resolve(state.entitlements, wanted.license, (Kind.USER,))
        require(*_assigned(state, [code]))
    if wanted.holding is not None:
        givers = _givers(state, wanted.holding)
        if givers is not None:
            require(*_assigned(state, givers))
    if wanted.kinds:
        kinds = sorted(wanted.kinds)
        require("u.kind IN (?" + ", ?" * (len(kinds) - 1) + ")", *kinds)
    if wanted.retired is not None:
        require("u.retired = 1" if wanted.retired else "u.retired = 0")
    for condition in _without_use(state, wanted):
        require(*condition)
    if wanted.text:
        require(_MATCHES, f"%{_literal(wanted.text)}%")
    return (" WHERE " + " AND ".join(conditions) if conditions else ""), params


def _assigned(state: InstallationState, codes: list[str]) -> tuple[LiteralString, *tuple[str, ...]]:
    are_few = sum(state.in_use.get(code, 0) for code in codes) <= _FEW
    start = _ASSIGNED_FEW if are_few else _ASSIGNED
    return (start + ", ?" * (len(codes) - 1) + "))", *codes)


def _without_use(state: InstallationState, wanted: UserFilter) -> Iterator[tuple[LiteralString, *tuple[Value, ...]]]:
    """Yield the conditions of those who hold what gives them less than full, or what they do not use."""
    if wanted.expired:
        yield _lapsed(state)
    if wanted.idle is not None:
        yield idle(state.stored.told_since, day_at(state.now), wanted.idle)
    if wanted.unusable:
        yield _unusable(state)


def _unusable(state: InstallationState) -> tuple[LiteralString, *tuple[str, ...]]:
    codes = without_requirement(state.entitlements, state.in_use)
    if not codes:
        return (NO_LOGIN,)
    held, *values = _assigned(state, list(codes))
    return (f"({NO_LOGIN} OR {held})", *values)


def _lapsed(state: InstallationState) -> tuple[LiteralString, *tuple[Value, ...]]:
    found = [(code, _served_in_full(state.entitlements, code)) for code in sorted(state.in_use)]
    if not found:
        return ("0 = 1",)
    values: Iterator[Value] = chain.from_iterable(found)
    more: LiteralString = " OR x.license = ? AND NOT x.slot BETWEEN 1 AND ?" * (len(found) - 1)
    return (_LAPSED + more + "))", *values)


def _served_in_full(entitlements: Entitlements, code: str) -> int:
    """Return the last slot that is served in full."""
    license_ = entitlements.licenses.get(code)
    if license_ is None or license_.kind is not Kind.USER:
        return 0
    total = count(entitlements, code, 0).total
    return HIGHEST if total is None else total


def _literal(text: str) -> str:
    """Return `text` so that a pattern takes it as it stands."""
    return "".join(f"\\{character}" if character in r"\%_" else character for character in text)


def _givers(state: InstallationState, wanted: str) -> list[str] | None:
    """Return the licenses whose assignment gives `wanted`; None if everybody has it."""
    entitlements = state.entitlements
    code = resolve(entitlements, wanted, (Kind.USER,))
    if entitlements.everyone.get(code):
        return None
    return [code, *(c for c, inner in entitlements.closure.items() if code in inner)]
