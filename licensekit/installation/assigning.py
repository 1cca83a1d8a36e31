"""Changing what a user or a site is assigned, by the rules of `entitlements.assignment`."""

from collections.abc import Iterable

from licensekit.entitlements import resolve
from licensekit.entitlements.assignment import AssignmentChange, faults_of
from licensekit.state import assignments
from licensekit.state.transactions import Writing
from licensekit.wire.documents import Kind


def change_licenses(
    change: Writing, kind: Kind, holder: str, assign: Iterable[str], release: Iterable[str]
) -> tuple[str, ...]:
    """Assign and release in one change, and give what was newly assigned.

    Raises:
        UnknownLicense, WrongKind: a license that is assigned is none of `kind`.
        RefusedError: the first thing that stands against it; its `faults` are all.
    """
    state = change.look.state()
    entitlements = state.entitlements
    wanted = AssignmentChange(
        frozenset(resolve(entitlements, code, (kind,)) for code in assign),
        # What no catalog has any more can still be released.
        frozenset(_spelled(state.trust_store.issuer, code) for code in release),
    )
    held = assignments.held_by(change.connection, kind, holder)
    faults = faults_of(entitlements, state.in_use, holder, held, wanted)
    if faults:
        raise faults[0].with_more(faults[1:])
    new = wanted.assign - held
    assignments.release(change.connection, kind, holder, wanted.release)
    assignments.assign(change.connection, kind, holder, new)
    if new or wanted.release:
        noun = kind.name.lower()
        details = {noun: holder, "assigned": sorted(new), "released": sorted(wanted.release)}
        change.record(f"{noun}-assign", **details)
    return tuple(sorted(new))


def _spelled(vendor: str, code: str) -> str:
    return code.removeprefix(f"{vendor}.")
