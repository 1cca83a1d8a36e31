"""Meters of a running program: units are reserved in batches and used from memory.

A batch is about as large as the use of one second, but only a small part of what is left. Unused units are returned
after a while without use, at close and at exit. If the process is killed, its batch counts as used.
"""

import atexit
import math
import time
import weakref
from collections import Counter
from contextlib import suppress
from threading import RLock, Timer
from typing import Final

from licensekit.entitlements import Allowance, why_not
from licensekit.errors import EntryInvalid, LicenseError, MeterExhausted, StateError, TrustError
from licensekit.limits import COUNT
from licensekit.runtime.live_snapshot import LiveSnapshot
from licensekit.runtime.snapshot import Snapshot
from licensekit.runtime.watcher import survive_forks
from licensekit.state import usage
from licensekit.wire.documents import MeterPeriod

MOST: Final = 1000  # the largest batch, unless more is used in one step
BATCH_SECONDS: Final = 1.0
"""If a batch is used up sooner than this, the next one is larger, else smaller."""
IDLE_SECONDS: Final = 5.0  # after this long without use, the batch is returned
_METERS: Final["weakref.WeakSet[Meter]"] = weakref.WeakSet()


class Meter:
    """A license whose units are renewed with each period. Created by `Licensing.meter`; safe for threads."""

    def __init__(self, live: LiveSnapshot, name: str) -> None:
        self._live = live
        self.code = name
        """The license whose units it counts."""
        self.after_fork()
        survive_forks(self)
        _METERS.add(self)

    def use(self, n: int = 1) -> None:
        """Use `n` units, all or none: usually from memory, else after reserving the next batch.

        Raises:
            EntryInvalid: `n` is not a positive integer.
            MeterExhausted: fewer are left in this period, or the license is not fully granted.
            StateError, TrustError: fewer are left in memory, and the database is away or cannot be written.
        """
        if type(n) is not int or not 0 < n <= COUNT:
            raise EntryInvalid(reason="units", entry=repr(n), longest=COUNT)
        with self._lock:
            while self._snapshot is not self._live.snapshot or n > self._left:
                self._reserve(n)
            self._left -= n

    def try_use(self, n: int = 1) -> bool:
        """Use `n` units and return True; return False if fewer are left or the database is away."""
        try:
            self.use(n)
        except (MeterExhausted, StateError, TrustError):
            return False
        return True

    @property
    def remaining(self) -> int | None:
        """How many units can still be used in this period; None is unrestricted.

        Each call asks the database; while it is away, only the units in memory count.
        """
        with self._lock:
            snapshot, granted, held = self._follow()
            if math.isinf(held):
                return None
            if snapshot.away is None:
                with suppress(StateError):
                    held += sum(usage.read_free(self._live.database, self.code, granted).values())
            return int(held)

    def after_fork(self) -> None:
        """Begin without a batch, also in a forked child: its parent's batch is not its own."""
        self._lock = RLock()
        self._snapshot: Snapshot | None = None  # while this is in force, `_left` may be used
        self._granted: tuple[Allowance, ...] = ()  # as of the reservation
        self._shares: dict[str, int] = {}  # period to units reserved
        self._left: float = 0  # unused units of the batch; infinite if unrestricted
        self._wish, self._reserved = 0, 0.0
        self._is_watched = False

    def _follow(self) -> tuple[Snapshot, tuple[Allowance, ...], float]:
        """Return the snapshot, its allowances, and the units in memory, after returning those of other periods."""
        snapshot = self._live.snapshot
        granted = snapshot.state.entitlements.meters.get(self.code, ())
        is_unrestricted = any(one.amount is None for one in granted)
        if granted != self._granted and (is_unrestricted or snapshot.away is None):
            self.give_back()
            self._granted = granted
        is_same = granted == self._granted
        self._snapshot = snapshot if is_same else None
        if is_unrestricted:
            self._left = math.inf
        return snapshot, granted, self._left if is_same else 0

    def _reserve(self, n: int) -> None:
        """Reserve the units missing to `n`, and a batch for later; raises as `use` does."""
        snapshot, granted, held = self._follow()
        if held >= n:
            return
        if not granted:
            raise self._refusal(n, snapshot, granted)
        if snapshot.away is not None:
            raise snapshot.away.error
        now = time.monotonic()
        is_quick = now - self._reserved < BATCH_SECONDS
        self._wish = min(MOST, 2 * max(self._wish, n)) if is_quick else max(1, self._wish // 2)
        self._reserved = now
        shares = usage.reserve(self._live.database, self.code, granted, n - int(held), self._wish)
        if shares is None:
            self.give_back()  # others may need less
            raise self._refusal(n, snapshot, granted)
        self._shares = Counter(self._unused()) + Counter(shares)
        self._left = sum(self._shares.values())
        if not self._is_watched:
            self._look()

    def _refusal(self, n: int, snapshot: Snapshot, granted: tuple[Allowance, ...]) -> MeterExhausted:
        entitlements = snapshot.state.entitlements
        if not granted:
            why = why_not(entitlements, self.code)
            return MeterExhausted(reason="not-granted", license=self.code, asked=n, why=why)
        total = sum(one.amount or 0 for one in granted)
        if entitlements.licenses[self.code].per is MeterPeriod.TERM:
            return MeterExhausted(reason="term", license=self.code, asked=n, total=total)
        return MeterExhausted(reason="period", license=self.code, asked=n, total=total, renews=granted[0].ends)

    def _unused(self) -> dict[str, int]:
        left, found = self._left, dict[str, int]()
        for period, units in reversed(self._shares.items()):  # units that end first are used first
            found[period] = int(min(left, units))
            left -= found[period]
        return found

    def give_back(self) -> None:
        """Return the rest of the batch to the database; if that fails, it counts as used."""
        with self._lock, suppress(LicenseError):
            shares, self._shares, self._left, self._snapshot = self._unused(), {}, 0, None
            if any(shares.values()):
                usage.give_back(self._live.database, self.code, shares)

    def _look(self, before: float | None = None) -> None:
        """Return the batch if none was used since `before` were left, else look again later."""
        with self._lock, suppress(LicenseError):  # the program may have closed it
            if self._left == before and self._live.snapshot.away is None:
                self.give_back()
            self._is_watched = bool(self._shares)
            if self._is_watched:
                timer = Timer(IDLE_SECONDS, self._look, [self._left])
                timer.daemon = True
                timer.start()


@atexit.register
def give_back_all() -> None:
    """Return the batches of this process to their databases."""
    for meter in list(_METERS):
        meter.give_back()
