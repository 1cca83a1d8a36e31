"""Concurrent seats in the database: one row for each seat of a license, free or with one lease.

The key (license, seat) limits the count: however many processes ask together, a row has one lease. A process that loses
a race for a row tries another. Rows are added as needed and never removed.

How long a seat is held does not depend on a wall clock. Each renewal increments its `beat`, and a program that sees no
change for too long frees the seat (`licensekit.runtime.observer`). Only borrowed seats have an end, by the server's
time if there is a server, else by the effective time.
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
from licensekit.wire.plain import plain_fields

_ATTEMPTS: Final = 8
_FIRST_GROWTH: Final = 256
_GROWTH: Final = 1024
_FRACTIONS: Final = 65_536
SHORTEST_SECONDS: Final = 2
LONGEST_SECONDS: Final = 86_400
"""The bounds of how long a seat may go without a renewal, unless it is borrowed."""
RELEASED, ENDED, SILENT = "released", "ended", "expired"  # why a lease ended, as stored in its row
_SQL: Final = read_queries(__file__)


class HeldSeat(NamedTuple):
    """A seat that is held now."""

    id: str
    license: str
    seat: int
    """Its number, counted from 0."""
    holder: str
    """The holder that the application named."""
    taken: int
    """When it was taken, in seconds since 1970."""
    ttl: int
    """For how many seconds it may go without a renewal, unless it is borrowed."""
    expires: int | None = None
    """When it becomes free if it is borrowed, in seconds since 1970."""

    @property
    def borrowed(self) -> bool:
        """Whether the seat is borrowed, so it expires and is not renewed."""
        return self.expires is not None

    def plain(self) -> dict[str, Any]:
        """Return the seat as plain JSON values."""
        return plain_fields(self, "id license seat holder since=taken ttl until=expires borrowed")


class Beat(NamedTuple):
    """A lease that has to be renewed, as stored."""

    id: str
    license: str
    seat: int
    ttl: int
    beat: int  # how often the seat was taken or renewed so far


class End(NamedTuple):
    """How a lease ended, as stored."""

    why: str  # `RELEASED`, `ENDED` or `SILENT`; empty if the row has forgotten it
    by: str = ""  # who ended it


class SeatRequest(NamedTuple):
    """A request for a seat."""

    license: str  # the code, as `leasable` returns it
    holder: str
    ttl: int  # seconds after which it is free again unless it is renewed
    at_least: Access


def held(connection: Connection, now: int) -> tuple[HeldSeat, ...]:
    """Return every held seat, ordered by license, age (oldest first) and holder."""
    return tuple(map(HeldSeat._make, connection.rows(_SQL["held"], now)))


def holders(connection: Connection, license_: str, now: int, limit: int) -> tuple[str, ...]:
    """Return the holders of a license's seats, newest first."""
    return tuple(holder for (holder,) in connection.rows(_SQL["newest_holders"], now, license_, limit))


def beats(database: Database, below: int) -> tuple[Beat, ...]:
    """Return the leases that have to be renewed more often than every `below` seconds."""
    with database.read() as connection:
        return tuple(map(Beat._make, connection.rows(_SQL["beats"], below)))


def take(database: Database, request: SeatRequest, pool: SeatPool, now: int) -> HeldSeat | None:
    """Take a free seat, usually by one statement; return None if there is none."""
    for _ in range(_ATTEMPTS):
        # Processes start at random rows, so that they rarely compete for the same one.
        for begin in (randrange(_FRACTIONS), 0):  # noqa: S311  # a place, no secret
            if (lease := _take(database, request, pool, now, begin)) is not None:
                return lease
        # None was free, or another process was faster.
        if not _has_room(database, request, pool, now):
            return None
    return None


def free(database: Database, lease: HeldSeat) -> None:
    """Free the seat of a released lease; does nothing if the lease has already ended."""
    database.once(_SQL["free"], RELEASED, "", lease.license, lease.seat, lease.id, SCHEMA.number)


def free_silent(database: Database, lease: Beat) -> bool:
    """Free the seat of a lease that was not renewed; return False if it was renewed or has ended."""
    place = lease.license, lease.seat, lease.id
    return database.once(_SQL["free_silent"], SILENT, "", *place, lease.beat, SCHEMA.number) is not None


def renew(database: Database, leases: Sequence[HeldSeat], now: int) -> dict[str, End]:
    """Renew leases; return the id of each that has ended, and how."""
    rows = [(now, one.license, one.seat, one.id, SCHEMA.number) for one in leases]
    renewed = database.each(_SQL["renew"], rows)
    missing = [lease for lease, row in zip(leases, renewed, strict=True) if row is None]
    return ended(database, missing, now) if missing else {}


def ended(database: Database, leases: Sequence[HeldSeat], now: int) -> dict[str, End]:
    """Return the id of each of `leases` that has ended, and how."""
    with database.read() as connection:
        licenses = sorted({lease.license for lease in leases})
        rows = chain.from_iterable(connection.rows(_SQL["held_of_license"], now, one) for one in licenses)
        held = {found for (found,) in rows}
        places = [(one.license, one.seat, one.id) for one in leases if one.id not in held]
        return {place[-1]: End(*(connection.one(_SQL["why_ended"], *place) or ("",))) for place in places}


def end(connection: Connection, lease: HeldSeat, by: str) -> None:
    """End a lease in the name of an administrator."""
    connection.run(_SQL["end"], ENDED, by, lease.license, lease.seat, lease.id)


def borrow(connection: Connection, lease: HeldSeat, until: int, now: int) -> bool:
    """Borrow the seat of a lease until a time; return False if the lease has ended."""
    return connection.one(_SQL["borrow"], now, until, lease.license, lease.seat, lease.id) is not None


def _take(database: Database, request: SeatRequest, pool: SeatPool, now: int, begin: int) -> HeldSeat | None:
    code, lease_id = request.license, token_hex(6)
    given = (lease_id, request.holder, request.ttl, code, *_free_seat(request, pool))
    if (row := database.once(_SQL["take"], now, *given, code, begin, SCHEMA.number)) is None:
        return None
    seat, taken = row
    return HeldSeat(lease_id, code, seat, request.holder, taken, request.ttl)


def _free_seat(request: SeatRequest, pool: SeatPool) -> tuple[str | int, ...]:
    """Return the parameters of the query `free_seat`, in order."""
    code, seats, there_are = request.license, pool.seats(request.at_least), pool.seats(Access.READ)
    beyond, lowest = (code, there_are), (code, seats, seats, seats, code, seats, there_are)
    return code, *beyond, *lowest, seats, seats


def _has_room(database: Database, request: SeatRequest, pool: SeatPool, now: int) -> bool:
    """Return whether a seat is free, adding rows if the license allows more."""
    code, granted = request.license, pool.seats(request.at_least)
    with database.read() as connection:
        last, free_seats = connection.one(_SQL["room"], now, code, *_free_seat(request, pool)) or (None, 0)
    if free_seats:
        return True
    first = 0 if last is None else last + 1
    end_ = min(granted, first + min(max(first, _FIRST_GROWTH), _GROWTH))
    if first < end_:
        database.once(_SQL["grow"], first, end_, code, SCHEMA.number)
    return first < end_
