"""Use that the application reports, in the database: units of meters, and the days on which users were last seen.

A meter has a row for each period. Units are reserved there before a program uses them, and the condition of the
statement limits the count: however many processes ask together, no row exceeds what was sold. Rows of past periods
stay, so that setting the clock back gains nothing.

Who holds a license without using it follows from days, counted from 1970 (`docs/installation.md`, "Who needs a seat?").
"""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Final, LiteralString

from licensekit.database import Connection, Database, Value, read_queries, undoing
from licensekit.entitlements import Allowance, Notice, Period
from licensekit.errors import EntryInvalid
from licensekit.state.notices import IdleUsers, UnusableLicenses
from licensekit.text import names

SHARE: Final = 64  # a batch is at most 1/64 of what is left, so that other processes and hosts can use the rest
_SQL: Final = read_queries(__file__)
NO_LOGIN: Final = _SQL["no_login"]  # the condition of a user `u` who holds a license and cannot log in
_COUNT: Final = "SELECT count(*) FROM users u WHERE "
IDLE_DAYS: Final = 90  # after more days than this, the notice counts a user as idle
REMEMBERED: Final = 100_000  # how many sightings are kept in memory


def read_used(connection: Connection, periods: Iterable[Period]) -> dict[Period, int]:
    """Return period to the number of units used or reserved."""
    return {one: row[0] for one in periods if (row := connection.one(_SQL["used"], *one)) is not None}


def read_free(database: Database, name: str, granted: Sequence[Allowance]) -> dict[str, int]:
    """Return period to the number of units of a meter left; no allowance in `granted` may be unrestricted."""
    with database.read() as connection:
        used = read_used(connection, [(name, one.period) for one in granted])
    return {one.period: max(0, (one.amount or 0) - used.get((name, one.period), 0)) for one in granted}


def reserve(database: Database, name: str, granted: Sequence[Allowance], need: int, wish: int) -> dict[str, int] | None:
    """Reserve units from the periods that end first; return period to units, or None if fewer than `need` are left.

    It reserves `need` units, and up to `wish` if enough remains for others.
    """
    limits = {one.period: one.amount or 0 for one in granted}
    while True:
        free = read_free(database, name, granted)
        left = sum(free.values())
        if left < need:
            return None
        size, shares = max(need, min(wish, left // SHARE)), dict[str, int]()
        for period, units in free.items():
            if taking := min(units, size - sum(shares.values())):
                shares[period] = taking
        with database.write(shared=True) as connection:
            taken = {
                period: units
                for period, units in sorted(shares.items())  # always in the same order, to avoid deadlocks
                if connection.run(_SQL["reserve"], name, period, units, limits[period] - units)
            }
            if taken == shares:
                return shares
            _free(connection, name, taken)  # others were faster: try again


def give_back(database: Database, name: str, shares: Mapping[str, int]) -> None:
    """Return reserved but unused units to their periods; raise `StateError` if the database cannot be written."""
    with database.write(shared=True) as connection:
        _free(connection, name, shares)


def _free(connection: Connection, name: str, shares: Mapping[str, int]) -> None:
    for period, units in sorted(shares.items()):
        connection.run(_SQL["give_back"], units, name, period, units)


def idle(told_since: int | None, today: int, days: int) -> list[tuple[LiteralString, tuple[Value, ...]]]:
    """Return SQL conditions with their values; a user `u` who was idle for `days` meets one of them."""
    before = today - days
    if told_since is None:
        return [("0 = 1", ())]
    who: list[tuple[LiteralString, tuple[Value, ...]]] = [(_SQL["idle"], (before, before))]
    # A user who was never seen counts as seen on the day of the first report.
    return [*who, (_SQL["never_seen"], (before,))] if told_since < before else who


def unused(
    connection: Connection, told_since: int | None, today: int, codes: tuple[str, ...], in_use: Mapping[str, int]
) -> Iterator[Notice]:
    """Yield notices about licenses that are held but not used; for `codes`, a required license is missing."""
    # If nobody was seen lately, the application no longer reports.
    if told_since is not None and connection.one(_SQL["seen_since"], today - IDLE_DAYS) is not None:
        who = idle(told_since, today, IDLE_DAYS)
        if users := sum(connection.rows(_COUNT + what, *values)[0][0] for what, values in who):
            yield IdleUsers(users=users, idle_days=IDLE_DAYS)
    if users := connection.rows(_COUNT + NO_LOGIN)[0][0]:
        yield UnusableLicenses(reason="no-login", users=users)
    if codes:
        yield UnusableLicenses(reason="requirement", licenses=codes, assigned=sum(in_use[code] for code in codes))


class Sightings:
    """Users who were seen, before this is stored. Safe for threads and in a forked child: no step needs a lock."""

    def __init__(self, day: int) -> None:
        self.today: set[str] = set()  # the ids reported on `day`, as written
        self._day = day
        self._new: deque[tuple[str, int]] = deque(maxlen=REMEMBERED)

    def note(self, user_id: str, day: int) -> None:
        """Note a user as seen on a day, in days since 1970."""
        if len(self.today) >= REMEMBERED:
            self.today.clear()
        self.today.add(user_id)
        with suppress(EntryInvalid):  # no user has such an id
            self._new.append((names.check_id(names.folded(user_id), "user id"), day))

    def begin(self, today: int) -> bool:
        """Begin a new day, on which everybody is noted again; return whether it is one."""
        if today == self._day:
            return False
        self._day = today
        self.today.clear()
        return True

    def keep(self, database: Database, today: int) -> None:
        """Store the noted days; if that fails, keep them and raise `StateError`."""
        some: dict[str, int] = {}
        with suppress(IndexError):  # empty; another thread may take some of them
            while True:
                some.update([self._new.popleft()])
        if not some:
            return
        with undoing(lambda: self._new.extend(some.items())):
            # Always in the same order, to avoid deadlocks. Unknown users are skipped.
            rows = [(day, user, day, today + 1) for user, day in sorted(some.items())]
            with database.write(shared=True) as connection:
                if connection.run_many(_SQL["keep"], rows):
                    first = min(some.values())
                    connection.run(_SQL["begin"], first, first)
