"""Assignments of licenses to many users, and their release, as one change."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import chain
from typing import Any

from licensekit.entitlements.login import UserFacts
from licensekit.errors import NotFound, ProposalStale, RefusedError, UsersInvalid
from licensekit.installation.assignments import ENDED, HolderChange, plan_licenses, retirement
from licensekit.installation.staged_changes import Basis, Progress, StagedChange, basis_of, make, make_few
from licensekit.installation.user_list import UserFilter, list_users
from licensekit.installation.user_table import parse_users
from licensekit.proposals import Change, Proposal, require_same
from licensekit.state.loading import OpenInstallation, ReadTransaction, read_installation
from licensekit.state.staged_users import TOGETHER, KnownUser, StagedUser, known_users
from licensekit.state.transactions import write_installation
from licensekit.state.users import users_of
from licensekit.text import names
from licensekit.text.columns import AS_WRITTEN, TableOptions
from licensekit.wire.documents import Kind


@dataclass(frozen=True, kw_only=True, repr=False)
class UsersProposal(Proposal[int]):
    """What a change of the licenses of many users would do; nothing is changed yet."""

    users: tuple[HolderChange, ...]
    """What would be changed of each; who would stay as before is left out."""
    opened: OpenInstallation
    basis: Basis | None
    again: "Callable[[OpenInstallation], UsersProposal]"

    def apply(self, progress: Progress = lambda _: None) -> int:
        """Change all of them as it was shown, or nobody; return how many were changed.

        Raises:
            ProposalStale: it would be other users, or other licenses.
            RefusedError: it is not possible any more; its `faults` are every reason.
        """
        now = self.again(self.opened)
        require_same(self, now)
        if len(self.users) > TOGETHER:
            make(now.staged(), progress)
        elif self.users:
            with write_installation(self.opened) as change:
                make_few(change, now.staged())
        return len(self.users)

    def staged(self) -> StagedChange:
        """Return how each user is to be; raise `ProposalStale` where another one has changed what it holds."""
        with self.opened.database.read() as connection:
            known = known_users(connection, [one.id for one in self.users])
        if changed := [one.written for one in self.users if one.id not in known or known[one.id].held != one.held]:
            raise ProposalStale(about=self.about, changed=tuple(changed[:10]))
        users = [("", _staged(one, known[one.id])) for one in self.users]
        did = ENDED[Kind.USER] if any(one.ends for one in self.users) else "user-assign"
        return StagedChange(self.opened, self.about, did, users, self.basis)


def propose_assign(
    opened: OpenInstallation,
    chosen: UserFilter | Iterable[str],
    *,
    assign: Iterable[str] = (),
    release: Iterable[str] = (),
    retire: bool = False,
    swap: bool = False,
    skip: bool = False,
) -> UsersProposal:
    """Work out what it does to assign licenses to many users and to release licenses of them; or to retire them.

    `chosen` are their ids, or a filter of `list`. What is released is free for those who are assigned it in the same
    change. With `retire`, everything is released, and nothing else matters. With `swap`, a plan takes the
    place of the one that a user has of its issuer. With `skip`, named users too whom it does not concern are left out.

    Raises:
        UnknownCode, WrongKind: a license is no user license.
        RefusedError: the first thing that stands against it; its `faults` are all, of every user.
    """
    wanted, unwanted = tuple(assign), tuple(release)
    if named := not isinstance(chosen, UserFilter):
        chosen = tuple(chosen)
    with read_installation(opened) as read:
        users, faults = _chosen(read, chosen)
        state = None if retire and not faults else read.state()
        basis = None if state is None else basis_of(read, state)
    # For many users the rest takes long: the snapshot has ended.
    if state is None:
        planned = [retirement(user) for user in users if not user.retired]
    else:
        named = named and not skip
        planned = plan_licenses(state, Kind.USER, users, wanted, unwanted, named=named, swap=swap, faults=faults)
    changed = tuple(one for one in planned if one.assigned or one.released or one.ends)
    given: dict[str, Any] = {"assign": wanted, "release": unwanted, "retire": retire, "swap": swap, "skip": skip}
    return UsersProposal(
        changes=tuple(chain.from_iterable(map(_changes, changed))),
        about="these users",
        users=changed,
        opened=opened,
        basis=basis,
        again=partial(propose_assign, chosen=chosen, **given),
    )


def _staged(one: HolderChange, known: KnownUser) -> StagedUser:
    facts = known.facts._replace(retired=known.facts.retired or one.ends)
    return StagedUser(facts, known, one.assigned, one.released, known.from_directory)


def parse_ids(data: bytes | str, options: TableOptions = AS_WRITTEN) -> tuple[str, ...]:
    """Return the ids in a table of users, as `parse_users` reads it: its column `id` is enough.

    Raises:
        UsersInvalid: what is wrong with it, by line.
    """
    rows = list(parse_users(data, options))
    if faults := tuple(row.fault.at(f"line {row.line}") for row in rows if row.fault):
        raise UsersInvalid(faults=faults)
    return tuple(row.user_id for row in rows)


def _chosen(read: ReadTransaction, chosen: UserFilter | Iterable[str]) -> tuple[list[UserFacts], list[RefusedError]]:
    """Return the chosen users, each once, and who is not known."""
    if isinstance(chosen, UserFilter):
        return [row.user for row in list_users(read, chosen)], []
    named = {names.folded(user_id): user_id for user_id in chosen}
    facts = {user.id: user for user in users_of(read.connection, named)}
    unknown = [NotFound(reason="user", name=written) for user_id, written in named.items() if user_id not in facts]
    return [facts[user_id] for user_id in named if user_id in facts], list(unknown)


def _changes(one: HolderChange) -> Iterator[Change]:
    before, after = (tuple(sorted(held)) for held in (one.held, (one.held | one.assigned) - one.released))
    if after != before:
        yield Change(one.written, before, after)
    if one.ends:
        yield Change(f"{one.written}.retired", before=False, after=True)
