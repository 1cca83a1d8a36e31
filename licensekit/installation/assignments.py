"""Changes of assignments: of one user or site, or of many users as one change."""

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
    """A change of the licenses of one user or site."""

    id: str
    written: str
    held: frozenset[str]  # the licenses before
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
    """Plan assigning and releasing licenses for each of `holders`; raise the first fault with all others in it.

    Existing assignments stay, and each holder loses its licenses in `release`, which become free for others. A holder
    without any of those, or a retired one to be assigned something, is a fault if `named`, and skipped if not. With
    `swap`, a new plan replaces another one of the same issuer. `faults` come before others.
    """
    entitlements, vendor = state.entitlements, f"{state.trust_store.issuer}."
    wanted = frozenset(resolve(entitlements, code, (kind,)) for code in assign)
    # A license that is no longer in a catalog can still be released.
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
    """Yield the faults of changes in order; `in_use` is before the changes, and everything that they release is free.

    Without `exchange`, licenses released by holders who are also assigned something do not count as free, because such
    a change may be refused.
    """
    used = Counter(in_use)
    used.subtract(code for one in changes if exchange or not one.assigned for code in one.released & one.held)
    for one in changes:
        # Ending a user or site releases everything, so it is always possible.
        asked = None if one.ends or not (one.assigned or one.released) else AssignmentChange(one.assigned, one.released)
        against = faults_of(entitlements, used, one.written, one.held, asked) if asked else ()
        yield from ((one, fault) for fault in against)
        used.update(() if against else one.assigned)


def write_changes(change: WriteTransaction, kind: Kind, changes: Iterable[HolderChange]) -> None:
    """Carry out planned changes, with audit entries for the users or sites that change."""
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
    """Return the staged change of users; raise `ProposalStale` if their licenses have changed since."""
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
    """Return the change that retires a user and releases everything."""
    held = frozenset(user.licenses)
    return HolderChange(user.id, user.written, held, frozenset(), held, ends=True)


class Assignable(Section):
    """The users or the sites of an installation, to which licenses are assigned."""

    _kind: ClassVar[Kind]

    def assign(self, holder_id: str, *licenses: str, release: Iterable[str] = ()) -> tuple[str, ...]:
        """Assign licenses, and release others in the same change; return the newly assigned ones.

        Existing assignments stay as they are.

        Raises:
            NotFound, UserRetired: there is no such user or site, or the user is retired.
            UnknownCode, WrongKind: one of them is not a license of users, or of sites.
            NoneFree, PlanHeld, RequirementMissing, StillRequired, NotAssigned: the first reason against it; its
                `faults` are all reasons.
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
        """Assign the first slots of a license in this order, so that these holders keep one if there are too few.

        All others keep their order. Without ids, the slots are only renumbered, which closes gaps after the database
        was edited. For sites, the license may also be one that limits the number of satellites.

        Raises:
            NotFound, NotAssigned: there is no such user or site, or it does not hold the license.
            UnknownCode, WrongKind: it is not a license of users, or of sites.
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
    """What a change of the licenses of many users would do; nothing has changed yet."""

    users: tuple[HolderChange, ...]
    """The change of each user; users who stay the same are left out."""
    opened: OpenInstallation
    basis: Basis | None
    again: "Callable[[OpenInstallation], UsersProposal]"

    def apply(self, progress: Progress = lambda _: None) -> int:
        """Change all users as it was shown, or none; return how many were changed.

        Raises:
            ProposalStale: other users or licenses would change by now.
            RefusedError: it is no longer possible; its `faults` are every reason.
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
    """Propose to assign and release licenses of many users, or to retire them.

    Args:
        opened: The installation.
        chosen: The ids of the users, or a filter as for `list`.
        assign: Licenses to assign.
        release: Licenses to release; they are free for users who are assigned them in the same change.
        retire: Whether to retire the users, which releases everything.
        swap: Whether a new plan replaces another one of the same issuer.
        skip: Whether to skip named users to whom the change does not apply.

    Raises:
        UnknownCode, WrongKind: a license is not a user license.
        RefusedError: the first reason against it; its `faults` are all reasons, for every user.
    """
    wanted, unwanted = tuple(assign), tuple(release)
    if named := not isinstance(chosen, UserFilter):
        chosen = tuple(chosen)
    with read_installation(opened) as read:
        users, faults = _chosen(read, chosen)
        state = None if retire and not faults else read.state()
        basis = None if state is None else staged_users.basis_of(read, state)
    # The rest takes long for many users, so it runs after the snapshot has ended.
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
    """Return the ids in a table of users, which needs only the column `id`; raise `UsersInvalid` for its faults."""
    rows = parse_users(data, options)
    if faults := tuple(row.fault.at(f"line {row.line}") for row in rows if row.fault):
        raise UsersInvalid(faults=faults[:FAULTS])
    return tuple(row.user_id for row in rows)


def _chosen(read: ReadTransaction, chosen: UserFilter | Iterable[str]) -> tuple[list[UserFacts], list[RefusedError]]:
    """Return the chosen users, each once, and a fault for each unknown id."""
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
