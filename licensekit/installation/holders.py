"""The users and sites of an installation, which hold licenses."""

from collections.abc import Iterable, Iterator
from typing import Any, Final, NamedTuple

from licensekit.dates import day_at
from licensekit.entitlements import count, lapsed, why_not
from licensekit.entitlements.assignment import missing_requirements
from licensekit.entitlements.login import Decision, UserFacts, may_login
from licensekit.errors import EntryTaken, NoneFree, NotFound
from licensekit.installation import user_list
from licensekit.installation.assignments import Assignable, HolderChange, propose_assign, retirement, write_changes
from licensekit.installation.details import user_details_of
from licensekit.installation.sync import import_users, propose_import, propose_sync
from licensekit.installation.sync_plan import add_rule, list_rules, remove_rule
from licensekit.installation.user_list import EVERYBODY, UserFilter, UserRow
from licensekit.state import slots
from licensekit.state.loading import read_installation
from licensekit.state.logs import erase_person, find_pseudonym, pseudonym_of
from licensekit.state.transactions import WriteTransaction, acting, changing, reading, write_installation
from licensekit.state.users import SiteFacts, add_user, all_sites, known_site, known_user, update_user, user_facts
from licensekit.text import names
from licensekit.wire.documents import Kind, UserKind
from licensekit.wire.plain import plain_fields

_ADD: Final = "INSERT INTO sites (id, written, name, central) VALUES (?, ?, ?, ?)"


class Users(Assignable):
    """The users of an installation."""

    _kind = Kind.USER
    details = reading(user_details_of)
    page = reading(user_list.page_of_users)
    count = reading(user_list.count_users)
    groups = reading(user_list.list_groups)
    propose_assign = acting(propose_assign)
    propose_sync = acting(propose_sync)
    propose_import = acting(propose_import)
    import_rows = acting(import_users)
    rules = reading(list_rules)
    add_rule = changing(add_rule)
    remove_rule = changing(remove_rule)

    def add(
        self,
        user_id: str,
        *,
        name: str = "",
        kind: UserKind = UserKind.ASSOCIATE,
        can_log_in: bool = True,
        administrator: bool = False,
        groups: Iterable[str] = (),
    ) -> UserFacts:
        """Add a user without licenses, and return the user as stored; raise `EntryTaken` or `EntryInvalid`."""
        with write_installation(self._opened) as change:
            facts = UserFacts(user_id, name, kind, can_log_in, administrator, groups=tuple(groups))
            user = add_user(change.connection, facts, day_at(change.now))
            change.record("user-add", user=user.written)
            return user

    def set(
        self,
        user_id: str,
        *,
        name: str | None = None,
        kind: UserKind | None = None,
        can_log_in: bool | None = None,
        administrator: bool | None = None,
        groups: Iterable[str] | None = None,
        retired: bool | None = None,
    ) -> UserFacts:
        """Change the given facts of a user, and return the user; raise `NotFound` or `EntryInvalid`.

        `retired=False` brings a retired user back, without licenses.
        """
        with write_installation(self._opened) as change:
            before = known_user(change.connection, user_id)
            flags = {"can_log_in": can_log_in, "administrator": administrator, "retired": retired}
            member_of = None if groups is None else names.check_groups(groups)
            given: dict[str, Any] = {"name": name, "kind": kind, "groups": member_of, **flags}
            after = before._replace(**{field: value for field, value in given.items() if value is not None})
            if after != before:
                update_user(change.connection, after)
                changed = [f for f, a, b in zip(after._fields, after, before, strict=True) if a != b]
                change.record("user-set", user=before.id, set=changed)
            return after

    def erase(self, user_id: str) -> None:
        """Remove a person: the user with assignments, leases and events, and the name in the audit log.

        The audit log keeps its entries, with `(erased)` in place of the id. Persons who are only in the log can be
        removed as well, such as administrators and holders of seats. Raises `NotFound` for anybody else.
        """
        with write_installation(self._opened) as change:
            user = user_facts(change.connection, user_id)
            if user is not None:
                slots.release(change.connection, Kind.USER, [(user.id, code) for code in user.licenses])
            elif find_pseudonym(change.connection, user_id) is None:
                raise NotFound(reason="user", name=user_id)
            change.record("user-erase", person=pseudonym_of(change.connection, user_id))
            erase_person(change.connection, user_id)

    def retire(self, user_id: str) -> tuple[str, ...]:
        """Retire a user, which releases everything, and return what was released; may raise `NotFound`."""
        with write_installation(self._opened) as change:
            user = known_user(change.connection, user_id)
            if not user.retired:
                write_changes(change, Kind.USER, [retirement(user)])
            return user.licenses

    def get(self, user_id: str) -> UserFacts:
        """Return a user with the assigned licenses, or raise `NotFound`."""
        with read_installation(self._opened) as read:
            return known_user(read.connection, user_id)

    def list(self, wanted: UserFilter = EVERYBODY) -> Iterator[UserRow]:
        """Yield the users that match `wanted`, by id, in constant memory; raises as `page`."""
        with read_installation(self._opened) as read:
            yield from user_list.list_users(read, wanted)

    def may_login(self, user_id: str, way: str, *, site: str | None = None) -> Decision:
        """Decide whether a user may log in by `way`; a refusal has every reason.

        Raises:
            UnknownCode: no catalog has that way.
            NotFound: there is no such site.
        """
        with read_installation(self._opened) as read:
            state, user = read.state(), user_facts(read.connection, user_id)
            at = None if site is None else known_site(read.connection, site)
            of_site: dict[str, Any] = {} if at is None else {"site": at.id, "site_holdings": at.holdings}
            return may_login(state.entitlements, user, way, **of_site, events=state.events)


