"""Snapshots: an immutable state, laid out so that a question is one lookup."""

from collections.abc import Collection, Mapping
from copy import copy
from sys import intern
from typing import TYPE_CHECKING, Any, NamedTuple

from licensekit.access import Access
from licensekit.entitlements import Entitlements, Holding, Notice, Served, access_with, served_with
from licensekit.entitlements.assignment import HOUR_SECONDS
from licensekit.errors import LicenseError
from licensekit.state.loading import InstallationState, state_at
from licensekit.state.time import Reading, effective

if TYPE_CHECKING:
    from licensekit.runtime.live_snapshot import LiveSnapshot


class DatabaseAway(Notice):
    """The database cannot be read, so answers come from memory."""

    since: int
    error: LicenseError
    until: int | None = None  # when the offline hours of the first bundle end; None if no bundle is in force


class TimeNotKept(Notice):
    """The database cannot be written, so a clock that is set back would not be noticed."""

    error: LicenseError


class FailedOver(Notice):
    """Another server took over, or the server was restored, while the program ran."""

    since: int


class Health(NamedTuple):
    """The health of a program that asks; an expired license does not affect it."""

    is_ready: bool
    """Whether answers are as with the database, except for changes there."""
    away: DatabaseAway | None
    """Since when and why the database is away, and until when the program stays ready; None if it is not away."""


class Snapshot:
    """A state in force, until a date passes or the database changes."""

    def __init__(self, state: InstallationState, away: DatabaseAway | None = None) -> None:
        self.state = state
        self.away = away
        """Since when and why the database cannot be read; None if it can."""
        self.system = with_full_names(state.entitlements, state.entitlements.system)
        self._by_service: dict[Served, Mapping[str, Access]] = {}
        self.nothing = dict.fromkeys(self.access_of((), ()), Access.NONE)
        """The access of a holder who is unknown or retired."""
        self.valid_until = min(_ends(state, away), default=None)
        self.number, self.changes = 0, dict[str, int]()
        """The number of changes of users so far, and user to the number of the last; following snapshots share it."""

    def changed(self, state: InstallationState, users: Collection[str]) -> "Snapshot":
        """Return the next snapshot; if only these `users` have changed, it shares everything else with this one."""
        granted, events = self.state.entitlements, self.state.stored.events
        if self.away or not users or state.entitlements.covered is not granted.covered or state.stored.events != events:
            return Snapshot(state)
        following = copy(self)
        following.state, following.number = state, self.number + 1
        self.changes.update(dict.fromkeys(users, following.number))
        return following

    def holds_for(self, holder: str, before: "Snapshot") -> bool:
        """Return whether the answers about a holder are the same as under a snapshot `before`."""
        is_following = type(before) is Snapshot and before.changes is self.changes
        return is_following and self.changes.get(holder, 0) <= before.number

    @property
    def notices(self) -> tuple[Notice, ...]:
        """The notices for administrators, most urgent first."""
        return self.state.notices if self.away is None else (self.away, *self.state.notices)

    def access_of(self, holdings: tuple[Holding, ...], site_holdings: tuple[Holding, ...]) -> Mapping[str, Access]:
        """Return the access of a holder to every license; holders who are served alike share one mapping."""
        granted = self.state.entitlements
        served = served_with(granted, holdings, site_holdings)
        if (known := self._by_service.get(served)) is None:
            self._by_service[served] = known = with_full_names(granted, access_with(granted, served))
        return known

    def now_at(self, reading: Reading, *, away: bool) -> int:
        """Return the effective time at a reading of the clocks."""
        # Correcting a wrong clock is harmless. While the database is away, though, time only advances, so that nobody
        # can stretch the offline hours.
        now = effective(self.state.stored.time, reading)
        return max(now, self.state.now) if away else now

    def holds_at(self, reading: Reading, *, away: bool) -> bool:
        """Return whether this snapshot is still right, with or without the database."""
        now = self.now_at(reading, away=away)
        is_same = away == (self.away is not None) and self.state.now <= now
        return is_same and (self.valid_until is None or now < self.valid_until)

    def moved_on(self, reading: Reading, error: LicenseError | None, contact: int) -> "Snapshot":
        """Return the same state at another moment; with an `error`, the database has been away since `contact`."""
        state = self.state
        now, clock = self.now_at(reading, away=error is not None), reading.clock
        if error is None:
            return Snapshot(state_at(state, now, clock=clock))
        hours = (now - contact) / HOUR_SECONDS
        ends = [contact + bundle.document.offline_hours * HOUR_SECONDS for bundle in state.bundles]
        until = min(ends, default=None) if self.away is None else self.away.until
        away = DatabaseAway(since=contact, error=error, until=until)
        return Snapshot(state_at(state, now, clock=clock, away_hours=hours), away)


class Asleep(Snapshot):
    """A stand-in for the snapshot: before the first question, which wakes the real one, and after closing."""

    def __init__(self, live: "LiveSnapshot") -> None:
        # No attribute of a snapshot is set, so that `__getattr__` is called for each.
        self._live = live

    def __getattr__(self, name: str) -> Any:
        """Return the attribute of the snapshot in force; raises as `LiveSnapshot.wake`."""
        return getattr(self._live.wake(), name)


class OnDemand:
    """A live snapshot with a simulated clock: each question updates it first."""

    def __init__(self, live: "LiveSnapshot") -> None:
        self._live = live

    def see(self, user_id: str) -> None:
        """Note that a user was seen, and store it now."""
        self._live.see(user_id)
        self._live.follow()

    def __getattr__(self, name: str) -> Any:
        """Return the attribute of the live snapshot as of now."""
        self._live.follow()
        self._live.pass_time()
        return getattr(self._live, name)


def with_full_names(entitlements: Entitlements, access: Mapping[str, Access]) -> Mapping[str, Access]:
    """Return `access` with the vendor's codes also under their full names."""
    issuer = entitlements.trust_store.issuer
    own = {f"{issuer}.{code}": level for code, level in access.items() if "." not in code}
    # Programs ask with literals, which are interned, so the lookup need not compare characters.
    return {intern(code): level for code, level in {**access, **own}.items()}


def _ends(state: InstallationState, away: DatabaseAway | None) -> list[int]:
    """Return the coming times, in seconds since 1970, at which the state may change."""
    end = state.entitlements.valid_until
    ends = [] if end is None else [end]
    if away is not None:
        hours = {bundle.document.offline_hours for bundle in state.bundles}
        ends += [away.since + hour * HOUR_SECONDS for hour in hours]
    return [second for second in ends if second > state.now]
