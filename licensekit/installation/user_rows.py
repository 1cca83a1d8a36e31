"""Users in rows: what is known of them, checked before it is kept."""

from collections.abc import Container

from licensekit.entitlements.login import UserFacts
from licensekit.errors import UserTaken, UserUnknown
from licensekit.state.transactions import Reading, Writing
from licensekit.state.users import user_facts
from licensekit.text import names


def add_user(change: Writing, user: UserFacts) -> None:
    """Insert a user.

    Raises:
        UserTaken, EntryInvalid: as `Users.add`.
    """
    names.check_id(user.id, "user")
    known = change.connection.one("SELECT id FROM users WHERE id = ?", user.id)
    if known is not None:
        raise UserTaken(f"there is a user {user.id} already", user=user.id)
    change.connection.run(
        "INSERT INTO users (name, kind, can_log_in, administrator, retired, member_of, id)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        *_columns(user),
    )


def update_user(change: Writing, user: UserFacts) -> None:
    """Write what is known of a user.

    Raises:
        EntryInvalid: the name or a group cannot be kept.
    """
    change.connection.run(
        "UPDATE users SET name = ?, kind = ?, can_log_in = ?, administrator = ?, retired = ?,"
        " member_of = ? WHERE id = ?",
        *_columns(user),
    )


def known_user(look: Reading, user_id: str, short: Container[str] = ()) -> UserFacts:
    """Give what is known of a user; `short` as in `installation.users.user_facts`.

    Raises:
        UserUnknown: there is no such user.
    """
    user = user_facts(look.connection, user_id, short)
    if user is None:
        raise UserUnknown(f"there is no user {user_id!a:.60}", user=user_id)
    return user


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
