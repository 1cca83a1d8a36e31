"""When users were last seen, as the application tells, and who holds a license without using it.

The rules are those of `docs/installation.md`, "Who needs a seat?". Days are counted from 1970.
"""

from collections.abc import Mapping
from typing import Final, LiteralString, NamedTuple

from licensekit.database import Connection, Database, Value

IDLE_DAYS: Final = 90
"""Notices count who was not seen for more days than this."""

# A day that is ahead was told by a clock that was wrong.
_KEEP: Final = "UPDATE users SET last_seen = ? WHERE id = ? AND coalesce(last_seen, -1) NOT BETWEEN ? AND ?"
_BEGIN: Final = "UPDATE installation SET told_since = ? WHERE told_since IS NULL OR told_since > ?"
_NOBODY: Final = "0 = 1"
_SEEN_BEFORE: Final = "u.held_since IS NOT NULL AND u.held_since < ? AND u.last_seen < ?"
_NEVER_SEEN: Final = "u.held_since IS NOT NULL AND u.held_since < ? AND u.last_seen IS NULL"
NO_LOGIN: Final = "u.can_log_in = 0 AND u.held_since IS NOT NULL"
"""The condition of a user `u` who holds a license and cannot log in."""
_COUNT: Final = "SELECT count(*) FROM users u WHERE "
_SEEN_SINCE: Final = "SELECT 1 FROM users u WHERE u.held_since IS NOT NULL AND u.last_seen >= ? LIMIT 1"


class Unused(NamedTuple):
    """How many users hold licenses without using them."""

    idle: int = 0
    """Not seen for more than `IDLE_DAYS`; 0 where nobody was, for then the application no longer tells."""
    no_login: int = 0
    """Who cannot log in."""


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
        return (_NOBODY,)
    if told_since >= before:
        return _SEEN_BEFORE, before, before
    return f"({_SEEN_BEFORE} OR {_NEVER_SEEN})", before, before, before


def count_unused(connection: Connection, told_since: int | None, today: int) -> Unused:
    """Count who holds a license without using it, by indexes that have nobody else."""
    before = today - IDLE_DAYS
    counted: list[tuple[LiteralString, tuple[Value, ...]]] = [(NO_LOGIN, ())]
    if told_since is not None and connection.one(_SEEN_SINCE, before) is not None:
        counted.append((_SEEN_BEFORE, (before, before)))
        counted += [(_NEVER_SEEN, (before,))] if told_since < before else []
    no_login, *others = (connection.rows(_COUNT + which, *values)[0][0] for which, values in counted)
    return Unused(sum(others), no_login)
