"""What questions read: one immutable state, laid out for one look-up per question."""

from collections.abc import Mapping

from licensekit.access import Access
from licensekit.dates import format_seconds
from licensekit.entitlements import (
    Entitlements,
    Notice,
    Severity,
    evaluate,
)
from licensekit.entitlements.answers import Answers
from licensekit.errors import LicenseError
from licensekit.installation.state import State

_HOUR_SECONDS = 3600


class Snapshot:
    """A state in force, until a date passes or the database changes."""

    __slots__ = ("alone_since", "answers", "error", "state", "system", "valid_until")

    def __init__(
        self, state: State, *, alone_since: int | None = None, error: LicenseError | None = None
    ) -> None:
        self.state = state
        self.alone_since = alone_since
        """When the database was last reached, if it is away."""
        self.error = error
        """Why the database cannot be read."""
        self.answers = Answers(state.entitlements, state.in_use)
        self.system = _with_full_names(state.entitlements)
        self.valid_until = min(_ends(state, alone_since), default=None)

    @property
    def notices(self) -> tuple[Notice, ...]:
        """What administrators should know, the most urgent first."""
        if self.error is None or self.alone_since is None:
            return self.state.notices
        text = (
            f"the database was last reached at {format_seconds(self.alone_since)}, and answers"
            f" are given from memory: {self.error}"
        )
        away = Notice("database-away", Severity.ERROR, text, "database")
        return (away, *self.state.notices)

    def holds_at(self, clock: int, *, away: bool) -> bool:
        """Say whether this is still the right one at `clock`, with or without the database."""
        if away != (self.alone_since is not None):
            return False
        return self.valid_until is None or max(clock, self.state.now) < self.valid_until

    def moved_on(
        self, clock: int, released: int | None, error: LicenseError | None, contact: int
    ) -> "Snapshot":
        """Give the same state at a later moment; time does not go back.

        With an `error` the database has been away since `contact`, and a bundle whose offline
        hours are over grants nothing.
        """
        state = self.state
        now = max(clock, state.now)
        bundles = state.bundles
        if error is not None:
            hours = (now - contact) / _HOUR_SECONDS
            bundles = tuple(b for b in bundles if hours < b.document.offline_hours)
        entitlements = evaluate(
            state.ground, bundles, now, fingerprint=state.fingerprint, released=released
        )
        moved = state._replace(now=now, entitlements=entitlements)
        return Snapshot(moved, alone_since=None if error is None else contact, error=error)


def _with_full_names(entitlements: Entitlements) -> Mapping[str, Access]:
    """Give what the installation may do, the vendor's codes under their full names as well."""
    issuer = entitlements.ground.issuer
    own = {c: a for c, a in entitlements.system.items() if "." not in c}
    return {**entitlements.system, **{f"{issuer}.{code}": access for code, access in own.items()}}


def _ends(state: State, alone_since: int | None) -> list[int]:
    """Give the seconds at which the state may no longer be right."""
    end = state.entitlements.valid_until
    ends = [] if end is None else [end]
    if alone_since is not None:
        hours = {bundle.document.offline_hours for bundle in state.bundles}
        ends += [alone_since + hour * _HOUR_SECONDS for hour in hours]
    return [second for second in ends if second > state.now]
