"""Assignments of licenses to users and sites, changed by the rules: of one, or of many users as one change."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain
from typing import Any, ClassVar, NamedTuple

from licensekit.database import Connection
from licensekit.dates import day_at
from licensekit.entitlements import Entitlements, resolve
from licensekit.entitlements.assignment import AssignmentChange, faults_of, plans_of
from licensekit.entitlements.login import UserFacts
from licensekit.errors import NotAssigned, NotFound, ProposalStale, RefusedError, UserRetired, UsersInvalid
from licensekit.installation.user_list import UserFilter, list_users
from licensekit.installation.user_table import parse_users
from licensekit.proposals import Change, Proposal, require_same
from licensekit.state import slots, staged_users
from licensekit.state.loading import InstallationState, OpenInstallation, ReadTransaction, read_installation
from licensekit.state.staged_users import TOGETHER, Basis, Progress, StagedChange, StagedUser
from licensekit.state.transactions import Section, WriteTransaction, write_installation
from licensekit.state.users import SiteFacts, known_site, known_user, users_of
from licensekit.text import names
from licensekit.text.columns import AS_WRITTEN, TableOptions
from licensekit.text.values import FAULTS
from licensekit.wire.documents import Kind
from licensekit.wire.plain import word


class HolderChange(NamedTuple):
    """What a change does to the licenses of one user or site."""

    id: str
    written: str
    held: frozenset[str]  # what is assigned before
    assigned: frozenset[str]
    released: frozenset[str]
    ends: bool = False  # whether the user is retired, or the site removed


def plan_licenses(
    state: InstallationState,
    kind: Kind,
    holders: Iterable[UserFacts | SiteFacts],
    assign: Iterable[str],
    release: Iterable[str],
    *,
    named: bool = True,
    swap: bool = False,
    faults: Iterable[RefusedError] = (),
) -> list[HolderChange]:
    """Work out what assigning and releasing licenses does to each of `holders`; raise all that stands against it.

    What is assigned already stays, and each loses what it holds of `release`, which is free for the others. Who holds
    none of it, or is retired and assigned any, is a fault if `named`, and else left out. With `swap`, who is
    assigned a plan loses another one of its issuer. `faults` come before others.
    """
    entitlements, vendor = state.entitlements, f"{state.trust_store.issuer}."
    wanted = frozenset(resolve(entitlements, code, (kind,)) for code in assign)
    # What no catalog has any more can still be released.
    bare = (code.removeprefix(vendor) for code in release)
    unwanted = frozenset(c if c in state.in_use else resolve(entitlements, c, (kind,)) for c in bare)
    planned, found = list[HolderChange](), list(faults)
    for holder in holders:
        held = frozenset(holder.licenses)
        if wanted and isinstance(holder, UserFacts) and holder.retired:
            found += [UserRetired(user=holder.written)] if named else []
            continue
        released = held & unwanted or (unwanted if named else frozenset[str]())
        if swap:
            plans = (frozenset(some) for some in plans_of(entitlements, held | wanted).values())
            released = released.union(*(held & some - wanted for some in plans if wanted & some))
        planned.append(HolderChange(holder.id, holder.written, held, wanted - held, released))
    against = refusals(entitlements, state.in_use, planned)
    found += (fault if fault.data.get("holder") else fault.at(one.written) for one, fault in against)
    if found:
        raise found[0].replace(more=tuple(found[1:]))
    return planned


def refusals(
    entitlements: Entitlements, in_use: Mapping[str, int], changes: Sequence[HolderChange], *, exchange: bool = True
) -> Iterator[tuple[HolderChange, RefusedError]]:
    """Yield what stands against changes in their order; `in_use` is before them, and all that is released is free.

    Without `exchange`, what is released by those who are assigned something is not: they may be refused.
    """
    used = Counter(in_use)
    used.subtract(code for one in changes if exchange or not one.assigned for code in one.released & one.held)
    for one in changes:
        # Nothing stands against the end of a user or site, which releases everything.
        asked = None if one.ends or not (one.assigned or one.released) else AssignmentChange(one.assigned, one.released)
        against = faults_of(entitlements, used, one.written, one.held, asked) if asked else ()
        yield from ((one, fault) for fault in against)
        used.update(() if against else one.assigned)


def write_changes(change: WriteTransaction, kind: Kind, changes: Iterable[HolderChange]) -> None:
    """Assign and release what was planned, with audit entries about the users or sites of which something changes."""
    changes = [one for one in changes if one.assigned or one.released or one.ends]
    if changes and kind is Kind.USER:
        staged_users.make_within(change, _staged(change.connection, changes))
        return
    assigned = [(one.id, code) for one in changes for code in sorted(one.assigned)]
    slots.assign(change.connection, kind, assigned, day_at(change.now))
    slots.release(change.connection, kind, [(one.id, code) for one in changes for code in sorted(one.released)])
    for one in changes:
        facts = {"site": one.id, "released": sorted(one.released - {slots.SATELLITE})}
        if one.ends:
            change.connection.run("DELETE FROM sites WHERE id = ?", one.id)
            change.record("site-remove", **facts)
        else:
            change.record("site-assign", **facts, assigned=sorted(one.assigned))


def _staged(connection: Connection, changes: Sequence[HolderChange], basis: Basis | None = None) -> StagedChange:
    """Return how each user is to be; raise `ProposalStale` where another one has changed what it holds."""
    about, did = "these users", "user-retire" if any(one.ends for one in changes) else "user-assign"
    known = staged_users.known_users(connection, [one.id for one in changes])
    users = list[tuple[str, StagedUser]]()
    if changed := [one.written for one in changes if one.id not in known or known[one.id].held != one.held]:
        raise ProposalStale(about=about, changed=tuple(changed[:10]))
    for one, user in ((one, known[one.id]) for one in changes):
        facts = user.facts._replace(retired=one.ends or user.facts.retired)
        users.append(("", StagedUser(facts, user, one.assigned, one.released, user.from_directory)))
    return StagedChange(about, did, users, basis)


def retirement(user: UserFacts) -> HolderChange:
    """Return the change that retires a user, which releases everything."""
    held = frozenset(user.licenses)
    return HolderChange(user.id, user.written, held, frozenset(), held, ends=True)


class Assignable(Section):
    """The users or the sites of an installation, as what licenses are assigned to."""

    _kind: ClassVar[Kind]

    def assign(self, holder_id: str, *licenses: str, release: Iterable[str] = ()) -> tuple[str, ...]:
        """Assign licenses, and release others in the same change; return what was newly assigned.

        What is assigned already stays as it is.

        Raises:
            NotFound, UserRetired: there is no such user or site, or one that was retired.
            UnknownCode, WrongKind: one of them is no license of users, or of sites.
            NoneFree, PlanHeld, RequirementMissing, StillRequired, NotAssigned: the first thing that
                stands against it; its `faults` are all.
        """
        with write_installation(self._opened) as change:
            holder = self._known(change.connection, holder_id)
            planned = plan_licenses(change.read.state(), self._kind, [holder], licenses, release)
            write_changes(change, self._kind, planned)
            return tuple(sorted(planned[0].assigned))

    def release(self, holder_id: str, *licenses: str) -> None:
        """Release licenses; raises as `assign` does."""
        self.assign(holder_id, release=licenses)

    def prefer(self, license_code: str, *holder_ids: str) -> None:
        """Assign the first slots of a license in this order: of too few, those users or sites keep one.

        All others keep their order. Without anybody, the slots are only numbered again, which closes the gaps that
        somebody left who edited the database. Of sites it may be a license that limits how many satellites there are.

        Raises:
            NotFound, NotAssigned: there is no such user or site, or it does not hold the license.
            UnknownCode, WrongKind: it is no license of users, or of sites.
        """
        with write_installation(self._opened) as change:
            known = [self._known(change.connection, one).id for one in holder_ids]
            entitlements = change.read.state().entitlements
            license_ = resolve(entitlements, license_code, (self._kind,))
            held = slots.SATELLITE if entitlements.licenses[license_].limits_sites else license_
            first = list(dict.fromkeys(known))
            for holder in slots.prefer(change.connection, self._kind, held, first):
                raise NotAssigned(reason="not-held", license=license_, holder=holder)
            named = {"users": (), "sites": (), f"{word(self._kind)}s": first}
            change.record("prefer", license=license_, **named)

    def _known(self, connection: Connection, holder_id: str) -> UserFacts | SiteFacts:
        find = known_user if self._kind is Kind.USER else known_site
        return find(connection, holder_id)


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
        with self.opened.database.read() as connection:
            plan = _staged(connection, self.users, now.basis)
        if len(self.users) > TOGETHER:
            staged_users.make(self.opened, plan, progress)
        elif self.users:
            with write_installation(self.opened) as change:
                staged_users.make_within(change, plan)
        return len(self.users)


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
        basis = None if state is None else staged_users.basis_of(read, state)
    # For many users the rest takes long: the snapshot has ended.
    if state is None:
        planned = [retirement(user) for user in users if not user.retired]
    else:
        named = named and not skip
        planned = plan_licenses(state, Kind.USER, users, wanted, unwanted, named=named, swap=swap, faults=faults)
    changed = tuple(one for one in planned if one.assigned or one.released or one.ends)
    given: dict[str, Any] = {"assign": wanted, "release": unwanted, "retire": retire, "swap": swap, "skip": skip}
    changes, again = tuple(chain.from_iterable(map(_changes, changed))), partial(propose_assign, chosen=chosen, **given)
    return UsersProposal(changes=changes, about="these users", users=changed, opened=opened, basis=basis, again=again)


def parse_ids(data: bytes | str, options: TableOptions = AS_WRITTEN) -> tuple[str, ...]:
    """Return the ids in a table of users, as `parse_users` reads it: its column `id` is enough.

    Raises:
        UsersInvalid: what is wrong with it, by line.
    """
    rows = parse_users(data, options)
    if faults := tuple(row.fault.at(f"line {row.line}") for row in rows if row.fault):
        raise UsersInvalid(faults=faults[:FAULTS])
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
