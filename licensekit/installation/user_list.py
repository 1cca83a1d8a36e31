"""Filtered lists of users, by page or as a whole in constant memory; and the holders of a license."""

from collections.abc import Callable, Iterator, Sequence
from functools import cache
from itertools import chain
from typing import Any, Final, LiteralString, NamedTuple

from licensekit.database import read_queries, with_marks
from licensekit.dates import day_at
from licensekit.entitlements import Entitlements, count, lapsed, resolve
from licensekit.entitlements.assignment import without_requirement
from licensekit.entitlements.login import UserFacts
from licensekit.installation.user_pages import LOOKED_AT, Clause, Condition, Paging, count_ids, of_kinds, page_of_ids
from licensekit.state import slots
from licensekit.state.loading import InstallationState, ReadTransaction
from licensekit.state.slots import HIGHEST
from licensekit.state.usage import NO_LOGIN, idle
from licensekit.state.users import SiteFacts, all_sites, group_word, users_of
from licensekit.wire.documents import Kind, UserKind

_SQL: Final = read_queries(__file__)
_BEYOND: Final = "x.license = ? AND NOT x.slot BETWEEN 1 AND ?"
_AMONG: Final = "x.license IN (?{more})"
_NO_SLOTS: Final = "< 1", "> 2147483647"
RANGES: Final = 16  # how many ranges of an index a query merges at most
_Ask = Callable[[], InstallationState]


class UserFilter(NamedTuple):
    """Which users to list; all given conditions must be met."""

    license: str | None = None
    """Users to whom this license is assigned."""
    holding: str | None = None
    """Users who have this license, assigned or included in another."""
    kinds: frozenset[UserKind] = frozenset()
    retired: bool | None = None
    expired: bool = False
    """Users with an assigned license that has lapsed for them."""
    text: str = ""
    """Each of its words is the beginning of a word in the id or name (`docs/installation.md`, "People")."""
    idle: int | None = None
    """Users who have held a license for more than this many days, and were not seen for as long."""
    unusable: bool = False
    """Users who hold a license but cannot log in, or one whose requirement nobody can meet any more."""
    group: str | None = None
    """Members of this group of the directory."""


EVERYBODY: Final = UserFilter()


class UserRow(NamedTuple):
    """A user in a list."""

    user: UserFacts
    lapsed: tuple[str, ...]
    """The assigned licenses that give less than full access, because they have expired or too many are assigned."""

    def plain(self) -> dict[str, Any]:
        """Return the user as plain JSON values."""
        return {**self.user.plain(), "lapsed": list(self.lapsed)}


class UserPage(NamedTuple):
    """Some users of a list."""

    users: tuple[UserRow, ...]
    after: str = ""
    """The `after` of the next page; empty on the last one."""


def list_users(read: ReadTransaction, wanted: UserFilter) -> Iterator[UserRow]:
    """Yield the users that match `wanted`, in the order of pages; raises as `Users.list` does."""
    state, page = cache(read.state), UserPage(())
    while True:
        page = _page(read, state, wanted, Paging(page.after, LOOKED_AT))
        yield from page.users
        if not page.after:
            return


def page_of_users(
    read: ReadTransaction, wanted: UserFilter = EVERYBODY, *, after: str = "", limit: int = 50, order: str = ""
) -> UserPage:
    """Return a page of up to `limit` users that match `wanted`, by id; with a text, by the word that it finds.

    `order` is `id`, `name` (as shown), `added` or `seen`; a `-` before it reverses the order. `after` is that of the
    page before. A page takes the same time however many users there are. Therefore, if thousands match one condition
    and few match all, a page may have fewer than `limit` users, or none, although it is not the last.

    Raises:
        UnknownCode, WrongKind: a license in `wanted` is not a user license.
    """
    return _page(read, cache(read.state), wanted, Paging(after, limit, order))


