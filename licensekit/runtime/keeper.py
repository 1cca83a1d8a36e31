"""The current snapshot, and how it moves on: with the database, with time, and without a database.

A database that is away does not take away what was granted: the last state stays in force, moved
on to the present time, and each bundle counts for its `offline_hours` more.
"""

from collections.abc import Callable
from datetime import datetime
from threading import Lock
from typing import NamedTuple

from licensekit.database import Database
from licensekit.dates import seconds_of
from licensekit.errors import LicenseError
from licensekit.installation.state import load
from licensekit.runtime.snapshot import Snapshot


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

    __slots__ = (
        "__weakref__",
        "_application",
        "_clock",
        "_contact",
        "_database",
        "_lock",
        "_version",
        "snapshot",
        "system",
    )

    def __init__(
        self, database: Database, application: Application, clock: Callable[[], datetime]
    ) -> None:
        self._database = database
        self._application = application
        self._clock = clock
        self._lock = Lock()
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
        else:
            self._move_on(None)

    def close(self) -> None:
        """Let go of the database."""
        self._database.close()

    def _move_on(self, error: LicenseError | None) -> None:
        with self._lock:
            clock = seconds_of(self._clock())
            if error is None:
                self._contact = clock
            if self.snapshot.holds_at(clock, away=error is not None):
                return
            released = self._application.released
            self._put(self.snapshot.moved_on(clock, released, error, self._contact))

    def _put(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        self.system = snapshot.system
