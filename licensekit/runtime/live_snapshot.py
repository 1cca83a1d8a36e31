"""The snapshot in force, which is replaced after a change, a date, or the loss of the database.

While the database is away, the last state stays in force and is moved on to the present time, and each bundle counts
for its `offline_hours`.
"""

import weakref
from collections.abc import Callable, Mapping
from contextlib import suppress
from threading import Event, Lock
from time import monotonic
from typing import Final

from licensekit.access import Access
from licensekit.database import Version, undoing
from licensekit.dates import DAY_SECONDS, day_at
from licensekit.entitlements import Notice, by_urgency
from licensekit.errors import DatabaseBusy, DatabaseUnavailable, LicenseError, StateError
from licensekit.runtime.changes import Changes
from licensekit.runtime.counters import Counters
from licensekit.runtime.holders import Holder, Lookups, User
from licensekit.runtime.observer import Observer
from licensekit.runtime.snapshot import Asleep, FailedOver, Snapshot, TimeNotKept
from licensekit.runtime.watcher import LOOK_SECONDS, RETRY_SECONDS, WATCHERS, survive_forks
from licensekit.state.loading import InstallationState, OpenInstallation, read_installation
from licensekit.state.logs import changed_users
from licensekit.state.stored import seats_in_use
from licensekit.state.transactions import REMEMBER_SECONDS, remember
from licensekit.state.usage import Sightings, read_used
from licensekit.state.users import site_facts, user_facts
from licensekit.text import names
from licensekit.wire.documents import SeatKind

Look = Callable[[], tuple[Notice, ...]]
FIRST_SECONDS: Final = 1.0
"""How long the first question in a process waits for the database, and any question that asks it each time."""
REMEMBER_PAUSE_SECONDS: Final = 60
"""The least time between two checks whether to store time, trust and sightings."""
CLOSING_SECONDS: Final = 1  # how old the last observation of time must be for closing to store another one
SILENT_TICKS: Final = 150
"""If the database has not answered for this many readings of the clock, half a minute, it counts as away.

Ticks are counted instead of seconds, because a process that was stopped itself has not waited.
"""


