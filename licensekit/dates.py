"""Times and dates as the format stores them and as people write them (`docs/format.md`, "Times and dates").

Times are whole seconds and dates whole days, both counted from 1970-01-01 UTC. A date lasts until the end of its day.
"""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Final

DAY_SECONDS: Final = 86_400
_EPOCH: Final = date(1970, 1, 1)
_LATEST: Final = int(datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC).timestamp())
# `fromisoformat` alone accepts week dates and any letter between date and time.
_WRITTEN: Final = r"\d{4}-\d\d-\d\d(?P<time>[Tt ]\d\d:\d\d:\d\d(\.\d+)?(?P<zone>[Zz]|[+-]\d\d:\d\d)?)?"


def seconds_of(moment: datetime) -> int:
    """Convert an aware `moment` to whole seconds since 1970; raise `ValueError` for a date or without a time zone."""
    if getattr(moment, "tzinfo", None) is None:
        raise ValueError(f"a time needs its zone: use datetime.now(UTC), not {moment!r}")
    return int(moment.timestamp() // 1)


def moment_of(seconds: int) -> datetime:
    """Convert `seconds` since 1970 to a datetime in UTC."""
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)


def days_of(day: date) -> int:
    """Convert `day` to days since 1970; raise `TypeError` for a datetime, whose day depends on a time zone."""
    try:
        return (day - _EPOCH).days
    except TypeError as error:
        raise TypeError(f"a day is a date: use date(2027, 3, 1), not {day!r}") from error


def date_of(days: int) -> date:
    """Convert `days` since 1970 to a date."""
    return _EPOCH + timedelta(days=days)


def start_of_day(days: int) -> int:
    """Return the first second of a day."""
    return days * DAY_SECONDS


def end_of_day(days: int) -> int:
    """Return the first second after a day, which is when the date has passed."""
    return (days + 1) * DAY_SECONDS


def day_at(seconds: int) -> int:
    """Return the day that contains `seconds`."""
    return seconds // DAY_SECONDS


def format_seconds(seconds: int) -> str:
    """Format `seconds` since 1970 by RFC 3339 in UTC: `2027-01-01T00:00:00Z`."""
    return moment_of(seconds).strftime("%Y-%m-%dT%H:%M:%SZ")


def format_days(days: int) -> str:
    """Format `days` since 1970 as `2027-01-01`."""
    return date_of(days).isoformat()


def parse_seconds(text: str) -> int:
    """Parse an RFC 3339 time with its zone, or a date, which means its first second in UTC; raise `ValueError`."""
    if (written := re.fullmatch(_WRITTEN, text, re.ASCII)) is None:
        raise ValueError("neither a date (2027-01-01) nor a time (2027-01-01T00:00:00Z)")
    if written["time"] and not written["zone"]:
        raise ValueError("a time needs its zone: 2027-01-01T00:00:00Z")
    moment = datetime.fromisoformat(text.upper())
    seconds = seconds_of(moment if written["time"] else moment.replace(tzinfo=UTC))
    if not 0 <= seconds <= _LATEST:
        raise ValueError("a time is in the years 1970 to 9999")
    return seconds
