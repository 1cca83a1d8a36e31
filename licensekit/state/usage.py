"""What the application tells of use, in rows: units of meters that it used, and when users were last seen.

Units count as used here, in a row for each period of a meter, before a program uses them, and the condition of the
statement keeps the count: however many processes ask together, no row exceeds what was sold. Rows of periods that are
over stay, so that a clock that is set back finds them used.

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

SHARE: Final = 64  # a batch is at most this part of what is left, so that other processes and hosts can use the rest
_SQL: Final = read_queries(__file__)
NO_LOGIN: Final = _SQL["no_login"]  # the condition of a user `u` who holds a license and cannot log in
_COUNT: Final = "SELECT count(*) FROM users u WHERE "
IDLE_DAYS: Final = 90  # the notice counts who was not seen for more days than this
REMEMBERED: Final = 100_000  # how many users who were seen are kept in memory at a time


def read_used(connection: Connection, periods: Iterable[Period]) -> dict[Period, int]:
    """Return how many units of each period were used or are reserved."""
    return {one: row[0] for one in periods if (row := connection.one(_SQL["used"], *one)) is not None}


def read_free(database: Database, name: str, granted: Sequence[Allowance]) -> dict[str, int]:
    """Return period to how many units of a meter are left in it; none of `granted` is unrestricted."""
    with database.read() as connection:
        used = read_used(connection, [(name, one.period) for one in granted])
    return {one.period: max(0, (one.amount or 0) - used.get((name, one.period), 0)) for one in granted}


def reserve(database: Database, name: str, granted: Sequence[Allowance], need: int, wish: int) -> dict[str, int] | None:
    """Reserve `need` units, up to `wish` if others have enough, of the first periods to end; None: fewer are left."""
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
                for period, units in sorted(shares.items())  # in one order everywhere: nobody waits in a circle
                if connection.run(_SQL["reserve"], name, period, units, limits[period] - units)
            }
            if taken == shares:
                return shares
            _free(connection, name, taken)  # others were faster: look again


def give_back(database: Database, name: str, shares: Mapping[str, int]) -> None:
    """Return units that were reserved and not used; raise `StateError` if the database cannot be written."""
    with database.write(shared=True) as connection:
        _free(connection, name, shares)


def _free(connection: Connection, name: str, shares: Mapping[str, int]) -> None:
    for period, units in sorted(shares.items()):
        connection.run(_SQL["give_back"], units, name, period, units)


def idle(told_since: int | None, today: int, days: int) -> list[tuple[LiteralString, tuple[Value, ...]]]:
    """Return the conditions, with their values, of which one holds for a user `u` who is idle for `days`."""
    before = today - days
    if told_since is None:
        return [("0 = 1", ())]
    who: list[tuple[LiteralString, tuple[Value, ...]]] = [(_SQL["idle"], (before, before))]
    # Who was never seen counts as seen when the application began to tell.
    return [*who, (_SQL["never_seen"], (before,))] if told_since < before else who


def unused(
    connection: Connection, told_since: int | None, today: int, codes: tuple[str, ...], in_use: Mapping[str, int]
) -> Iterator[Notice]:
    """Yield what there is to say of who holds licenses without using them; `codes` require what is gone."""
    # Where nobody was seen, the application no longer tells.
    if told_since is not None and connection.one(_SQL["seen_since"], today - IDLE_DAYS) is not None:
        who = idle(told_since, today, IDLE_DAYS)
        if users := sum(connection.rows(_COUNT + what, *values)[0][0] for what, values in who):
            yield IdleUsers(users=users, idle_days=IDLE_DAYS)
    if users := connection.rows(_COUNT + NO_LOGIN)[0][0]:
        yield UnusableLicenses(reason="no-login", users=users)
    if codes:
        yield UnusableLicenses(reason="requirement", licenses=codes, assigned=sum(in_use[code] for code in codes))


class Sightings:
    """Who was seen. Safe for threads, and in a forked child: no step needs a lock."""

    def __init__(self, day: int) -> None:
        self.today: set[str] = set()  # the ids of whom the application has told on `day`, as it wrote them
        self._day = day
        self._new: deque[tuple[str, int]] = deque(maxlen=REMEMBERED)

    def note(self, user_id: str, day: int) -> None:
        """Note that a user was seen on a day, in days since 1970."""
        if len(self.today) >= REMEMBERED:
            self.today.clear()
        self.today.add(user_id)
        with suppress(EntryInvalid):  # nobody has such an id
            self._new.append((names.check_id(names.folded(user_id), "user id"), day))

    def begin(self, today: int) -> bool:
        """Return whether this is another day, on which everybody is noted again."""
        if today == self._day:
            return False
        self._day = today
        self.today.clear()
        return True

    def keep(self, database: Database, today: int) -> None:
        """Write what was noted, a row once a day; what cannot be written stays noted, and raises `StateError`."""
        some: dict[str, int] = {}
        with suppress(IndexError):  # another thread may take some of them
            while True:
                some.update([self._new.popleft()])
        if not some:
            return
        with undoing(lambda: self._new.extend(some.items())):
            # In one order everywhere: nobody waits in a circle. Who is not known here is left out.
            rows = [(day, user, day, today + 1) for user, day in sorted(some.items())]
            with database.write(shared=True) as connection:
                if connection.run_many(_SQL["keep"], rows):
                    first = min(some.values())
                    connection.run(_SQL["begin"], first, first)
