"""Effective time: a pure function of the clock and of what an installation has seen of time.

C1  The effective time is the later of the clock and the highest time seen: a clock that is turned
    back, at once or in small steps, wins nothing.
C2  A clock up to a week ahead of the highest time seen raises it.
C3  A clock further ahead raises it only after a day of running: looks that follow one another
    confirm at most six hours each, so that a clock that was wrong for an hour leaves no trace.
C4  A clock that comes back, or jumps again, begins that day anew.
C5  What the vendor signed at a time shows that this time has come.

Times are seconds since 1970 in UTC, so zones and daylight saving change nothing here
(`docs/installation.md`, "Time").
"""

from datetime import UTC, datetime
from typing import Final, NamedTuple

from licensekit.database import Connection
from licensekit.dates import DAY_SECONDS

JUMP_SECONDS: Final = 7 * DAY_SECONDS
CONFIRM_SECONDS: Final = DAY_SECONDS
STEP_SECONDS: Final = 6 * 3600


class TimeSeen(NamedTuple):
    """What an installation remembers of time."""

    highest: int = 0
    """The highest time seen; 0 before the first."""
    ahead: int | None = None
    """The last time that a clock showed which is too far ahead to be believed at once."""
    ran: int = 0
    """The seconds of running that have confirmed it so far."""


def system_clock() -> datetime:
    """Return the time of this machine, in UTC."""
    return datetime.now(UTC)


def effective(seen: TimeSeen, clock: int) -> int:
    """Return the time that counts (C1)."""
    return max(seen.highest, clock)


def observe(seen: TimeSeen, clock: int) -> TimeSeen:
    """Return what is remembered after a look at the clock (C2 to C4)."""
    if clock <= seen.highest + JUMP_SECONDS:
        return TimeSeen(max(seen.highest, clock))
    if seen.ahead is None or not seen.ahead <= clock <= seen.ahead + JUMP_SECONDS:
        return TimeSeen(seen.highest, clock)
    ran = seen.ran + min(clock - seen.ahead, STEP_SECONDS)
    return TimeSeen(clock) if ran >= CONFIRM_SECONDS else TimeSeen(seen.highest, clock, ran)


def prove(seen: TimeSeen, issued: int) -> TimeSeen:
    """Return what is remembered once a document issued then was verified (C5)."""
    return seen._replace(highest=max(seen.highest, issued))


def keep_time(connection: Connection, seen: TimeSeen) -> None:
    """Keep what was seen of time."""
    connection.run("UPDATE installation SET highest = ?, ahead = ?, ran = ?", *seen)


def lease_time(connection: Connection, now: int) -> int:
    """Return the time that counts for leases: the server's, or where there is none, `now`.

    That is the effective time of the installation, in seconds since 1970.
    """
    server = connection.now()
    return now if server is None else server
