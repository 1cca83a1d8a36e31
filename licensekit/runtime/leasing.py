"""Concurrent seats for the running program: taken, renewed in the background, loss reported.

The watchers of the process serve leases as well: one renews them and looks for changes, the other sees their ends even
while a database keeps the first one waiting. A forked child begins with no lease. A process that ends releases what it
holds.
"""

import os
import time
import weakref
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from multiprocessing.util import Finalize
from random import random
from typing import Final

from licensekit.access import Access
from licensekit.database import Version
from licensekit.errors import DatabaseBusy, DatabaseUnavailable, NoneFree, NotEntitled, RequirementMissing, StateError
from licensekit.runtime import seats
from licensekit.runtime.live_snapshot import LiveSnapshot
from licensekit.runtime.snapshot import Snapshot
from licensekit.runtime.watcher import LOOK_SECONDS, RETRY_SECONDS, WATCHERS, survive_forks
from licensekit.state import seats as rows
from licensekit.state.seats import HeldSeat, SeatRequest

WAITED_FOR: Final = (NoneFree, DatabaseBusy, DatabaseUnavailable)
"""What may be otherwise a moment later."""
RENEWALS: Final = 3
"""How often a lease is renewed within its time, so that it survives a server that restarts."""
FIRST_PAUSE, LONGEST_PAUSE = 0.02, 0.5
"""Seconds between two tries of who waits for a seat, at first and at most."""
_OPEN: Final["weakref.WeakSet[Leasing]"] = weakref.WeakSet()


class Leasing:
    """All leases of one `Licensing`; every method may be called by threads."""

    def __init__(self, live: LiveSnapshot) -> None:
        self.live = live
        self._database = live.database
        self._is_closed = False
        self._begin()
        survive_forks(self)
        _OPEN.add(self)

    def take(self, request: SeatRequest, on_lost: seats.OnLost) -> seats.Lease:
        """Take a seat if one is free now; raises as `Licensing.seat` says."""
        WATCHERS.watch(self)
        _release_at_exit(os.getpid())
        row, until = seats.take(self.live, request)
        lease = seats.Lease(self, request, row, until, on_lost)
        self._held[row.id] = lease
        if self._is_closed:  # perhaps after `close` looked for leases
            lease.release()
            raise DatabaseUnavailable(reason="closed", where=self._database.location)
        return lease

    def pauses(self, end: float) -> Iterator[float]:
        """Yield the seconds to sleep after each try to take a seat, until `end`, a time of `time.monotonic`."""
        pause = FIRST_PAUSE
        while not self._is_closed and (left := end - time.monotonic()) > 0:
            # Not all who wait try at the same moment.
            yield min(left, pause * (0.5 + random()))  # noqa: S311  # a pause, no secret
            pause = min(pause * 1.5, LONGEST_PAUSE)

    def follow(self) -> float:
        """Renew what is due, and find the leases that have ended in the database."""
        held = list(self._held.values())
        try:
            self._free_pending()
            if held:
                self._follow_licenses(held)
                own = [one for one in held if not one.row.borrowed]
                self.renew([one for one in own if one.left <= one.request.ttl * (1 - 1 / RENEWALS)])
                if self._database.version() != self._version:
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
        with suppress(StateError):
            self._free_pending()
        for lease in list(self._held.values()):
            lease.release()

    def after_fork(self) -> None:
        """Begin without a lease in a forked child: those of the parent are not its own."""
        inherited = list(self._held.values())
        self._begin()
        for lease in inherited:
            lease.after_fork()

    def _begin(self) -> None:
        # A lease that the program has forgotten is no longer renewed, and ends.
        self._held: weakref.WeakValueDictionary[str, seats.Lease] = weakref.WeakValueDictionary()
        self._pending: dict[str, tuple[HeldSeat, float]] = {}
        """The seats that are still to be freed, by the ids of their leases, and their ends; not those of a parent."""
        self._version: Version = ()
        self._followed: Snapshot | None = None

    def free(self, lease: seats.Lease) -> None:
        """Free the seat of a lease that was released."""
        self._held.pop(lease.id, None)
        self._free(lease.row, lease.until)

    def renew(self, held: list[seats.Lease]) -> None:
        """Renew leases together; raise `StateError` if the database cannot be written."""
        if not (pairs := [(lease, lease.row) for lease in held]):
            return
        begin, now = seats.elapsed(), seats.time_of(self.live)
        with self.live.counters.renewal():
            renewed = rows.renew(self._database, [(row, lease.request.ttl) for lease, row in pairs], now)
        for lease, row in pairs:
            if row.id not in renewed:
                lease.lose_seat(row)
            elif not lease.renewed(row, begin + lease.request.ttl):
                self._free(row, begin + lease.request.ttl)  # the answer came too late

    def _free(self, row: HeldSeat, until: float) -> None:
        """Free a seat that ends by itself at `until`; later, if the database is away."""
        if not self._pending:  # else it was away just now, and is not waited for again
            with suppress(StateError):
                return rows.free(self._database, row)
        self._pending[row.id] = row, until
        return None

    def _free_pending(self) -> None:
        """Free the seats that could not be freed while it was away; raise `StateError` if it is."""
        for lease_id, (row, until) in list(self._pending.items()):
            if seats.elapsed() < until:
                rows.free(self._database, row)
            self._pending.pop(lease_id, None)

    def _find_ended(self) -> None:
        self._version = self._database.version()
        pairs = [(lease, lease.row) for lease in list(self._held.values())]
        held = rows.still_held(self._database, [row for _, row in pairs], seats.time_of(self.live))
        for lease, row in pairs:
            if row.id not in held:
                lease.lose_seat(row)

    def _follow_licenses(self, held: list[seats.Lease]) -> None:
        """After a change of what is granted, replace the seats that give less than they must."""
        snapshot = self.live.snapshot
        for lease in held if snapshot is not self._followed else ():
            row, wanted = lease.row, lease.request
            given = seats.access_of(snapshot, row).get(wanted.license, Access.NONE)
            if lease.is_held and not row.borrowed and given < wanted.at_least:
                self._replace(lease)
        self._followed = snapshot

    def _replace(self, lease: seats.Lease) -> None:
        """Take another seat for a lease, if one is free, after its license lost the old one."""
        old = lease.row
        self._free(old, lease.until)  # first: what is held beyond the count takes up room
        try:
            row, until = seats.take(self.live, lease.request)
        except (NoneFree, NotEntitled, RequirementMissing) as error:
            lease.lose("refused", error)
        else:
            self._held.pop(old.id, None)
            self._held[row.id] = lease
            if not lease.extend(row, until):
                self._free(row, until)  # it was released meanwhile


def release_all() -> None:
    """Release every lease that this process holds, and take no others."""
    for leasing in list(_OPEN):
        leasing.close()


@cache
def _release_at_exit(_process: int) -> None:
    # Not `atexit`, which the children of `multiprocessing` do not call: this calls it there, and at any other end.
    Finalize(None, release_all, exitpriority=0)
