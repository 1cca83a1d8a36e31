"""Seats in the database as the running program sees them: who may take one, and who may borrow one.

The ends of leases are times of `elapsed`.

Taking, renewing and freeing a seat all day writes no audit entry and wakes nobody: each is one short transaction, and
many run at a time. Borrowing one for days is a change like any other.
"""

import sys
import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from licensekit.access import Access, level_of
from licensekit.dates import format_seconds
from licensekit.entitlements import Holding, not_entitled
from licensekit.entitlements.assignment import missing_requirements
from licensekit.entitlements.seats import HOUR_SECONDS, leasable, pool_of
from licensekit.errors import BorrowRefused, EntryInvalid, LeaseLost, NoneFree
from licensekit.runtime.live_snapshot import LiveSnapshot
from licensekit.runtime.snapshot import Snapshot
from licensekit.state import seats
from licensekit.state.seats import LONGEST_SECONDS, SHORTEST_SECONDS, HeldSeat, SeatRequest
from licensekit.state.slots import held_by
from licensekit.state.stored import seats_in_use
from licensekit.state.time import effective, lease_time
from licensekit.state.transactions import write_installation
from licensekit.text import names
from licensekit.wire.documents import Kind

_CLOCK: Final[int | None] = getattr(time, "CLOCK_BOOTTIME", getattr(time, "CLOCK_MONOTONIC", None))


def elapsed() -> float:
    """Return seconds by a clock that nobody sets, and that runs while the machine sleeps."""
    if sys.platform != "win32" and _CLOCK is not None:
        return time.clock_gettime(_CLOCK)
    return time.monotonic()


def time_of(live: LiveSnapshot) -> int:
    """Return the effective time, by which leases live where there is no server."""
    return effective(live.snapshot.state.stored.time, live.clocks())


def request(live: LiveSnapshot, code: str, holder: str, ttl: int, at_least: Access) -> SeatRequest:
    """Return a checked request for a seat; raises as `Licensing.seat`."""
    wanted = SeatRequest(leasable(live.snapshot.state.entitlements, code), holder, ttl, level_of(at_least))
    names.check_id(holder, "holder id")
    if not SHORTEST_SECONDS <= ttl <= LONGEST_SECONDS:
        raise EntryInvalid(reason="seconds", seconds=ttl, shortest=SHORTEST_SECONDS, longest=LONGEST_SECONDS)
    if at_least is Access.NONE:
        raise EntryInvalid(reason="no-access")
    return wanted


def take(live: LiveSnapshot, wanted: SeatRequest) -> tuple[HeldSeat, float]:
    """Take a seat, and return it with its end.

    Raises:
        NotEntitled: no bundle in force grants a seat to that extent; the message says why.
        RequirementMissing: the holder does not have what the license requires.
        NoneFree: all seats are taken.
        StateError: the database cannot be written.
    """
    begin, now, entitlements, name = elapsed(), time_of(live), live.snapshot.state.entitlements, wanted.license
    pool = pool_of(entitlements, name) if name in entitlements.tiers else None
    if pool is None or not pool.seats(wanted.at_least):
        raise not_entitled(entitlements, name, holder=wanted.holder)
    if entitlements.licenses[name].requires:
        with live.database.read() as connection:
            held = held_by(connection, Kind.USER, names.folded(wanted.holder))
        for fault in missing_requirements(entitlements, wanted.holder, name, held):
            raise fault
    row = seats.take(live.database, wanted, pool, now)
    if row is not None:
        return row, begin + wanted.ttl
    with live.database.read() as connection:
        taken = seats_in_use(connection, lease_time(connection, now)).get(name, 0)
    raise NoneFree(reason="leased", license=name, in_use=taken, total=pool.total(wanted.at_least))


def borrow(live: LiveSnapshot, row: HeldSeat, hours: float) -> tuple[HeldSeat, float]:
    """Borrow a seat for some hours from now, and return it with its end.

    Raises:
        BorrowRefused: no bundle in force allows it for that long.
        LeaseLost: it is not held any more.
        StateError: the database cannot be written.
    """
    begin, pool = elapsed(), pool_of(live.snapshot.state.entitlements, row.license)
    if not 0 < hours * HOUR_SECONDS <= pool.borrow_seconds:
        allowed = pool.borrow_seconds // HOUR_SECONDS
        reason = "too-long" if allowed else "never"
        raise BorrowRefused(reason=reason, license=row.license, asked=hours, hours=allowed)
    with write_installation(replace(live.opened, by=row.holder)) as change:
        now = lease_time(change.connection, change.read.now)
        until = now + round(hours * HOUR_SECONDS)
        until = until if pool.until is None else min(until, pool.until)
        if until <= now or not seats.borrow(change.connection, row, until, now):
            raise LeaseLost(reason="gone", license=row.license, holder=row.holder, lease=row.id)
        change.record("lease-borrow", license=row.license, holder=row.holder, lease=row.id, until=format_seconds(until))
    return row._replace(expires=until, borrowed=True), begin + until - now


def access_of(snapshot: Snapshot, row: HeldSeat) -> Mapping[str, Access]:
    """Return all that a seat gives: its license, what that includes, what everybody has."""
    if row.license not in snapshot.state.entitlements.tiers:  # no catalog has it any more
        return snapshot.nothing
    # Seats that give the same share one mapping.
    return snapshot.access_of((Holding(row.license, row.seat + 1),), ())
