"""What questions read: one immutable state, laid out for one look-up per question."""

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
    """The database cannot be read: answers are given from memory."""

    since: int
    error: LicenseError
    until: int | None = None  # when the first bundle in force has counted for its offline hours; None: none is


class TimeNotKept(Notice):
    """The database cannot be written, so a clock that is turned back would win."""

    error: LicenseError


class FailedOver(Notice):
    """Another server took over, or the server was restored, while the program ran."""

    since: int


class Health(NamedTuple):
    """How a program is that asks; a license that has expired is no fault of the program."""

    is_ready: bool
    """Whether the answers are those that the database would give, had nothing been changed there."""
    away: DatabaseAway | None
    """The notice with since when the database is away, why, and until when it is ready; None: the database is there."""


class Snapshot:
    """A state in force, until a date passes or the database changes."""

    def __init__(self, state: InstallationState, away: DatabaseAway | None = None) -> None:
        self.state = state
        self.away = away
        """Since when the database cannot be read, and why; None: it can."""
        self.system = with_full_names(state.entitlements, state.entitlements.system)
        self._by_service: dict[Served, Mapping[str, Access]] = {}
        self.nothing = dict.fromkeys(self.access_of((), ()), Access.NONE)
        """What a holder may do who is unknown or retired."""
        self.valid_until = min(_ends(state, away), default=None)
        self.number, self.changes = 0, dict[str, int]()
        """How many changes of users it comes after, and the last of them of each user; those that follow share it."""

    def changed(self, state: InstallationState, users: Collection[str]) -> "Snapshot":
        """Return the next one; where its state has other `users`, and grants the same, only these are asked again."""
        granted, events = self.state.entitlements, self.state.stored.events
        if self.away or not users or state.entitlements.covered is not granted.covered or state.stored.events != events:
            return Snapshot(state)
        following = copy(self)
        following.state, following.number = state, self.number + 1
        self.changes.update(dict.fromkeys(users, following.number))
        return following

    def holds_for(self, holder: str, before: "Snapshot") -> bool:
        """Return whether what a holder may do is as it was under a snapshot before this one."""
        is_following = type(before) is Snapshot and before.changes is self.changes
        return is_following and self.changes.get(holder, 0) <= before.number

    @property
    def notices(self) -> tuple[Notice, ...]:
        """What administrators should know, the most urgent first."""
        return self.state.notices if self.away is None else (self.away, *self.state.notices)

    def access_of(self, holdings: tuple[Holding, ...], site_holdings: tuple[Holding, ...]) -> Mapping[str, Access]:
        """Return what a holder may do; holders who are served alike share one mapping."""
        granted = self.state.entitlements
        served = served_with(granted, holdings, site_holdings)
        if (known := self._by_service.get(served)) is None:
            self._by_service[served] = known = with_full_names(granted, access_with(granted, served))
        return known

    def now_at(self, reading: Reading, *, away: bool) -> int:
        """Return the time that counts at what the clocks show."""
        # A clock that was wrong and is put right costs nothing. Without the database, though, time only grows, so that
        # nobody stretches the offline hours with it.
        now = effective(self.state.stored.time, reading)
        return max(now, self.state.now) if away else now

    def holds_at(self, reading: Reading, *, away: bool) -> bool:
        """Return whether this is still the right one, with or without the database."""
        now = self.now_at(reading, away=away)
        is_same = away == (self.away is not None) and self.state.now <= now
        return is_same and (self.valid_until is None or now < self.valid_until)

    def moved_on(self, reading: Reading, error: LicenseError | None, contact: int) -> "Snapshot":
        """Return the same state at another moment; with an `error` the database has been away since `contact`."""
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
    """The snapshot where there is none: before the first question, which is answered for now, and behind the last."""

    def __init__(self, live: "LiveSnapshot") -> None:
        # None of the attributes of a snapshot is set, so each of them is asked of `__getattr__`.
        self._live = live

    def __getattr__(self, name: str) -> Any:
        """Return what the snapshot has that is in force now; raises as `LiveSnapshot.wake`."""
        return getattr(self._live.wake(), name)


class OnDemand:
    """A live snapshot under a clock that somebody sets: each question brings it up to date first."""

    def __init__(self, live: "LiveSnapshot") -> None:
        self._live = live

    def see(self, user_id: str) -> None:
        """Note that a user is there, and write it now."""
        self._live.see(user_id)
        self._live.follow()

    def __getattr__(self, name: str) -> Any:
        """Return what the live snapshot has now."""
        self._live.follow()
        self._live.pass_time()
        return getattr(self._live, name)


def with_full_names(entitlements: Entitlements, access: Mapping[str, Access]) -> Mapping[str, Access]:
    """Return `access` with the vendor's codes under their full names as well."""
    issuer = entitlements.trust_store.issuer
    own = {f"{issuer}.{code}": level for code, level in access.items() if "." not in code}
    # Programs ask with literals, which are interned, so that the look-up need not compare letters.
    return {intern(code): level for code, level in {**access, **own}.items()}


def _ends(state: InstallationState, away: DatabaseAway | None) -> list[int]:
    """Return the seconds at which the state may no longer be right."""
    end = state.entitlements.valid_until
    ends = [] if end is None else [end]
    if away is not None:
        hours = {bundle.document.offline_hours for bundle in state.bundles}
        ends += [away.since + hour * HOUR_SECONDS for hour in hours]
    return [second for second in ends if second > state.now]
