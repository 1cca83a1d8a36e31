"""Seats in the database as the running program sees them: its snapshot, its clock, its debts."""

import time
from collections.abc import Mapping, Sequence
from typing import Final

from licensekit.access import Access
from licensekit.database import Version
from licensekit.dates import seconds_of
from licensekit.entitlements import Holding
from licensekit.entitlements.messages import NotInCatalog
from licensekit.entitlements.seats import SeatPool, leasable, pool_of
from licensekit.errors import NotEntitled, StateError
from licensekit.runtime.keeper import Keeper
from licensekit.runtime.snapshot import Snapshot
from licensekit.state import leases
from licensekit.state.leases import SeatRequest
from licensekit.state.seats import HeldSeat
from licensekit.state.time import effective
from licensekit.state.transactions import OpenInstallation

_CLOCK: Final[int | None] = getattr(time, "CLOCK_BOOTTIME", getattr(time, "CLOCK_MONOTONIC", None))


def elapsed() -> float:
    """Give seconds by a clock that nobody sets, and that goes on while the machine sleeps."""
    return time.monotonic() if _CLOCK is None else time.clock_gettime(_CLOCK)


class Seats:
    """What leases do in the database; the times that it gives are those of `elapsed`."""

    def __init__(self, keeper: Keeper) -> None:
        self._keeper = keeper
        self._database, self._application, self._clock = keeper.at_hand
        self._pools: tuple[Snapshot | None, dict[str, SeatPool]] = (None, {})
        self._owed: dict[str, tuple[HeldSeat, float]] = {}

    @property
    def snapshot(self) -> Snapshot:
        """What is in force."""
        return self._keeper.snapshot

    @property
    def are_owed(self) -> bool:
        """Whether seats are still to be freed."""
        return bool(self._owed)

    def wanted(self, code: str, holder: str, ttl: int, at_least: Access) -> SeatRequest:
        """Give a wish for a seat.

        Raises:
            UnknownLicense, WrongKind: there are no concurrent seats of that code.
            EntryInvalid: see `SeatRequest.check`.
        """
        name = leasable(self.snapshot.state.entitlements, code)
        wanted = SeatRequest(name, holder, ttl, at_least)
        wanted.check()
        return wanted

    def take(self, wanted: SeatRequest) -> tuple[HeldSeat, float]:
        """Take a seat, and say when it ends; raises as `customer.leases.acquire` does."""
        snapshot, begin = self.snapshot, elapsed()
        pool = self._pool(snapshot, wanted.license)
        if pool is None:
            why = NotInCatalog()
            raise NotEntitled(license=wanted.license, why=why, holder=wanted.holder)
        granted = snapshot.state.entitlements
        row = leases.acquire(self._database, granted, pool, wanted, self._now())
        return row, begin + wanted.ttl

    def renew(self, asked: Sequence[tuple[HeldSeat, int]]) -> tuple[frozenset[str], float]:
        """Renew leases, and give the ids of those still held, and the time that this counts from.

        Raises:
            StateError: the database cannot be written; nothing was renewed.
        """
        begin = elapsed()
        return leases.renew(self._database, asked, self._now()), begin

    def still_held(self, rows: Sequence[HeldSeat]) -> frozenset[str]:
        """Give the ids of those leases that are held.

        Raises:
            StateError: the database cannot be read.
        """
        return leases.still_held(self._database, rows, self._now())

    def borrow(self, row: HeldSeat, hours: float) -> tuple[HeldSeat, float]:
        """Let a seat be taken along, and say when it ends; raises as `Lease.borrow` does."""
        root, pack, released = self._application
        opened = OpenInstallation(self._database, root, pack, released, self._clock, row.holder)
        begin = elapsed()
        borrowed = leases.borrow(opened, self.snapshot.state.entitlements, row, hours)
        return borrowed.lease, begin + borrowed.seconds

    def free(self, row: HeldSeat, until: float) -> None:
        """Free a seat that would end by itself at a time; later, if the database is away."""
        try:
            leases.free(self._database, row)
        except StateError:
            self._owed[row.id] = row, until

    def pay(self) -> None:
        """Free what could not be freed while the database was away.

        Raises:
            StateError: it is away still.
        """
        for lease_id, (row, until) in list(self._owed.items()):
            if elapsed() < until:
                leases.free(self._database, row)
            self._owed.pop(lease_id, None)

    def gives(self, row: HeldSeat) -> Access:
        """Say to what extent a seat gives its license now."""
        pool = self._pool(self.snapshot, row.license)
        return Access.NONE if pool is None else pool.access(row.seat)

    def access(self, row: HeldSeat) -> Mapping[str, Access]:
        """Give all that a seat gives now: its license, what that includes, what everybody has."""
        snapshot = self.snapshot
        pool = self._pool(snapshot, row.license)
        if pool is None:
            return snapshot.nothing
        # Seats that give the same share one mapping.
        rank = 0 if pool.access(row.seat) is pool.access(0) else row.seat
        return snapshot.access_of((Holding(row.license, rank),), ())

    def version(self) -> Version:
        """Give the version of the database; see `Database.version`."""
        return self._database.version()

    def wait_for_change(self, since: Version, patience: float) -> bool:
        """Wait for a change of the database; see `Database.wait_for_change`."""
        return self._database.wait_for_change(since, patience)

    def forget(self) -> None:
        """Owe nothing, as a forked child does."""
        self._owed = {}

    def _pool(self, snapshot: Snapshot, name: str) -> SeatPool | None:
        """Give the seats of a license; None if no catalog has it any more."""
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
        return effective(self.snapshot.state.stored.time, seconds_of(self._clock()))
