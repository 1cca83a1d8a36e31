"""The snapshot in force, and what replaces it: a change, a date, or a database that is away.

A database that is away does not take away what was granted: the last state stays in force, moved on to the present
time, and each bundle counts for its `offline_hours` more.
"""

import time
import weakref
from collections.abc import Callable, Mapping
from contextlib import suppress
from threading import Lock
from typing import Final, Generic, TypeVar

from licensekit.access import Access
from licensekit.database import Connection, Database, Version
from licensekit.entitlements import Notice, by_urgency
from licensekit.entitlements.answers import Answers
from licensekit.errors import DatabaseBusy, DatabaseUnavailable, LicenseError, NotStorable, StateError
from licensekit.runtime.holders import Holder, User
from licensekit.runtime.snapshot import Closed, Snapshot, TimeNotKept
from licensekit.runtime.watcher import Watcher, survive_forks
from licensekit.state.loading import OpenInstallation, read_installation
from licensekit.state.stored import Stored, seats_in_use
from licensekit.state.time import lease_time
from licensekit.state.transactions import REMEMBER_SECONDS, remember
from licensekit.state.users import site_facts, user_facts

K = TypeVar("K")
T = TypeVar("T")

Look = Callable[[], tuple[Notice, ...]]

RETRY_SECONDS: Final = 0.5
"""How soon a database that is away is tried again."""

CALM_SECONDS: Final = 0.1
"""The pause after a change that concerned only leases."""

REMEMBER_PAUSE_SECONDS: Final = 60
"""The least time between two checks whether time or trust that was seen is to be written."""

CLOSING_SECONDS: Final = 1
"""The least time since the last observation for which closing writes another one."""

SILENT_TICKS: Final = 150
"""A database that has not answered during this many readings of the clock counts as away.

Half a minute. Counted, not timed: a process that stood still itself has not waited.
"""

REMEMBERED: Final = 100_000
"""How many users, and how many sites, are remembered at a time."""


class Lookups(Generic[T]):
    """Lookups of users, or of sites; the last result of each is kept. Safe for threads."""

    def __init__(self, database: Database, read: Callable[[Connection, str], T | None]) -> None:
        self._database = database
        self._read = read
        self._last: dict[str, T | None] = {}

    def find(self, holder: str, snapshot: Snapshot) -> T | None:
        """Look up a user or site; None if no one has that id.

        Raises:
            StateError: the database is away, and the holder was not looked up before.
        """
        # Nobody is kept waiting for a database of which it is known that it is away; only who was
        # never asked about may be worth a try, unless it hangs.
        away, last = snapshot.error, self._last
        if away is not None and holder in last:
            return last[holder]
        try:
            if isinstance(away, DatabaseBusy):
                raise away
            with self._database.read() as connection:
                found = self._read(connection, holder)
        except NotStorable:
            return None  # nobody has an id that cannot be stored
        except StateError as error:
            if holder in last:
                return last[holder]
            raise DatabaseUnavailable(reason="unanswered", holder=holder, why=error) from error
        return put(last, holder, found)


def put(known: dict[K, T], key: K, value: T) -> T:
    """Put a value where at most `REMEMBERED` are kept, and return it."""
    if len(known) >= REMEMBERED:
        known.clear()
    known[key] = value
    return value


