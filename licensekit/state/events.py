"""System events as they are kept; what they do stands in `licensekit.entitlements.events`."""

from typing import Final

from licensekit.database import Connection, Row
from licensekit.entitlements.events import Event, EventScope

_SELECT: Final = (
    "SELECT number, kind, scope, subject, message, expected_end, started, started_by, ended,"
    " ended_by FROM events"
)


def in_force(connection: Connection) -> tuple[Event, ...]:
    """Give the events that nobody has ended, the oldest first."""
    rows = connection.rows(_SELECT + " WHERE ended IS NULL ORDER BY number")
    return tuple(map(_event, rows))


def every(connection: Connection) -> tuple[Event, ...]:
    """Give every event that there ever was, the oldest first."""
    return tuple(map(_event, connection.rows(_SELECT + " ORDER BY number")))


def _event(row: Row) -> Event:
    number, kind, scope, subject, *rest = row
    return Event(number, kind, EventScope(scope), subject, *rest)
