"""Taking seats, and the leases of a running program: answered from memory, lost at most once, loss always reported.

Leases end by a clock that nobody can set (`OpenInstallation.elapsed`). A holder counts from before it sends a renewal,
and everybody else from after they saw it (`licensekit.runtime.observer`). So a holder never believes that it has a
seat that somebody else got meanwhile.

Taking, renewing and freeing a seat are short transactions, of which many run at a time; they write no audit entry and
wake nobody. Borrowing a seat for days is a change like any other.
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

OnLost = Callable[["Lease"], object] | None  # called with a lost lease


def time_of(live: LiveSnapshot) -> int:
    """Return the effective time, by which borrowed seats end without a server."""
    return effective(live.snapshot.state.stored.time, live.clocks())


def request(live: LiveSnapshot, code: str, holder: str, ttl: int, at_least: Access) -> SeatRequest:
    """Check and return a request for a seat; raises as `Licensing.seat`."""
    wanted = SeatRequest(leasable(live.snapshot.state.entitlements, code), holder, ttl, level_of(at_least))
    names.check_id(holder, "holder id")
    if not SHORTEST_SECONDS <= ttl <= LONGEST_SECONDS:
        raise EntryInvalid(reason="seconds", seconds=ttl, shortest=SHORTEST_SECONDS, longest=LONGEST_SECONDS)
    if at_least is Access.NONE:
        raise EntryInvalid(reason="no-access")
    return wanted


def take(live: LiveSnapshot, database: Database, wanted: SeatRequest, ahead: int = 0) -> tuple[HeldSeat, float]:
    """Take a seat, and return it with its end; raises as `Licensing.seat`, from `NotEntitled` on.

    Enough seats are left free for the `ahead` requests that came before.
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
    # Not unless enough are free for the earlier requests as well.
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
    """Borrow a seat for some hours from now, and return it with its end; raises as `Lease.borrow` does."""
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
    """Return the access that a seat gives: to its license, to what that includes, and what everybody has."""
    if row.license not in snapshot.state.entitlements.tiers:  # no longer in a catalog
        return snapshot.nothing
    # Seats that give the same share one mapping.
    return snapshot.access_of((Holding(row.license, row.seat + 1),), ())


