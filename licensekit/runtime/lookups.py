"""Lookups of one user or one site in the database, remembered for when it is away."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Final, Generic, TypeVar

from licensekit.database import Connection, Database
from licensekit.errors import DatabaseBusy, DatabaseUnavailable, NotStorable, StateError
from licensekit.runtime.snapshot import Snapshot
from licensekit.state.stored import seats_in_use
from licensekit.state.time import lease_time

K = TypeVar("K")
T = TypeVar("T")

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


def leased_now(database: Database, snapshot: Snapshot, now: int) -> Mapping[str, int]:
    """Return license to how many of its concurrent seats are held.

    If the database is away, it is as the last state says.
    """
    if snapshot.error is None:
        with suppress(StateError), database.read() as connection:
            return seats_in_use(connection, lease_time(connection, now))
    return snapshot.state.stored.leased


def put(known: dict[K, T], key: K, value: T) -> T:
    """Put a value where at most `REMEMBERED` are kept, and return it."""
    if len(known) >= REMEMBERED:
        known.clear()
    known[key] = value
    return value
