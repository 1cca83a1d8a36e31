"""Assignments of licenses to users and sites, changed by the rules."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, ClassVar, Final, LiteralString, NamedTuple

from licensekit.database import Connection
from licensekit.dates import day_at
from licensekit.entitlements import Entitlements, resolve
from licensekit.entitlements.assignment import AssignmentChange, faults_of, plans_of
from licensekit.entitlements.login import UserFacts
from licensekit.errors import NotAssigned, RefusedError, UserRetired
from licensekit.state import slots
from licensekit.state.loading import InstallationState
from licensekit.state.transactions import Section, WriteTransaction, write_installation
from licensekit.state.users import SiteFacts, known_site, known_user
from licensekit.wire.documents import Kind
from licensekit.wire.plain import word

_END: Final[Mapping[Kind, LiteralString]] = {
    Kind.USER: "UPDATE users SET retired = 1 WHERE id = ?",
    Kind.SITE: "DELETE FROM sites WHERE id = ?",
}
ENDED: Final = {Kind.USER: "user-retire", Kind.SITE: "site-remove"}


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
    entitlements: Entitlements, in_use: Mapping[str, int], changes: Sequence[HolderChange]
) -> Iterator[tuple[HolderChange, RefusedError]]:
    """Yield what stands against changes in their order; `in_use` is before them, and all that is released is free."""
    used = Counter(in_use)
    used.subtract(code for one in changes for code in one.released & one.held)
    for one in changes:
        # Nothing stands against the end of a user or site, which releases everything.
        asked = None if one.ends or not (one.assigned or one.released) else AssignmentChange(one.assigned, one.released)
        against = faults_of(entitlements, used, one.written, one.held, asked) if asked else ()
        yield from ((one, fault) for fault in against)
        used.update(() if against else one.assigned)


def write_changes(change: WriteTransaction, kind: Kind, changes: Iterable[HolderChange]) -> None:
    """Assign and release what was planned, with an audit entry for each user or site of which something changes."""
    changes = [one for one in changes if one.assigned or one.released or one.ends]
    # Assigned first: whoever goes on to hold something has held it without a break.
    assigned = [(one.id, code) for one in changes for code in sorted(one.assigned)]
    slots.assign(change.connection, kind, assigned, day_at(change.now))
    slots.release(change.connection, kind, [(one.id, code) for one in changes for code in sorted(one.released)])
    for one in changes:
        named: dict[str, Any] = {"users": [one.id]} if kind is Kind.USER else {"site": one.id}
        facts = {**named, "released": sorted(one.released - {slots.SATELLITE})}
        if one.ends:
            change.connection.run(_END[kind], one.id)
            change.record(ENDED[kind], **facts)
        else:
            change.record(f"{word(kind)}-assign", **facts, assigned=sorted(one.assigned))


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
