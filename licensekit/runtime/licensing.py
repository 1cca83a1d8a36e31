"""`Licensing`, which answers what an installation grants now, from memory.

Questions read a snapshot; they use no clock and no file. A watcher replaces the snapshot when a date passes or the
database changes, so that nothing is granted past its end.
"""

import os
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from datetime import date, datetime
from time import monotonic
from typing import TYPE_CHECKING, Any, Final, Self, TypeVar, cast

from licensekit.access import Access, level_of
from licensekit.database import shown
from licensekit.dates import days_of
from licensekit.entitlements import Count, Entitlements, LicenseRow, Notice, asked, count_of, metered
from licensekit.entitlements.events import Event, concerning, stopping
from licensekit.runtime.counters import program_samples
from licensekit.runtime.holders import Holder, User, codes_of, put
from licensekit.runtime.live_snapshot import LiveSnapshot
from licensekit.runtime.questions import Questions, preceded
from licensekit.runtime.snapshot import Health, OnDemand
from licensekit.state.home import Source, local_folder, locate, open_installation
from licensekit.state.loading import OpenInstallation
from licensekit.state.machine import NO_FACTS, Facts
from licensekit.state.metrics import metric_lines
from licensekit.state.pending import open_or_wait
from licensekit.state.time import BootClock, clocks_of, elapsed_of, system_clock
from licensekit.text import names
from licensekit.wire.documents import SeatKind, Use

if TYPE_CHECKING:
    from licensekit.runtime.changes import LicensingChange
    from licensekit.runtime.leasing import Leasing
    from licensekit.runtime.meters import Meter
    from licensekit.runtime.seat import Seat
    from licensekit.runtime.seats import Lease

F = TypeVar("F", bound=Callable[..., Any])
_ASK_SECONDS: Final = 1.0
_FULL: Final = Access.FULL


