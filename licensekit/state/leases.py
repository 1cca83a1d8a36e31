"""Concurrent seats by the rules: who may take one, and who may borrow one.

Taking, renewing and freeing a seat all day writes no audit entry and wakes nobody: each is one short transaction, and
many run at a time. Borrowing one for days is a change like any other.
"""

from typing import Final

from licensekit.database import Database
from licensekit.dates import format_seconds
from licensekit.entitlements import Entitlements, why_not
from licensekit.entitlements.assignment import missing_requirements
from licensekit.entitlements.seats import SeatPool, pool_of
from licensekit.errors import BorrowRefused, LeaseLost, NoneFree, NotEntitled
from licensekit.state import seats
from licensekit.state.loading import OpenInstallation
from licensekit.state.seats import HeldSeat, SeatRequest
from licensekit.state.slots import held_by
from licensekit.state.stored import seats_in_use
from licensekit.state.time import lease_time
from licensekit.state.transactions import write_installation
from licensekit.text import names
from licensekit.wire.documents import Kind

_HOUR_SECONDS: Final = 3600


def acquire(database: Database, entitlements: Entitlements, pool: SeatPool, request: SeatRequest, now: int) -> HeldSeat:
    """Take a seat of a pool. `now` is the installation's effective time, in seconds since 1970.

    Raises:
        NotEntitled: no bundle in force grants a seat to that extent; the message says why.
        RequirementMissing: the holder does not have what the license requires.
        NoneFree: all seats are taken.
        StateError: the database cannot be written.
    """
    if not pool.seats(request.at_least):
        raise NotEntitled(license=request.license, why=why_not(entitlements, request.license), holder=request.holder)
    if entitlements.licenses[request.license].requires:
        _check_requirements(database, entitlements, request)
    lease = seats.take(database, request, pool, now)
    if lease is None:
        raise _none_free(database, pool, request, now)
    return lease


def borrow(opened: OpenInstallation, entitlements: Entitlements, lease: HeldSeat, hours: float) -> tuple[HeldSeat, int]:
    """Borrow a seat for some hours from now; return it, and how many seconds it lasts.

    Raises:
        BorrowRefused: no bundle in force allows it for that long.
        LeaseLost: it is not held any more.
        StateError: the database cannot be written.
    """
    pool = pool_of(entitlements, lease.license)
    if not 0 < hours * _HOUR_SECONDS <= pool.borrow_seconds:
        hours_allowed = pool.borrow_seconds // _HOUR_SECONDS
        raise BorrowRefused(
            reason="too-long" if hours_allowed else "never", license=lease.license, asked=hours, hours=hours_allowed
        )
    with write_installation(opened) as change:
        now = lease_time(change.connection, change.read.now)
        until = now + round(hours * _HOUR_SECONDS)
        until = until if pool.until is None else min(until, pool.until)
        if until <= now or not seats.borrow(change.connection, lease, until, now):
            raise LeaseLost(reason="gone", license=lease.license, holder=lease.holder, lease=lease.id)
        change.record(
            "lease-borrow", license=lease.license, holder=lease.holder, lease=lease.id, until=format_seconds(until)
        )
    return lease._replace(expires=until, borrowed=True), until - now


def _check_requirements(database: Database, entitlements: Entitlements, request: SeatRequest) -> None:
    with database.read() as connection:
        held = held_by(connection, Kind.USER, names.folded(request.holder))
    for fault in missing_requirements(entitlements, request.holder, request.license, held):
        raise fault


def _none_free(database: Database, pool: SeatPool, request: SeatRequest, now: int) -> NoneFree:
    total = pool.total(request.at_least)
    with database.read() as connection:
        in_use = seats_in_use(connection, lease_time(connection, now))
    taken = in_use.get(request.license, 0)
    return NoneFree(reason="leased", license=request.license, in_use=taken, total=total)
