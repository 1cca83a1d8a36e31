"""Concurrent seats for the running program: taken, renewed in the background, loss reported.

The watchers of the process serve leases as well: one renews them and looks for changes, the other sees their ends even
while a database keeps the first one waiting. A forked child begins with no lease.
"""

import time
import weakref
from collections.abc import Callable
from random import random
from typing import Final

from licensekit.database import Version
from licensekit.errors import DatabaseBusy, DatabaseUnavailable, NoneFree, NotEntitled, RequirementMissing, StateError
from licensekit.runtime.lease import Lease
from licensekit.runtime.seats import Seats
from licensekit.runtime.snapshot import Snapshot
from licensekit.runtime.watcher import LOOK_SECONDS, RETRY_SECONDS, WATCHERS, survive_forks
from licensekit.state.seats import HeldSeat, SeatRequest

RENEWALS: Final = 3
"""How often a lease is renewed within its time, so that it survives a server that restarts."""
FIRST_PAUSE, LONGEST_PAUSE = 0.02, 0.5
"""Seconds between two tries of who waits for a seat, at first and at most."""


class Leasing:
    """All leases of one `Licensing`; every method may be called by threads."""

    def __init__(self, seats: Seats) -> None:
        self.seats = seats
        self._is_closed = False
        self._begin()
        survive_forks(self)

    def acquire(self, request: SeatRequest, *, wait: float, on_lost: Callable[[Lease], object] | None) -> Lease:
        """Take a seat; see `Licensing.lease`."""
        WATCHERS.watch(self)
        row, until = self._take_or_wait(request, time.monotonic() + wait)
        lease = Lease(self, request, row, until, on_lost)
        self._held[row.id] = lease
        return lease

    def follow(self) -> float:
        """Renew what is due, and find the leases that have ended in the database."""
        held = list(self._held.values())
        try:
            self.seats.free_pending()
            if held:
                self._follow_licenses(held)
                self.renew([lease for lease in held if _due_in(lease) <= 0])
                if self.seats.database.version() != self._version:
                    self._find_ended()
        except StateError:
            # Leases live on until they expire; `pass_time` sees to that.
            return RETRY_SECONDS
        return LOOK_SECONDS

    def pass_time(self) -> None:
        """Find the leases that have expired; does not wait for anything."""
        for lease in list(self._held.values()):
            if not lease.is_held:
                self._held.pop(lease.id, None)

    def close(self) -> None:
        """Release every lease; to be called before the database is closed."""
        self._is_closed = True
        WATCHERS.unwatch(self)
        for lease in list(self._held.values()):
            lease.release()

    def after_fork(self) -> None:
        """Begin without a lease in a forked child: those of the parent are not its own."""
        inherited = list(self._held.values())
        self._begin()
        self.seats.pending = {}  # left to the parent process
        for lease in inherited:
            lease.after_fork()

    def _begin(self) -> None:
        # A lease that the program has forgotten is no longer renewed, and ends.
        self._held: weakref.WeakValueDictionary[str, Lease] = weakref.WeakValueDictionary()
        self._version: Version = ()
        self._followed: Snapshot | None = None

    def _take_or_wait(self, request: SeatRequest, end: float) -> tuple[HeldSeat, float]:
        pause = FIRST_PAUSE
        while True:
            try:
                return self.seats.take(request)
            except (NoneFree, DatabaseBusy, DatabaseUnavailable):
                left = end - time.monotonic()
                if left <= 0 or self._is_closed:
                    raise
            # Not all who wait try at the same moment.
            time.sleep(min(left, pause * (0.5 + random())))  # noqa: S311  # a pause, no secret
            pause = min(pause * 1.5, LONGEST_PAUSE)

    def free(self, lease: Lease) -> None:
        """Free the seat of a lease that was released."""
        self._held.pop(lease.id, None)
        self.seats.free(lease.row, lease.until)

    def renew(self, held: list[Lease]) -> None:
        """Renew leases together; raise `StateError` if the database cannot be written."""
        rows = [(lease, lease.row) for lease in held]
        if not rows:
            return
        renewed, begin = self.seats.renew([(row, lease.request.ttl) for lease, row in rows])
        for lease, row in rows:
            if row.id not in renewed:
                lease.lose_seat(row)
            elif not lease.renewed(row, begin + lease.request.ttl):
                self.seats.free(row, begin + lease.request.ttl)  # the answer came too late

    def _find_ended(self) -> None:
        self._version = self.seats.database.version()
        rows = [(lease, lease.row) for lease in list(self._held.values())]
        held = self.seats.still_held([row for _, row in rows])
        for lease, row in rows:
            if row.id not in held:
                lease.lose_seat(row)

    def _follow_licenses(self, held: list[Lease]) -> None:
        """After a change of what is granted, replace the seats that give less than they must."""
        snapshot = self.seats.snapshot
        if snapshot is self._followed:
            return
        for lease in held:
            row = lease.row
            if lease.is_held and not row.borrowed and self.seats.gives(row) < lease.request.at_least:
                self._replace(lease)
        self._followed = snapshot

    def _replace(self, lease: Lease) -> None:
        """Take another seat for a lease, if one is free, after its license lost the old one."""
        old = lease.row
        self.seats.free(old, lease.until)  # first: what is held beyond the count takes up room
        try:
            row, until = self.seats.take(lease.request)
        except (NoneFree, NotEntitled, RequirementMissing) as error:
            lease.lose("refused", error)
        else:
            self._held.pop(old.id, None)
            self._held[row.id] = lease
            if not lease.extend(row, until):
                self.seats.free(row, until)  # it was released meanwhile


def _due_in(lease: Lease) -> float:
    """Return the seconds until a lease should be renewed; a borrowed one never is."""
    if lease.row.borrowed:
        return float("inf")
    return lease.left - lease.request.ttl * (1 - 1 / RENEWALS)
