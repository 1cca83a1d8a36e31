"""Seats in the database as the running program sees them: who may take one, and who may borrow one.

Taking, renewing and freeing a seat all day writes no audit entry and wakes nobody: each is one short transaction, and
many run at a time. Borrowing one for days is a change like any other.
"""

import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Final

from licensekit.access import Access, level_of
from licensekit.dates import format_seconds
from licensekit.entitlements import Holding, not_entitled
from licensekit.entitlements.assignment import missing_requirements
from licensekit.entitlements.seats import HOUR_SECONDS, leasable, pool_of
from licensekit.errors import BorrowRefused, LeaseLost, NoneFree, StateError
from licensekit.runtime.live_snapshot import LiveSnapshot
from licensekit.runtime.snapshot import Snapshot
from licensekit.state import seats
from licensekit.state.seats import HeldSeat, SeatRequest
from licensekit.state.slots import held_by
from licensekit.state.stored import seats_in_use
from licensekit.state.time import effective, lease_time
from licensekit.state.transactions import write_installation
from licensekit.text import names
from licensekit.wire.documents import Kind

_CLOCK: Final[int | None] = getattr(time, "CLOCK_BOOTTIME", getattr(time, "CLOCK_MONOTONIC", None))


def elapsed() -> float:
    """Return seconds by a clock that nobody sets, and that runs while the machine sleeps."""
    return time.monotonic() if _CLOCK is None else time.clock_gettime(_CLOCK)


class Seats:
    """What leases do in the database; the times that it returns are those of `elapsed`."""

    def __init__(self, live: LiveSnapshot) -> None:
        self._live = live
        self.database = live.database
        self.pending: dict[str, tuple[HeldSeat, float]] = {}
        """The seats that are still to be freed, by the ids of their leases, and their ends."""

    @property
    def snapshot(self) -> Snapshot:
        """The snapshot in force."""
        return self._live.snapshot

    def request(self, code: str, holder: str, ttl: int, at_least: Access) -> SeatRequest:
        """Return a checked request for a seat; raises as `Licensing.seat`."""
        name = leasable(self.snapshot.state.entitlements, code)
        request = SeatRequest(name, holder, ttl, level_of(at_least))
        request.check()
        return request

    def take(self, request: SeatRequest) -> tuple[HeldSeat, float]:
        """Take a seat, and return it with its end.

        Raises:
            NotEntitled: no bundle in force grants a seat to that extent; the message says why.
            RequirementMissing: the holder does not have what the license requires.
            NoneFree: all seats are taken.
            StateError: the database cannot be written.
        """
        begin, now, entitlements, name = elapsed(), self._now(), self.snapshot.state.entitlements, request.license
        pool = pool_of(entitlements, name) if name in entitlements.tiers else None
        if pool is None or not pool.seats(request.at_least):
            raise not_entitled(entitlements, name, holder=request.holder)
        if entitlements.licenses[name].requires:
            with self.database.read() as connection:
                held = held_by(connection, Kind.USER, names.folded(request.holder))
            for fault in missing_requirements(entitlements, request.holder, name, held):
                raise fault
        row = seats.take(self.database, request, pool, now)
        if row is not None:
            return row, begin + request.ttl
        with self.database.read() as connection:
            taken = seats_in_use(connection, lease_time(connection, now)).get(name, 0)
        raise NoneFree(reason="leased", license=name, in_use=taken, total=pool.total(request.at_least))

    def renew(self, asked: Sequence[tuple[HeldSeat, int]]) -> tuple[frozenset[str], float]:
        """Renew leases; return the ids of those still held, and the time that this counts from."""
        begin = elapsed()
        return seats.renew(self.database, asked, self._now()), begin

    def still_held(self, rows: Sequence[HeldSeat]) -> frozenset[str]:
        """Return the ids of those leases that are held; raise `StateError` if it cannot be read."""
        return seats.still_held(self.database, rows, self._now())

    def borrow(self, row: HeldSeat, hours: float) -> tuple[HeldSeat, float]:
        """Borrow a seat for some hours from now, and return it with its end.

        Raises:
            BorrowRefused: no bundle in force allows it for that long.
            LeaseLost: it is not held any more.
            StateError: the database cannot be written.
        """
        begin, pool = elapsed(), pool_of(self.snapshot.state.entitlements, row.license)
        if not 0 < hours * HOUR_SECONDS <= pool.borrow_seconds:
            allowed = pool.borrow_seconds // HOUR_SECONDS
            reason = "too-long" if allowed else "never"
            raise BorrowRefused(reason=reason, license=row.license, asked=hours, hours=allowed)
        with write_installation(replace(self._live.opened, by=row.holder)) as change:
            now = lease_time(change.connection, change.read.now)
            until = now + round(hours * HOUR_SECONDS)
            until = until if pool.until is None else min(until, pool.until)
            if until <= now or not seats.borrow(change.connection, row, until, now):
                raise LeaseLost(reason="gone", license=row.license, holder=row.holder, lease=row.id)
            change.record(
                "lease-borrow", license=row.license, holder=row.holder, lease=row.id, until=format_seconds(until)
            )
        return row._replace(expires=until, borrowed=True), begin + until - now

    def free(self, row: HeldSeat, until: float) -> None:
        """Free a seat that ends by itself at `until`; later, if the database is away."""
        if not self.pending:  # else it was away just now, and is not waited for again
            with suppress(StateError):
                return seats.free(self.database, row)
        self.pending[row.id] = row, until
        return None

    def free_pending(self) -> None:
        """Free the seats that could not be freed while it was away; raise `StateError` if it is."""
        for lease_id, (row, until) in list(self.pending.items()):
            if elapsed() < until:
                seats.free(self.database, row)
            self.pending.pop(lease_id, None)

    def gives(self, row: HeldSeat) -> Access:
        """Return to what extent a seat gives its license now."""
        entitlements = self.snapshot.state.entitlements
        if row.license not in entitlements.tiers:  # no catalog has it any more
            return Access.NONE
        return pool_of(entitlements, row.license).access(row.seat)

    def access(self, row: HeldSeat) -> Mapping[str, Access]:
        """Return all that a seat gives now: its license, what that includes, what everybody has."""
        snapshot = self.snapshot
        if row.license not in snapshot.state.entitlements.tiers:
            return snapshot.nothing
        # Seats that give the same share one mapping.
        return snapshot.access_of((Holding(row.license, row.seat + 1),), ())

    def _now(self) -> int:
        return effective(self.snapshot.state.stored.time, self._live.clocks())
