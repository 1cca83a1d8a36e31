"""Slots: the numbered places of a license that its assignments occupy.

The slots of a license are 1, 2, 3 and so on without a gap (`docs/installation.md`, "Slots"). They change in the write
transaction, of which a database has one at a time. Rows that were edited by hand are not believed: a slot that two
holders have, or that is no such number, is read as `NO_SLOT`, which grants nothing.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, LiteralString

from licensekit.database import Connection
from licensekit.entitlements.holdings import NO_SLOT
from licensekit.wire.documents import Kind

HIGHEST: Final = 2**31 - 1
"""The highest slot that there can be."""
SATELLITE: Final = ""
"""In place of a license: what a site holds that is a satellite."""


_ASSIGN: Final = (
    "INSERT INTO {kind}_licenses ({kind}_id, license, slot) SELECT CAST(? AS TEXT),"
    " CAST(? AS TEXT), coalesce(max(slot), 0) + 1 FROM {kind}_licenses"
    " WHERE license = ? AND slot BETWEEN 1 AND ?"
)
_RELEASE: Final = "DELETE FROM {kind}_licenses WHERE {kind}_id = ? AND license = ? RETURNING slot"
_MOVE: Final = "UPDATE {kind}_licenses SET slot = ? WHERE {kind}_id = ? AND license = ?"
_HELD: Final = "SELECT license FROM {kind}_licenses WHERE {kind}_id = ? AND license <> ''"
_HOLDERS: Final = "SELECT {kind}_id, slot FROM {kind}_licenses WHERE license = ?"
_LAST: Final = _HOLDERS + " AND slot BETWEEN 1 AND ? ORDER BY slot DESC, {kind}_id LIMIT ?"
_FIRST: Final = _HOLDERS + " AND slot BETWEEN ? AND ? ORDER BY slot, {kind}_id LIMIT ?"
_TAKEN: Final = "SELECT 1 FROM {kind}_licenses WHERE license = ? AND slot = ?"
# The index finds each license and its highest slot, however many rows there are.
_HIGHEST: Final = (
    "WITH RECURSIVE codes (license) AS (SELECT min(license) FROM {kind}_licenses UNION ALL SELECT"
    " (SELECT min(license) FROM {kind}_licenses WHERE license > codes.license)"
    " FROM codes WHERE codes.license IS NOT NULL) SELECT license, (SELECT max(slot)"
    " FROM {kind}_licenses l WHERE l.license = codes.license AND slot BETWEEN 1 AND ?)"
    " FROM codes WHERE license IS NOT NULL"
)
_NUMBERS: Final = (
    "SELECT license, count(*), count(DISTINCT slot), min(slot), max(slot) FROM {kind}_licenses"
    " GROUP BY license ORDER BY license"
)
_KINDS: Final[Mapping[Kind, LiteralString]] = {Kind.USER: "user", Kind.SITE: "site"}
USER_SLOT: Final = (
    "CASE WHEN EXISTS (SELECT 1 FROM user_licenses o WHERE o.license = l.license"
    " AND o.slot = l.slot AND o.user_id <> l.user_id) THEN NULL ELSE l.slot END"
)
"""The slot of a row `l`; NULL where another user has the same one."""
SITE_SLOT: Final = USER_SLOT.replace("user_", "site_")


def slot_of(value: Any) -> int:
    """Return what `USER_SLOT` or `SITE_SLOT` found if it can be a slot, else `NO_SLOT`."""
    return value if isinstance(value, int) and 0 < value <= HIGHEST else NO_SLOT


def held_by(connection: Connection, kind: Kind, holder: str) -> frozenset[str]:
    """Return the licenses that a user or site is assigned."""
    return frozenset(code for (code,) in connection.rows(_of(kind, _HELD), holder))


def assign(connection: Connection, kind: Kind, holder: str, codes: Iterable[str]) -> None:
    """Assign licenses that the holder is not assigned yet: each takes the next slot."""
    rows = [(holder, code, code, HIGHEST) for code in sorted(codes)]
    connection.run_many(_of(kind, _ASSIGN), rows)


def release(connection: Connection, kind: Kind, holder: str, codes: Iterable[str]) -> None:
    """Release licenses; of each, whoever has the highest slot moves to the one that is free."""
    for code in sorted(codes):
        row = connection.one(_of(kind, _RELEASE), holder, code)
        free = NO_SLOT if row is None else slot_of(row[0])
        last = connection.one(_of(kind, _LAST), code, HIGHEST, 1)
        if last is None or not NO_SLOT < free < last[1]:
            continue
        # Where rows were edited, another holder may have the same slot.
        if connection.one(_of(kind, _TAKEN), code, free) is None:
            connection.run(_of(kind, _MOVE), free, last[0], code)


def prefer(connection: Connection, kind: Kind, code: str, first: Sequence[str]) -> list[str]:
    """Number the slots of a license from 1: those of `first`, then all others in their order.

    Where some of `first` do not hold it, return them and change nothing.
    """
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


def holders_above(connection: Connection, kind: Kind, code: str, slot: int, limit: int) -> tuple[str, ...]:
    """Return who holds a license in a higher slot, those with the lowest slots first."""
    rows = connection.rows(_of(kind, _FIRST), code, slot + 1, HIGHEST, limit)
    return tuple(holder for holder, _ in rows)


def highest(connection: Connection, kind: Kind) -> dict[str, int]:
    """Return license to its highest slot; with `SATELLITE`, how many satellites there are."""
    rows = connection.rows(_of(kind, _HIGHEST), HIGHEST)
    return {code: slot for code, slot in rows if slot is not None}


def misnumbered(connection: Connection) -> Iterator[tuple[str, int]]:
    """Yield each license whose slots have gaps or are held twice, with how many rows it has.

    Every row is counted.
    """
    for kind in _KINDS:
        for code, rows, slots, lowest, last in connection.rows(_of(kind, _NUMBERS)):
            if (rows, rows, 1) != (slots, last, lowest):
                yield code, rows


def _of(kind: Kind, statement: LiteralString) -> LiteralString:
    return statement.replace("{kind}", _KINDS[kind])
