"""The current snapshot, and how it moves on: with the database, with time, and without a database.

A database that is away does not take away what was granted: the last state stays in force, moved
on to the present time, and each bundle counts for its `offline_hours` more.
"""

import os
import time
import weakref
from collections.abc import Callable, Mapping
from datetime import datetime
from threading import Lock
from typing import Final, NamedTuple

from licensekit.access import Access
from licensekit.database import Database, Version
from licensekit.dates import seconds_of
from licensekit.entitlements import Holding, Notice, Severity, by_urgency
from licensekit.entitlements.answers import Answers
from licensekit.entitlements.login import UserFacts
from licensekit.errors import DatabaseBusy, LicenseError, StateError
from licensekit.runtime.holders import Holder, User
from licensekit.runtime.lookups import Lookups, put
from licensekit.runtime.snapshot import Closed, Snapshot
from licensekit.runtime.watcher import Watcher
from licensekit.state.floors import remember
from licensekit.state.loading import holds_on, in_use_of, load

RETRY_SECONDS: Final = 0.5
"""How soon a database that is away is tried again."""

CALM_SECONDS: Final = 0.1
"""How long nobody looks again after a change that was none but of leases."""

KEEP_SECONDS: Final = 60
"""How often is looked whether there is something of time or trust to keep."""

SILENT_TICKS: Final = 150
"""After so many looks at the clock a database that has not answered in between counts as away.

Half a minute. Counted, not timed: a process that stood still itself has not waited.
"""


class Application(NamedTuple):
    """What the application brings along: its trust and its version."""

    root: str
    pack: bytes | str
    released: int | None
    """The date of this version of the product, in days since 1970."""