class Lease:
    """A seat that is held until it is released or lost. Created by `Seat`."""

    def __init__(self, leasing: "Leasing", request: SeatRequest, row: HeldSeat, until: float, on_lost: OnLost) -> None:
        self._leasing = leasing
        self._elapsed = leasing.elapsed
        self._on_lost = on_lost
        self._lock = Lock()
        self._error: LeaseLost | None = None
        self._borrowed: Mapping[str, Access] | None = None
        self.code = row.license
        """The license of the seat."""
        self.holder = row.holder
        """The holder that was named in the request."""
        self.row = row
        """The seat as it is in the database."""
        self.request = request
        """The request for the seat, with its access and time to live."""
        self.until = until
        """When it ends without a renewal, in seconds of `OpenInstallation.elapsed`."""
        self.lost = Event()
        """Set as soon as the seat is lost; a thread can wait for it."""

    @property
    def id(self) -> str:
        """The id that administrators see in `leases list`."""
        return self.row.id

    @property
    def left(self) -> float:
        """The seconds left without a renewal."""
        return self.until - self._elapsed()

    @property
    def is_held(self) -> bool:
        """Whether it is neither released nor lost."""
        return self.error is None

    @property
    def error(self) -> LeaseLost | None:
        """Why it is no longer held; None while it is."""
        if self._error is None and self.left <= 0:
            self.lose("over" if self.row.borrowed else SILENT)
        return self._error

    def check(self) -> None:
        """Raise `LeaseLost`, which says why, unless the seat is held. Only reads the clock."""
        if (error := self.error) is not None:
            raise error

    def allows(self, code: str, at_least: Access = Access.FULL) -> bool:
        """Return whether the seat gives access `at_least` to a license.

        It gives its own license, the licenses that this includes, and what everybody has; nothing if it is not held.
        Raises `UnknownCode` if it is held, and no catalog has the code.
        """
        return self.access(code) >= at_least

    def access(self, code: str) -> Access:
        """Return the access to a license that the seat gives; raises as `allows` does."""
        if not self.is_held:
            return Access.NONE
        snapshot = self._leasing.live.snapshot
        given = self._borrowed or access_of(snapshot, self.row)
        return given.get(asked(snapshot.state.entitlements, code), Access.NONE)

    def renew(self) -> None:
        """Renew the lease now. This also happens in the background, after every third of `ttl`.

        Raises:
            LeaseLost: it is no longer held.
            StateError: the database cannot be written in time; the seat is held until its time is over.
        """
        self.check()
        self._leasing.renew([self], self.left)
        self.check()

    def borrow(self, hours: float) -> datetime:
        """Borrow the seat for some hours from now, connected or not, and return its end, UTC.

        The bundle limits the hours (`borrow_hours`), and a seat does not outlive its license. It stays taken until its
        time is over, or you release it, which needs a connection.

        Raises:
            BorrowRefused: no bundle allows it for that long.
            LeaseLost: it is no longer held.
            StateError: the database cannot be written; nothing has changed.
        """
        self.check()
        given = access_of(self._leasing.live.snapshot, self.row)
        row, until = borrow(self._leasing.live, self.row, hours)
        self.extend(row, until, given)
        return moment_of(row.expires or 0)

    def release(self) -> None:
        """Release the seat; does nothing if it is not held, or belongs to a parent process.

        If the database is away, the seat is freed as soon as it is back.
        """
        if self._settle("released"):
            self._leasing.free(self)

    async def release_async(self) -> None:
        """Release the seat in an asyncio task, even if the task is cancelled meanwhile."""
        if self._settle("released"):
            await in_thread(self._leasing.free, self)

    def lose(self, reason: str, refusal: LicenseError | None = None, by: str = "") -> None:
        """Report the loss of the lease, once; `refusal` is the error if another seat was refused."""
        if self._settle(reason, refusal, by):
            self.lost.set()
            self._leasing.live.counters.add("leases_lost_total", self.code, reason)
            LOGGER.warning("%s", self._error, extra={"code": LeaseLost.code, "home": None, "revision": None})
            if self._on_lost is not None:
                # In a separate thread: the callback may be slow or raise.
                Thread(target=self._on_lost, args=(self,), name="licensekit-lease-lost", daemon=True).start()

    def lose_seat(self, row: HeldSeat, reason: str, by: str) -> None:
        """Report the loss of a seat, unless the lease has another one by now."""
        if self.row.id == row.id and self.is_held:
            self.lose(reason, by=by)

    def renewed(self, row: HeldSeat, until: float) -> bool:
        """Note the renewal of a seat if the lease still has it; return whether the lease is held."""
        with self._lock:
            if self._error is None and self.row is row:
                self.until = max(self.until, until)
            return self._error is None

    def extend(self, row: HeldSeat, until: float, borrowed: Mapping[str, Access] | None = None) -> bool:
        """Note another seat, or that it was borrowed; return whether the lease is held."""
        with self._lock:
            if self._error is None:
                self.row, self.until, self._borrowed = row, until, borrowed
            return self._error is None

    def after_fork(self) -> None:
        """Drop the parent process's seat in a forked child."""
        self._lock = Lock()
        self.lost = Event()
        if self._settle("inherited"):
            self.lost.set()

    def _settle(self, reason: str, refusal: LicenseError | None = None, by: str = "") -> bool:
        """End the lease once, and return whether it was held."""
        with self._lock:
            if self._error is not None:
                return False
            since = self._leasing.clocks().clock - round(self.request.ttl - self.left) if reason == SILENT else None
            named = {"license": self.code, "holder": self.holder, "lease": self.id, "by": by}
            self._error = LeaseLost(reason=reason, **named, refusal=refusal, since=since)
            return True


async def in_thread(function: Callable[..., object], *arguments: object) -> None:
    """Run a function in a thread of the loop's executor, to its end even if this task is cancelled."""
    step = asyncio.get_running_loop().run_in_executor(None, function, *arguments)
    await asyncio.wait([step])
    step.result()
