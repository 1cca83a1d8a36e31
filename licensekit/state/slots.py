"""Slots: the numbered places of a license that its assignments occupy.

The slots of a license are 1, 2, 3 and so on without a gap (`docs/installation.md`, "Slots"). They change in the write
transaction, of which a database has one at a time. Rows that were edited by hand are not believed: a slot that two
holders have, or that is no such number, is read as `NO_SLOT`, which grants nothing.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, groupby
from operator import itemgetter
from typing import Any, Final, LiteralString

from licensekit.database import Connection, Row, Value, marks, read_queries, with_marks
from licensekit.entitlements.holdings import NO_SLOT
from licensekit.wire.documents import Kind

HIGHEST: Final = 2**31 - 1
SATELLITE: Final = ""  # in place of a license: what a site holds that is a satellite
_AT_ONCE: Final = 500  # how many values one query looks up
_SQL: Final = read_queries(__file__)
_KINDS: Final[Mapping[Kind, LiteralString]] = {Kind.USER: "user", Kind.SITE: "site"}


def _of(kind: Kind, name: str) -> LiteralString:
    return _SQL[name].replace("{kind}", _KINDS[kind])


USER_SLOT: Final = _of(Kind.USER, "slot")
SITE_SLOT: Final = _of(Kind.SITE, "slot")


def slot_of(value: Any) -> int:
    """Return what `USER_SLOT` or `SITE_SLOT` found if it can be a slot, else `NO_SLOT`."""
    return value if isinstance(value, int) and 0 < value <= HIGHEST else NO_SLOT


def held_by(connection: Connection, kind: Kind, holder: str) -> frozenset[str]:
    """Return the licenses that a user or site is assigned."""
    return frozenset(code for (code,) in connection.rows(_of(kind, "held"), holder))


def assign(connection: Connection, kind: Kind, assignments: Iterable[tuple[str, str]], day: int) -> None:
    """Assign to holders licenses that they do not have, on a day; each takes the next slot of its license, in order."""
    for code, holders in _by_license(assignments):
        last = connection.one(_of(kind, "last"), code, HIGHEST, 1)
        slots = enumerate(holders, 1 if last is None else last[1] + 1)
        connection.run_many(_of(kind, "assign"), [(holder, code, slot, day) for slot, holder in slots])


def release(connection: Connection, kind: Kind, assignments: Iterable[tuple[str, str]]) -> None:
    """Release licenses of holders; those who have the highest slots move to the free ones, so that few move."""
    for code, holders in _by_license(assignments):
        released = _occupied(connection, _of(kind, "slots_of"), code, holders)
        connection.run_many(_of(kind, "release"), [(holder, code) for holder in holders])
        # Where rows were edited, another holder may have the same slot.
        freed = sorted(released - _occupied(connection, _of(kind, "occupied"), code, sorted(released)))
        _fill(connection, kind, code, freed)


def carry_out(connection: Connection, run: str, code: str, day: int, *, releases: bool) -> None:
    """Release and assign a user license as it is staged, on a day: to slots that become free, then the next ones."""
    last = connection.one(_of(Kind.USER, "last"), code, HIGHEST, 1)
    freed: list[int] = []
    if releases:
        released = {slot_of(slot) for (slot,) in connection.rows(_SQL["staged_slots"], code, run, code)} - {NO_SLOT}
        connection.run(_SQL["release_staged"], code, run, code)
        # Where rows were edited, another holder may have the same slot.
        freed = sorted(released - _occupied(connection, _of(Kind.USER, "occupied"), code, sorted(released)))
    first = connection.rows(_SQL["first_staged"], run, code, len(freed)) if freed else []
    given = [(user, code, slot, day) for slot, (user,) in zip(freed, first, strict=False)]
    connection.run_many(_of(Kind.USER, "assign"), given)
    connection.run(_SQL["assign_staged"], (0 if last is None else last[1]) - len(first), day, run, code, len(first))
    _fill(connection, Kind.USER, code, freed[len(first) :])


def _fill(connection: Connection, kind: Kind, code: str, freed: Sequence[int]) -> None:
    """Move those who have the highest slots of a license to the slots that are free, in their order."""
    last = connection.rows(_of(kind, "last"), code, HIGHEST, len(freed))
    moving = [holder for free, (holder, slot) in zip(freed, last, strict=False) if free < slot]
    moved = zip(freed, reversed(moving), strict=False)
    connection.run_many(_of(kind, "move"), [(free, holder, code) for free, holder in moved])


def _by_license(assignments: Iterable[tuple[str, str]]) -> Iterator[tuple[str, list[str]]]:
    for code, of_one in groupby(sorted(assignments, key=itemgetter(1)), key=itemgetter(1)):
        yield code, [holder for holder, _ in of_one]


def _occupied(connection: Connection, query: LiteralString, code: str, values: Sequence[Value]) -> set[int]:
    """Return the slots of a license that the rows with these values have."""
    pieces = (values[at : at + _AT_ONCE] for at in range(0, len(values), _AT_ONCE))
    rows = chain.from_iterable(connection.rows(with_marks(query, some), code, *some) for some in pieces)
    return {slot_of(slot) for (slot,) in rows} - {NO_SLOT}


def prefer(connection: Connection, kind: Kind, code: str, first: Sequence[str]) -> list[str]:
    """Assign the slots of a license from 1, `first` first, unless some of `first` lack it; return those who do."""
    slots = {holder: slot_of(slot) or HIGHEST + 1 for holder, slot in connection.rows(_of(kind, "holders"), code)}
    if missing := [holder for holder in first if holder not in slots]:
        return missing
    others = sorted(slots.keys() - set(first), key=lambda one: (slots[one], one))
    moved = [(slot, holder, code) for slot, holder in enumerate((*first, *others), 1) if slots[holder] != slot]
    # No two rows may have one slot, not even in between.
    connection.run_many(_of(kind, "move"), [(-slot, *row) for slot, *row in moved])
    connection.run_many(_of(kind, "move"), moved)
    return []


def last_holders(connection: Connection, kind: Kind, code: str, limit: int) -> tuple[str, ...]:
    """Return who holds a license, those with the highest slots first."""
    return tuple(holder for holder, _ in connection.rows(_of(kind, "last"), code, HIGHEST, limit))


def days_since(connection: Connection, kind: Kind, codes: Sequence[str], holders: Sequence[str]) -> dict[str, int]:
    """Return holder to the day of the first assignment of any of `codes`, in days since 1970."""
    query = with_marks(_of(kind, "since"), codes).replace("{ids}", marks(holders))
    return {holder: day for holder, day in connection.rows(query, *codes, *(holders or [""])) if day is not None}


def held_beside(connection: Connection, kind: Kind, codes: Sequence[str]) -> Iterator[Row]:
    """Yield all that the holders of any of `codes` hold: id, name, license and slot, by id."""
    yield from connection.stream(with_marks(_of(kind, "held_beside"), codes), *codes)


def highest(connection: Connection, kind: Kind) -> dict[str, int]:
    """Return license to its highest slot; with `SATELLITE`, how many satellites there are."""
    return {code: slot for code, slot in connection.rows(_of(kind, "highest"), HIGHEST) if slot is not None}


def misnumbered(connection: Connection) -> Iterator[tuple[str, int]]:
    """Yield each license whose slots have gaps, are held twice or by nobody, with how many rows it has."""
    for kind in _KINDS:
        for code, rows, slots, lowest, last, held in connection.rows(_of(kind, "numbers")):
            if (rows, rows, rows, 1) != (slots, last, held, lowest):
                yield code, rows
