"""Users and sites in rows: what is known of them, what they hold, and how it is written."""

from collections.abc import Container
from typing import Final, LiteralString

from licensekit.database import Connection, Row
from licensekit.entitlements import Holding
from licensekit.entitlements.login import UserFacts
from licensekit.errors import SiteUnknown, UserTaken, UserUnknown
from licensekit.text import names
from licensekit.wire.documents import Kind, UserKind

USER_COLUMNS: Final = "u.id, u.name, u.kind, u.can_log_in, u.administrator, u.retired, u.member_of"
"""What `facts_of` reads, of the table `users` under the name `u`."""

_USER: Final = (
    f"SELECT {USER_COLUMNS}, l.license, l.number FROM users u"  # noqa: S608  # texts of ours
    " LEFT JOIN user_licenses l ON l.user_id = u.id WHERE u.id = ?"
)
_SITE: Final = (
    "SELECT l.license, l.number FROM sites s LEFT JOIN site_licenses l ON l.site_id = s.id"
    " WHERE s.id = ?"
)
_OLDER: Final[dict[Kind, LiteralString]] = {
    Kind.USER: "SELECT count(*) FROM user_licenses WHERE license = ? AND number < ?",
    Kind.SITE: "SELECT count(*) FROM site_licenses WHERE license = ? AND number < ?",
}
_HELD: Final[dict[Kind, LiteralString]] = {
    Kind.USER: "SELECT license FROM user_licenses WHERE user_id = ?",
    Kind.SITE: "SELECT license FROM site_licenses WHERE site_id = ?",
}


def held_by(connection: Connection, kind: Kind, holder: str) -> frozenset[str]:
    """Look up the licenses that a user or site is assigned."""
    return frozenset(code for (code,) in connection.rows(_HELD[kind], holder))


def user_facts(
    connection: Connection, user_id: str, short: Container[str] = ()
) -> UserFacts | None:
    """Look up what is known of a user; None if there is no such user.

    `short` are the licenses of which more are assigned than the best bundles grant (`short_of`):
    of these the holdings have their rank, which costs a count; of all others it does not matter
    and is 0.

    Raises:
        StateError: the database cannot be read.
    """
    rows = connection.rows(_USER, user_id)
    if not rows:
        return None
    return facts_of(rows[0])._replace(holdings=_holdings(connection, Kind.USER, rows, short))


def known_user(connection: Connection, user_id: str, short: Container[str] = ()) -> UserFacts:
    """Look up what is known of a user, as `user_facts` does.

    Raises:
        UserUnknown: there is no such user.
    """
    user = user_facts(connection, user_id, short)
    if user is None:
        raise UserUnknown(user=user_id)
    return user


def site_holdings(
    connection: Connection, site_id: str, short: Container[str] = ()
) -> tuple[Holding, ...] | None:
    """Look up what a site holds; None if there is no such site. `short` as in `user_facts`.

    Raises:
        StateError: the database cannot be read.
    """
    rows = connection.rows(_SITE, site_id)
    return _holdings(connection, Kind.SITE, rows, short) if rows else None


def known_site(
    connection: Connection, site_id: str, short: Container[str] = ()
) -> tuple[Holding, ...]:
    """Look up what a site holds, as `site_holdings` does.

    Raises:
        SiteUnknown: there is no such site.
    """
    held = site_holdings(connection, site_id, short)
    if held is None:
        raise SiteUnknown(site=site_id)
    return held


def facts_of(row: Row) -> UserFacts:
    """Return what `USER_COLUMNS` at the start of a row say of a user; the holdings are empty."""
    user_id, name, kind, can_log_in, administrator, retired, member_of, *_ = row
    return UserFacts(
        id=user_id,
        name=name,
        kind=UserKind(kind),
        can_log_in=bool(can_log_in),
        administrator=bool(administrator),
        retired=bool(retired),
        groups=tuple(member_of.split()),
    )


def add_user(connection: Connection, user: UserFacts) -> None:
    """Insert a user.

    Raises:
        UserTaken: there is a user of that id.
        EntryInvalid: the id, the name or a group cannot be kept.
    """
    names.check_id(user.id, "user id")
    if connection.one("SELECT id FROM users WHERE id = ?", user.id) is not None:
        raise UserTaken(user=user.id)
    connection.run(
        "INSERT INTO users (name, kind, can_log_in, administrator, retired, member_of, id)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        *_columns(user),
    )


def update_user(connection: Connection, user: UserFacts) -> None:
    """Write what is known of a user.

    Raises:
        EntryInvalid: the name or a group cannot be kept.
    """
    connection.run(
        "UPDATE users SET name = ?, kind = ?, can_log_in = ?, administrator = ?, retired = ?,"
        " member_of = ? WHERE id = ?",
        *_columns(user),
    )


def _columns(user: UserFacts) -> tuple[str | int, ...]:
    return (
        names.check_name(user.name),
        int(user.kind),
        int(user.can_log_in),
        int(user.administrator),
        int(user.retired),
        names.check_groups(user.groups),
        user.id,
    )


def _holdings(
    connection: Connection, kind: Kind, rows: list[Row], short: Container[str]
) -> tuple[Holding, ...]:
    """Return what rows that end in license and number hold; both are NULL where nothing is held."""

    def rank(license_: str, number: int) -> int:
        if license_ not in short:
            return 0
        [(older,)] = connection.rows(_OLDER[kind], license_, number)
        return int(older)

    held = [(license_, number) for *_, license_, number in rows if license_ is not None]
    return tuple(Holding(license_, rank(license_, number)) for license_, number in held)
