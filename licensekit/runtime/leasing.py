"""The leases of a running program: taken, renewed in the background, and reported when lost.

The two watcher threads of the process serve leases as well: one renews them and follows the database, the other notices
their ends even while the database hangs. A forked child begins without leases. A process releases its leases when it
exits.
"""

import os
import time
import weakref
from collections.abc import Iterator, Mapping
from contextlib import suppress
from functools import cache
from multiprocessing.util import Finalize
from random import random
from typing import Final

from licensekit.access import Access
from licensekit.database import Database, Version
from licensekit.database.wait_queue import Ticket
from licensekit.errors import DatabaseBusy, DatabaseUnavailable, NoneFree, NotEntitled, RequirementMissing, StateError
from licensekit.runtime import seats
from licensekit.runtime.live_snapshot import LiveSnapshot
from licensekit.runtime.snapshot import Snapshot
from licensekit.runtime.watcher import LOOK_SECONDS, RETRY_SECONDS, WATCHERS, survive_forks
from licensekit.state import seats as rows
from licensekit.state.seats import End, HeldSeat, SeatRequest

WAITED_FOR: Final = (NoneFree, DatabaseBusy, DatabaseUnavailable)  # errors after which a request for a seat tries again
_DUE: Final = 2 / 3
"""A lease is renewed when at most this part of its time is left, so that it survives a restart of the server."""
_PATIENCE_SECONDS: Final = 1.0  # how long a process in the line may be stopped before others pass it
FIRST_PAUSE, LONGEST_PAUSE = 0.02, 0.3  # seconds between two tries to take a seat, at first and at most
TRY_SECONDS: Final = 0.4
"""How long the database may take for the last try to take a seat, and for freeing a released one."""
_LONG_TRY_SECONDS: Final = 5  # how long it may take for any other step
_OPEN: Final["weakref.WeakSet[Leasing]"] = weakref.WeakSet()