class Keeper:
    """Holds the snapshot that questions read, and swaps it; every method may be called by threads.

    Raises:
        LicenseError: as `reload` does.
    """

    snapshot: Snapshot
    """What is in force."""
    system: Mapping[str, Access]
    """System license, by each of its names, to what the installation may do with it."""
    _version: Version

    def __init__(
        self,
        database: Database,
        application: Application,
        clock: Callable[[], datetime],
        *,
        watch: bool,
    ) -> None:
        self._database = database
        self._application = application
        self._clock = clock
        self._renew_locks()
        self._is_closed = False
        self._error: LicenseError | None = None
        self._silence = 0
        self._unkept: StateError | None = None
        self._kept: int | None = None
        self._looks = Lookups(database)
        self._read_state()
        # Whoever forgets this without closing it leaves no connections open either.
        weakref.finalize(self, database.close).atexit = False
        _KEPT.add(self)
        self._watcher = Watcher(self) if watch else None

    @property
    def at_hand(self) -> tuple[Database, Application, Callable[[], datetime]]:
        """What everything here is read from: the database, the application's own, the clock."""
        return self._database, self._application, self._clock

    @property
    def notices(self) -> tuple[Notice, ...]:
        """What administrators should know, the most urgent first."""
        found, unkept = self.snapshot.notices, self._unkept
        if unkept is None:
            return found
        text = f"the time that was seen here could not be kept: {unkept}"
        return by_urgency((*found, Notice("time-not-kept", Severity.WARNING, text, "clock")))

    def reload(self) -> None:
        """Read the installation and put its state in force.

        Raises:
            StateError: the database cannot be read; the last state stays, moved on to now.
            TrustError: the pack or the documents are not to be believed; likewise.
        """
        try:
            self._read_state()
        except LicenseError as error:
            self._error = error
            self.pass_time()
            raise
        self._keep()

    def follow(self, patience: float) -> None:
        """Wait for a change for up to `patience` seconds, and take in what has changed."""
        try:
            if self._error is not None or self._database.wait_for_change(self._version, patience):
                self._take_in()
        except LicenseError as error:
            self._error = error
            self.pass_time()
            time.sleep(RETRY_SECONDS)
        else:
            self._hear()
            self._keep()

    def pass_time(self) -> None:
        """Move the snapshot on to the present time; does not wait for the database."""
        with self._swapping:
            if self._is_closed:
                return
            clock = seconds_of(self._clock())
            error = self._error or self._silent()
            if not self.snapshot.holds_at(clock, away=error is not None):
                self._put(self.snapshot.moved_on(clock, error, self._contact))

    def user_facts(self, user_id: str) -> UserFacts | None:
        """Give what is known of a user, from the last look if the database is away.

        Raises:
            StateError: it is away, and there was no look.
        """
        return self._looks.user(user_id, self.snapshot)

    def site_holdings(self, site_id: str) -> tuple[Holding, ...] | None:
        """Give what a site holds, as `user_facts` does; None if there is no such site."""
        return self._looks.site(site_id, self.snapshot)

    def answers_with_leases(self) -> Answers:
        """Give the answers with the concurrent seats that are held at this moment."""
        state = self.snapshot.state
        now = self.snapshot.now_at(seconds_of(self._clock()), away=False)
        stored = state.stored._replace(leased=self._looks.leased(self.snapshot, now))
        return Answers(state.entitlements, in_use_of(stored, state.entitlements))

    def user(self, user_id: str, site: str | None) -> User:
        """Give the answers about a user, and keep them until the snapshot changes."""
        return put(self.users, (user_id, site), User(self, user_id, site))

    def site(self, site_id: str) -> Holder:
        """Give the answers about a site, and keep them until the snapshot changes."""
        return put(self.sites, site_id, Holder(self, site_id))

    def close(self) -> None:
        """Answer nothing any more, and let go of the database."""
        if self._watcher is not None:
            self._watcher.stop()
        with self._swapping:
            self._is_closed = True
            self.snapshot = Closed(self._database.location)
            self.system = {}
            self._forget_holders()
        self._database.close()

    def after_fork(self) -> None:
        """Go on in a forked child, which has no threads, and locks that nobody may release."""
        self._renew_locks()
        if self._is_closed:
            return
        self._version = ()  # other than any: the child reads for itself
        self._put(self.snapshot)  # the fork may have come between two steps of a swap
        if self._watcher is not None:
            self._watcher.start()

    def _take_in(self) -> None:
        """Read the state again, unless it is there and only leases have changed."""
        version = self._database.version()
        snapshot = self.snapshot
        is_away = self._error is not None or snapshot.alone_since is not None
        if is_away or not holds_on(self._database, snapshot.state, seconds_of(self._clock())):
            self._read_state()
        else:
            self._version = version
            time.sleep(CALM_SECONDS)

    def _read_state(self) -> None:
        with self._reading:
            # Taken before the state is read: a change in between is seen as one more change.
            version = self._database.version()
            clock = seconds_of(self._clock())
            application = self._application
            state = load(
                self._database,
                root=application.root,
                pack=application.pack,
                clock=clock,
                released=application.released,
            )
            with self._swapping:
                if not self._is_closed:
                    self._version = version
                    self._contact = state.now
                    self._error = None
                    self._silence = 0
                    self._put(Snapshot(state))

    def _hear(self) -> None:
        """Remember that the database has answered just now."""
        clock = seconds_of(self._clock())
        with self._swapping:
            self._silence = 0
            if not self._is_closed:
                self._contact = self.snapshot.now_at(clock, away=False)

    def _silent(self) -> LicenseError | None:
        """Count one more look at the clock, and say whether there were too many in silence."""
        self._silence += 1
        if self._silence <= SILENT_TICKS:
            return None
        return DatabaseBusy(reason="silent", where=self._database.location)

    def _keep(self) -> None:
        """Keep what was seen of time and trust now and then; reading goes on where that fails."""
        clock = seconds_of(self._clock())
        if self._kept is not None and 0 <= clock - self._kept < KEEP_SECONDS:
            return
        self._kept = clock
        try:
            remember(self._database, self.snapshot.state, clock)
        except StateError as error:
            self._unkept = error
        else:
            self._unkept = None

    def _put(self, snapshot: Snapshot) -> None:
        # The holders last: one that still answers from the old snapshot renews itself.
        self.snapshot = snapshot
        self.system = snapshot.system
        self._forget_holders()

    def _forget_holders(self) -> None:
        self.users: dict[tuple[str, str | None], User] = {}
        self.sites: dict[str, Holder] = {}

    def _renew_locks(self) -> None:
        self._reading = Lock()  # held while the database is read, however long that takes
        self._swapping = Lock()  # never held while anything is waited for


_KEPT: Final["weakref.WeakSet[Keeper]"] = weakref.WeakSet()


def go_on_after_fork() -> None:
    """Let everything that this process has open go on in it, which was forked just now."""
    for keeper in list(_KEPT):
        keeper.after_fork()


if hasattr(os, "register_at_fork"):  # Windows has no fork
    os.register_at_fork(after_in_child=go_on_after_fork)
