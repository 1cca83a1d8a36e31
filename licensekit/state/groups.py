"""Users by groups that hold the same, counted by the database: many users cost one query."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Final, LiteralString, NamedTuple

from licensekit.database import Connection
from licensekit.entitlements import Holding
from licensekit.entitlements.consequences import Group
from licensekit.state.slots import HIGHEST
from licensekit.wire.documents import UserKind

_BITS: Final = 60
"""Bits of a whole number that both engines add up exactly."""
_MASKS: Final[tuple[LiteralString, ...]] = (
    *("a1", "a2", "a3", "a4", "a5", "a6", "a7", "a8", "a9", "a10"),
    *("b1", "b2", "b3", "b4", "b5", "b6", "b7", "b8", "b9", "b10"),
)
_CASE: Final = "WHEN l.license = ? AND l.slot BETWEEN ? AND ? THEN CAST(? AS BIGINT) "
_USERS: Final = " FROM users u LEFT JOIN user_licenses l ON l.user_id = u.id WHERE u.retired = 0 AND u.can_log_in = 1"


class _Band(NamedTuple):
    """Assignments of one license that are served alike."""

    license: str
    first: int
    """The lowest of their slots."""
    last: int


def groups_of(connection: Connection, deciding: Mapping[str, Sequence[int]]) -> tuple[Group, ...] | None:
    """Return the users who are not retired and can log in, by kind and what they hold.

    `deciding` are the licenses that matter, each with the slots behind which service changes. None: there are more than
    can be told apart.
    """
    bands = [
        _Band(code, below + 1, last) for code, cuts in deciding.items() for below, last in pairwise((0, *cuts, HIGHEST))
    ]
    shares = [bands[at : at + _BITS] for at in range(0, len(bands), _BITS)]
    if len(shares) > len(_MASKS):
        return None
    sums: list[LiteralString] = []
    values: list[str | int] = []
    for name, share in zip(_MASKS, shares, strict=False):
        cases: list[LiteralString] = []
        for place, band in enumerate(share):
            cases.append(_CASE)
            values += [*band, 1 << place]
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


def _holdings(shares: list[list[_Band]], masks: Sequence[int]) -> tuple[Holding, ...]:
    return tuple(
        Holding(band.license, band.first)
        for share, mask in zip(shares, masks, strict=True)
        for place, band in enumerate(share)
        if int(mask) >> place & 1
    )
