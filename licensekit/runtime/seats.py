"""Seats in the database as the running program sees them, by its own snapshot and clock."""

import time
from collections.abc import Mapping, Sequence
from typing import Final

from licensekit.access import Access
from licensekit.database import Version
from licensekit.entitlements import Holding
from licensekit.entitlements.denials import NotInCatalog
from licensekit.entitlements.seats import SeatPool, leasable, pool_of
from licensekit.errors import NotEntitled, StateError
from licensekit.runtime.live_snapshot import LiveSnapshot
from licensekit.runtime.snapshot import Snapshot
from licensekit.state import leases, seats
from licensekit.state.seats import HeldSeat, SeatRequest
from licensekit.state.time import effective
from licensekit.state.transactions import LastSeen, OpenInstallation

_CLOCK: Final[int | None] = getattr(time, "CLOCK_BOOTTIME", getattr(time, "CLOCK_MONOTONIC", None))


def elapsed() -> float:
    """Return seconds by a clock that nobody sets, and that runs while the machine sleeps."""
    return time.monotonic() if _CLOCK is None else time.clock_gettime(_CLOCK)


class Seats:
    """What leases do in the database; the times that it returns are those of `elapsed`."""

    def __init__(self, live: LiveSnapshot) -> None:
        self._live = live
        self._database = live.database
        self._pools: tuple[Snapshot | None, dict[str, SeatPool]] = (None, {})
        self._pending: dict[str, tuple[HeldSeat, float]] = {}

    @property
    def snapshot(self) -> Snapshot:
        """The snapshot in force."""
        return self._live.snapshot

    @property
    def has_pending(self) -> bool:
        """Whether seats are still to be freed."""
        return bool(self._pending)

    def request(self, code: str, holder: str, ttl: int, at_least: Access) -> SeatRequest:
        """Return a checked request for a seat.

        Raises:
            UnknownLicense, WrongKind: there are no concurrent seats of that code.
            EntryInvalid: see `SeatRequest.check`.
        """
        name = leasable(self.snapshot.state.entitlements, code)
        request = SeatRequest(name, holder, ttl, at_least)
        request.check()
        return request

    def take(self, request: SeatRequest) -> tuple[HeldSeat, float]:
        """Take a seat, and return it with its end; raises as `state.leases.acquire` does."""
        snapshot, begin = self.snapshot, elapsed()
        pool = self._pool(snapshot, request.license)
        if pool is None:
            why = NotInCatalog()
            raise NotEntitled(license=request.license, why=why, holder=request.holder)
        granted = snapshot.state.entitlements
        row = leases.acquire(self._database, granted, pool, request, self._now())
        return row, begin + request.ttl

    def renew(self, asked: Sequence[tuple[HeldSeat, int]]) -> tuple[frozenset[str], float]:
        """Renew leases; return the ids of those still held, and the time that this counts from.

        Raises:
            StateError: the database cannot be written; nothing was renewed.
        """
        begin = elapsed()
        return seats.renew(self._database, asked, self._now()), begin

    def still_held(self, rows: Sequence[HeldSeat]) -> frozenset[str]:
        """Return the ids of those leases that are held.

        Raises:
            StateError: the database cannot be read.
        """
        return seats.still_held(self._database, rows, self._now())

    def borrow(self, row: HeldSeat, hours: float) -> tuple[HeldSeat, float]:
        """Borrow a seat, and return it with its end; raises as `Lease.borrow` does."""
        root, pack, released = self._live.application
        last = LastSeen(self.snapshot.state.stored)
        opened = OpenInstallation(
            self._database, root, pack, released, self._live.clocks, row.holder, last
        )
        begin = elapsed()
        lease, seconds = leases.borrow(opened, self.snapshot.state.entitlements, row, hours)
        return lease, begin + seconds

    def free(self, row: HeldSeat, until: float) -> None:
        """Free a seat that ends by itself at `until`; later, if the database is away."""
        try:
            seats.free(self._database, row)
        except StateError:
            self._pending[row.id] = row, until

    def free_pending(self) -> None:
        """Free the seats that could not be freed while the database was away.

        Raises:
            StateError: it is away still.
        """
        for lease_id, (row, until) in list(self._pending.items()):
            if elapsed() < until:
                seats.free(self._database, row)
            self._pending.pop(lease_id, None)

    def gives(self, row: HeldSeat) -> Access:
        """Return to what extent a seat gives its license now."""
        pool = self._pool(self.snapshot, row.license)
        return Access.NONE if pool is None else pool.access(row.seat)

    def access(self, row: HeldSeat) -> Mapping[str, Access]:
        """Return all that a seat gives now: its license, what that includes, what everybody has."""
        snapshot = self.snapshot
        pool = self._pool(snapshot, row.license)
        if pool is None:
            return snapshot.nothing
        # Seats that give the same share one mapping.
        rank = 0 if pool.access(row.seat) is pool.access(0) else row.seat
        return snapshot.access_of((Holding(row.license, rank),), ())

    def version(self) -> Version:
        """Return the version of the database; see `Database.version`."""
        return self._database.version()

    def wait_for_change(self, since: Version, patience: float) -> bool:
        """Wait for a change of the database; see `Database.wait_for_change`."""
        return self._database.wait_for_change(since, patience)

    def forget_pending(self) -> None:
        """Leave the seats that are still to be freed to the parent process, in a forked child."""
        self._pending = {}

    def _pool(self, snapshot: Snapshot, name: str) -> SeatPool | None:
        """Return the seats of a license; None if no catalog has it any more."""
        known, pools = self._pools
        if known is not snapshot:
            pools = {}
            self._pools = snapshot, pools
        if name not in pools:
            entitlements = snapshot.state.entitlements
            if name not in entitlements.tiers:
                return None
            pools[name] = pool_of(entitlements, name)
        return pools[name]

    def _now(self) -> int:
        return effective(self.snapshot.state.stored.time, self._live.clocks())
