"""Users: who they are, what they are assigned, and whether they may log in."""

from collections.abc import Iterable, Iterator, Mapping

from licensekit.access import Access
from licensekit.entitlements import held_access, short_of
from licensekit.entitlements.login import Decision, UserFacts, may_login
from licensekit.errors import UserRetired
from licensekit.installation.assignments import change_licenses, release_all
from licensekit.installation.details import UserDetails, user_details_of
from licensekit.installation.user_import import Imported, ImportRow, import_users
from licensekit.installation.user_list import (
    UserFilter,
    UserPage,
    UserRow,
    list_users,
    page_of_users,
)
from licensekit.state.audit_events import UserAdded, UserChanged, UserRetirement
from licensekit.state.pending import place_of
from licensekit.state.transactions import (
    OpenInstallation,
    read_installation,
    write_installation,
)
from licensekit.state.users import add_user, known_site, known_user, update_user, user_facts
from licensekit.wire.documents import Kind, UserKind

_EVERYBODY = UserFilter()


class Users:
    """The users of an installation. Every change is one transaction, with its audit entry."""

    def __init__(self, opened: OpenInstallation) -> None:
        self._opened = opened

    def __repr__(self) -> str:
        return f"<Users of the installation {place_of(self._opened.database)}>"

    def add(
        self,
        user_id: str,
        *,
        name: str = "",
        kind: UserKind = UserKind.ASSOCIATE,
        can_log_in: bool = True,
        administrator: bool = False,
        groups: Iterable[str] = (),
    ) -> None:
        """Add a user, who holds no license yet.

        Raises:
            UserTaken: there is a user of that id.
            EntryInvalid: the id, name or a group cannot be kept.
        """
        with write_installation(self._opened) as change:
            add_user(
                change.connection,
                UserFacts(user_id, name, kind, can_log_in, administrator, groups=tuple(groups)),
            )
            change.record(UserAdded(user=user_id))

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
    ) -> None:
        """Change what is given of a user; `retired` False brings it back, without licenses.

        Raises:
            UserUnknown: there is no such user.
            EntryInvalid: the name or a group cannot be kept.
        """
        with write_installation(self._opened) as change:
            before = known_user(change.connection, user_id)
            after = before._replace(
                name=before.name if name is None else name,
                kind=before.kind if kind is None else kind,
                can_log_in=before.can_log_in if can_log_in is None else can_log_in,
                administrator=before.administrator if administrator is None else administrator,
                groups=before.groups if groups is None else tuple(sorted(set(groups))),
                retired=before.retired if retired is None else retired,
            )
            if after != before:
                update_user(change.connection, after)
                changed = [
                    f for f, a, b in zip(after._fields, after, before, strict=True) if a != b
                ]
                change.record(UserChanged(user=user_id, set=changed))

    def assign(self, user_id: str, *licenses: str, release: Iterable[str] = ()) -> tuple[str, ...]:
        """Assign licenses, and release others in the same change; give what was newly assigned.

        What is assigned already stays as it is.

        Raises:
            UserUnknown, UserRetired: there is no such user, or one that was retired.
            UnknownLicense, WrongKind: one of them is no user license.
            NoneFree, PlanHeld, RequirementMissing, StillRequired, NotAssigned, NotAssignable: the
                first thing that stands against it; its `faults` are all.
        """
        with write_installation(self._opened) as change:
            user = known_user(change.connection, user_id)
            if user.retired and licenses:
                raise UserRetired(user=user_id)
            return change_licenses(change, Kind.USER, user_id, licenses, release)

    def release(self, user_id: str, *licenses: str) -> None:
        """Release licenses; raises as `assign` does."""
        self.assign(user_id, release=licenses)

    def retire(self, user_id: str) -> tuple[str, ...]:
        """Retire a user, which releases everything, and give what was released.

        Raises:
            UserUnknown: there is no such user.
        """
        with write_installation(self._opened) as change:
            user = known_user(change.connection, user_id)
            released = sorted(release_all(change.connection, Kind.USER, user_id))
            if not user.retired:
                update_user(change.connection, user._replace(retired=True))
                change.record(UserRetirement(user=user_id, released=released))
            return tuple(released)

    def import_rows(self, rows: Iterable[ImportRow]) -> Imported:
        """Add and change users and assign their licenses, as one change; see `parse_users`.

        Raises:
            UsersInvalid: all faults, by line; nothing was changed.
        """
        with write_installation(self._opened) as change:
            return import_users(change, rows)

    def get(self, user_id: str) -> UserFacts:
        """Return what is known of a user, and what it is assigned.

        Raises:
            UserUnknown: there is no such user.
        """
        with read_installation(self._opened) as read:
            return known_user(read.connection, user_id)

    def access(self, user_id: str, *, site: str | None = None) -> Mapping[str, Access]:
        """Return what a user may do with every license, at a site.

        Raises:
            UserUnknown, SiteUnknown: there is no such user, or no such site.
        """
        with read_installation(self._opened) as read:
            state = read.state()
            short = short_of(state.entitlements, state.in_use)
            user = known_user(read.connection, user_id, short)
            at_site = () if site is None else known_site(read.connection, site, short)
            return held_access(state.entitlements, user.holdings, at_site)

    def details(self, user_id: str) -> UserDetails:
        """Look up everything about a user: facts, licenses and where they come from, events.

        Raises:
            UserUnknown: there is no such user.
        """
        with read_installation(self._opened) as read:
            return user_details_of(read, user_id)

    def list(self, wanted: UserFilter = _EVERYBODY) -> Iterator[UserRow]:
        """Yield the users that `wanted` fits, by id, in constant memory.

        Raises:
            UnknownLicense, WrongKind: a license that is asked for is no user license.
        """
        with read_installation(self._opened) as read:
            yield from list_users(read, read.state(), wanted)

    def page(
        self, wanted: UserFilter = _EVERYBODY, *, after: str = "", limit: int = 50
    ) -> UserPage:
        """Return the first `limit` of the users that `wanted` fits whose id is after `after`.

        However many users there are, a page costs the same.

        Raises:
            UnknownLicense, WrongKind: a license that is asked for is no user license.
        """
        with read_installation(self._opened) as read:
            return page_of_users(read, read.state(), wanted, after=after, limit=limit)

    def may_login(self, user_id: str, way: str, *, site: str | None = None) -> Decision:
        """Decide whether a user may log in by `way`, with every reason why not.

        Raises:
            UnknownAccess: no catalog has that way.
            SiteUnknown: there is no such site.
        """
        with read_installation(self._opened) as read:
            state = read.state()
            short = short_of(state.entitlements, state.in_use)
            at_site = () if site is None else known_site(read.connection, site, short)
            return may_login(
                state.entitlements,
                user_facts(read.connection, user_id, short),
                way,
                site=site,
                site_holdings=at_site,
                events=state.events,
            )
