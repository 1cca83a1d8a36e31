"""Assignments of licenses to users and sites: written in rows, changed by the rules.

How often each license is assigned is kept together with the rows (`usage`).
"""

from collections.abc import Iterable
from typing import Final, LiteralString, NamedTuple

from licensekit.database import Connection
from licensekit.entitlements import resolve
from licensekit.entitlements.assignment import AssignmentChange, faults_of
from licensekit.state.audit_events import SiteAssigned, UserAssigned
from licensekit.state.transactions import WriteTransaction
from licensekit.state.users import held_by
from licensekit.wire.documents import Kind


class _Sql(NamedTuple):
    assign: LiteralString
    release: LiteralString


_SQL: Final = {
    Kind.USER: _Sql(
        "INSERT INTO user_licenses (user_id, license) VALUES (?, ?)",
        "DELETE FROM user_licenses WHERE user_id = ? AND license = ?",
    ),
    Kind.SITE: _Sql(
        "INSERT INTO site_licenses (site_id, license) VALUES (?, ?)",
        "DELETE FROM site_licenses WHERE site_id = ? AND license = ?",
    ),
}
_ADD: Final = (
    "INSERT INTO usage (license, in_use) VALUES (?, ?)"
    " ON CONFLICT (license) DO UPDATE SET in_use = usage.in_use + excluded.in_use"
)
_SUBTRACT: Final = "UPDATE usage SET in_use = in_use - ? WHERE license = ?"


def assign(connection: Connection, kind: Kind, holder: str, codes: Iterable[str]) -> None:
    """Assign licenses that the holder is not assigned yet."""
    listed = sorted(codes)
    connection.run_many(_SQL[kind].assign, [(holder, code) for code in listed])
    connection.run_many(_ADD, [(code, 1) for code in listed])


def release(connection: Connection, kind: Kind, holder: str, codes: Iterable[str]) -> None:
    """Release licenses that the holder is assigned."""
    listed = sorted(codes)
    connection.run_many(_SQL[kind].release, [(holder, code) for code in listed])
    connection.run_many(_SUBTRACT, [(1, code) for code in listed])


def release_all(connection: Connection, kind: Kind, holder: str) -> frozenset[str]:
    """Release everything that the holder is assigned, and return it."""
    held = held_by(connection, kind, holder)
    release(connection, kind, holder, held)
    return held


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
    held = held_by(change.connection, kind, holder)
    faults = faults_of(entitlements, state.in_use, holder, held, wanted)
    if faults:
        raise faults[0].with_more(faults[1:])
    new = wanted.assign - held
    release(change.connection, kind, holder, wanted.release)
    assign(change.connection, kind, holder, new)
    if new or wanted.release:
        assigned, released = sorted(new), sorted(wanted.release)
        if kind is Kind.USER:
            change.record(UserAssigned(user=holder, assigned=assigned, released=released))
        else:
            change.record(SiteAssigned(site=holder, assigned=assigned, released=released))
    return tuple(sorted(new))