class Leasing:
    """All leases of one `Licensing`; all methods are safe for threads."""

    _epoch: str | None  # of the server when the leases were taken; None before the first

    def __init__(self, live: LiveSnapshot) -> None:
        self.live = live
        self._database, self.clocks, self.elapsed = live.database, live.clocks, live.elapsed
        self._is_closed = False
        self._begin()
        survive_forks(self)
        _OPEN.add(self)

    def line(self, request: SeatRequest) -> Ticket:
        """Return a place in the line of requests on this host for such a seat."""
        name = f"{request.license}-{request.at_least.name}"
        return Ticket(self._database.location, name, patience=_PATIENCE_SECONDS, create=True)

    def take(self, request: SeatRequest, on_lost: seats.OnLost, end: float, ahead: int = 0) -> seats.Lease:
        """Take a seat if one is free now besides those for the requests `ahead`, at most `TRY_SECONDS` after `end`.

        Raises as `Licensing.seat`.
        """
        WATCHERS.watch(self)
        _release_at_exit(os.getpid())
        database = self._within(min(end + TRY_SECONDS - time.monotonic(), _LONG_TRY_SECONDS))
        if self._epoch is None:
            self._epoch = database.epoch()
        row, until = seats.take(self.live, database, request, ahead)
        lease = seats.Lease(self, request, row, until, on_lost)
        self._held[row.id] = lease
        if self._is_closed:  # `close` may have missed this lease
            lease.release()
            raise DatabaseUnavailable(reason="closed", where=self._database.location)
        return lease

    def pauses(self, end: float) -> Iterator[float]:
        """Yield the seconds to sleep after each try to take a seat, until `end`, a time of `time.monotonic`."""
        pause = FIRST_PAUSE
        while not self._is_closed and (left := end - time.monotonic()) > 0:
            # Random, so that waiters do not all try at the same moment.
            yield min(left, pause * (0.5 + random()))  # noqa: S311  # a pause, no secret
            pause = min(pause * 1.5, LONGEST_PAUSE)

    def follow(self) -> float:
        """Renew leases that are due, and find those that have ended in the database."""
        try:
            self._free_pending(_LONG_TRY_SECONDS)
            self._forget_lost()
            if held := self._leases():
                self._follow_licenses(held)
                due = [one for one in held if not one.row.borrowed and one.left <= one.request.ttl * _DUE]
                # If the server hangs, there is time left for another try on another connection.
                self.renew(due, min((one.left / 2 for one in due), default=0))
                self._find_ended(self._within(_LONG_TRY_SECONDS))
        except StateError:
            # Leases stay valid until their time is over; `pass_time` notices that.
            return RETRY_SECONDS
        return LOOK_SECONDS

    def pass_time(self) -> None:
        """Report leases whose time is over; does not wait for anything."""
        for lease in self._leases():
            _ = lease.is_held

    def close(self) -> None:
        """Release every lease; call it before the database is closed."""
        self._is_closed = True
        WATCHERS.unwatch(self)
        with suppress(StateError):
            self._free_pending(TRY_SECONDS)
        for lease in self._leases():
            lease.release()

    def after_fork(self) -> None:
        """Begin without leases in a forked child; those of the parent are not its own."""
        inherited = self._leases()
        self._begin()
        for lease in inherited:
            lease.after_fork()

    def _begin(self) -> None:
        # A lease that the program no longer references is not renewed any more, and ends.
        self._held: weakref.WeakValueDictionary[str, seats.Lease] = weakref.WeakValueDictionary()
        self._pending: dict[str, HeldSeat] = {}
        """Lease id to a seat that is still to be freed; none of a parent process."""
        self._version: Version = ()
        self._epoch = None
        self._followed: Snapshot | None = None

    def _leases(self) -> list[seats.Lease]:
        # `valuerefs` is atomic; `values` fails if another thread takes a seat meanwhile.
        return [lease for one in self._held.valuerefs() if (lease := one()) is not None]

    def free(self, lease: seats.Lease) -> None:
        """Free the seat of a released lease."""
        self._held.pop(lease.id, None)
        self._free(lease.row)

    def renew(self, held: list[seats.Lease], seconds: float) -> None:
        """Renew leases together; raise `StateError` if the database cannot be written within `seconds`."""
        if not (pairs := [(lease, lease.row) for lease in held]):
            return
        begin, database = self.elapsed(), self._within(min(seconds, _LONG_TRY_SECONDS))
        with self.live.counters.renewal():
            ended = rows.renew(database, [row for _, row in pairs], seats.time_of(self.live))
        self._lose(pairs, ended, database)
        for lease, row in pairs:
            if row.id not in ended and not lease.renewed(row, begin + lease.request.ttl):
                self._free(row)  # the answer came too late

    def _lose(self, pairs: list[tuple[seats.Lease, HeldSeat]], ended: Mapping[str, End], database: Database) -> None:
        """Report ended leases; if the database does not know how they ended, a failover may have lost them."""
        for lease, row in pairs:
            if (end := ended.get(row.id)) is not None:
                is_forgotten = not end.why and self._epoch != database.epoch()
                lease.lose_seat(row, "failover" if is_forgotten else end.why or "gone", end.by)

    def _within(self, seconds: float) -> Database:
        return self._database.within(time.monotonic() + seconds)

    def _free(self, row: HeldSeat) -> None:
        """Free a seat, or note that it is still to be freed if the database is away."""
        if not self._pending:  # otherwise the database was just away; do not wait for it again
            with suppress(StateError):
                return rows.free(self._within(TRY_SECONDS), row)
        self._pending[row.id] = row
        return None

    def _free_pending(self, seconds: float) -> None:
        """Free the seats that are still to be freed; raise `StateError` if the database is away."""
        for lease_id, row in list(self._pending.items()):
            rows.free(self._within(seconds), row)
            self._pending.pop(lease_id, None)

    def _forget_lost(self) -> None:
        """Forget lost leases, and free the seats of those whose time is over, so that no observer has to."""
        for lease in self._leases():
            if (error := lease.error) is not None:
                self._held.pop(lease.id, None)
                if error.reason == rows.SILENT:
                    self._free(lease.row)

    def _find_ended(self, database: Database) -> None:
        """If the database has changed, find the leases that have ended in it."""
        if (version := database.version()) == self._version:
            return
        pairs = [(lease, lease.row) for lease in self._leases()]
        self._lose(pairs, rows.ended(database, [row for _, row in pairs], seats.time_of(self.live)), database)
        # Everything that a failover lost has been found by now.
        self._version, self._epoch = version, database.epoch()

    def _follow_licenses(self, held: list[seats.Lease]) -> None:
        """If the snapshot has changed, replace seats that no longer have the requested access."""
        snapshot = self.live.snapshot
        for lease in held if snapshot is not self._followed else ():
            row, wanted = lease.row, lease.request
            given = seats.access_of(snapshot, row).get(wanted.license, Access.NONE)
            if lease.is_held and not row.borrowed and given < wanted.at_least:
                self._replace(lease)
        self._followed = snapshot

    def _replace(self, lease: seats.Lease) -> None:
        """Take another seat for a lease whose seat is no longer granted; if none is free, the lease is lost."""
        old = lease.row
        self._free(old)  # first, because it occupies one of the remaining seats
        try:
            row, until = seats.take(self.live, self._within(_LONG_TRY_SECONDS), lease.request)
        except (NoneFree, NotEntitled, RequirementMissing) as error:
            lease.lose("refused", error)
        else:
            self._held.pop(old.id, None)
            self._held[row.id] = lease
            if not lease.extend(row, until):
                self._free(row)  # the lease was released meanwhile


def release_all() -> None:
    """Release every lease of this process; no more can be taken."""
    for leasing in list(_OPEN):
        leasing.close()


@cache
def _release_at_exit(_process: int) -> None:
    # Unlike `atexit`, this also works in the children of `multiprocessing`.
    Finalize(None, release_all, exitpriority=0)
