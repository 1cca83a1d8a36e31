"""Assignments of licenses to users and sites, changed by the rules."""

from collections import Counter
from collections.abc import Iterable
from typing import ClassVar, Generic, NamedTuple, TypeVar

from licensekit.database import Connection
from licensekit.entitlements import resolve
from licensekit.entitlements.assignment import AssignmentChange, faults_of
from licensekit.entitlements.login import UserFacts
from licensekit.errors import NotAssigned, RefusedError, UserRetired
from licensekit.state import slots
from licensekit.state.loading import InstallationState
from licensekit.state.transactions import Section, WriteTransaction, write_installation
from licensekit.state.users import SiteFacts, known_site, known_user
from licensekit.wire.documents import Kind
from licensekit.wire.plain import word

H = TypeVar("H", bound=UserFacts | SiteFacts)


class Assigned(NamedTuple, Generic[H]):
    """What a change does to the licenses of one user or site."""

    holder: H
    assigned: tuple[str, ...]
    released: tuple[str, ...]


def plan_licenses(
    state: InstallationState,
    kind: Kind,
    holders: Iterable[H],
    assign: Iterable[str],
    release: Iterable[str],
    *,
    named: bool = True,
    faults: Iterable[RefusedError] = (),
) -> list[Assigned[H]]:
    """Work out what assigning and releasing licenses does to each of `holders`.

    What is assigned already stays, and each loses what it holds of `release`. Who holds none of it, or is retired and
    assigned anything, is a fault if `named`, and else left out. What is released is free for the others.

    Raises:
        UnknownCode, WrongKind: a license is not of `kind`.
        RefusedError: the first thing that stands against it, `faults` before all; its own `faults` are all.
    """
    entitlements, vendor = state.entitlements, f"{state.trust_store.issuer}."
    wanted = frozenset(resolve(entitlements, code, (kind,)) for code in assign)
    # What no catalog has any more can still be released.
    bare = (code.removeprefix(vendor) for code in release)
    unwanted = frozenset(c if c in state.in_use else resolve(entitlements, c, (kind,)) for c in bare)
    each = [(holder, held := frozenset(holder.licenses), held & unwanted) for holder in holders]
    in_use = Counter(state.in_use)
    in_use.subtract(code for *_, released in each for code in released)
    planned, found = list[Assigned[H]](), list(faults)
    for holder, held, released in each:
        if wanted and isinstance(holder, UserFacts) and holder.retired:
            found += [UserRetired(user=holder.written)] if named else []
            continue
        change = AssignmentChange(wanted, released or (unwanted if named else released))
        against = faults_of(entitlements, in_use, holder.written, held, change)
        found += (one if one.data.get("holder") else one.at(holder.written) for one in against)
        new = wanted - held
        in_use.update(() if against else new)
        planned.append(Assigned(holder, tuple(sorted(new)), tuple(sorted(released))))
    if found:
        raise found[0].replace(more=tuple(found[1:]))
    return planned


def write_licenses(change: WriteTransaction, kind: Kind, planned: Iterable[Assigned[H]]) -> None:
    """Assign and release what was planned, with an audit entry for each user or site."""
    changed = [one for one in planned if one.assigned or one.released]
    slots.assign(change.connection, kind, [(one.holder.id, code) for one in changed for code in one.assigned])
    slots.release(change.connection, kind, [(one.holder.id, code) for one in changed for code in one.released])
    for holder, assigned, released in changed:
        change.record(f"{word(kind)}-assign", **{word(kind): holder.id}, assigned=assigned, released=released)


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
            write_licenses(change, self._kind, planned)
            return planned[0].assigned

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
