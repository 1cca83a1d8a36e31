"""Assignments of licenses to users and sites, changed by the rules."""

from collections.abc import Iterable
from typing import ClassVar

from licensekit.database import Connection
from licensekit.entitlements import resolve
from licensekit.entitlements.assignment import AssignmentChange, faults_of
from licensekit.entitlements.login import UserFacts
from licensekit.errors import NotAssigned, UserRetired
from licensekit.state import slots
from licensekit.state.transactions import Section, WriteTransaction, write_installation
from licensekit.state.users import SiteFacts, known_site, known_user
from licensekit.wire.documents import Kind
from licensekit.wire.plain import word


def change_licenses(
    change: WriteTransaction, kind: Kind, holder: str, added: Iterable[str], removed: Iterable[str]
) -> tuple[str, ...]:
    """Assign and release in one change, and return what was newly assigned.

    Raises:
        UnknownCode, WrongKind: a license that is assigned is not of `kind`.
        RefusedError: the first thing that stands against it; its `faults` are all.
    """
    state = change.read.state()
    entitlements = state.entitlements
    wanted = AssignmentChange(
        frozenset(resolve(entitlements, code, (kind,)) for code in added),
        # What no catalog has any more can still be released.
        frozenset(code.removeprefix(f"{state.trust_store.issuer}.") for code in removed),
    )
    held = slots.held_by(change.connection, kind, holder)
    faults = faults_of(entitlements, state.in_use, holder, held, wanted)
    if faults:
        raise faults[0].replace(more=tuple(faults[1:]))
    new = wanted.assign - held
    slots.assign(change.connection, kind, [(holder, code) for code in new])
    slots.release(change.connection, kind, [(holder, code) for code in wanted.release])
    if new or wanted.release:
        assigned, released = sorted(new), sorted(wanted.release)
        who = word(kind)
        change.record(f"{who}-assign", **{who: holder}, assigned=assigned, released=released)
    return tuple(sorted(new))


def release_all(change: WriteTransaction, kind: Kind, holder: str) -> tuple[str, ...]:
    """Release everything that the holder is assigned, and return it."""
    held = slots.held_by(change.connection, kind, holder)
    slots.release(change.connection, kind, [(holder, code) for code in held])
    return tuple(sorted(held))


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
            if licenses and isinstance(holder, UserFacts) and holder.retired:
                raise UserRetired(user=holder_id)
            return change_licenses(change, self._kind, holder.id, licenses, release)

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
