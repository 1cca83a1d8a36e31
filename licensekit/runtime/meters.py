"""Meters for the running program: units are reserved in batches, and used from memory.

A batch is about what the program uses in a second, and a small part of what is left. What is left of it is given back
when none of it was used for a while, at close and at exit. A process that is killed loses it: it counts as used.
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
"""The next batch is larger than one that was used up sooner than this, and smaller than one that was not."""
IDLE_SECONDS: Final = 5.0  # a batch of which none was used for this long is given back
_METERS: Final["weakref.WeakSet[Meter]"] = weakref.WeakSet()


class Meter:
    """Units of one license that are there again with each period. Made by `Licensing.meter`; safe for threads."""

    def __init__(self, live: LiveSnapshot, name: str) -> None:
        self._live = live
        self.code = name
        """The license of which it counts units."""
        self.after_fork()
        survive_forks(self)
        _METERS.add(self)

    def use(self, n: int = 1) -> None:
        """Use `n` units, all of them or none: from memory as a rule, else after the next batch was reserved.

        Raises:
            EntryInvalid: `n` is no whole number from 1 up.
            MeterExhausted: fewer are left in this period, or it is not granted fully.
            StateError, TrustError: fewer are left in memory, and the database is away or cannot be written.
        """
        if type(n) is not int or not 0 < n <= COUNT:
            raise EntryInvalid(reason="units", entry=repr(n), longest=COUNT)
        with self._lock:
            while self._snapshot is not self._live.snapshot or n > self._left:
                self._reserve(n)
            self._left -= n

    def try_use(self, n: int = 1) -> bool:
        """Use `n` units and return True; False where fewer are left, or the database is away."""
        try:
            self.use(n)
        except (MeterExhausted, StateError, TrustError):
            return False
        return True

    @property
    def remaining(self) -> int | None:
        """How many units can still be used here in this period; None is unrestricted.

        It asks the database. While that is away, it is what is left in memory.
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
        """Start with nothing reserved: in a forked child, what its parent has is not its own."""
        self._lock = RLock()
        self._snapshot: Snapshot | None = None  # under which `_left` may be used
        self._granted: tuple[Allowance, ...] = ()  # when the batch was reserved
        self._shares: dict[str, int] = {}  # period to how many of its units were reserved
        self._left: float = 0  # of them all; infinite where it is unrestricted
        self._wish, self._reserved = 0, 0.0
        self._is_watched = False

    def _follow(self) -> tuple[Snapshot, tuple[Allowance, ...], float]:
        """Return what is in force, what it grants, and its units in memory; give back those of other periods."""
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
        """Reserve what is missing to `n` units, with a batch for the next; raises as `use` does."""
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
        for period, units in reversed(self._shares.items()):  # those that end first are used first
            found[period] = int(min(left, units))
            left -= found[period]
        return found

    def give_back(self) -> None:
        """Return what is left of the batch; what cannot be returned counts as used, for it may have been."""
        with self._lock, suppress(LicenseError):
            shares, self._shares, self._left, self._snapshot = self._unused(), {}, 0, None
            if any(shares.values()):
                usage.give_back(self._live.database, self.code, shares)

    def _look(self, before: float | None = None) -> None:
        """Return a batch of which as much is left as `before`; look later at another one."""
        with self._lock, suppress(LicenseError):  # it may be closed by now
            if self._left == before and self._live.snapshot.away is None:
                self.give_back()
            self._is_watched = bool(self._shares)
            if self._is_watched:
                timer = Timer(IDLE_SECONDS, self._look, [self._left])
                timer.daemon = True
                timer.start()


@atexit.register
def give_back_all() -> None:
    """Return what this process has reserved."""
    for meter in list(_METERS):
        meter.give_back()
