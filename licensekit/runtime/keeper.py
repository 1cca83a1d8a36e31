"""The current snapshot, and how it moves on: with the database, with time, and without a database.

A database that is away does not take away what was granted: the last state stays in force, moved
on to the present time, and each bundle counts for its `offline_hours` more.
"""

import time
from collections.abc import Callable
from datetime import datetime
from threading import Lock
from typing import Final, NamedTuple, TypeVar

from licensekit.database import Connection, Database
from licensekit.dates import seconds_of
from licensekit.entitlements import Holding, short_of
from licensekit.entitlements.login import UserFacts
from licensekit.errors import LicenseError, StateError
from licensekit.installation import users
from licensekit.installation.state import load
from licensekit.runtime.holders import Holder, User
from licensekit.runtime.snapshot import Snapshot

T = TypeVar("T")

REMEMBERED: Final = 100_000
"""How many holders are remembered at a time."""


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

    def __init__(
        self, database: Database, application: Application, clock: Callable[[], datetime]
    ) -> None:
        self._database = database
        self._application = application
        self._clock = clock
        self._lock = Lock()
        self._last_users: dict[str, UserFacts | None] = {}
        self._last_sites: dict[str, tuple[Holding, ...] | None] = {}
        self.reload()

    def reload(self) -> None:
        """Read the installation and put its state in force.

        Raises:
            StateError: the database cannot be read; the answers are as they were.
            TrustError: the pack or the documents are not to be believed.
        """
        with self._lock:
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
            self._version = version
            self._contact = clock
            self._put(Snapshot(state))

    def catch_up(self, patience: float) -> None:
        """Wait for a change for up to `patience` seconds, and take in what has changed."""
        try:
            if self._database.wait_for_change(self._version, patience):
                self.reload()
        except LicenseError as error:
            self._move_on(error)
            time.sleep(patience)  # a database that is away fails at once: do not spin
        else:
            self._move_on(None)

    def user_facts(self, user_id: str) -> UserFacts | None:
        """Give what is known of a user, from the last look if the database is away.

        Raises:
            StateError: it is away, and there was no look.
        """
        return self._read(users.user_facts, user_id, self._last_users)

    def site_holdings(self, site_id: str) -> tuple[Holding, ...] | None:
        """Give what a site holds, as `user_facts` does; None if there is no such site."""
        return self._read(users.site_holdings, site_id, self._last_sites)

    def user(self, user_id: str, site: str | None) -> User:
        """Give the answers about a user, and keep them until the snapshot changes."""
        return _remember(self.users, (user_id, site), User(self, user_id, site))

    def site(self, site_id: str) -> Holder:
        """Give the answers about a site, and keep them until the snapshot changes."""
        return _remember(self.sites, site_id, Holder(self, site_id))

    def close(self) -> None:
        """Let go of the database."""
        self._database.close()

    def _read(
        self,
        read: Callable[[Connection, str, frozenset[str]], T],
        holder: str,
        last: dict[str, T],
    ) -> T:
        state = self.snapshot.state
        try:
            with self._database.read() as connection:
                found = read(connection, holder, short_of(state.entitlements, state.in_use))
        except StateError:
            if holder not in last:
                raise
            return last[holder]
        return _remember(last, holder, found)

    def _move_on(self, error: LicenseError | None) -> None:
        with self._lock:
            clock = seconds_of(self._clock())
            if error is None:
                self._contact = clock
            if not self.snapshot.holds_at(clock, away=error is not None):
                self._put(self.snapshot.moved_on(clock, error, self._contact))

    def _put(self, snapshot: Snapshot) -> None:
        # The holders last: one that still answers from the old snapshot renews itself.
        self.snapshot = snapshot
        self.system = snapshot.system
        self.users: dict[tuple[str, str | None], User] = {}
        self.sites: dict[str, Holder] = {}


K = TypeVar("K")


def _remember(known: dict[K, T], key: K, value: T) -> T:
    if len(known) >= REMEMBERED:
        known.clear()
    known[key] = value
    return value
