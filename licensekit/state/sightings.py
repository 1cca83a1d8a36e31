"""When users were last seen, as the application tells, and who holds a license without using it.

The rules are those of `docs/installation.md`, "Who needs a seat?". Days are counted from 1970.
"""

from collections.abc import Iterator, Mapping
from typing import Final, LiteralString

from licensekit.database import Connection, Database, Value
from licensekit.entitlements import Notice
from licensekit.state.notices import IdleUsers, UnusableLicenses

IDLE_DAYS: Final = 90
"""The notice counts who was not seen for more days than this."""
NO_LOGIN: Final = "u.can_log_in = 0 AND u.held_since IS NOT NULL"
"""The condition of a user `u` who holds a license and cannot log in."""
# A day that is ahead was told by a clock that was wrong.
_KEEP: Final = "UPDATE users SET last_seen = ? WHERE id = ? AND coalesce(last_seen, -1) NOT BETWEEN ? AND ?"
_BEGIN: Final = "UPDATE installation SET told_since = ? WHERE told_since IS NULL OR told_since > ?"
_IDLE: Final = "u.held_since IS NOT NULL AND u.held_since < ? AND u.last_seen "
_COUNT: Final = "SELECT count(*) FROM users u WHERE "
_SEEN_SINCE: Final = "SELECT 1 FROM users u WHERE u.held_since IS NOT NULL AND u.last_seen >= ? LIMIT 1"


def keep_sightings(database: Database, days: Mapping[str, int], today: int) -> None:
    """Write on which day users were seen, by their ids in the form in which ids are compared.

    A row is written once a day; who is not known here is left out.

    Raises:
        StateError: it cannot be written.
    """
    # In one order everywhere: nobody waits in a circle.
    rows = [(day, user, day, today + 1) for user, day in sorted(days.items())]
    with database.write(shared=True) as connection:
        if connection.run_many(_KEEP, rows):
            first = min(days.values())
            connection.run(_BEGIN, first, first)


def idle(told_since: int | None, today: int, days: int) -> tuple[LiteralString, *tuple[Value, ...]]:
    """Return the condition, with its values, of a user `u` who holds a license and was not seen for `days`.

    Who was never seen counts as seen when the application began to tell.
    """
    before = today - days
    if told_since is None:
        return ("0 = 1",)
    if told_since >= before:
        return _IDLE + "< ?", before, before
    return f"({_IDLE}< ? OR {_IDLE}IS NULL)", before, before, before


def unused(
    connection: Connection, told_since: int | None, today: int, codes: tuple[str, ...], in_use: Mapping[str, int]
) -> Iterator[Notice]:
    """Yield what there is to say of who holds licenses without using them; `codes` require what is gone.

    Users are counted by indexes that have nobody else. Where none was seen, the application no longer tells.
    """
    if told_since is not None and connection.one(_SEEN_SINCE, today - IDLE_DAYS) is not None:
        condition, *values = idle(told_since, today, IDLE_DAYS)
        if users := connection.rows(_COUNT + condition, *values)[0][0]:
            yield IdleUsers(users=users, idle_days=IDLE_DAYS)
    if users := connection.rows(_COUNT + NO_LOGIN)[0][0]:
        yield UnusableLicenses(reason="no-login", users=users)
    if codes:
        yield UnusableLicenses(reason="requirement", licenses=codes, assigned=sum(in_use[code] for code in codes))
