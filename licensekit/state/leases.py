"""Concurrent seats: taken, renewed and freed by who is at work, ended by an administrator.

What happens all day (`acquire`, `renew`, `free`) is no entry in the audit log and wakes nobody up:
each is one short transaction, and many run at a time. What an administrator decides, and what
leaves the house for days, is a change like any other.
"""

import builtins
from collections.abc import Sequence
from typing import Final, NamedTuple

from licensekit.access import Access
from licensekit.database import Connection, Database
from licensekit.dates import format_seconds
from licensekit.entitlements import Entitlements, why_not
from licensekit.entitlements.assignment import missing_requirements
from licensekit.entitlements.seats import SeatPool, pool_of
from licensekit.errors import (
    BorrowRefused,
    EntryInvalid,
    LeaseLost,
    LeaseUnknown,
    NoneFree,
    NotEntitled,
)
from licensekit.state import assignments, seats
from licensekit.state.seats import HeldSeat, SeatQuery
from licensekit.state.transactions import OpenInstallation, reading, writing
from licensekit.text import names
from licensekit.wire.documents import Kind

SHORTEST_SECONDS: Final = 2
LONGEST_SECONDS: Final = 86_400
"""For so long a seat can stay taken without being renewed, unless it is borrowed."""
_HOUR_SECONDS: Final = 3600


class SeatRequest(NamedTuple):
    """A seat that somebody wants."""

    license: str
    """The code, as `leasable` gives it."""
    holder: str
    ttl: int
    """Seconds after which it is free again unless it is renewed."""
    at_least: Access

    def check(self) -> None:
        """Refuse what can be no lease.

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


class Leases:
    """The leases of an installation, for its administrators."""

    def __init__(self, opened: OpenInstallation) -> None:
        self._opened = opened

    def list(self) -> tuple[HeldSeat, ...]:
        """Give every lease that is held now, by license and then the oldest first."""
        with reading(self._opened) as look:
            return seats.held(look.connection, seats.time_of(look.connection, look.now))

    def end(self, lease_id: str) -> HeldSeat:
        """End a lease, and give it. Its seat is free at once, and its holder learns it.

        Whoever has borrowed it learns it when it sees the database again.

        Raises:
            LeaseUnknown: no such lease is held.
        """
        return self.end_all([lease_id])[0]

    def end_all(self, lease_ids: Sequence[str]) -> builtins.list[HeldSeat]:
        """End leases, all of them or none; raises as `end` does."""
        with writing(self._opened) as change:
            connection = change.connection
            now = seats.time_of(connection, change.look.now)
            ended = [_held(connection, lease_id, now) for lease_id in dict.fromkeys(lease_ids)]
            for lease in ended:
                seats.end(connection, lease)
                change.record(
                    "lease-end", license=lease.license, holder=lease.holder, lease=lease.id
                )
        return ended


def acquire(
    database: Database, entitlements: Entitlements, pool: SeatPool, wanted: SeatRequest, now: int
) -> HeldSeat:
    """Take a seat of a pool. `now` is the installation's effective time, in seconds since 1970.

    Raises:
        NotEntitled: no bundle in force grants a seat to that extent; the message says why.
        RequirementMissing: the holder does not have what the license requires.
        NoneFree: all seats are taken.
        StateError: the database cannot be written.
    """
    granted = pool.seats(wanted.at_least)
    if not granted:
        raise NotEntitled(
            license=wanted.license,
            why=why_not(entitlements, wanted.license),
            holder=wanted.holder,
        )
    asked = SeatQuery(wanted.license, granted, pool.seats(Access.READ), wanted.holder, wanted.ttl)
    if entitlements.licenses[wanted.license].requires:
        _check_requirements(database, entitlements, wanted)
    lease = seats.take(database, asked, now)
    if lease is None:
        raise _none_free(database, pool, wanted, now)
    return lease


def renew(database: Database, held: Sequence[tuple[HeldSeat, int]], now: int) -> frozenset[str]:
    """Let each lease last its number of seconds from now; give the ids of those still held.

    Raises:
        StateError: the database cannot be written; nothing was renewed.
    """
    with database.write(shared=True) as connection:
        return seats.renew(connection, held, seats.time_of(connection, now))


def still_held(database: Database, held: Sequence[HeldSeat], now: int) -> frozenset[str]:
    """Give the ids of those leases that are held.

    Raises:
        StateError: the database cannot be read.
    """
    with database.read() as connection:
        return seats.still_held(connection, held, seats.time_of(connection, now))


def free(database: Database, lease: HeldSeat) -> None:
    """Free the seat of a lease; one that is not held any more is left as it is.

    Raises:
        StateError: the database cannot be written.
    """
    seats.free(database, lease)


class Borrowed(NamedTuple):
    """A lease that is taken along."""

    lease: HeldSeat
    seconds: int
    """How long it lasts from now."""


def borrow(
    opened: OpenInstallation, entitlements: Entitlements, lease: HeldSeat, hours: float
) -> Borrowed:
    """Let a lease be taken along for some hours from now.

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
    with writing(opened) as change:
        now = seats.time_of(change.connection, change.look.now)
        until = now + round(hours * _HOUR_SECONDS)
        until = until if pool.until is None else min(until, pool.until)
        if until <= now or not seats.borrow(change.connection, lease, until, now):
            raise LeaseLost(
                reason="gone", license=lease.license, holder=lease.holder, lease=lease.id
            )
        change.record(
            "lease-borrow",
            license=lease.license,
            holder=lease.holder,
            lease=lease.id,
            until=format_seconds(until),
        )
    return Borrowed(lease._replace(expires=until, borrowed=True), until - now)


def _held(connection: Connection, lease_id: str, now: int) -> HeldSeat:
    lease = seats.one(connection, lease_id, now)
    if lease is None:
        raise LeaseUnknown(f"there is no lease {lease_id!a:.60}", lease=lease_id)
    return lease


def _check_requirements(
    database: Database, entitlements: Entitlements, wanted: SeatRequest
) -> None:
    with database.read() as connection:
        held = assignments.held_by(connection, Kind.USER, wanted.holder)
    for fault in missing_requirements(entitlements, wanted.holder, wanted.license, held):
        raise fault


def _none_free(database: Database, pool: SeatPool, wanted: SeatRequest, now: int) -> NoneFree:
    total = pool.total(wanted.at_least)
    with database.read() as connection:
        in_use = seats.in_use(connection, seats.time_of(connection, now))
    taken = in_use.get(wanted.license, 0)
    return NoneFree(
        f"no seat of `{wanted.license}` is free: {taken} of {total} are taken",
        hint="wait for one, or look at `leases list` for who holds them",
        license=wanted.license,
        in_use=taken,
        total=total,
    )


def _how_long(pool: SeatPool) -> str:
    hours = pool.borrow_seconds // _HOUR_SECONDS
    return f"it can for up to {hours} hours" if hours else "it is only for who is connected"
