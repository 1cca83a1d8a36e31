"""Silent holders: finds leases that were not renewed for their whole time, by the observing machine's own clock.

An observer counts from after the read that first showed a beat; the holder counts from before it sent that beat. So
when time is over for the observer, it is over for the holder as well, whatever the wall clocks show. The observer frees
the seat only if the row still has that beat. Every program that has an installation open observes.

Sightings are stored for other processes of this host and boot, so that even programs that try only once and exit free a
silent seat together.
"""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from contextlib import suppress
from math import inf
from pathlib import Path
from threading import Lock
from time import monotonic
from typing import Any, Final, NamedTuple

from licensekit.database import Database
from licensekit.errors import LicenseError
from licensekit.files import read_bytes, write_atomically
from licensekit.runtime.watcher import LOOK_SECONDS
from licensekit.state import seats
from licensekit.state.loading import OpenInstallation
from licensekit.state.seats import LONGEST_SECONDS, Beat
from licensekit.state.time import boot_clock, elapsed

_MARGIN, _MARGIN_SECONDS = 1.01, 0.1
"""How much longer than the holder an observer waits, as a factor and in seconds: clocks differ in speed."""
_READS: Final = 6  # how often a lease is read within its time, at least
_LONGEST_GAP: Final = 4
"""After a gap of 1/4 of its time between two reads, a lease is observed from the start: it may have been renewed."""
_PAUSE_SECONDS: Final = 1.0  # the pause between two looks if all leases are long
_SAVE_SECONDS: Final = 5
_FILE, _FILE_BYTES = "observed.json", 16 * 1024 * 1024


class Sighting(NamedTuple):
    """An observed lease; times are seconds of the observer's clock."""

    lease: Beat
    since: float  # after the read that first showed this beat
    read: float | None  # after the newest read; None if gaps between reads do not matter


Sightings = Mapping[str, Sighting]  # by the id of the lease


def observe(known: Sightings, found: Iterable[Beat], below: int, now: float, *, steady: bool) -> Sightings:
    """Update the sightings after a read at `now` that found all leases of less than `below` seconds.

    `steady` says that the reads are regular, so a gap between two of them matters. Otherwise the clock may be a
    simulated one, which may go back.
    """
    unread = {name: one for name, one in known.items() if one.lease.ttl >= below}
    return {**unread, **{one.id: _seen(known.get(one.id), one, now, steady=steady) for one in found}}


def _seen(last: Sighting | None, lease: Beat, now: float, *, steady: bool) -> Sighting:
    read = now if steady else None
    if last is None or last.lease != lease or not last.since <= now:
        return Sighting(lease, now, read)
    if last.read is not None and now - last.read > lease.ttl / _LONGEST_GAP:
        return Sighting(lease, now, read)
    return last._replace(read=read)


def silent(known: Sightings, now: float) -> list[Beat]:
    """Return the leases whose time is over for their holders."""
    return [one.lease for one in known.values() if now - one.since >= one.lease.ttl * _MARGIN + _MARGIN_SECONDS]


def due_below(last: int | None, step: int) -> int:
    """Return the time in seconds below which leases are due to be read at this step of the clock.

    A step is as long as the shortest pause between two looks; the `last` one is that of the last read. Leases that last
    twice as long are read half as often.
    """
    if last is None:
        return LONGEST_SECONDS + 1
    return int(_READS * LOOK_SECONDS * 2.0 ** (last ^ step).bit_length()) if last != step else 0


class Observer:
    """The observations of an installation by one process; all methods are safe for threads."""

    def __init__(self, opened: OpenInstallation, *, steady: bool) -> None:
        self._elapsed, self._local = opened.elapsed, opened.local
        self._steady = steady
        self._known: Sightings = {}
        self.in_use: Mapping[str, int] = {}  # license to the number of its leases at the newest read
        self._step: int | None = None
        self._due = self._saved = -inf
        self.lock = Lock()  # held during a look; replaced in a forked child

    def look(self, database: Database) -> bool:
        """Read due leases, and free the seats of silent holders; return whether any was; may raise `StateError`."""
        begin = self._elapsed()
        if (self._steady and begin < self._due) or not self.lock.acquire(blocking=False):
            return False
        try:
            self._read(database, int(begin / LOOK_SECONDS))
            found = silent(self._known, self._elapsed())
            freed = [one for one in found if seats.free_silent(database, one)]  # not if renewed, or others were faster
            self._known = {name: one for name, one in self._known.items() if one.lease not in found}
            return bool(freed)
        finally:
            self.lock.release()

    def _read(self, database: Database, step: int) -> None:
        if below := due_below(self._step if self._steady else None, step):
            found, now = seats.beats(database, below), self._elapsed()
            if self._step is None and self._local is not None:
                self._known = load(self._local / _FILE, _mark())
            self._known = observe(self._known, found, below, now, steady=self._steady)
            self.in_use = Counter(one.lease.license for one in self._known.values())
            self._step = step
        is_short = any(one.lease.ttl < _READS * (_PAUSE_SECONDS + LOOK_SECONDS) for one in self._known.values())
        self._due = self._elapsed() + (LOOK_SECONDS / 2 if is_short else _PAUSE_SECONDS)

    def save(self) -> None:
        """Store the sightings for other processes now and then, if there are any and a place for them."""
        mark, now = _mark(), self._elapsed()
        if self._local is None or mark is None or not self._known or now - self._saved < _SAVE_SECONDS:
            return
        self._saved, data = now, [mark, [[*one.lease, one.since] for one in self._known.values()]]
        with suppress(LicenseError, OSError):
            self._local.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_atomically(self._local / _FILE, json.dumps(data).encode(), mode=0o600)


def load(path: Path, mark: list[Any] | None) -> Sightings:
    """Load the sightings of this boot's processes; return none if the file is of another boot, or damaged."""
    with suppress(LicenseError, ValueError, TypeError, LookupError, OverflowError, RecursionError):
        found, rows = json.loads(read_bytes(path, limit=_FILE_BYTES, what="a file of observations"))
        if found == mark and all([*map(type, row[:-1])] == [*Beat.__annotations__.values()] for row in rows):
            return {row[0]: Sighting(Beat(*row[:-1]), float(row[-1]), None) for row in rows}
    return {}


def _mark() -> list[Any] | None:
    """Return the identity of this boot, and for how many seconds the machine has slept since."""
    boot = boot_clock()
    return None if boot is None else [boot.identity.hex(), round(elapsed() - monotonic())]
