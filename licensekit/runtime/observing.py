"""Holders that are silent: leases that nobody has renewed for as long as they last, by one machine's own clock.

An observer counts from right after the read that showed a beat first; the holder counts from before it sent that beat.
So when the observer's time is over, the holder's own is as well, whatever the wall clocks of hosts and servers show. It
frees the seat only if the row still has that beat. Everybody who has an installation open observes.

What was seen is kept for other processes of this host and boot: programs that only try once and end free a silent seat
between them.
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
"""How much longer than the holder an observer waits: clocks of machines do not run alike."""
_READS: Final = 6  # how often the row of a lease is read, at least, within its time
_LONGEST_GAP: Final = 4
"""After this part of its time without a read, observing a lease begins again: it may have been renewed."""
_PAUSE_SECONDS: Final = 1.0  # the pause between two looks where no lease is a short one
_SAVE_SECONDS: Final = 5
_FILE, _FILE_BYTES = "observed.json", 16 * 1024 * 1024


class Sighting(NamedTuple):
    """What was seen of a lease; times are seconds of the observer's clock."""

    lease: Beat
    since: float  # right after the read that showed this beat first
    read: float | None  # right after the newest read; None where it does not matter how long nobody has looked


Sightings = Mapping[str, Sighting]  # by the id of the lease


def observe(known: Sightings, found: Iterable[Beat], below: int, now: float, *, steady: bool) -> Sightings:
    """Return what is known after a read at `now` that found these leases, all there are of a time `below` seconds.

    `steady` is whether somebody looks all the time, so that a gap between two reads means something. Otherwise the
    clock may be one that somebody sets, and that goes back.
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
    """Return the leases whose time is over for whoever holds them."""
    return [one.lease for one in known.values() if now - one.since >= one.lease.ttl * _MARGIN + _MARGIN_SECONDS]


def due_below(last: int | None, step: int) -> int:
    """Return below which time leases are due to be read, at this step of the clock after the `last` one.

    A step lasts as long as the shortest pause between two looks. Leases that last twice as long are read half as often.
    """
    if last is None:
        return LONGEST_SECONDS + 1
    return int(_READS * LOOK_SECONDS * 2.0 ** (last ^ step).bit_length()) if last != step else 0


class Observer:
    """What one process observes of an installation; every method is safe for threads."""

    def __init__(self, opened: OpenInstallation, *, steady: bool) -> None:
        self._elapsed, self._local = opened.elapsed, opened.local
        self._steady = steady
        self._known: Sightings = {}
        self.in_use: Mapping[str, int] = {}  # license to how many leases there are of it, as of the newest read
        self._step: int | None = None
        self._due = self._saved = -inf
        self.lock = Lock()  # held by who looks; another one in a forked child

    def look(self, database: Database) -> bool:
        """Read what is due, and free the seats of silent holders; return whether there were any.

        Raises:
            StateError: the database cannot be read or written.
        """
        begin = self._elapsed()
        if (self._steady and begin < self._due) or not self.lock.acquire(blocking=False):
            return False
        try:
            self._read(database, int(begin / LOOK_SECONDS))
            found = silent(self._known, self._elapsed())
            freed = [one for one in found if seats.free_silent(database, one)]  # others were faster, or it was renewed
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
        """Keep what was seen for other processes, now and then; nothing where there is nothing, or no place for it."""
        mark, now = _mark(), self._elapsed()
        if self._local is None or mark is None or not self._known or now - self._saved < _SAVE_SECONDS:
            return
        self._saved, data = now, [mark, [[*one.lease, one.since] for one in self._known.values()]]
        with suppress(LicenseError, OSError):
            self._local.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_atomically(self._local / _FILE, json.dumps(data).encode(), mode=0o600)


def load(path: Path, mark: list[Any] | None) -> Sightings:
    """Return what processes of this boot have seen; nothing from a file of another boot, or one that is damaged."""
    with suppress(LicenseError, ValueError, TypeError, LookupError, OverflowError, RecursionError):
        found, rows = json.loads(read_bytes(path, limit=_FILE_BYTES, what="a file of observations"))
        if found == mark and all([*map(type, row[:-1])] == [*Beat.__annotations__.values()] for row in rows):
            return {row[0]: Sighting(Beat(*row[:-1]), float(row[-1]), None) for row in rows}
    return {}


def _mark() -> list[Any] | None:
    """Return what names this boot, and for how many seconds the machine has slept in it."""
    boot = boot_clock()
    return None if boot is None else [boot.identity.hex(), round(elapsed() - monotonic())]
