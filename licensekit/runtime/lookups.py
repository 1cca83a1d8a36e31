"""Lookups of one user or one site in the database, remembered for when it is away."""

from collections.abc import Callable, Mapping
from typing import Final, TypeVar

from licensekit.database import Connection, Database
from licensekit.entitlements.login import UserFacts
from licensekit.errors import DatabaseBusy, DatabaseUnavailable, NotStorable, StateError
from licensekit.runtime.snapshot import Snapshot
from licensekit.state import users
from licensekit.state.stored import seats_in_use
from licensekit.state.time import lease_time
from licensekit.state.users import SiteFacts

K = TypeVar("K")
T = TypeVar("T")

REMEMBERED: Final = 100_000
"""How many users, and how many sites, are remembered at a time."""


class Lookups:
    """Lookups of users and sites; the last result of each is kept. Safe for threads."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._users: dict[str, UserFacts | None] = {}
        self._sites: dict[str, SiteFacts | None] = {}

    def user(self, user_id: str, snapshot: Snapshot) -> UserFacts | None:
        """Look up a user; None if no one has that id.

        Raises:
            StateError: the database is away, and the user was not looked up before.
        """
        return self._find(users.user_facts, user_id, snapshot, self._users)

    def site(self, site_id: str, snapshot: Snapshot) -> SiteFacts | None:
        """Look up a site, as `user` does."""
        return self._find(users.site_facts, site_id, snapshot, self._sites)

    def leased(self, snapshot: Snapshot, now: int) -> Mapping[str, int]:
        """Return license to how many of its concurrent seats are held.

        If the database is away, it is as the last state says.
        """
        known = snapshot.state.stored.leased
        if snapshot.error is not None:
            return known
        try:
            with self._database.read() as connection:
                return seats_in_use(connection, lease_time(connection, now))
        except StateError:
            return known

    def _find(
        self,
        read: Callable[[Connection, str], T | None],
        holder: str,
        snapshot: Snapshot,
        last: dict[str, T | None],
    ) -> T | None:
        # Nobody is kept waiting for a database of which it is known that it is away; only who was
        # never asked about may be worth a try, unless it hangs.
        away = snapshot.error
        if away is not None and holder in last:
            return last[holder]
        try:
            if isinstance(away, DatabaseBusy):
                raise away
            with self._database.read() as connection:
                found = read(connection, holder)
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
