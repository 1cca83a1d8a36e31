"""Assignments in rows: who is assigned what, and how often each license is, kept together."""

from collections.abc import Iterable
from typing import Final, LiteralString, NamedTuple

from licensekit.database import Connection
from licensekit.wire.documents import Kind


class _Sql(NamedTuple):
    held: LiteralString
    assign: LiteralString
    release: LiteralString


_SQL: Final = {
    Kind.USER: _Sql(
        "SELECT license FROM user_licenses WHERE user_id = ?",
        "INSERT INTO user_licenses (user_id, license) VALUES (?, ?)",
        "DELETE FROM user_licenses WHERE user_id = ? AND license = ?",
    ),
    Kind.SITE: _Sql(
        "SELECT license FROM site_licenses WHERE site_id = ?",
        "INSERT INTO site_licenses (site_id, license) VALUES (?, ?)",
        "DELETE FROM site_licenses WHERE site_id = ? AND license = ?",
    ),
}
_ADD: Final = (
    "INSERT INTO usage (license, in_use) VALUES (?, ?)"
    " ON CONFLICT (license) DO UPDATE SET in_use = usage.in_use + excluded.in_use"
)
_SUBTRACT: Final = "UPDATE usage SET in_use = in_use - ? WHERE license = ?"


def held_by(connection: Connection, kind: Kind, holder: str) -> frozenset[str]:
    """Give the licenses that a user or site is assigned."""
    return frozenset(code for (code,) in connection.rows(_SQL[kind].held, holder))


def assign(connection: Connection, kind: Kind, holder: str, codes: Iterable[str]) -> None:
    """Assign licenses that the holder is not assigned yet."""
    listed = sorted(codes)
    connection.run_many(_SQL[kind].assign, [(holder, code) for code in listed])
    connection.run_many(_ADD, [(code, 1) for code in listed])


def release(connection: Connection, kind: Kind, holder: str, codes: Iterable[str]) -> None:
    """Release licenses that the holder is assigned."""
    listed = sorted(codes)
    connection.run_many(_SQL[kind].release, [(holder, code) for code in listed])
    connection.run_many(_SUBTRACT, [(1, code) for code in listed])


def release_all(connection: Connection, kind: Kind, holder: str) -> frozenset[str]:
    """Release everything that the holder is assigned, and give it."""
    held = held_by(connection, kind, holder)
    release(connection, kind, holder, held)
    return held
