"""Slots: the numbers of a license's assignments.

The slots of a license are 1, 2, 3 and so on without a gap (`docs/installation.md`, "Slots"). They change only in the
exclusive write transaction. Rows that were edited by hand are not trusted: a slot that two holders have, or that is not
a valid number, is read as `NO_SLOT`, which grants nothing.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, groupby
from operator import itemgetter
from typing import Any, Final, LiteralString

from licensekit.database import Connection, Row, Value, marks, read_queries, with_marks
from licensekit.entitlements.holdings import NO_SLOT
from licensekit.wire.documents import Kind

HIGHEST: Final = 2**31 - 1
SATELLITE: Final = ""  # the pseudo license whose slots number the satellites
_AT_ONCE: Final = 500  # how many values one query looks up
_SQL: Final = read_queries(__file__)
_KINDS: Final[Mapping[Kind, LiteralString]] = {Kind.USER: "user", Kind.SITE: "site"}


def _of(kind: Kind, name: str) -> LiteralString:
    return _SQL[name].replace("{kind}", _KINDS[kind])


USER_SLOT: Final = _of(Kind.USER, "slot")
SITE_SLOT: Final = _of(Kind.SITE, "slot")


def slot_of(value: Any) -> int:
    """Return a result of `USER_SLOT` or `SITE_SLOT` if it is a valid slot, else `NO_SLOT`."""
    return value if isinstance(value, int) and 0 < value <= HIGHEST else NO_SLOT


def held_by(connection: Connection, kind: Kind, holder: str) -> frozenset[str]:
    """Return the licenses assigned to a user or site."""
    return frozenset(code for (code,) in connection.rows(_of(kind, "held"), holder))


def assign(connection: Connection, kind: Kind, assignments: Iterable[tuple[str, str]], day: int) -> None:
    """Assign licenses to holders who do not have them, on a day; each gets the next slot of its license, in order."""
    for code, holders in _by_license(assignments):
        last = connection.one(_of(kind, "last"), code, HIGHEST, 1)
        slots = enumerate(holders, 1 if last is None else last[1] + 1)
        connection.run_many(_of(kind, "assign"), [(holder, code, slot, day) for slot, holder in slots])


def release(connection: Connection, kind: Kind, assignments: Iterable[tuple[str, str]]) -> None:
    """Release licenses of holders; the holders of the highest slots move into the gaps, so that few slots change."""
    for code, holders in _by_license(assignments):
        released = _occupied(connection, _of(kind, "slots_of"), code, holders)
        connection.run_many(_of(kind, "release"), [(holder, code) for holder in holders])
        # In edited rows, another holder may have the same slot.
        freed = sorted(released - _occupied(connection, _of(kind, "occupied"), code, sorted(released)))
        _fill(connection, kind, code, freed)


def carry_out(connection: Connection, run: str, code: str, day: int, *, releases: bool) -> None:
    """Release and assign a user license as staged, on a day: first the freed slots are assigned, then the next ones."""
    last = connection.one(_of(Kind.USER, "last"), code, HIGHEST, 1)
    freed: list[int] = []
    if releases:
        released = {slot_of(slot) for (slot,) in connection.rows(_SQL["staged_slots"], code, run, code)} - {NO_SLOT}
        connection.run(_SQL["release_staged"], code, run, code)
        # In edited rows, another holder may have the same slot.
        freed = sorted(released - _occupied(connection, _of(Kind.USER, "occupied"), code, sorted(released)))
    first = connection.rows(_SQL["first_staged"], run, code, len(freed)) if freed else []
    given = [(user, code, slot, day) for slot, (user,) in zip(freed, first, strict=False)]
    connection.run_many(_of(Kind.USER, "assign"), given)
    connection.run(_SQL["assign_staged"], (0 if last is None else last[1]) - len(first), day, run, code, len(first))
    _fill(connection, Kind.USER, code, freed[len(first) :])


def _fill(connection: Connection, kind: Kind, code: str, freed: Sequence[int]) -> None:
    """Move the holders of a license's highest slots into the freed ones, in order."""
    last = connection.rows(_of(kind, "last"), code, HIGHEST, len(freed))
    moving = [holder for free, (holder, slot) in zip(freed, last, strict=False) if free < slot]
    moved = zip(freed, reversed(moving), strict=False)
    connection.run_many(_of(kind, "move"), [(free, holder, code) for free, holder in moved])


def _by_license(assignments: Iterable[tuple[str, str]]) -> Iterator[tuple[str, list[str]]]:
    for code, of_one in groupby(sorted(assignments, key=itemgetter(1)), key=itemgetter(1)):
        yield code, [holder for holder, _ in of_one]


def _occupied(connection: Connection, query: LiteralString, code: str, values: Sequence[Value]) -> set[int]:
    """Run a query for each batch of values and return the slots of a license that it finds."""
    pieces = (values[at : at + _AT_ONCE] for at in range(0, len(values), _AT_ONCE))
    rows = chain.from_iterable(connection.rows(with_marks(query, some), code, *some) for some in pieces)
    return {slot_of(slot) for (slot,) in rows} - {NO_SLOT}


def prefer(connection: Connection, kind: Kind, code: str, first: Sequence[str]) -> list[str]:
    """Reassign the slots from 1, `first` first; if some of `first` lack the license, only return those."""
    slots = {holder: slot_of(slot) or HIGHEST + 1 for holder, slot in connection.rows(_of(kind, "holders"), code)}
    if missing := [holder for holder in first if holder not in slots]:
        return missing
    others = sorted(slots.keys() - set(first), key=lambda one: (slots[one], one))
    moved = [(slot, holder, code) for slot, holder in enumerate((*first, *others), 1) if slots[holder] != slot]
    # Two rows may not have the same slot even for a moment, so move by way of negative numbers.
    connection.run_many(_of(kind, "move"), [(-slot, *row) for slot, *row in moved])
    connection.run_many(_of(kind, "move"), moved)
    return []


def last_holders(connection: Connection, kind: Kind, code: str, limit: int) -> tuple[str, ...]:
    """Return the holders of a license, highest slots first."""
    return tuple(holder for holder, _ in connection.rows(_of(kind, "last"), code, HIGHEST, limit))


def days_since(connection: Connection, kind: Kind, codes: Sequence[str], holders: Sequence[str]) -> dict[str, int]:
    """Return holder to the day of the first assignment of any of `codes`, in days since 1970."""
    query = with_marks(_of(kind, "since"), codes).replace("{ids}", marks(holders))
    return {holder: day for holder, day in connection.rows(query, *codes, *(holders or [""])) if day is not None}


def held_beside(connection: Connection, kind: Kind, codes: Sequence[str]) -> Iterator[Row]:
    """Yield everything that holders of any of `codes` hold: id, name, license and slot, ordered by id."""
    yield from connection.stream(with_marks(_of(kind, "held_beside"), codes), *codes)


def highest(connection: Connection, kind: Kind) -> dict[str, int]:
    """Return license to its highest slot; that of `SATELLITE` is the number of satellites."""
    return {code: slot for code, slot in connection.rows(_of(kind, "highest"), HIGHEST) if slot is not None}


def misnumbered(connection: Connection) -> Iterator[tuple[str, int]]:
    """Yield each license whose slots have gaps, duplicates or unknown holders, with its number of rows."""
    for kind in _KINDS:
        for code, rows, slots, lowest, last, held in connection.rows(_of(kind, "numbers")):
            if (rows, rows, rows, 1) != (slots, last, held, lowest):
                yield code, rows