class LiveSnapshot:
    """The snapshot that questions read, swapped as it changes; every method is safe for threads.

    It is made by reading the installation, and raises as `reload` does. `look` is called before each look at the
    database: it activates what is new outside, and returns what there is to say about that.
    """

    snapshot: Snapshot
    """The snapshot in force."""
    system: Mapping[str, Access]
    """System license, by each of its names, to what the installation may do with it."""
    _version: Version

    def __init__(self, opened: OpenInstallation, *, watch: bool, look: Look = tuple) -> None:
        self.opened = opened
        self._look = look
        self._supplied = look()
        self.database = database = opened.database
        self.clocks = opened.clocks
        self._renew_locks()
        self._is_closed = False
        self._error: LicenseError | None = None
        self._silence = 0
        self._not_written: StateError | None = None
        self._checked: int | None = None
        self.known_users = Lookups(database, user_facts)
        self.known_sites = Lookups(database, site_facts)
        self._read_state()
        self._remember()
        # Whoever forgets this without closing it leaves no connections open either.
        weakref.finalize(self, database.close).atexit = False
        survive_forks(self)
        self._watcher = Watcher(self) if watch else None

    @property
    def notices(self) -> tuple[Notice, ...]:
        """What administrators should know, the most urgent first."""
        error = self._not_written
        kept = () if error is None else (TimeNotKept(error=error),)
        return by_urgency((*self._supplied, *self.snapshot.notices, *kept))

    def reload(self) -> None:
        """Read the installation and put its state in force; raises as `Licensing.refresh`."""
        self._supplied = self._look()
        try:
            self._read_state()
        except LicenseError as error:
            self._error = error
            self.pass_time()
            raise
        self._remember()

    def follow(self, patience: float) -> None:
        """Wait for a change for up to `patience` seconds, and read what has changed."""
        self._supplied = self._look()
        try:
            if self._error is not None or self.database.wait_for_change(self._version, patience):
                self._refresh()
        except LicenseError as error:
            self._error = error
            self.pass_time()
            time.sleep(RETRY_SECONDS)
        else:
            self._note_contact()
            self._remember()

    def pass_time(self) -> None:
        """Move the snapshot on to the present time; does not wait for the database."""
        with self._swapping:
            if self._is_closed:
                return
            reading = self.clocks()
            error = self._error or self._count_silence()
            if not self.snapshot.holds_at(reading, away=error is not None):
                self._put(self.snapshot.moved_on(reading, error, self._contact))

    def catch_up(self) -> None:
        """Apply what the clock and the database show now: what threads do elsewhere, and nothing waits."""
        try:
            if self._error is not None or self.database.version() != self._version:
                self._read_state()
        except LicenseError as error:
            self._error = error
        else:
            self._note_contact()
        self.pass_time()

    def answers_with_leases(self) -> Answers:
        """Return the answers with the concurrent seats that are held at this moment."""
        snapshot = self.snapshot
        entitlements, stored = snapshot.state.entitlements, snapshot.state.stored
        if snapshot.error is None:
            with suppress(StateError), self.database.read() as connection:  # else as the last state says
                now = lease_time(connection, snapshot.now_at(self.clocks(), away=False))
                stored = stored._replace(leased=seats_in_use(connection, now))
        return Answers(entitlements, stored.used_of(entitlements.licenses))

    def close(self) -> None:
        """Stop answering, and close the database."""
        if self._watcher is not None:
            self._watcher.stop()
        if not (self._is_closed or self._error or self._not_written):
            self._keep(CLOSING_SECONDS)
        with self._swapping:
            self._is_closed = True
            self.snapshot = Closed(self.database.location)
            self.system = {}
            self._forget_holders()
        self.database.close()

    def after_fork(self) -> None:
        """Continue in a forked child, which has no threads, and locks that nobody may release."""
        self._renew_locks()
        if self._is_closed:
            return
        self._version = ()  # other than any: the child reads for itself
        self._put(self.snapshot)  # the fork may have come between two steps of a swap
        if self._watcher is not None:
            self._watcher.start()

    def _refresh(self) -> None:
        """Read the state again, unless it is there and only leases have changed."""
        version = self.database.version()
        snapshot = self.snapshot
        is_away = self._error is not None or snapshot.alone_since is not None
        if is_away or not self._is_unchanged(snapshot.state.stored):
            self._read_state()
        else:
            self._version = version
            time.sleep(CALM_SECONDS)

    def _is_unchanged(self, known: Stored) -> bool:
        """Return whether nothing was changed, or nothing but leases.

        Who takes and frees seats all day changes the database with each of them, where there is no server to tell one
        change from another.
        """
        with read_installation(self.opened) as read:
            return read.stored._replace(leased=known.leased) == known

    def _read_state(self) -> None:
        with self._reading:
            # Taken before the state is read: a change in between is seen as one more change.
            version = self.database.version()
            with read_installation(self.opened) as read:
                state = read.state()
            with self._swapping:
                if not self._is_closed:
                    self._version = version
                    self._contact = state.now
                    self._error = None
                    self._silence = 0
                    self._put(Snapshot(state))

    def _note_contact(self) -> None:
        reading = self.clocks()
        with self._swapping:
            self._silence = 0
            if not self._is_closed:
                self._contact = self.snapshot.now_at(reading, away=False)

    def _count_silence(self) -> LicenseError | None:
        """Count one more reading of the clock, and return an error if the silence is too long."""
        self._silence += 1
        if self._silence <= SILENT_TICKS:
            return None
        return DatabaseBusy(reason="silent", where=self.database.location)

    def _remember(self) -> None:
        """Write what was seen of time and trust now and then; a failure is a notice."""
        reading = self.clocks()
        ran = reading.clock if reading.boot is None else reading.boot.seconds
        if self._checked is not None and 0 <= ran - self._checked < REMEMBER_PAUSE_SECONDS:
            return
        self._checked = ran
        self._keep(REMEMBER_SECONDS)

    def _keep(self, pause: int) -> None:
        try:
            remember(self.opened, self.snapshot.state, pause)
        except StateError as error:
            self._not_written = error
        else:
            self._not_written = None

    def _put(self, snapshot: Snapshot) -> None:
        # The holders last: one that still answers from the old snapshot renews itself.
        self.snapshot = snapshot
        self.system = snapshot.system
        self._forget_holders()

    def _forget_holders(self) -> None:
        self.users: dict[tuple[str, str | None], User] = {}  # kept until the snapshot changes
        self.sites: dict[str, Holder] = {}

    def _renew_locks(self) -> None:
        self._reading = Lock()  # held while the database is read, however long that takes
        self._swapping = Lock()  # never held while anything is waited for