class SiteRow(NamedTuple):
    """A site in a list."""

    site: SiteFacts
    lapsed: tuple[str, ...]
    """The assigned licenses that give less than full access."""

    def plain(self) -> dict[str, Any]:
        """Return the site as plain JSON values."""
        return {**plain_fields(self.site, "id written name central licenses"), "lapsed": list(self.lapsed)}


class Sites(Assignable):
    """The sites of an installation."""

    _kind = Kind.SITE

    def add(self, site_id: str, *, name: str = "", central: bool = False) -> str:
        """Add the central site or a satellite, whose number licenses may limit; return its id as written.

        Raises:
            EntryTaken: there is a site with that id, or a central one.
            NoneFree, RequirementMissing: no more satellites are licensed.
            EntryInvalid: the id or the name is not valid.
        """
        with write_installation(self._opened) as change:
            written = names.written_id(site_id, "site id")
            site_id = names.folded(written)
            _require_new(change, site_id, central=central)
            if not central:
                _require_room(change)
            change.connection.run(_ADD, site_id, written, names.check_name(name), int(central))
            if not central:
                slots.assign(change.connection, Kind.SITE, [(site_id, slots.SATELLITE)], day_at(change.now))
            change.record("site-add", reason="central" if central else "satellite", site=site_id)
            return written

    def set(self, site_id: str, *, name: str) -> str:
        """Set the name of a site, and return its id as written; raise `NotFound` or `EntryInvalid`."""
        with write_installation(self._opened) as change:
            site = known_site(change.connection, site_id)
            if name != site.name:
                change.connection.run("UPDATE sites SET name = ? WHERE id = ?", names.check_name(name), site.id)
                change.record("site-set", site=site.id, set=["name"])
            return site.written

    def remove(self, site_id: str) -> tuple[str, ...]:
        """Remove a site, which releases everything, and return what was released; may raise `NotFound`."""
        with write_installation(self._opened) as change:
            site = known_site(change.connection, site_id)
            held = frozenset((*site.licenses, slots.SATELLITE))
            write_changes(change, Kind.SITE, [HolderChange(site.id, site.written, held, frozenset(), held, ends=True)])
            return site.licenses

    def get(self, site_id: str) -> SiteRow:
        """Return a site with the assigned licenses, or raise `NotFound`."""
        with read_installation(self._opened) as read:
            site = known_site(read.connection, site_id)
            return SiteRow(site, lapsed(read.state().entitlements, Kind.SITE, site.holdings))

    def list(self) -> tuple[SiteRow, ...]:
        """Return every site, the central one first."""
        with read_installation(self._opened) as read:
            granted, sites = read.state().entitlements, all_sites(read.connection)
            return tuple(SiteRow(site, lapsed(granted, Kind.SITE, site.holdings)) for site in sites)


def _require_new(change: WriteTransaction, site_id: str, *, central: bool) -> None:
    if change.connection.one("SELECT id FROM sites WHERE id = ?", site_id) is not None:
        raise EntryTaken(reason="site", entry=site_id)
    known = change.connection.one("SELECT id FROM sites WHERE central = 1")
    if central and known is not None:
        raise EntryTaken(reason="central", entry=known[0])


def _require_room(change: WriteTransaction) -> None:
    entitlements = change.read.state().entitlements
    limiting = [code for code, one in entitlements.licenses.items() if one.limits_sites]
    numbers = {code: count(entitlements, code, change.read.stored.satellites) for code in limiting}
    for code, number in numbers.items():
        if all(one.free == 0 for one in numbers.values()):
            reason, why = ("sites", None) if number.total else ("no-sites", why_not(entitlements, code))
            raise NoneFree(reason=reason, license=code, in_use=number.in_use, total=number.total, why=why)
    for code in limiting:
        for fault in missing_requirements(entitlements, "the installation", code):
            raise fault