def count_users(read: ReadTransaction, wanted: UserFilter = EVERYBODY) -> tuple[int, bool]:
    """Count matching users, and return whether these are all: at most 10,000, or those a page looks at, are counted."""
    return count_ids(read.connection, list(_conditions(cache(read.state), wanted)), wanted.text)


def list_groups(read: ReadTransaction, limit: int = 200) -> tuple[str, ...]:
    """Return the names of the first `limit` groups with members, each as written for one of them."""
    found = read.connection.rows(_SQL["groups"], limit)
    named = ({group_word(one): one for one in members.split("\n")}.get(word) for word, members in found)
    return tuple(filter(None, named))


def _page(read: ReadTransaction, state: _Ask, wanted: UserFilter, paging: Paging) -> UserPage:
    ids, following = page_of_ids(read.connection, list(_conditions(state, wanted)), wanted.text, paging)
    found, granted = {user.id: user for user in users_of(read.connection, ids)}, state().entitlements
    users = (found[one] for one in ids if one in found)
    return UserPage(tuple(UserRow(one, lapsed(granted, Kind.USER, one.holdings)) for one in users), following)


def _conditions(state: _Ask, wanted: UserFilter) -> Iterator[Condition]:
    if wanted.license is not None:
        yield _assigned([resolve(state().entitlements, wanted.license, (Kind.USER,))])
    if wanted.holding is not None:
        givers = _givers(state(), wanted.holding)
        if givers is not None:
            yield _assigned(givers)
    if wanted.kinds or wanted.retired is not None:
        kinds = sorted(wanted.kinds or UserKind)
        retired = (0, 1) if wanted.retired is None else (int(wanted.retired),)
        yield of_kinds(kinds, retired)
    if wanted.group is not None:
        word = (group_word(wanted.group),)
        yield Condition(Clause(_SQL["is_member"], word), (Clause(_SQL["members"], word),))
    if wanted.expired:
        yield _lapsed(state())
    if wanted.idle is not None:
        who = idle(state().stored.told_since, day_at(state().now), wanted.idle)
        ranges = tuple(Clause(_filled("users_who", what), values) for what, values in who)
        either: LiteralString = " OR ".join(what for what, _ in who)
        holds = Clause(_filled("one", f"({either})"), tuple(value for _, values in who for value in values))
        yield Condition(holds, ranges, in_order=False, in_order_of="seen")
    if wanted.unusable:
        yield _unusable(without_requirement(state().entitlements, state().in_use))


def _filled(name: str, what: LiteralString) -> LiteralString:
    return _SQL[name].replace("{what}", what)


def _assigned(codes: Sequence[str]) -> Condition:
    what, values = with_marks(_AMONG, codes), tuple(codes)
    holds = Clause(_filled("holds", what), values)
    if len(codes) > RANGES:
        return Condition(holds, (Clause(_filled("each_holder", what), values),), in_order=False)
    return Condition(holds, tuple(Clause(_filled("holders", "x.license = ?"), (code,)) for code in codes))


def _unusable(codes: Sequence[str]) -> Condition:
    """Return the condition of holding a license without being able to log in, or holding one of `codes`."""
    one = Condition(Clause(_filled("one", NO_LOGIN)), (Clause(_filled("users_who", NO_LOGIN)),), in_order=False)
    if not codes:
        return one
    held = _assigned(codes)
    holds = Clause(f"({one.holds.sql} OR {held.holds.sql})", held.holds.values)
    return Condition(holds, (*one.ranges, *held.ranges), in_order=False)


