"""Seats as the running program holds them: taken, asked from memory, lost at most once, always reported.

The ends of leases are times of a clock that only runs (`OpenInstallation.elapsed`). A holder counts from before it
sends a renewal, and everybody else from after they saw it (`licensekit.runtime.observing`): a holder never believes
that it has a seat that somebody else got meanwhile.

Taking, renewing and freeing a seat all day writes no audit entry and wakes nobody: each is one short transaction, and
many run at a time. Borrowing one for days is a change like any other.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from threading import Event, Lock, Thread
from typing import TYPE_CHECKING

from licensekit.access import Access, level_of
from licensekit.database import Database
from licensekit.dates import format_seconds, moment_of
from licensekit.entitlements import Holding, asked, not_entitled
from licensekit.entitlements.assignment import HOUR_SECONDS, leasable, missing_requirements, pool_of
from licensekit.errors import BorrowRefused, EntryInvalid, LeaseLost, LicenseError, NoneFree
from licensekit.runtime.changes import LOGGER
from licensekit.runtime.live_snapshot import LiveSnapshot
from licensekit.runtime.snapshot import Snapshot
from licensekit.state import seats
from licensekit.state.seats import LONGEST_SECONDS, SHORTEST_SECONDS, SILENT, HeldSeat, SeatRequest
from licensekit.state.slots import held_by
from licensekit.state.stored import seats_in_use
from licensekit.state.time import effective
from licensekit.state.transactions import write_installation
from licensekit.text import names
from licensekit.wire.documents import Kind

if TYPE_CHECKING:
    from licensekit.runtime.leasing import Leasing

OnLost = Callable[["Lease"], object] | None  # what is called with a lease that is lost


def time_of(live: LiveSnapshot) -> int:
    """Return the effective time, by which borrowed seats end where there is no server."""
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


def take(live: LiveSnapshot, database: Database, wanted: SeatRequest, ahead: int = 0) -> tuple[HeldSeat, float]:
    """Take a seat, and return it with its end; raises as `Licensing.seat`, from `NotEntitled` on.

    `ahead` is how many came before: none of them goes away empty because of this.
    """
    begin, now, entitlements, name = live.elapsed(), time_of(live), live.snapshot.state.entitlements, wanted.license
    pool = pool_of(entitlements, name) if name in entitlements.tiers else None
    if pool is None or not pool.seats(wanted.at_least):
        raise not_entitled(entitlements, name, holder=wanted.holder)
    if entitlements.licenses[name].requires:
        with database.read() as connection:
            held = held_by(connection, Kind.USER, names.folded(wanted.holder))
        for fault in missing_requirements(entitlements, wanted.holder, name, held):
            raise fault
    row = None
    # Where enough are free, each who came before gets a seat as well.
    if not ahead or ahead + _in_use(database, name, now) < pool.seats(wanted.at_least):
        row = seats.take(database, wanted, pool, now)
        if row is None and live.observer.look(database):
            row = seats.take(database, wanted, pool, now)
    if row is not None:
        return row, begin + wanted.ttl
    live.observer.save()
    used, total = _in_use(database, name, now), pool.total(wanted.at_least)
    raise NoneFree(reason="leased", license=name, in_use=used, total=total)


def _in_use(database: Database, license_: str, now: int) -> int:
    with database.read() as connection:
        return seats_in_use(connection, now).get(license_, 0)


def borrow(live: LiveSnapshot, row: HeldSeat, hours: float) -> tuple[HeldSeat, float]:
    """Borrow a seat for some hours from now, and return it with its end; raises as `Lease.borrow`."""
    begin, pool = live.elapsed(), pool_of(live.snapshot.state.entitlements, row.license)
    if not 0 < hours * HOUR_SECONDS <= pool.borrow_seconds:
        most = pool.borrow_seconds // HOUR_SECONDS
        raise BorrowRefused(reason="too-long" if most else "never", license=row.license, asked=hours, hours=most)
    with write_installation(replace(live.opened, by=row.holder)) as change:
        server = change.connection.now()
        now = change.now if server is None else server
        until = now + round(hours * HOUR_SECONDS)
        until = until if pool.until is None else min(until, pool.until)
        if until <= now or not seats.borrow(change.connection, row, until, now):
            raise LeaseLost(reason="gone", license=row.license, holder=row.holder, lease=row.id)
        change.record("lease-borrow", license=row.license, holder=row.holder, lease=row.id, until=format_seconds(until))
    return row._replace(expires=until), begin + until - now


def access_of(snapshot: Snapshot, row: HeldSeat) -> Mapping[str, Access]:
    """Return all that a seat gives: its license, what that includes, what everybody has."""
    if row.license not in snapshot.state.entitlements.tiers:  # no catalog has it any more
        return snapshot.nothing
    # Seats that give the same share one mapping.
    return snapshot.access_of((Holding(row.license, row.seat + 1),), ())


class Lease:
    """A seat that is held, until it is released or lost. Made by a `Seat`."""

    def __init__(self, leasing: "Leasing", request: SeatRequest, row: HeldSeat, until: float, on_lost: OnLost) -> None:
        self._leasing = leasing
        self._elapsed = leasing.elapsed
        self._on_lost = on_lost
        self._lock = Lock()
        self._error: LeaseLost | None = None
        self._borrowed: Mapping[str, Access] | None = None
        self.code = row.license
        """The license of which it is a seat."""
        self.holder = row.holder
        """Who holds it."""
        self.row = row
        """The seat as the database has it."""
        self.request = request
        """What the seat has to give, and for how many seconds it is held without being renewed."""
        self.until = until
        """When it ends unless it is renewed, in seconds of `OpenInstallation.elapsed`."""
        self.lost = Event()
        """Set as soon as the seat is lost; to be waited for by whoever has nothing else to do."""

    @property
    def id(self) -> str:
        """The id by which administrators see it in `leases list`."""
        return self.row.id

    @property
    def borrowed_until(self) -> datetime | None:
        """When it ends, if it is borrowed, UTC."""
        return None if self.row.expires is None else moment_of(self.row.expires)

    @property
    def left(self) -> float:
        """The seconds that are left unless it is renewed."""
        return self.until - self._elapsed()

    @property
    def is_held(self) -> bool:
        """Whether it is held: neither released nor lost."""
        return self.error is None

    @property
    def error(self) -> LeaseLost | None:
        """Why it is not held any more; None while it is."""
        if self._error is None and self.left <= 0:
            self.lose("over" if self.row.borrowed else SILENT)
        return self._error

    def check(self) -> None:
        """Raise `LeaseLost`, which says why, if it is not held. It only reads the clock."""
        if (error := self.error) is not None:
            raise error

    def allows(self, code: str, at_least: Access = Access.FULL) -> bool:
        """Return whether the seat gives a license to `at_least` this extent.

        It gives its own license and all that this includes, beside what everybody has; a seat that is not held gives
        nothing.

        Raises:
            UnknownCode: it is held, and no catalog has the code.
        """
        return self.access(code) >= at_least

    def access(self, code: str) -> Access:
        """Return to what extent the seat gives a license; raises as `allows` does."""
        if not self.is_held:
            return Access.NONE
        snapshot = self._leasing.live.snapshot
        given = self._borrowed or access_of(snapshot, self.row)
        return given.get(asked(snapshot.state.entitlements, code), Access.NONE)

    def renew(self) -> None:
        """Renew it now. It is done in the background as well, after every third of `ttl`.

        Raises:
            LeaseLost: it is not held any more.
            StateError: the database cannot be written in time; it is held until its time is over.
        """
        self.check()
        self._leasing.renew([self], self.left)
        self.check()

    def borrow(self, hours: float) -> datetime:
        """Borrow the seat for some hours from now, connected or not, and return its end, UTC.

        The bundle says for how long at most (`borrow_hours`); a seat does not outlive its license. It stays taken until
        it is released, which takes a connection, or its time is over.

        Raises:
            BorrowRefused: no bundle allows it for that long.
            LeaseLost: it is not held any more.
            StateError: the database cannot be written; nothing has changed.
        """
        self.check()
        given = access_of(self._leasing.live.snapshot, self.row)
        row, until = borrow(self._leasing.live, self.row, hours)
        self.extend(row, until, given)
        return moment_of(row.expires or 0)

    def release(self) -> None:
        """Release the seat. Nothing happens to one that is not held, nor to a parent process's.

        If the database is away, the seat is freed as soon as it is back.
        """
        if self._settle("released"):
            self._leasing.free(self)

    async def release_async(self) -> None:
        """Release the seat in a task of asyncio; it is released although the task is cancelled meanwhile."""
        if self._settle("released"):
            await in_thread(self._leasing.free, self)

    def lose(self, reason: str, refusal: LicenseError | None = None, by: str = "") -> None:
        """Note once that it is lost, and report it; `refusal` is why it got no other seat, where that is the reason."""
        if self._settle(reason, refusal, by):
            self.lost.set()
            self._leasing.live.counters.add("leases_lost_total", self.code, reason)
            LOGGER.warning("%s", self._error, extra={"code": LeaseLost.code, "home": None, "revision": None})
            if self._on_lost is not None:
                # In a thread of its own: it may take its time, and what it raises is shown there.
                Thread(target=self._on_lost, args=(self,), name="licensekit-lease-lost", daemon=True).start()

    def lose_seat(self, row: HeldSeat, reason: str, by: str) -> None:
        """Note that a seat is taken away, unless it has another one by now."""
        if self.row.id == row.id and self.is_held:
            self.lose(reason, by=by)

    def renewed(self, row: HeldSeat, until: float) -> bool:
        """Note that its seat was renewed, if it has that one still; return whether it is held."""
        with self._lock:
            if self._error is None and self.row is row:
                self.until = max(self.until, until)
            return self._error is None

    def extend(self, row: HeldSeat, until: float, borrowed: Mapping[str, Access] | None = None) -> bool:
        """Note that it got another seat, or was borrowed; return whether it is held."""
        with self._lock:
            if self._error is None:
                self.row, self.until, self._borrowed = row, until, borrowed
            return self._error is None

    def after_fork(self) -> None:
        """Drop, in a forked child, the seat that the parent process holds."""
        self._lock = Lock()
        self.lost = Event()
        if self._settle("inherited"):
            self.lost.set()

    def _settle(self, reason: str, refusal: LicenseError | None = None, by: str = "") -> bool:
        """End it, once, and return whether it was held."""
        with self._lock:
            if self._error is not None:
                return False
            since = self._leasing.clocks().clock - round(self.request.ttl - self.left) if reason == SILENT else None
            named = {"license": self.code, "holder": self.holder, "lease": self.id, "by": by}
            self._error = LeaseLost(reason=reason, **named, refusal=refusal, since=since)
            return True


async def in_thread(function: Callable[..., object], *arguments: object) -> None:
    """Run a function in a thread of the loop's executor; it runs to its end although this task is cancelled."""
    step = asyncio.get_running_loop().run_in_executor(None, function, *arguments)
    await asyncio.wait([step])
    step.result()
