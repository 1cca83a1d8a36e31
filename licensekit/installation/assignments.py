"""Assignments of licenses to users and sites, changed by the rules."""

from collections.abc import Iterable, Sequence

from licensekit.entitlements import resolve
from licensekit.entitlements.assignment import AssignmentChange, faults_of
from licensekit.errors import NotAssigned
from licensekit.state import slots
from licensekit.state.transactions import WriteTransaction
from licensekit.wire.documents import Kind
from licensekit.wire.plain import word


def change_licenses(
    change: WriteTransaction, kind: Kind, holder: str, added: Iterable[str], removed: Iterable[str]
) -> tuple[str, ...]:
    """Assign and release in one change, and return what was newly assigned.

    Raises:
        UnknownLicense, WrongKind: a license that is assigned is not of `kind`.
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
        raise faults[0].with_more(faults[1:])
    new = wanted.assign - held
    slots.release(change.connection, kind, holder, wanted.release)
    slots.assign(change.connection, kind, holder, new)
    if new or wanted.release:
        assigned, released = sorted(new), sorted(wanted.release)
        who = word(kind)
        change.record(f"{who}-assign", **{who: holder}, assigned=assigned, released=released)
    return tuple(sorted(new))


def release_all(change: WriteTransaction, kind: Kind, holder: str) -> tuple[str, ...]:
    """Release everything that the holder is assigned, and return it."""
    held = slots.held_by(change.connection, kind, holder)
    slots.release(change.connection, kind, holder, held)
    return tuple(sorted(held))


def prefer(change: WriteTransaction, kind: Kind, code: str, holders: Sequence[str]) -> None:
    """Assign the first slots of a license to holders of it, in this order; all others stay in theirs.

    Raises:
        UnknownLicense, WrongKind: it is no license of `kind`.
        NotAssigned: one of them does not hold it.
    """
    entitlements = change.read.state().entitlements
    license_ = resolve(entitlements, code, (kind,))
    is_limit = entitlements.licenses[license_].limits_sites
    first = list(dict.fromkeys(holders))
    held = slots.SATELLITE if is_limit else license_
    for holder in slots.prefer(change.connection, kind, held, first):
        raise NotAssigned(license=license_, holder=holder)
    named = {"users": (), "sites": (), f"{word(kind)}s": first}
    change.record("prefer", license=license_, **named)