class LiveSnapshot:
    """The snapshot that questions read, kept up to date; all methods are safe for threads.

    `look` is called before each look at the database: it activates a license from outside, and returns notices about
    it. Time and database are followed only from the first question in a process on.
    """

    # Questions reach these sooner in slots than among thirty attributes of `__dict__`.
    __slots__ = ("__dict__", "__weakref__", "sites", "snapshot", "system", "users", "users_elsewhere")
    snapshot: Snapshot  # the snapshot in force, or an `Asleep` one
    system: Mapping[str, Access]  # system license, by each of its names, to the access to it
    _version: Version
    _current: Snapshot  # the newest snapshot, whether or not questions read it yet

    def __init__(self, opened: OpenInstallation, *, watch: bool, look: Look = tuple) -> None:
        self.opened = opened
        self._look = look
        self.database = database = opened.database
        self.clocks, self.elapsed = opened.clocks, opened.elapsed
        self.observer = Observer(opened, steady=watch)
        self._renew_locks()
        self._is_closed = False
        self._is_watched = watch
        self._is_awake = not watch
        self._error: LicenseError | None = None
        self._silence = 0
        self._not_written: StateError | None = None
        self._epoch = ""
        self._failed_over: tuple[FailedOver, ...] = ()
        self._checked: int | None = None
        self.known_users = Lookups(database, user_facts)
        self.known_sites = Lookups(database, site_facts)
        self.changes = Changes(database)
        with undoing(database.close):
            self._supplied = look()
            self._read_state()
            self.sightings = Sightings(day_at(self._current.state.now))
            self._remember()
        # Connections are closed even if the program forgets to call `close`.
        weakref.finalize(self, database.close).atexit = False
        survive_forks(self)

    @property
    def notices(self) -> tuple[Notice, ...]:
        """The notices for administrators, most urgent first."""
        return self._with_others(self.snapshot.notices)

    def wake(self) -> Snapshot:
        """Return the snapshot in force, followed from now on; raise `DatabaseUnavailable` if closed."""
        with self._waking:
            if not (self._is_awake or self._is_closed):
                WATCHERS.watch(self)
                self._looked.wait(FIRST_SECONDS)
                self.pass_time()
                with self._swapping:
                    self._is_awake = True
                    self._publish()
        if self._is_closed:
            raise DatabaseUnavailable(reason="closed", where=self.database.location)
        return self.snapshot

    def reload(self) -> None:
        """Read the installation again; raises as `Licensing.refresh`."""
        self._look_outside()
        try:
            self._read_state()
        except LicenseError as error:
            self._error = error
            self.pass_time()
            raise
        self._remember()

    def follow(self) -> float:
        """Read what has changed; return the seconds until the next look."""
        self._look_outside()
        try:
            if self._error is not None or self.database.version() != self._version:
                known = self._current
                self._read_state(None if self._error or known.away else known)
            reading = self.clocks()
            with self._swapping:
                self._silence = 0
                if not self._is_closed:
                    self._contact = self._current.now_at(reading, away=False)
            if any(one.seats is SeatKind.CONCURRENT for one in self._current.state.entitlements.licenses.values()):
                with suppress(StateError):  # tried again at the next look
                    self.observer.look(self.database)
                    self.counters.see(self.observer.in_use)
            self._remember()
        except LicenseError as error:
            self._error = error
            self.pass_time()
            return RETRY_SECONDS
        else:
            return LOOK_SECONDS
        finally:
            self._looked.set()

    def pass_time(self) -> None:
        """Move the snapshot on to the present time, without waiting for the database."""
        with self._swapping:
            if self._is_closed:
                return
            reading = self.clocks()
            self._silence += 1
            is_silent = self._silence > SILENT_TICKS
            error = self._error or (DatabaseBusy(reason="silent", where=self.database.location) if is_silent else None)
            if not self._current.holds_at(reading, away=error is not None):
                self._put(self._current.moved_on(reading, error, self._contact))

    def see(self, user_id: str) -> None:
        """Note that a user was seen; see `Licensing.seen`."""
        names.require_text(user_id, "the id of a user")
        self.sightings.note(user_id, day_at(self.snapshot.now_at(self.clocks(), away=False)))

    def state_with_leases(self) -> InstallationState:
        """Return the state with the present use of concurrent seats and meters, if the database is there."""
        snapshot = self.snapshot
        state = snapshot.state
        if snapshot.away is None:
            with suppress(StateError), self.database.within(monotonic() + FIRST_SECONDS).read() as connection:
                now = snapshot.now_at(self.clocks(), away=False)
                stored = state.stored._replace(leased=seats_in_use(connection, now))
                in_use = stored.used_of(state.entitlements.licenses)
                return state._replace(in_use=in_use, metered=read_used(connection, state.entitlements.periods))
        return state

    def close(self) -> None:
        """Stop answering, and close the database."""
        WATCHERS.unwatch(self)
        if not (self._is_closed or self._error or self._not_written):
            self._keep_sightings(day_at(self._current.now_at(self.clocks(), away=False)))
            self._keep(CLOSING_SECONDS)
        self.observer.save()
        with self._swapping:
            self._is_closed = True
            self.sightings = Sightings(0)
            self._publish()
        self._looked.set()  # ends the wait of a first question
        self.changes.wake()
        self.database.close()

    def after_fork(self) -> None:
        """Continue in a forked child, which has no threads, and whose locks may never be released."""
        self._renew_locks()
        self.changes.after_fork()
        if not self._is_closed:
            self._version = ()  # equal to no version, so the child reads for itself
            self._is_awake = not self._is_watched
            self._publish()  # the fork may have interrupted a swap

    def _look_outside(self) -> None:
        """Activate a new license from outside, and report its notices if they have changed."""
        found = self._look()
        if found != self._supplied:
            with self._swapping:
                self._supplied = found
                if not self._is_closed:
                    self._note()

    def _read_state(self, known: Snapshot | None = None) -> None:
        """Read the state; skip what is the same as in `known`: everything if only leases differ, or unchanged users."""
        with self._reading:
            # Asked before the state is read, so that a change in between shows as one more change.
            version, epoch = self.database.version(), self.database.epoch()
            with read_installation(self.opened) as read:
                # Without a server, the version also changes with every seat that is taken or freed.
                if known is not None and known.state.stored == read.stored._replace(leased=known.state.stored.leased):
                    self._version = version
                    return
                users = () if known is None else changed_users(read.connection, known.state.stored.head)
                state = read.state()
            with self._swapping:
                if not self._is_closed:
                    self._version, self._contact, self._error, self._silence = version, state.now, None, 0
                    if "" not in {self._epoch, epoch} and epoch != self._epoch:
                        self._failed_over = (FailedOver(since=state.now),)
                    self._epoch = epoch
                    snapshot = Snapshot(state) if known is None else known.changed(state, users)
                    self._put(snapshot, anew=known is None or not snapshot.holds_for("", known))

    def _remember(self) -> None:
        """Store sightings, time and trust now and then; a failure becomes a notice."""
        reading = self.clocks()
        today = day_at(self._current.now_at(reading, away=False))
        ran = reading.clock if reading.boot is None else reading.boot.seconds
        is_early = self._checked is not None and 0 <= ran - self._checked < REMEMBER_PAUSE_SECONDS
        if not (is_early and self._is_watched):  # without threads, calls are rare anyway
            self._keep_sightings(today)
        if self.sightings.begin(today):
            self._read_state()  # the notice about idle users depends on the day
        if is_early:
            return
        self._checked = ran
        self._keep(REMEMBER_SECONDS)

    def _keep_sightings(self, today: int) -> None:
        with suppress(StateError):  # tried again next time; `_keep` reports a database that cannot be written
            self.sightings.keep(self.database, today)

    def _keep(self, pause: int) -> None:
        failed: StateError | None = None
        try:
            remember(self.opened, self._current.state, pause)
        except StateError as error:
            failed = error
        with self._swapping:
            self._not_written = failed
            if not self._is_closed:
                self._note()

    def _put(self, snapshot: Snapshot, *, anew: bool = True) -> None:
        self._current = snapshot
        self.counters.see(snapshot.state.in_use)
        self._publish(anew=anew)
        self._note()

    def _publish(self, *, anew: bool = True) -> None:
        # The holders come last: they notice a new snapshot themselves.
        is_answering = self._is_awake and not self._is_closed
        self.snapshot = self._current if is_answering else Asleep(weakref.proxy(self))
        self.system = self._current.system if is_answering else {}
        if anew:
            self.users: dict[str, User] = {}  # these three are kept until the snapshot changes
            self.users_elsewhere: dict[tuple[str, str | None, tuple[str, ...] | None], User] = {}
            self.sites: dict[str, Holder] = {}

    def _note(self) -> None:
        self.changes.note(self._current.state, self._with_others(self._current.notices))

    def _with_others(self, found: tuple[Notice, ...]) -> tuple[Notice, ...]:
        error, now = self._not_written, self._current.state.now
        kept: tuple[Notice, ...] = () if error is None else (TimeNotKept(error=error),)
        kept += tuple(one for one in self._failed_over if now < one.since + DAY_SECONDS)
        return by_urgency((*self._supplied, *found, *kept)) if self._supplied or kept else found

    def _renew_locks(self) -> None:
        self._reading = Lock()  # held during a read of the database, however long that takes
        self._swapping = Lock()  # never held during a wait
        self._waking = Lock()
        self._looked = Event()
        self.observer.lock = Lock()
        self.counters = Counters()
