"""Users: who they are, what they are assigned, and whether they may log in."""

from collections.abc import Iterable, Iterator
from typing import Any

from licensekit.entitlements.login import Decision, UserFacts, may_login
from licensekit.errors import NotFound
from licensekit.installation.assignments import Assignable, write_changes
from licensekit.installation.details import user_details_of
from licensekit.installation.group_rules import add_rule, list_rules, remove_rule
from licensekit.installation.many_users import propose_assign, retirement
from licensekit.installation.sync import Progress, Synced, import_users, propose_sync
from licensekit.installation.user_list import EVERYBODY, UserFilter, UserRow, list_users, page_of_users
from licensekit.installation.user_table import ImportRow
from licensekit.state import slots
from licensekit.state.loading import read_installation
from licensekit.state.logs import erase_person, find_pseudonym, pseudonym_of
from licensekit.state.transactions import changing, reading, write_installation
from licensekit.state.users import add_user, known_site, known_user, update_user, user_facts
from licensekit.text import names
from licensekit.wire.documents import Kind, UserKind


class Users(Assignable):
    """The users of an installation."""

    _kind = Kind.USER
    details = reading(user_details_of)
    page = reading(page_of_users)
    propose_assign = reading(propose_assign)
    propose_sync = reading(propose_sync)
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
        """Add a user, who holds no license yet, and return it as it is kept.

        Raises:
            EntryTaken: there is a user of that id.
            EntryInvalid: the id, name or a group cannot be kept.
        """
        with write_installation(self._opened) as change:
            user = add_user(
                change.connection, UserFacts(user_id, name, kind, can_log_in, administrator, groups=tuple(groups))
            )
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
        """Change what is given of a user, and return it; `retired` False brings it back, without licenses.

        Raises:
            NotFound: there is no such user.
            EntryInvalid: the name or a group cannot be kept.
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

    def import_rows(self, rows: Iterable[ImportRow], progress: Progress = lambda _: None) -> Synced:
        """Add and change users and assign their licenses, as one change; see `parse_users`.

        Raises:
            UsersInvalid: all faults, by line; nothing was changed.
            ProposalStale: one of very many users was changed meanwhile; nothing was changed.
        """
        return import_users(self._opened, rows, progress)

    def erase(self, user_id: str) -> None:
        """Remove a person: the user, what it is assigned and leases, its events, and its name.

        The audit log keeps its entries, with `(erased)` in place of the id. Also removes who is in the log alone: an
        administrator, or whoever held a seat.

        Raises:
            NotFound: nobody of that id is known here.
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
        """Retire a user, which releases everything, and give what was released.

        Raises:
            NotFound: there is no such user.
        """
        with write_installation(self._opened) as change:
            user = known_user(change.connection, user_id)
            if not user.retired:
                write_changes(change, Kind.USER, [retirement(user)])
            return user.licenses

    def get(self, user_id: str) -> UserFacts:
        """Return what is known of a user, and what it is assigned.

        Raises:
            NotFound: there is no such user.
        """
        with read_installation(self._opened) as read:
            return known_user(read.connection, user_id)

    def list(self, wanted: UserFilter = EVERYBODY) -> Iterator[UserRow]:
        """Yield the users that `wanted` fits, by id, in constant memory.

        Raises:
            UnknownCode, WrongKind: a license that is asked for is no user license.
        """
        with read_installation(self._opened) as read:
            yield from list_users(read, wanted)

    def may_login(self, user_id: str, way: str, *, site: str | None = None) -> Decision:
        """Decide whether a user may log in by `way`, with every reason why not.

        Raises:
            UnknownCode: no catalog has that way.
            NotFound: there is no such site.
        """
        with read_installation(self._opened) as read:
            state = read.state()
            at_site = None if site is None else known_site(read.connection, site)
            return may_login(
                state.entitlements,
                user_facts(read.connection, user_id),
                way,
                site=None if at_site is None else at_site.id,
                site_holdings=() if at_site is None else at_site.holdings,
                events=state.events,
            )
