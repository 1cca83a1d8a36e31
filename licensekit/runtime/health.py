"""Whether a program's answers are those of the database, for whoever starts, stops and watches programs."""

from datetime import datetime
from typing import Any, NamedTuple

from licensekit.dates import format_seconds, moment_of
from licensekit.errors import LicenseError
from licensekit.runtime.snapshot import Snapshot
from licensekit.state.time import Reading


class Health(NamedTuple):
    """How a program is that asks. That a license has expired is no fault of the program: `notices` say that."""

    is_ready: bool
    """Whether the answers are those that the database would give, had nothing been changed there."""
    away_since: datetime | None = None
    """When the database was last reached, UTC; None: it is there."""
    valid_until: datetime | None = None
    """Until when the answers from memory are as complete as they were then, UTC."""
    error: LicenseError | None = None
    """Why it is away."""

    def plain(self) -> dict[str, Any]:
        """Return it as plain JSON values."""
        times = {"away_since": self.away_since, "valid_until": self.valid_until}
        shown = {name: one and format_seconds(int(one.timestamp())) for name, one in times.items()}
        return {"ready": self.is_ready, **shown, "error": self.error and self.error.code}


def health_of(snapshot: Snapshot, reading: Reading) -> Health:
    """Return how a program is whose questions read `snapshot`."""
    if (away := snapshot.away) is None:
        return Health(is_ready=True)
    is_ready = away.until is None or snapshot.now_at(reading, away=True) < away.until
    until = None if away.until is None else moment_of(away.until)
    return Health(is_ready, moment_of(away.since), until, away.error)
