"""Seats in rows: a row for each seat of a license, which is free or has one lease.

The key (license, seat) is what keeps the count: however many processes ask together, a row has one lease. Whoever loses
a race for a row tries another one. Rows are made as they are needed, and stay.

No clock says how long a seat is held: each renewal counts its `beat` up, and whoever sees that stand still for too long
frees the seat (`licensekit.runtime.observing`). Only borrowed seats have an end, by the server's time where there is
one, else by the effective time.
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
"""The bounds of how long a seat stays taken without being renewed, unless it is borrowed."""
RELEASED, ENDED, SILENT = "released", "ended", "expired"  # why a lease has ended, as its row says
_SQL: Final = read_queries(__file__)


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
    ttl: int
    """For how many seconds it may go without a renewal, unless it is borrowed."""
    expires: int | None = None
    """The second from which it is free, if it is borrowed."""

    @property
    def borrowed(self) -> bool:
        """Whether it was borrowed until it expires, and is not renewed meanwhile."""
        return self.expires is not None

    def plain(self) -> dict[str, Any]:
        """Return it as plain JSON values."""
        return plain_fields(self, "id license seat holder since=taken ttl until=expires borrowed")


class Beat(NamedTuple):
    """What a row says of a lease that has to be renewed."""

    id: str
    license: str
    seat: int
    ttl: int
    beat: int  # how often the seat was taken or renewed so far


class End(NamedTuple):
    """What a row says of how a lease has ended."""

    why: str  # `RELEASED`, `ENDED` or `SILENT`; empty where the row says nothing of it any more
    by: str = ""  # who ended it


class SeatRequest(NamedTuple):
    """A request for a seat."""

    license: str  # the code, as `leasable` returns it
    holder: str
    ttl: int  # seconds after which it is free again unless it is renewed
    at_least: Access


def held(connection: Connection, now: int) -> tuple[HeldSeat, ...]:
    """Return every lease that is held, by license, the oldest first, and by holder."""
    return tuple(map(HeldSeat._make, connection.rows(_SQL["held"], now)))


def holders(connection: Connection, license_: str, now: int, limit: int) -> tuple[str, ...]:
    """Return who holds seats of a license, those who took one last first."""
    return tuple(holder for (holder,) in connection.rows(_SQL["newest_holders"], now, license_, limit))


def beats(database: Database, below: int) -> tuple[Beat, ...]:
    """Return the leases that have to be renewed, those of a shorter time than `below` seconds."""
    with database.read() as connection:
        return tuple(map(Beat._make, connection.rows(_SQL["beats"], below)))


def take(database: Database, request: SeatRequest, pool: SeatPool, now: int) -> HeldSeat | None:
    """Take a free seat; None if there is none. One statement as a rule."""
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
    """Free the seat of a lease that is released; one that is not held any more is left as it is."""
    database.once(_SQL["free"], RELEASED, "", lease.license, lease.seat, lease.id, SCHEMA.number)


def free_silent(database: Database, lease: Beat) -> bool:
    """Free the seat of a lease that was not renewed; return False if it was, or has ended."""
    place = lease.license, lease.seat, lease.id
    return database.once(_SQL["free_silent"], SILENT, "", *place, lease.beat, SCHEMA.number) is not None


def renew(database: Database, leases: Sequence[HeldSeat], now: int) -> dict[str, End]:
    """Renew leases; return the ids of those that are held no more, and how they have ended."""
    rows = [(now, one.license, one.seat, one.id, SCHEMA.number) for one in leases]
    renewed = database.each(_SQL["renew"], rows)
    missing = [lease for lease, row in zip(leases, renewed, strict=True) if row is None]
    return ended(database, missing, now) if missing else {}


def ended(database: Database, leases: Sequence[HeldSeat], now: int) -> dict[str, End]:
    """Return the ids of those of `leases` that are held no more, and how they have ended."""
    with database.read() as connection:
        licenses = sorted({lease.license for lease in leases})
        rows = chain.from_iterable(connection.rows(_SQL["held_of_license"], now, one) for one in licenses)
        held = {found for (found,) in rows}
        places = [(one.license, one.seat, one.id) for one in leases if one.id not in held]
        return {place[-1]: End(*(connection.one(_SQL["why_ended"], *place) or ("",))) for place in places}


def end(connection: Connection, lease: HeldSeat, by: str) -> None:
    """End a lease that is held, in the name of an administrator."""
    connection.run(_SQL["end"], ENDED, by, lease.license, lease.seat, lease.id)


def borrow(connection: Connection, lease: HeldSeat, until: int, now: int) -> bool:
    """Borrow the seat of a lease until a time; return whether it was held."""
    return connection.one(_SQL["borrow"], now, until, lease.license, lease.seat, lease.id) is not None


def _take(database: Database, request: SeatRequest, pool: SeatPool, now: int, begin: int) -> HeldSeat | None:
    code, lease_id = request.license, token_hex(6)
    given = (lease_id, request.holder, request.ttl, code, *_free_seat(request, pool))
    if (row := database.once(_SQL["take"], now, *given, code, begin, SCHEMA.number)) is None:
        return None
    seat, taken = row
    return HeldSeat(lease_id, code, seat, request.holder, taken, request.ttl)


def _free_seat(request: SeatRequest, pool: SeatPool) -> tuple[str | int, ...]:
    """Return the parameters of `free_seat`, in its order."""
    code, seats, there_are = request.license, pool.seats(request.at_least), pool.seats(Access.READ)
    beyond, lowest = (code, there_are), (code, seats, seats, seats, code, seats, there_are)
    return code, *beyond, *lowest, seats, seats


def _has_room(database: Database, request: SeatRequest, pool: SeatPool, now: int) -> bool:
    """Return whether a seat is free after all; where rows can be added, add some."""
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
