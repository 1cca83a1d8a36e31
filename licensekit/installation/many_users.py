"""Licenses of many users, assigned and released as one change (`docs/installation.md`, "Many users")."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import chain

from licensekit.entitlements.login import UserFacts
from licensekit.errors import NotFound, RefusedError, UsersInvalid
from licensekit.installation.assignments import HolderChange, plan_licenses, write_changes
from licensekit.installation.user_list import UserFilter, list_users
from licensekit.installation.user_table import parse_users
from licensekit.proposals import Change, Proposal, require_same
from licensekit.state.loading import OpenInstallation, ReadTransaction
from licensekit.state.transactions import write_installation
from licensekit.state.users import user_facts
from licensekit.text import names
from licensekit.text.columns import AS_WRITTEN, TableOptions
from licensekit.wire.documents import Kind


@dataclass(frozen=True, kw_only=True, repr=False)
class UsersProposal(Proposal[int]):
    """What a change of the licenses of many users would do; nothing is changed yet."""

    users: tuple[HolderChange, ...]
    """What would be changed of each; who would stay as before is left out."""
    opened: OpenInstallation
    again: "Callable[[ReadTransaction], UsersProposal]"

    def apply(self) -> int:
        """Change all of them as it was shown, or nobody; return how many were changed.

        Raises:
            ProposalStale: it would be other users, or other licenses.
            RefusedError: it is not possible any more; its `faults` are every reason.
        """
        with write_installation(self.opened) as change:
            now = self.again(change.read)
            require_same(self, now)
            write_changes(change, Kind.USER, now.users)
        return len(now.users)


def propose_assign(
    read: ReadTransaction,
    chosen: UserFilter | Iterable[str],
    *,
    assign: Iterable[str] = (),
    release: Iterable[str] = (),
    retire: bool = False,
) -> UsersProposal:
    """Work out what it does to assign licenses to many users and to release licenses of them; or to retire them.

    `chosen` are their ids, or a filter of `list`. What is released is free for those who are assigned it in the same
    change. With `retire`, everything is released, and nothing else matters.

    Raises:
        UnknownCode, WrongKind: a license is no user license.
        RefusedError: the first thing that stands against it; its `faults` are all, of every user.
    """
    wanted, unwanted, faults = tuple(assign), tuple(release), list[RefusedError]()
    if named := not isinstance(chosen, UserFilter):
        chosen = tuple(chosen)
        users, faults = _named(read, chosen)
    else:
        users = [row.user for row in list_users(read, chosen)]
    if retire and not faults:
        planned = [retirement(user) for user in users if not user.retired]
    else:
        planned = plan_licenses(read.state(), Kind.USER, users, wanted, unwanted, named=named, faults=faults)
    changed = tuple(one for one in planned if one.assigned or one.released or one.ends)
    return UsersProposal(
        changes=tuple(chain.from_iterable(map(_changes, changed))),
        about="these users",
        users=changed,
        opened=read.opened,
        again=partial(propose_assign, chosen=chosen, assign=wanted, release=unwanted, retire=retire),
    )


def retirement(user: UserFacts) -> HolderChange:
    """Return the change that retires a user, which releases everything."""
    held = frozenset(user.licenses)
    return HolderChange(user.id, user.written, held, frozenset(), held, ends=True)


def parse_ids(data: bytes | str, options: TableOptions = AS_WRITTEN) -> tuple[str, ...]:
    """Return the ids in a table of users, as `parse_users` reads it: its column `id` is enough.

    Raises:
        UsersInvalid: what is wrong with it, by line.
    """
    rows = list(parse_users(data, options))
    if faults := tuple(row.fault.at(f"line {row.line}") for row in rows if row.fault):
        raise UsersInvalid(faults=faults)
    return tuple(row.user_id for row in rows)


def _named(read: ReadTransaction, ids: Iterable[str]) -> tuple[list[UserFacts], list[RefusedError]]:
    """Return the users of these ids, each once, and who is not known."""
    named = {names.folded(user_id): user_id for user_id in ids}
    facts = {user_id: user_facts(read.connection, user_id) for user_id in named.values()}
    unknown = [NotFound(reason="user", name=user_id) for user_id, user in facts.items() if user is None]
    return [user for user in facts.values() if user is not None], list(unknown)


def _changes(one: HolderChange) -> Iterator[Change]:
    before, after = (tuple(sorted(held)) for held in (one.held, (one.held | one.assigned) - one.released))
    if after != before:
        yield Change(one.written, before, after)
    if one.ends:
        yield Change(f"{one.written}.retired", before=False, after=True)
