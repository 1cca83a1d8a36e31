"""Concurrent seats for the running program: taken, renewed in the background, loss reported.

The watchers of the process serve leases as well: one renews them and looks for changes, the other sees their ends even
while a database keeps the first one waiting. A forked child begins with no lease. A process that ends releases what it
holds.
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
from licensekit.database.turns import Ticket
from licensekit.errors import DatabaseBusy, DatabaseUnavailable, NoneFree, NotEntitled, RequirementMissing, StateError
from licensekit.runtime import seats
from licensekit.runtime.live_snapshot import LiveSnapshot
from licensekit.runtime.snapshot import Snapshot
from licensekit.runtime.watcher import LOOK_SECONDS, RETRY_SECONDS, WATCHERS, survive_forks
from licensekit.state import seats as rows
from licensekit.state.seats import End, HeldSeat, SeatRequest

WAITED_FOR: Final = (NoneFree, DatabaseBusy, DatabaseUnavailable)  # what may be otherwise a moment later
_DUE: Final = 2 / 3
"""A lease is renewed once no more than this part of its time is left, so that it survives a server that restarts."""
_PATIENCE_SECONDS: Final = 1.0  # for how long a process in the line may stand still before others pass it
FIRST_PAUSE, LONGEST_PAUSE = 0.02, 0.3  # seconds between two tries of who waits for a seat, at first and at most
TRY_SECONDS: Final = 0.4
"""How long the database may take for the last try to take a seat, and to free one that is released."""
_LONG_TRY_SECONDS: Final = 5  # how long it may take for any other step; the next one is made on another connection
_OPEN: Final["weakref.WeakSet[Leasing]"] = weakref.WeakSet()


class Leasing:
    """All leases of one `Licensing`; every method may be called by threads."""

    _epoch: str | None  # of the server, while what is held was taken; None before the first

    def __init__(self, live: LiveSnapshot) -> None:
        self.live = live
        self._database, self.clocks, self.elapsed = live.database, live.clocks, live.elapsed
        self._is_closed = False
        self._begin()
        survive_forks(self)
        _OPEN.add(self)

    def line(self, request: SeatRequest) -> Ticket:
        """Return a place in the line of those on this host who ask for such a seat."""
        name = f"{request.license}-{request.at_least.name}"
        return Ticket(self._database.location, name, patience=_PATIENCE_SECONDS, create=True)

    def take(self, request: SeatRequest, on_lost: seats.OnLost, end: float, ahead: int = 0) -> seats.Lease:
        """Take a seat if one is free now beside those for who is `ahead`, at the latest `TRY_SECONDS` after `end`.

        Raises as `Licensing.seat` says.
        """
        WATCHERS.watch(self)
        _release_at_exit(os.getpid())
        database = self._within(min(end + TRY_SECONDS - time.monotonic(), _LONG_TRY_SECONDS))
        if self._epoch is None:
            self._epoch = database.epoch()
        row, until = seats.take(self.live, database, request, ahead)
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
        try:
            self._free_pending(_LONG_TRY_SECONDS)
            self._forget_lost()
            if held := self._leases():
                self._follow_licenses(held)
                due = [one for one in held if not one.row.borrowed and one.left <= one.request.ttl * _DUE]
                # A server that stands still is asked again, on another connection, while there is time.
                self.renew(due, min((one.left / 2 for one in due), default=0))
                self._find_ended(self._within(_LONG_TRY_SECONDS))
        except StateError:
            # Leases live on until their time is over; `pass_time` sees to that.
            return RETRY_SECONDS
        return LOOK_SECONDS

    def pass_time(self) -> None:
        """Find the leases whose time is over; does not wait for anything."""
        for lease in self._leases():
            _ = lease.is_held

    def close(self) -> None:
        """Release every lease; to be called before the database is closed."""
        self._is_closed = True
        WATCHERS.unwatch(self)
        with suppress(StateError):
            self._free_pending(TRY_SECONDS)
        for lease in self._leases():
            lease.release()

    def after_fork(self) -> None:
        """Begin without a lease in a forked child: those of the parent are not its own."""
        inherited = self._leases()
        self._begin()
        for lease in inherited:
            lease.after_fork()

    def _begin(self) -> None:
        # A lease that the program has forgotten is no longer renewed, and ends.
        self._held: weakref.WeakValueDictionary[str, seats.Lease] = weakref.WeakValueDictionary()
        self._pending: dict[str, HeldSeat] = {}
        """The seats that are still to be freed, by the ids of their leases; not those of a parent."""
        self._version: Version = ()
        self._epoch = None
        self._followed: Snapshot | None = None

    def _leases(self) -> list[seats.Lease]:
        # `valuerefs` is one step; `values` fails if another thread takes a seat meanwhile.
        return [lease for one in self._held.valuerefs() if (lease := one()) is not None]

    def free(self, lease: seats.Lease) -> None:
        """Free the seat of a lease that was released."""
        self._held.pop(lease.id, None)
        self._free(lease.row)

    def renew(self, held: list[seats.Lease], seconds: float) -> None:
        """Renew leases together; raise `StateError` if the database cannot be written within some seconds."""
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
        """Note which leases have ended; what the database does not know any more, a server may have forgotten."""
        for lease, row in pairs:
            if (end := ended.get(row.id)) is not None:
                is_forgotten = not end.why and self._epoch != database.epoch()
                lease.lose_seat(row, "failover" if is_forgotten else end.why or "gone", end.by)

    def _within(self, seconds: float) -> Database:
        return self._database.within(time.monotonic() + seconds)

    def _free(self, row: HeldSeat) -> None:
        """Free a seat; later, if the database is away."""
        if not self._pending:  # else it was away just now, and is not waited for again
            with suppress(StateError):
                return rows.free(self._within(TRY_SECONDS), row)
        self._pending[row.id] = row
        return None

    def _free_pending(self, seconds: float) -> None:
        """Free the seats that could not be freed while it was away; raise `StateError` if it is."""
        for lease_id, row in list(self._pending.items()):
            rows.free(self._within(seconds), row)
            self._pending.pop(lease_id, None)

    def _forget_lost(self) -> None:
        """Free the seats of leases whose time is over: nobody need find out that their holder is silent."""
        for lease in self._leases():
            if (error := lease.error) is not None:
                self._held.pop(lease.id, None)
                if error.reason == rows.SILENT:
                    self._free(lease.row)

    def _find_ended(self, database: Database) -> None:
        """After a change of the database, find the leases that have ended in it."""
        if (version := database.version()) == self._version:
            return
        pairs = [(lease, lease.row) for lease in self._leases()]
        self._lose(pairs, rows.ended(database, [row for _, row in pairs], seats.time_of(self.live)), database)
        # Whatever was lost in a failover is known by now.
        self._version, self._epoch = version, database.epoch()

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
        self._free(old)  # first: what is held beyond the count takes up room
        try:
            row, until = seats.take(self.live, self._within(_LONG_TRY_SECONDS), lease.request)
        except (NoneFree, NotEntitled, RequirementMissing) as error:
            lease.lose("refused", error)
        else:
            self._held.pop(old.id, None)
            self._held[row.id] = lease
            if not lease.extend(row, until):
                self._free(row)  # it was released meanwhile


def release_all() -> None:
    """Release every lease that this process holds, and take no others."""
    for leasing in list(_OPEN):
        leasing.close()


@cache
def _release_at_exit(_process: int) -> None:
    # Not `atexit`, which the children of `multiprocessing` do not call: this calls it there, and at any other end.
    Finalize(None, release_all, exitpriority=0)
