"""Slots: the numbered places of a license that its assignments occupy.

The slots of a license are 1, 2, 3 and so on without a gap (`docs/installation.md`, "Slots"). They change in the write
transaction, of which a database has one at a time. Rows that were edited by hand are not believed: a slot that two
holders have, or that is no such number, is read as `NO_SLOT`, which grants nothing.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any, Final, LiteralString

from licensekit.database import Connection, Row, Value
from licensekit.entitlements.holdings import NO_SLOT
from licensekit.wire.documents import Kind

HIGHEST: Final = 2**31 - 1
"""The highest slot that there can be."""
SATELLITE: Final = ""
"""In place of a license: what a site holds that is a satellite."""
_AT_ONCE: Final = 500
"""How many values one query looks up."""

_ASSIGN: Final = "INSERT INTO {kind}_licenses ({kind}_id, license, slot) VALUES (?, ?, ?)"
_RELEASE: Final = "DELETE FROM {kind}_licenses WHERE {kind}_id = ? AND license = ?"
_OCCUPIED: Final = "SELECT slot FROM {kind}_licenses WHERE license = ? AND {column} IN (?"
_MOVE: Final = "UPDATE {kind}_licenses SET slot = ? WHERE {kind}_id = ? AND license = ?"
_HELD: Final = "SELECT license FROM {kind}_licenses WHERE {kind}_id = ? AND license <> ''"
_HOLDERS: Final = "SELECT {kind}_id, slot FROM {kind}_licenses WHERE license = ?"
_LAST: Final = _HOLDERS + " AND slot BETWEEN 1 AND ? ORDER BY slot DESC, {kind}_id LIMIT ?"
_WITH: Final = (
    "SELECT h.id, h.name, l.license, l.slot FROM {kind}_licenses l JOIN {kind}s h ON h.id = l.{kind}_id"
    " WHERE h.id IN (SELECT {kind}_id FROM {kind}_licenses WHERE license IN (?"
)
# The index finds each license and its highest slot, however many rows there are.
_HIGHEST: Final = (
    "WITH RECURSIVE codes (license) AS (SELECT min(license) FROM {kind}_licenses UNION ALL SELECT"
    " (SELECT min(license) FROM {kind}_licenses WHERE license > codes.license)"
    " FROM codes WHERE codes.license IS NOT NULL) SELECT license, (SELECT max(slot)"
    " FROM {kind}_licenses l WHERE l.license = codes.license AND slot BETWEEN 1 AND ?)"
    " FROM codes WHERE license IS NOT NULL"
)
_NUMBERS: Final = (
    "SELECT license, count(*), count(DISTINCT slot), min(slot), max(slot),"
    " count((SELECT id FROM {kind}s h WHERE h.id = {kind}_id)) FROM {kind}_licenses GROUP BY license ORDER BY license"
)
_HELD_BY: Final = "SELECT 1 FROM user_licenses l WHERE l.user_id = users.id"
_HOLDS_NOW: Final = "UPDATE users SET held_since = 0 WHERE id = ? AND held_since IS NULL"
_HOLDS_NONE: Final = f"UPDATE users SET held_since = NULL WHERE id = ? AND NOT EXISTS ({_HELD_BY})"  # noqa: S608  # ours
DATE_HOLDERS: Final = "UPDATE users SET held_since = ? WHERE held_since = 0"
"""Writes the day since which those hold licenses who hold their first one since the present change."""
_KINDS: Final[Mapping[Kind, LiteralString]] = {Kind.USER: "user", Kind.SITE: "site"}
USER_SLOT: Final = (
    "CASE WHEN EXISTS (SELECT 1 FROM user_licenses o WHERE o.license = l.license"
    " AND o.slot = l.slot AND o.user_id <> l.user_id) THEN NULL ELSE l.slot END"
)
"""The slot of a row `l`; NULL where another user has the same one."""
SITE_SLOT: Final = USER_SLOT.replace("user_", "site_")
_ASSIGN_USER: Final = "INSERT INTO user_licenses (user_id, license, slot) VALUES (?, ?, ?)"
_BY_SLOT: Final = "SELECT slot FROM user_licenses WHERE license = ? AND slot IN (?"
_STAGED: Final = "SELECT user_id FROM staged_licenses WHERE run = ? AND license = ? AND change = "
_STAGED_SLOTS: Final = f"SELECT slot FROM user_licenses WHERE license = ? AND user_id IN ({_STAGED}?)"  # noqa: S608  # ours
_RELEASE_STAGED: Final = f"DELETE FROM user_licenses WHERE license = ? AND user_id IN ({_STAGED}?)"  # noqa: S608  # ours
_FIRST_STAGED: Final = f"{_STAGED}1 AND place <= ? ORDER BY place"
_ASSIGN_STAGED: Final = (
    "INSERT INTO user_licenses (user_id, license, slot) SELECT user_id, license, place + ? FROM staged_licenses"
    " WHERE run = ? AND license = ? AND change = 1 AND place > ?"
)


def slot_of(value: Any) -> int:
    """Return what `USER_SLOT` or `SITE_SLOT` found if it can be a slot, else `NO_SLOT`."""
    return value if isinstance(value, int) and 0 < value <= HIGHEST else NO_SLOT


def held_by(connection: Connection, kind: Kind, holder: str) -> frozenset[str]:
    """Return the licenses that a user or site is assigned."""
    return frozenset(code for (code,) in connection.rows(_of(kind, _HELD), holder))


def assign(connection: Connection, kind: Kind, assignments: Iterable[tuple[str, str]]) -> None:
    """Assign to holders licenses that they do not have; each takes the next slot of its license, in their order."""
    for code, holders in _by_license(assignments):
        last = connection.one(_of(kind, _LAST), code, HIGHEST, 1)
        slots = enumerate(holders, 1 if last is None else last[1] + 1)
        connection.run_many(_of(kind, _ASSIGN), [(holder, code, slot) for slot, holder in slots])
        if kind is Kind.USER:
            connection.run_many(_HOLDS_NOW, [(holder,) for holder in holders])


def release(connection: Connection, kind: Kind, assignments: Iterable[tuple[str, str]]) -> None:
    """Release licenses of holders; those who have the highest slots move to the free ones, so that few move."""
    for code, holders in _by_license(assignments):
        occupied = _of(kind, _OCCUPIED)
        released = _occupied(connection, occupied.replace("{column}", f"{_KINDS[kind]}_id"), code, holders)
        connection.run_many(_of(kind, _RELEASE), [(holder, code) for holder in holders])
        # Where rows were edited, another holder may have the same slot.
        freed = sorted(released - _occupied(connection, occupied.replace("{column}", "slot"), code, sorted(released)))
        _fill(connection, kind, code, freed)
        if kind is Kind.USER:
            connection.run_many(_HOLDS_NONE, [(holder,) for holder in holders])


def carry_out(connection: Connection, run: str, code: str, *, releases: bool) -> None:
    """Release and assign a user license as it is staged: to the slots that become free, and then the next ones."""
    last = connection.one(_of(Kind.USER, _LAST), code, HIGHEST, 1)
    freed: list[int] = []
    if releases:
        released = {slot_of(slot) for (slot,) in connection.rows(_STAGED_SLOTS, code, run, code, -1)} - {NO_SLOT}
        connection.run(_RELEASE_STAGED, code, run, code, -1)
        # Where rows were edited, another holder may have the same slot.
        freed = sorted(released - _occupied(connection, _BY_SLOT, code, sorted(released)))
    first = connection.rows(_FIRST_STAGED, run, code, len(freed)) if freed else []
    connection.run_many(_ASSIGN_USER, [(user, code, slot) for slot, (user,) in zip(freed, first, strict=False)])
    connection.run(_ASSIGN_STAGED, (0 if last is None else last[1]) - len(first), run, code, len(first))
    _fill(connection, Kind.USER, code, freed[len(first) :])


def _fill(connection: Connection, kind: Kind, code: str, freed: Sequence[int]) -> None:
    """Move those who have the highest slots of a license to the slots that are free, in their order."""
    last = connection.rows(_of(kind, _LAST), code, HIGHEST, len(freed))
    moving = [holder for free, (holder, slot) in zip(freed, last, strict=False) if free < slot]
    moved = zip(freed, reversed(moving), strict=False)
    connection.run_many(_of(kind, _MOVE), [(free, holder, code) for free, holder in moved])


def _by_license(assignments: Iterable[tuple[str, str]]) -> Iterator[tuple[str, list[str]]]:
    for code, of_one in groupby(sorted(assignments, key=itemgetter(1)), key=itemgetter(1)):
        yield code, [holder for holder, _ in of_one]


def _occupied(connection: Connection, query: LiteralString, code: str, values: Sequence[Value]) -> set[int]:
    """Return the slots of a license that the rows with these values have."""
    found: set[int] = set()
    for at in range(0, len(values), _AT_ONCE):
        some = values[at : at + _AT_ONCE]
        rows = connection.rows(query + ", ?" * (len(some) - 1) + ")", code, *some)
        found.update(slot_of(slot) for (slot,) in rows)
    return found - {NO_SLOT}


def prefer(connection: Connection, kind: Kind, code: str, first: Sequence[str]) -> list[str]:
    """Number the slots of a license from 1, `first` first; return those of `first` who lack it, and do nothing then."""
    rows = connection.rows(_of(kind, _HOLDERS), code)
    slots = {holder: slot_of(slot) or HIGHEST + 1 for holder, slot in rows}
    missing = [holder for holder in first if holder not in slots]
    if missing:
        return missing
    others = sorted(slots.keys() - set(first), key=lambda one: (slots[one], one))
    order = enumerate((*first, *others), 1)
    moved = [(slot, holder, code) for slot, holder in order if slots[holder] != slot]
    # No two rows may have one slot, not even in between.
    connection.run_many(_of(kind, _MOVE), [(-slot, *row) for slot, *row in moved])
    connection.run_many(_of(kind, _MOVE), moved)
    return []


def last_holders(connection: Connection, kind: Kind, code: str, limit: int) -> tuple[str, ...]:
    """Return who holds a license, those with the highest slots first."""
    rows = connection.rows(_of(kind, _LAST), code, HIGHEST, limit)
    return tuple(holder for holder, _ in rows)


def held_beside(connection: Connection, kind: Kind, codes: Sequence[str]) -> Iterator[Row]:
    """Yield all that the holders of any of `codes` hold: id, name, license and slot, by id."""
    query = _of(kind, _WITH) + ", ?" * (len(codes) - 1) + ")) ORDER BY h.id, l.license"
    yield from connection.stream(query, *codes)


def highest(connection: Connection, kind: Kind) -> dict[str, int]:
    """Return license to its highest slot; with `SATELLITE`, how many satellites there are."""
    rows = connection.rows(_of(kind, _HIGHEST), HIGHEST)
    return {code: slot for code, slot in rows if slot is not None}


def misnumbered(connection: Connection) -> Iterator[tuple[str, int]]:
    """Yield each license whose slots have gaps, are held twice or by nobody, with how many rows it has."""
    for kind in _KINDS:
        for code, rows, slots, lowest, last, held in connection.rows(_of(kind, _NUMBERS)):
            if (rows, rows, rows, 1) != (slots, last, held, lowest):
                yield code, rows


def _of(kind: Kind, statement: LiteralString) -> LiteralString:
    return statement.replace("{kind}", _KINDS[kind])
