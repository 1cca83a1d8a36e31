"""Concurrent seats by the rules: who may take one, and who may borrow one.

Taking, renewing and freeing a seat all day writes no audit entry and wakes nobody: each is one
short transaction, and many run at a time. Borrowing one for days is a change like any other.
"""

from typing import Final, NamedTuple

from licensekit.access import Access
from licensekit.database import Database
from licensekit.dates import format_seconds
from licensekit.entitlements import Entitlements, why_not
from licensekit.entitlements.assignment import missing_requirements
from licensekit.entitlements.leasing import SeatPool, pool_of
from licensekit.errors import (
    BorrowRefused,
    EntryInvalid,
    LeaseLost,
    NoneFree,
    NotEntitled,
)
from licensekit.state import seats
from licensekit.state.seats import HeldSeat, SeatQuery
from licensekit.state.transactions import OpenInstallation, write_installation
from licensekit.state.users import held_by
from licensekit.text import names
from licensekit.wire.documents import Kind

SHORTEST_SECONDS: Final = 2
LONGEST_SECONDS: Final = 86_400
"""The bounds of how long a seat stays taken without being renewed, unless it is borrowed."""
_HOUR_SECONDS: Final = 3600


class SeatRequest(NamedTuple):
    """A request for a seat."""

    license: str
    """The code, as `leasable` gives it."""
    holder: str
    ttl: int
    """Seconds after which it is free again unless it is renewed."""
    at_least: Access

    def check(self) -> None:
        """Check that it can be a lease.

        Raises:
            EntryInvalid: the holder is empty, too long or has characters that nobody can see; the
                time is out of bounds; or nothing is asked for.
        """
        names.check_id(self.holder, "holder")
        if not SHORTEST_SECONDS <= self.ttl <= LONGEST_SECONDS:
            raise EntryInvalid(
                f"a seat is not leased for {self.ttl} seconds at a time",
                hint=f"a lease has {SHORTEST_SECONDS} to {LONGEST_SECONDS} seconds",
            )
        if self.at_least is Access.NONE:
            raise EntryInvalid("a lease is for some access", hint="ask for read or full")


def acquire(
    database: Database, entitlements: Entitlements, pool: SeatPool, request: SeatRequest, now: int
) -> HeldSeat:
    """Take a seat of a pool. `now` is the installation's effective time, in seconds since 1970.

    Raises:
        NotEntitled: no bundle in force grants a seat to that extent; the message says why.
        RequirementMissing: the holder does not have what the license requires.
        NoneFree: all seats are taken.
        StateError: the database cannot be written.
    """
    granted = pool.seats(request.at_least)
    if not granted:
        raise NotEntitled(
            f"`{request.license}` is not granted: {why_not(entitlements, request.license)}",
            license=request.license,
            holder=request.holder,
        )
    query = SeatQuery(
        request.license, granted, pool.seats(Access.READ), request.holder, request.ttl
    )
    if entitlements.licenses[request.license].requires:
        _check_requirements(database, entitlements, request)
    lease = seats.take(database, query, now)
    if lease is None:
        raise _none_free(database, pool, request, now)
    return lease


def borrow(
    opened: OpenInstallation, entitlements: Entitlements, lease: HeldSeat, hours: float
) -> tuple[HeldSeat, int]:
    """Borrow a seat for some hours from now; return it, and how many seconds it lasts.

    Raises:
        BorrowRefused: no bundle in force allows it for so long.
        LeaseLost: it is not held any more.
        StateError: the database cannot be written.
    """
    pool = pool_of(entitlements, lease.license)
    if not 0 < hours * _HOUR_SECONDS <= pool.borrow_seconds:
        raise BorrowRefused(
            f"a seat of `{lease.license}` cannot be borrowed for {hours:g} hours",
            hint=_how_long(pool),
            license=lease.license,
            hours=pool.borrow_seconds // _HOUR_SECONDS,
        )
    with write_installation(opened) as change:
        now = seats.time_of(change.connection, change.read.now)
        until = now + round(hours * _HOUR_SECONDS)
        until = until if pool.until is None else min(until, pool.until)
        if until <= now or not seats.borrow(change.connection, lease, until, now):
            raise LeaseLost("the seat is not held any more", license=lease.license)
        change.record(
            "lease-borrow",
            license=lease.license,
            holder=lease.holder,
            lease=lease.id,
            until=format_seconds(until),
        )
    return lease._replace(expires=until, borrowed=True), until - now


def _check_requirements(
    database: Database, entitlements: Entitlements, request: SeatRequest
) -> None:
    with database.read() as connection:
        held = held_by(connection, Kind.USER, request.holder)
    for fault in missing_requirements(entitlements, request.holder, request.license, held):
        raise fault


def _none_free(database: Database, pool: SeatPool, request: SeatRequest, now: int) -> NoneFree:
    total = pool.total(request.at_least)
    with database.read() as connection:
        in_use = seats.in_use(connection, seats.time_of(connection, now))
    taken = in_use.get(request.license, 0)
    return NoneFree(
        f"no seat of `{request.license}` is free: {taken} of {total} are taken",
        hint="wait for one, or look at `leases list` for who holds them",
        license=request.license,
        in_use=taken,
        total=total,
    )


def _how_long(pool: SeatPool) -> str:
    hours = pool.borrow_seconds // _HOUR_SECONDS
    return f"it can for up to {hours} hours" if hours else "it is only for who is connected"
