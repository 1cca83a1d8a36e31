"""Seats in rows: a row for each seat of a license, free once its lease has expired.

The key (license, seat) is what keeps the count: however many processes ask at once, a row has one lease. Whoever loses
a race for a row tries another one. Rows are made as they are needed, and stay.

Times are the server's where there is one, so that hosts whose clocks differ agree; they are whole seconds, and a lease
ends a second later here than for its holder, who must not be the last to know.
"""

from collections.abc import Sequence
from itertools import chain
from random import randrange
from secrets import token_hex
from typing import Any, Final, NamedTuple

from licensekit.access import Access
from licensekit.database import Connection, Database, read_queries
from licensekit.entitlements.assignment import SeatPool
from licensekit.state.home import SCHEMA
from licensekit.state.time import lease_time
from licensekit.wire.plain import plain_fields

_ATTEMPTS: Final = 8
_FIRST_GROWTH: Final = 256
_GROWTH: Final = 1024
_FRACTIONS: Final = 65_536
_ROUNDING: Final = 1
SHORTEST_SECONDS: Final = 2
LONGEST_SECONDS: Final = 86_400
"""The bounds of how long a seat stays taken without being renewed, unless it is borrowed."""


class HeldSeat(NamedTuple):
    """A seat that is held now."""

    id: str
    license: str
    seat: int
    """Its number; they count from 0."""
    holder: str
    """Whoever the application says it is."""
    taken: int
    """Since when, in seconds since 1970."""
    expires: int
    """The second from which it is free, unless it is renewed."""
    borrowed: bool
    """Whether it was borrowed until it expires, and is not renewed meanwhile."""

    def plain(self) -> dict[str, Any]:
        """Return it as plain JSON values."""
        return plain_fields(self, "id license seat holder since=taken until=expires borrowed")


class SeatRequest(NamedTuple):
    """A request for a seat."""

    license: str
    """The code, as `leasable` returns it."""
    holder: str
    ttl: int
    """Seconds after which it is free again unless it is renewed."""
    at_least: Access


_SQL: Final = read_queries(__file__)


def held(connection: Connection, now: int) -> tuple[HeldSeat, ...]:
    """Return every lease that is held, by license, the oldest first, and by holder."""
    return tuple(HeldSeat._make((*row[:-1], bool(row[-1]))) for row in connection.rows(_SQL["held"], now))


def holders(connection: Connection, license_: str, now: int, limit: int) -> tuple[str, ...]:
    """Return who holds seats of a license, those who took one last first."""
    return tuple(holder for (holder,) in connection.rows(_SQL["newest_holders"], license_, now, limit))


def take(database: Database, request: SeatRequest, pool: SeatPool, now: int) -> HeldSeat | None:
    """Take a free seat, also one whose lease has expired; None if there is none. One statement as a rule."""
    for _ in range(_ATTEMPTS):
        # Processes begin in different places, so that they rarely want the same row.
        for begin in (randrange(_FRACTIONS), 0):  # noqa: S311  # a place, no secret
            if (lease := _take(database, request, pool, now, begin)) is not None:
                return lease
        # None was free, or another process was faster.
        if not _has_room(database, request, pool, now):
            return None
    return None


def free(database: Database, lease: HeldSeat) -> None:
    """Free the seat of a lease; one that is not held any more is left as it is."""
    database.once(_SQL["free"], lease.license, lease.seat, lease.id, SCHEMA.number)


def renew(database: Database, leases: Sequence[tuple[HeldSeat, int]], now: int) -> frozenset[str]:
    """Renew each lease for its number of seconds, never to an earlier end; return the ids of those that are held."""
    listed = [lease for lease, _ in leases]
    with database.write(shared=True) as connection:
        now = lease_time(connection, now)
        ends = ((now + ttl + _ROUNDING, one) for one, ttl in leases)
        rows = [(end, end, one.license, one.seat, one.id, now) for end, one in ends]
        if connection.run_many(_SQL["renew"], rows) == len(listed):
            return frozenset(lease.id for lease in listed)
        return _held_of(connection, listed, now)


def still_held(database: Database, leases: Sequence[HeldSeat], now: int) -> frozenset[str]:
    """Return the ids of those of `leases` that are held."""
    with database.read() as connection:
        return _held_of(connection, leases, lease_time(connection, now))


def _held_of(connection: Connection, leases: Sequence[HeldSeat], now: int) -> frozenset[str]:
    licenses = sorted({lease.license for lease in leases})
    held = chain.from_iterable(connection.rows(_SQL["held_of_license"], one, now) for one in licenses)
    return frozenset(found for (found,) in held) & {lease.id for lease in leases}


def end(connection: Connection, lease: HeldSeat) -> None:
    """Free the seat of a lease that is held."""
    connection.one(_SQL["free"], lease.license, lease.seat, lease.id, SCHEMA.number)


def borrow(connection: Connection, lease: HeldSeat, until: int, now: int) -> bool:
    """Borrow the seat of a lease until a time; return whether it was held."""
    return connection.run(_SQL["borrow"], until, lease.license, lease.seat, lease.id, now) > 0


def _take(database: Database, request: SeatRequest, pool: SeatPool, now: int, begin: int) -> HeldSeat | None:
    code, lease_id = request.license, token_hex(6)
    given = (lease_id, request.holder, request.ttl + _ROUNDING, code, *_free_seat(request, pool))
    if (row := database.once(_SQL["take"], now, *given, code, begin, SCHEMA.number)) is None:
        return None
    seat, taken, expires = row
    return HeldSeat(lease_id, code, seat, request.holder, taken, expires, borrowed=False)


def _free_seat(request: SeatRequest, pool: SeatPool) -> tuple[str | int, ...]:
    """Return the parameters of `free_seat`, in its order."""
    code, seats, there_are = request.license, pool.seats(request.at_least), pool.seats(Access.READ)
    beyond, lowest = (code, there_are), (code, seats, seats, seats, code, seats, there_are)
    return code, *beyond, *lowest, seats, seats


def _has_room(database: Database, request: SeatRequest, pool: SeatPool, now: int) -> bool:
    """Return whether a seat is free after all; where rows can be added, add some."""
    code, granted = request.license, pool.seats(request.at_least)
    with database.write(shared=True) as connection:
        last, free_seats = connection.one(_SQL["room"], now, code, *_free_seat(request, pool)) or (None, 0)
        if free_seats:
            return True
        first = 0 if last is None else last + 1
        end_ = min(granted, first + min(max(first, _FIRST_GROWTH), _GROWTH))
        connection.run_many(_SQL["grow"], [(code, seat) for seat in range(first, end_)])
        return first < end_
