"""Units of meters in rows: a row for each period of a meter, with how many of its units were used.

Units count as used here before a program uses them, and the condition of the statement keeps the count: however many
processes ask at once, no row exceeds what was sold. Rows of periods that are over stay, so that a clock that is set
back finds them used. They are no part of what the journal proves.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from licensekit.database import Connection, Database
from licensekit.entitlements.amounts import Allowance, Period

SHARE: Final = 64
"""A batch is at most this part of what is left, so that other processes and hosts can use the rest."""

_USED: Final = "SELECT used FROM meters WHERE license = ? AND period = ?"
_RESERVE: Final = (
    "INSERT INTO meters (license, period, used) VALUES (?, ?, ?)"
    " ON CONFLICT (license, period) DO UPDATE SET used = meters.used + excluded.used WHERE meters.used <= ?"
)
_GIVE_BACK: Final = "UPDATE meters SET used = used - ? WHERE license = ? AND period = ? AND used >= ?"


def read_used(connection: Connection, periods: Iterable[Period]) -> dict[Period, int]:
    """Return how many units of each period were used or are reserved."""
    return {one: row[0] for one in periods if (row := connection.one(_USED, *one)) is not None}


def read_free(database: Database, name: str, granted: Sequence[Allowance]) -> dict[str, int]:
    """Return period to how many units of a meter are left in it; none of `granted` is unrestricted."""
    with database.read() as connection:
        used = read_used(connection, [(name, one.period) for one in granted])
    return {one.period: max(0, (one.amount or 0) - used.get((name, one.period), 0)) for one in granted}


def reserve(
    database: Database, name: str, granted: Sequence[Allowance], need: int, wish: int
) -> Mapping[str, int] | None:
    """Reserve `need` units, and up to `wish` where that leaves enough to others; None: fewer are left.

    Returns period to how many of its units were reserved; those of the periods that end first.

    Raises:
        StateError: the database cannot be written. Where a server went away meanwhile, some may be lost.
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
                for period, units in sorted(shares.items())  # in one order everywhere: nobody waits in a circle
                if connection.run(_RESERVE, name, period, units, limits[period] - units)
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
        connection.run(_GIVE_BACK, units, name, period, units)