def _lapsed(state: InstallationState) -> Condition:
    """Return the condition of holding a slot that is not served in full, or is not valid."""
    served = {code: _served_in_full(state.entitlements, code) for code in sorted(state.in_use)}
    if not served:
        return Condition(Clause("0 = 1"), (Clause("SELECT id FROM users WHERE 0 = 1"),))
    each = _BEYOND + f" OR {_BEYOND}" * (len(served) - 1)
    holds = Clause(_filled("holds", f"({each})"), tuple(chain.from_iterable(served.items())))
    some: LiteralString = f"{with_marks(_AMONG, served)} AND x.slot "
    # Slots that are not valid were edited by hand; few licenses have valid ones beyond the last one served.
    # Bounds are part of the SQL text, because PostgreSQL assumes that a third of all rows is beyond a parameter.
    ranges = [Clause(_filled("holders", f"{some}{bound}"), tuple(served)) for bound in _NO_SLOTS]
    beyond = [(code, last) for code, last in served.items() if last < state.in_use[code]]
    ranges += (Clause(_filled("holders", "x.license = ? AND x.slot > ?"), one) for one in beyond)
    return Condition(holds, tuple(ranges) if len(ranges) <= RANGES else (), in_order=False)


def _served_in_full(entitlements: Entitlements, code: str) -> int:
    """Return the last slot that is served in full."""
    license_ = entitlements.licenses.get(code)
    if license_ is None or license_.kind is not Kind.USER:
        return 0
    total = count(entitlements, code, 0).total
    return HIGHEST if total is None else total


def _givers(state: InstallationState, wanted: str) -> list[str] | None:
    """Return the licenses that give `wanted` when assigned; None if everybody has it."""
    entitlements = state.entitlements
    code = resolve(entitlements, wanted, (Kind.USER,))
    if entitlements.everyone.get(code):
        return None
    return [code, *(c for c, inner in entitlements.closure.items() if code in inner)]


class LicenseHolder(NamedTuple):
    """A user or site that has a license."""

    facts: UserFacts | SiteFacts
    since: int | None
    """The day of the assignment that gives it, in days since 1970; None if it is not known."""
    through: tuple[str, ...]
    """The assigned licenses that include it; empty if it is assigned itself."""
    lapsed: bool
    """Whether none of the assignments that give it is in full force."""


def page_of_holders(
    read: ReadTransaction, code: str, *, after: str = "", limit: int = 25
) -> tuple[tuple[LicenseHolder, ...], str]:
    """Return a page of the holders of a license, by id, and the `after` of the next page, or "".

    Holders have the license assigned, or one that includes it; a license that everybody has counts only where it is
    assigned, and the holders of one that limits sites are the satellites. A page takes the same time however many users
    there are, as that of `Users.page` does.

    Raises:
        UnknownCode: no catalog has it.
        WrongKind: it is a system license, which nobody holds.
    """
    granted = read.state().entitlements
    license_ = granted.licenses[name := resolve(granted, code, (Kind.USER, Kind.SITE))]
    kind, held = license_.kind, slots.SATELLITE if license_.limits_sites else name
    found: Sequence[UserFacts | SiteFacts]
    givers = (held, *(one for one, inner in granted.closure.items() if name in inner))
    if kind is Kind.USER:
        wanted = UserFilter(license=name) if granted.everyone.get(name) else UserFilter(holding=name)
        users = page_of_users(read, wanted, after=after, limit=limit)
        found, following = [user for user, _ in users.users], users.after
    else:
        satellites, sites = license_.limits_sites, sorted(all_sites(read.connection), key=lambda site: site.id)
        has = (one for one in sites if (not one.central if satellites else set(givers) & set(one.licenses)))
        rest = [one for one in has if one.id > after]
        found, following = rest[:limit], rest[limit - 1].id if len(rest) > limit else ""
    days = slots.days_since(read.connection, kind, givers, [one.id for one in found])

    def holder(facts: UserFacts | SiteFacts) -> LicenseHolder:
        through = () if name in facts.licenses else tuple(one for one in facts.licenses if one in givers)
        giving = {*(through or (name,))}
        return LicenseHolder(facts, days.get(facts.id), through, giving <= {*lapsed(granted, kind, facts.holdings)})

    return tuple(map(holder, found)), following
