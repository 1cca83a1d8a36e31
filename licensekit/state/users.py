"""Users and sites as questions need them: one look each, whatever their number."""

from collections.abc import Container
from typing import Final, LiteralString

from licensekit.database import Connection
from licensekit.entitlements import Holding
from licensekit.entitlements.login import UserFacts
from licensekit.wire.documents import UserKind

_FACTS: Final = (
    "SELECT u.name, u.kind, u.can_log_in, u.administrator, u.retired, u.member_of,"
    " l.license, l.number FROM users u LEFT JOIN user_licenses l ON l.user_id = u.id"
    " WHERE u.id = ?"
)
_SITE: Final = (
    "SELECT l.license, l.number FROM sites s LEFT JOIN site_licenses l ON l.site_id = s.id"
    " WHERE s.id = ?"
)
_USER_RANK: Final = "SELECT count(*) FROM user_licenses WHERE license = ? AND number < ?"
_SITE_RANK: Final = "SELECT count(*) FROM site_licenses WHERE license = ? AND number < ?"


def user_facts(
    connection: Connection, user_id: str, short: Container[str] = ()
) -> UserFacts | None:
    """Give what is known of a user; None if there is no such user.

    `short` are the licenses of which more are assigned than the best bundles grant (`short_of`):
    of these the holdings have their rank, which costs a count; of all others it does not matter
    and is 0.

    Raises:
        StateError: the database cannot be read.
    """
    rows = connection.rows(_FACTS, user_id)
    if not rows:
        return None
    name, kind, can_log_in, administrator, retired, member_of, _, _ = rows[0]
    held = [(license_, number) for *_, license_, number in rows if license_ is not None]
    return UserFacts(
        id=user_id,
        name=name,
        kind=UserKind(kind),
        can_log_in=bool(can_log_in),
        administrator=bool(administrator),
        retired=bool(retired),
        groups=tuple(member_of.split()),
        holdings=_holdings(connection, held, short, _USER_RANK),
    )


def site_holdings(
    connection: Connection, site_id: str, short: Container[str] = ()
) -> tuple[Holding, ...] | None:
    """Give what a site holds; None if there is no such site. `short` as in `user_facts`.

    Raises:
        StateError: the database cannot be read.
    """
    rows = connection.rows(_SITE, site_id)
    if not rows:
        return None
    held = [(license_, number) for license_, number in rows if license_ is not None]
    return _holdings(connection, held, short, _SITE_RANK)


def _holdings(
    connection: Connection,
    held: list[tuple[str, int]],
    short: Container[str],
    rank: LiteralString,
) -> tuple[Holding, ...]:
    return tuple(
        Holding(license_, _count(connection, rank, license_, number) if license_ in short else 0)
        for license_, number in held
    )


def _count(connection: Connection, sql: LiteralString, license_: str, number: int) -> int:
    [(count,)] = connection.rows(sql, license_, number)
    return int(count)
