"""Users by groups that hold the same, counted by the database: many users cost one query."""

from collections.abc import Mapping, Sequence
from typing import Final, LiteralString, NamedTuple

from licensekit.database import Connection
from licensekit.entitlements import Holding
from licensekit.entitlements.consequences import Group
from licensekit.wire.documents import UserKind

_BITS: Final = 60
"""Bits of a whole number that both engines add up exactly."""
_MASKS: Final[tuple[LiteralString, ...]] = (
    *("a1", "a2", "a3", "a4", "a5", "a6", "a7", "a8", "a9", "a10"),
    *("b1", "b2", "b3", "b4", "b5", "b6", "b7", "b8", "b9", "b10"),
)
_UPTO: Final = "WHEN l.license = ? AND l.number < ? THEN CAST(? AS BIGINT) "
_REST: Final = "WHEN l.license = ? THEN CAST(? AS BIGINT) "
_NUMBER: Final = (
    "SELECT number FROM user_licenses WHERE license = ? ORDER BY number LIMIT 1 OFFSET ?"
)
_USERS: Final = (
    " FROM users u LEFT JOIN user_licenses l ON l.user_id = u.id"
    " WHERE u.retired = 0 AND u.can_log_in = 1"
)


class _Band(NamedTuple):
    """Assignments of one license that are served alike."""

    license: str
    rank: int
    """The lowest of them."""
    below: int | None
    """The number of the first assignment that is not among them; None: all the rest is."""


def groups_of(
    connection: Connection, deciding: Mapping[str, Sequence[int]]
) -> tuple[Group, ...] | None:
    """Return the users who are not retired and can log in, by kind and what they hold.

    `deciding` are the licenses that matter, each with the ranks at which service changes. None:
    there are more than can be told apart.
    """
    bands = [
        band for code, cuts in deciding.items() for band in _bands(connection, code, list(cuts))
    ]
    shares = [bands[at : at + _BITS] for at in range(0, len(bands), _BITS)]
    if len(shares) > len(_MASKS):
        return None
    sums: list[LiteralString] = []
    values: list[str | int] = []
    for name, share in zip(_MASKS, shares, strict=False):
        cases: list[LiteralString] = []
        for place, band in enumerate(share):
            upto = () if band.below is None else (band.below,)
            cases.append(_UPTO if upto else _REST)
            values += [band.license, *upto, 1 << place]
        sums.append("sum(CASE " + "".join(cases) + "ELSE 0 END) AS " + name)
    names = _MASKS[: len(sums)]
    query = "".join(  # texts of ours; what they look for is passed apart
        (
            *("SELECT ", ", ".join(("kind", *names, "count(*)")), " FROM (SELECT "),
            *(", ".join(("u.id AS id", "u.kind AS kind", *sums)), _USERS),
            *(" GROUP BY u.id, u.kind) AS held GROUP BY ", ", ".join(("kind", *names))),
        )
    )
    return tuple(
        Group(UserKind(kind), _holdings(shares, masks), people)
        for kind, *masks, people in connection.rows(query, *values)
    )


def _bands(connection: Connection, code: str, cuts: list[int]) -> list[_Band]:
    found = [connection.one(_NUMBER, code, cut) for cut in cuts]
    bounds = [row[0] for row in found if row is not None]
    return [_Band(code, *band) for band in zip((0, *cuts), (*bounds, None), strict=False)]


def _holdings(shares: list[list[_Band]], masks: Sequence[int]) -> tuple[Holding, ...]:
    return tuple(
        Holding(band.license, band.rank)
        for share, mask in zip(shares, masks, strict=True)
        for place, band in enumerate(share)
        if int(mask) >> place & 1
    )