class Licensing(Questions):
    """An open installation that answers what is granted. Create it with `Licensing.open`."""

    def __init__(self, live: LiveSnapshot, source: Source | None = None) -> None:
        self._live = live
        self.source = source or Source()
        """Where the license comes from, for logs and screens; contains nothing secret."""
        self._leasing: dict[str, Leasing] = {}
        self._meters: dict[str, Meter] = {}

    @classmethod
    def open(
        cls,
        home: str | os.PathLike[str] | None = None,
        *,
        root: str,
        pack: bytes | str,
        released: date | None = None,
        facts: Facts = NO_FACTS,
        clock: Callable[[], datetime] = system_clock,
        boot: BootClock | None = None,
        watch: bool | None = None,
        create: bool = False,
    ) -> Self:
        """Open the installation at `home`, a folder or a `postgresql://` URL.

        By default, it is where the commands and the console look as well: `LICENSEKIT_HOME`, else this account's
        folder for the product (`docs/installation.md`, "Homes").

        If nothing is set up there yet, everything is denied until somebody activates a license; with `create`, an
        empty installation is set up now.

        Args:
            home: The folder or URL.
            root: The root pin that the vendor's `init` printed.
            pack: The contents of the pack that the application ships.
            released: The date of this version of the product, which maintenance must cover.
            facts: Machine facts by name that replace those read from the machine.
            clock: Returns aware datetimes, for tests and simulations; it has no boot clock unless `boot` is given.
            boot: Returns the reading of a boot clock.
            watch: Whether threads follow time and database; if not, nothing changes until you call `refresh`. Default:
                yes; but with a `clock`, each question checks both itself, without threads.
            create: Whether to set the installation up if there is none.

        Raises:
            RootPinInvalid, RootMismatch: the pin is not valid, or the pack does not contain that root.
            FormatError, TrustError: the pack is damaged, or documents were rolled back.
            StateError: the home cannot be used.
        """
        day = None if released is None else days_of(released)
        place = locate(home, pack=pack)
        database = open_installation(place, create=True) if create else open_or_wait(place)
        local = local_folder(place) if boot is None else None
        clocks, passed = clocks_of(clock, boot), elapsed_of(boot)
        opened = OpenInstallation(database, clocks, root, pack, day, facts=facts, elapsed=passed, local=local)
        is_on_demand = watch is None and clock is not system_clock
        live = LiveSnapshot(opened, watch=watch is not False and not is_on_demand)
        return cls(cast("LiveSnapshot", OnDemand(live)) if is_on_demand else live, Source(shown(place)))

    def __repr__(self) -> str:
        return f"<Licensing from {self.source}>"

    @property
    def entitlements(self) -> Entitlements:
        """Everything that is granted now, as one immutable value."""
        return self._live.snapshot.state.entitlements

    def allows(self, code: str, at_least: Access = Access.FULL) -> bool:
        """Return whether the installation may use a system license; see `Questions.allows`."""
        try:
            granted = self._live.system[code]
        except KeyError:
            return Questions.allows(self, code, at_least)  # `super` would make every call slower
        return granted is at_least or (at_least is not _FULL and granted >= level_of(at_least))

    def require(self, code: str, at_least: Access = Access.FULL) -> None:
        """Raise `NotEntitled` unless the installation may use a system license; see `Questions.require`."""
        if at_least is not _FULL or self._live.system.get(code) is not _FULL:
            super().require(code, at_least)

    def requires(self, code: str) -> Callable[[F], F]:
        """Return a decorator for sync and async functions that calls `require` before each call."""
        names.require_text(code, "the code in `@licensing.requires(code)`")
        return lambda function: preceded(function, lambda *_, **__: self.require(code))

    def count(self, code: str) -> Count:
        """Return how many of a license there are, and how many are in use; may raise `UnknownCode`.

        For concurrent seats and meters, each call asks the database; while it is away, the last known number counts.
        """
        state = self._live.snapshot.state
        license_ = state.entitlements.licenses.get(asked(state.entitlements, code))
        if license_ is not None and (license_.per is not None or license_.seats is SeatKind.CONCURRENT):
            state = self._live.state_with_leases()
        return count_of(state.entitlements, code, state.used)

    def meter(self, code: str) -> "Meter":
        """Return the meter of a license that is sold per day, month, year or term (`docs/how-to/meters.md`).

            licensing.meter("api-calls").use()

        Raises:
            UnknownCode, WrongKind: there is no meter with that code.
        """
        from licensekit.runtime.meters import Meter  # noqa: PLC0415  # loaded only if used

        known = self._meters.get(code)
        return known or self._meters.setdefault(code, Meter(self._live, metered(self.entitlements, code)))

    def seat(
        self,
        code: str,
        *,
        holder: str,
        ttl: int = 120,
        wait: float = 0,
        at_least: Access = Access.FULL,
        on_lost: "Callable[[Lease], object] | None" = None,
    ) -> "Seat":
        """Return a concurrent seat of a license, which you take for a block or until you release it.

            with licensing.seat("service-client", holder="anna", wait=30) as lease:
                while work_is_left():
                    lease.check()
                    work()

        Tasks use `async with`; `take` and `take_async` return a lease to release (`docs/how-to/concurrent-seats.md`).

        Args:
            code: The license.
            holder: A name for administrators, such as a user, a machine or a session; a user's id if the license
                requires others.
            ttl: The lease is renewed in the background, and lost when the process is killed or cannot reach the
                database for this many seconds.
            wait: For how many seconds to wait while no seat is free or the database is away.
            at_least: The access that the seat must give.
            on_lost: Called with a lost lease, in a thread of its own or in the event loop of its task.

        Raises, from `NotEntitled` on when the seat is taken:
            UnknownCode, WrongKind: there are no concurrent seats with that code.
            EntryInvalid: the holder or `ttl` is not valid.
            NotEntitled: no bundle in force grants a seat; the message says why.
            RequirementMissing: the holder lacks a license that this one requires.
            NoneFree: no seat was free or became free in time.
            SeatMisused: it cannot be taken in this way.
            StateError: the database cannot be written.
        """
        from licensekit.runtime import seats  # noqa: PLC0415  # loaded only if used
        from licensekit.runtime.leasing import Leasing  # noqa: PLC0415  # likewise
        from licensekit.runtime.seat import Seat  # noqa: PLC0415  # likewise

        # Two threads may come first together; `setdefault` makes both use the same one.
        leasing = self._leasing.get("one") or self._leasing.setdefault("one", Leasing(self._live))
        return Seat(leasing, seats.request(self._live, code, holder, ttl, at_least), wait, on_lost)

    def user(self, user_id: str, site: str | None = None, licenses: Iterable[str] | None = None) -> User:
        """Return an object that answers what a user may do, at one site or none: `user(id).allows("sale")`.

        A user who is unknown or retired may do nothing.

        An application that manages users itself passes the `licenses` of users and sites that this one holds. Then
        nothing is looked up, and the application must not assign more than `count(code).total`. Each license gives
        at most what bundles in force grant, and `site` only selects events (`docs/evaluation.md`, "Your own users").

        Raises:
            StateError: the database is away, and this user was not asked about before.
            UnknownCode, WrongKind: one of `licenses` is in no catalog, or is a system license.
            TypeError: an id is not a string, or `licenses` is one string.
        """
        if site is None and licenses is None:  # the most frequent case
            try:
                return self._live.users[user_id]
            except KeyError:
                return put(self._live.users, user_id, User(self._live, user_id, None, None))
        key = user_id, site, None if licenses is None else codes_of(licenses)
        return self._live.users_elsewhere.get(key) or put(self._live.users_elsewhere, key, User(self._live, *key))

    def site(self, site_id: str) -> Holder:
        """Return an object that answers what a site may do; raises as `user` does."""
        try:
            return self._live.sites[site_id]
        except KeyError:
            return put(self._live.sites, site_id, Holder(self._live, site_id))

    def seen(self, user_id: str) -> None:
        """Note that a user is at work. Call it at login or with each request; it only looks into memory.

        Administrators then see who no longer uses a license (`docs/installation.md`, "Who needs a seat?"); no answer
        depends on it. The day is stored once a day for each user: within a minute, at `close`, or without threads at
        `refresh`. Unknown ids are ignored, and an installation that is read-only stores nothing.

        Raises:
            TypeError: the id is not a string.
            DatabaseUnavailable: the program has closed this object.
        """
        if user_id not in self._live.sightings.today:
            self._live.see(user_id)

    def unavailable(self, function: str) -> tuple[Event, ...]:
        """Return the events in force that make a function unavailable to everybody.

        `function` is the word in the kind of the event: `travel` for `no-travel`, `index` for `rebuild-index`. Ask
        `user(id)` about the events for a user, their groups and their site.
        """
        return stopping(concerning(self._live.snapshot.state.events), function)

    @property
    def company(self) -> str | None:
        """The company that the vendor's base part was issued to; None if there is no base part."""
        return None if (base := self._base) is None else base.company

    @property
    def serial(self) -> str | None:
        """The serial of the vendor's base part; None if there is no base part."""
        return None if (base := self._base) is None else base.serial

    @property
    def use(self) -> Use | None:
        """The use of the vendor's base part: production, trial or demo; None if there is no base part."""
        return None if (base := self._base) is None else base.use

    @property
    def is_trial(self) -> bool:
        """Whether the vendor's base part is a trial."""
        return self.use is Use.TRIAL

    @property
    def licenses(self) -> tuple[LicenseRow, ...]:
        """Every license of every catalog, with its total and how many are in use.

        The number of concurrent seats in use dates from the last change of the installation; `count` is exact.
        """
        return self._live.snapshot.state.licenses

    @property
    def notices(self) -> tuple[Notice, ...]:
        """The notices for administrators, most urgent first."""
        return self._live.notices

    @property
    def health(self) -> Health:
        """Whether the program can answer, and whether its database is away; raises if this object is closed."""
        snapshot = self._live.snapshot
        until = None if snapshot.away is None else snapshot.away.until
        return Health(until is None or snapshot.now_at(self._live.clocks(), away=True) < until, snapshot.away)

    def metric_lines(self) -> Iterator[str]:
        """Yield the lines of a page of OpenMetrics about the installation and this program (`docs/operations.md`)."""
        return metric_lines(program_samples(self._live))

    @property
    def revision(self) -> int:
        """A number that rises whenever answers change; the passing of time alone does not raise it."""
        _ = self.entitlements  # raises if this object is closed
        return self._live.changes.revision

    def on_change(self, callback: "Callable[[LicensingChange], object]") -> Callable[[], object]:
        """Call `callback` after each change of answers, and return a function that cancels that.

        Changes are reported in order, one at a time, in a thread of this library: a slow callback delays only later
        reports. An exception is logged. See `docs/reference/running-programs.md`.
        """
        if not callable(callback):
            raise TypeError(f"a callback is a function, not {callback!r}; await `changed()` instead of passing a task")
        _ = self.entitlements  # the first question starts the threads that follow changes
        return self._live.changes.on_change(callback)

    def wait_until(self, predicate: Callable[[Self], object], timeout: float | None = None) -> bool:
        """Wait until `predicate(licensing)` is true; return False after `timeout` seconds.

        The predicate is called now, after each change, and every second; what it raises is raised here.
        """
        end = None if timeout is None else monotonic() + timeout
        moved = threading.Event()
        with self._live.changes.waking(moved.set):
            while not predicate(self):
                left = _ASK_SECONDS if end is None else min(_ASK_SECONDS, end - monotonic())
                if left <= 0:
                    return False
                moved.wait(left)
                moved.clear()
                _ = self.revision  # raises if this object is closed
        return True

    async def changed(self, since: int | None = None) -> int:
        """Wait for the next change of answers, or for one after revision `since`; return the new revision.

        It uses no thread, and can be cancelled. Raises `DatabaseUnavailable` once the program has closed this object.
        """
        import asyncio  # noqa: PLC0415  # already loaded by a caller that awaits

        loop, moved = asyncio.get_running_loop(), asyncio.Event()

        def wake() -> None:
            with suppress(RuntimeError):  # the loop is closed, so nobody waits any more
                loop.call_soon_threadsafe(moved.set)

        with self._live.changes.waking(wake):
            known = self.revision if since is None else since
            while self.revision <= known:
                await moved.wait()
                moved.clear()
        return self.revision

    def refresh(self) -> None:
        """Read the installation again now.

        Raises `StateError` if the database cannot be read, or `TrustError` if its documents were rolled back; answers
        then come from memory.
        """
        self._live.reload()

    def close(self) -> None:
        """Release every lease, return the reserved units of meters, and close the database.

        Every question raises afterwards, because answers would never expire.
        """
        for leasing in self._leasing.values():
            leasing.close()
        for meter in list(self._meters.values()):
            meter.give_back()
        self._live.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
