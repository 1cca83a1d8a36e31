"""Users and sites in the database, with what they hold."""

from bisect import bisect
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, groupby, islice
from operator import itemgetter
from typing import Final, LiteralString, NamedTuple, TypeVar

from licensekit.database import Connection, Row, read_queries, with_marks
from licensekit.entitlements import NO_SLOT, Holding
from licensekit.entitlements.consequences import Group
from licensekit.entitlements.login import UserFacts
from licensekit.errors import EntryTaken, NotFound
from licensekit.state.slots import SATELLITE, SITE_SLOT, USER_SLOT, slot_of
from licensekit.text import names
from licensekit.wire.documents import UserKind

T = TypeVar("T")
_TOGETHER: Final = 250  # how many rows are written or deleted by one statement
_SQL: Final = read_queries(__file__, {"user_slot": USER_SLOT, "site_slot": SITE_SLOT})
USER_COLUMNS: Final = _SQL["columns"]  # the columns for `facts_of`, of the table `users` as `u`


class SiteFacts(NamedTuple):
    """A site and its licenses."""

    id: str
    written: str  # the id as it was typed; `id` is folded for comparison
    name: str
    central: bool
    holdings: tuple[Holding, ...]

    @property
    def licenses(self) -> tuple[str, ...]:
        """The codes of the assigned licenses."""
        return tuple(holding.license for holding in self.holdings)


def user_facts(connection: Connection, user_id: str) -> UserFacts | None:
    """Return a user with holdings; None if there is no such user."""
    return next(users_of(connection, [names.folded(user_id)]), None)


def users_of(connection: Connection, ids: Iterable[str]) -> Iterator[UserFacts]:
    """Yield the users with these folded ids; unknown ids are skipped."""
    for some in together(ids, _TOGETHER):
        for _, of_one in groupby(connection.rows(with_marks(_SQL["users"], some), *some), key=itemgetter(0)):
            rows = list(of_one)
            yield facts_of(rows[0])._replace(holdings=holdings_of(rows))


def known_user(connection: Connection, user_id: str) -> UserFacts:
    """Return a user as `user_facts` does, or raise `NotFound`."""
    if (user := user_facts(connection, user_id)) is None:
        raise NotFound(reason="user", name=user_id)
    return user


def site_facts(connection: Connection, site_id: str) -> SiteFacts | None:
    """Return a site with holdings; None if there is no such site."""
    return _site(connection.rows(_SQL["site"], names.folded(site_id)))


def known_site(connection: Connection, site_id: str) -> SiteFacts:
    """Return a site as `site_facts` does, or raise `NotFound`."""
    if (site := site_facts(connection, site_id)) is None:
        raise NotFound(reason="site", name=site_id)
    return site


def all_sites(connection: Connection) -> tuple[SiteFacts, ...]:
    """Return every site, the central one first."""
    found = (_site(list(of_one)) for _, of_one in groupby(connection.rows(_SQL["all_sites"]), key=itemgetter(0)))
    return tuple(site for site in found if site is not None)


def facts_of(row: Row) -> UserFacts:
    """Return the user in a row that begins with `USER_COLUMNS`, without holdings."""
    user_id, name, kind, can_log_in, administrator, retired, member_of, written, last_seen, added, *_ = row
    groups = tuple(member_of.split("\n")) if member_of else ()
    flags = bool(can_log_in), bool(administrator), bool(retired)
    return UserFacts(user_id, name, UserKind(kind), *flags, groups, (), written, last_seen, added)


def add_user(connection: Connection, user: UserFacts, today: int) -> UserFacts:
    """Insert a user with an id as typed and return the user as stored; raise `EntryTaken` or `EntryInvalid`."""
    written = names.written_id(user.id, "user id")
    groups = names.check_groups(user.groups)
    user = user._replace(id=names.folded(written), written=written, groups=groups, added=today)
    if connection.one("SELECT id FROM users WHERE id = ?", user.id) is not None:
        raise EntryTaken(reason="user", entry=written)
    connection.run(_SQL["add"], *columns_of(user), written, today)
    index_words(connection, (user,))
    return user


def update_user(connection: Connection, user: UserFacts) -> None:
    """Store changed facts of a user; raise `EntryInvalid` if the name or a group is not valid."""
    connection.run(_SQL["update"], *columns_of(user))
    index_words(connection, (user,))


def columns_of(user: UserFacts) -> tuple[str | int, ...]:
    """Return name, kind, flags, groups and id as they are stored; raises `EntryInvalid` as `update_user`."""
    flags = map(int, (user.can_log_in, user.administrator, user.retired))
    member_of = "\n".join(names.check_groups(user.groups))
    return names.check_name(user.name), int(user.kind), *flags, member_of, user.id


def holdings_of(rows: Sequence[Row]) -> tuple[Holding, ...]:
    """Return the holdings in rows that end with license and slot; the license is NULL for who holds none."""
    return tuple(Holding(code, slot_of(slot)) for *_, code, slot in rows if code is not None)


def _site(rows: list[Row]) -> SiteFacts | None:
    if not rows:
        return None
    site_id, written, name, central, *_ = rows[0]
    held = {one.license: one for one in holdings_of(rows)}
    satellite = held.pop(SATELLITE, Holding(SATELLITE, NO_SLOT)).slot
    slot = None if central else satellite
    holdings = tuple(one._replace(satellite=slot) for one in held.values())
    return SiteFacts(site_id, written, name, bool(central), holdings)


def groups_of(connection: Connection, deciding: Mapping[str, Sequence[int]]) -> tuple[Group, ...]:
    """Return the users who can log in, grouped by kind and their holdings of the licenses in `deciding`.

    `deciding` has the last slot of each range of slots that are served alike; a group has the first slot of the range.
    """
    first = {code: (1, *(cut + 1 for cut in cuts)) for code, cuts in deciding.items()}
    alike: Counter[tuple[int, frozenset[Holding]]] = Counter()
    for (_, kind), of_one in groupby(connection.stream(_SQL["logging_in"]), key=itemgetter(0, 1)):
        held = [(code, slot_of(slot)) for *_, code, slot in of_one if code in first]
        counted = (Holding(code, first[code][bisect(first[code], slot) - 1]) for code, slot in held if slot != NO_SLOT)
        alike[kind, frozenset(counted)] += 1
    return tuple(Group(UserKind(kind), tuple(held), people) for (kind, held), people in alike.items())


def index_words(connection: Connection, users: Iterable[UserFacts]) -> None:
    """Renew the search words and sort keys of users, in constant memory."""
    for some in together(users, _TOGETHER):
        for query in ("show", "forget_words"):
            connection.run(with_marks(_SQL[query], some), *(user.id for user in some))
        words = ((one.id, f"{one.written} {one.name}", map(group_word, one.groups)) for one in some)
        rows = ((word, key) for key, text, groups in words for word in sorted(names.search_words(text).union(groups)))
        insert_rows(connection, _SQL["add_word"], rows)


def group_word(group: str) -> str:
    """Return the index entry of a group, which no search for a text can match."""
    return f"#{names.folded(group)}"


def together(elements: Iterable[T], most: int) -> Iterator[list[T]]:
    """Yield the elements in lists of up to `most`."""
    rest = iter(elements)
    while some := list(islice(rest, most)):
        yield some


def insert_rows(connection: Connection, insert: LiteralString, rows: Iterable[Row]) -> None:
    """Insert many rows with few statements; `insert` ends with the parenthesized marks of one row."""
    marks = insert[insert.rindex("(") :]
    for some in together(rows, _TOGETHER):
        connection.run(insert + f", {marks}" * (len(some) - 1), *chain.from_iterable(some))
