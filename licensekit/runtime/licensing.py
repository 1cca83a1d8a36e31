"""Questions with state: what an installation grants now, answered from memory.

Questions read a snapshot; none of them asks a clock or touches a file. A watcher swaps the snapshot when a date passes
or the database changes, so that nothing lives past its end.
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
    """What an installation grants, asked by the application. Create it with `Licensing.open`."""

    def __init__(self, live: LiveSnapshot, source: Source | None = None) -> None:
        self._live = live
        self.source = source or Source()
        """Where the license comes from, for logs and screens: it can be shown, and never holds the license."""
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

        Without `home` it is where the commands and the console of this product look as well: `LICENSEKIT_HOME`, else
        the product's folder of this account (`docs/installation.md`, "Homes").

        `root` is the pin that the vendor's `init` printed and `pack` the bytes of the pack that the application ships.
        `released` is the date of this version of the product, which maintenance must cover. `facts` replaces, by
        name, what is read of the machine. `clock` returns aware datetimes, and `boot` what a boot clock shows, for
        tests and simulations; a clock that is given has no boot clock unless that is given as well. `watch` is whether
        time and database are followed by threads, or else nothing changes until the host calls `refresh`; by default
        they are, except that with a `clock` each question looks at both itself, and there are no threads.

        Where nothing was set up yet, everything is denied until somebody activates a license there; with `create` the
        installation is set up now, with a key of its own and nothing else.

        Raises:
            RootPinInvalid, RootMismatch: the pin is none, or the pack does not hold that root.
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
            return Questions.allows(self, code, at_least)  # `super` would cost those who are answered above
        return granted is at_least or (at_least is not _FULL and granted >= level_of(at_least))

    def require(self, code: str, at_least: Access = Access.FULL) -> None:
        """Raise `NotEntitled` unless the installation may use a system license; see `Questions.require`."""
        if at_least is not _FULL or self._live.system.get(code) is not _FULL:
            super().require(code, at_least)

    def requires(self, code: str, at_least: Access = Access.FULL) -> Callable[[F], F]:
        """Return a decorator of functions, sync or async: each call raises as `require` does, before it begins."""
        names.require_text(code, "the code in `@licensing.requires(code)`")
        return lambda function: preceded(function, lambda *_, **__: self.require(code, at_least))

    def count(self, code: str) -> Count:
        """Return how much of a license there is, and how much of it is in use.

        How many concurrent seats are held, and how much of a meter was used, is asked of the database each time: nobody
        is notified of each one. While the database is away, it is as last seen.

        Raises:
            UnknownCode: no catalog has the code.
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
            UnknownCode, WrongKind: there is no meter of that code.
        """
        from licensekit.runtime.meters import Meter  # noqa: PLC0415  # only whoever has meters pays

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
        """Return a seat of a license of concurrent seats, to be taken for a block, or until it is released.

            with licensing.seat("service-client", holder="anna", wait=30) as lease:
                while work_is_left():
                    lease.check()
                    work()

        Tasks write `async with`; `take`, `take_async` return a lease to release (`docs/how-to/concurrent-seats.md`).

        `holder` is what administrators see: a user's id where the license requires others, else a user, a machine, a
        session. The lease is renewed in the background, and lost when the process is killed or cannot reach the
        database for `ttl` seconds. `wait` is for how many seconds to wait while no seat is free or the database is
        away. `on_lost` is called with a lease that is lost, in a thread of its own or in the loop of its task.

        Raises, those from `NotEntitled` on as the seat is taken:
            UnknownCode, WrongKind: there are no concurrent seats of that code.
            EntryInvalid: the holder, or `ttl`, cannot be kept.
            NotEntitled: no bundle in force grants a seat; the message says why.
            RequirementMissing: the holder does not have what the license requires.
            NoneFree: no seat was free, or became free in time.
            SeatMisused: it cannot be taken in this way.
            StateError: the database cannot be written.
        """
        from licensekit.runtime import seats  # noqa: PLC0415  # only whoever takes seats pays
        from licensekit.runtime.leasing import Leasing  # noqa: PLC0415  # likewise
        from licensekit.runtime.seat import Seat  # noqa: PLC0415  # likewise

        # Of two threads that are the first together, one creates what both use.
        leasing = self._leasing.get("one") or self._leasing.setdefault("one", Leasing(self._live))
        return Seat(leasing, seats.request(self._live, code, holder, ttl, at_least), wait, on_lost)

    def user(self, user_id: str, site: str | None = None, licenses: Iterable[str] | None = None) -> User:
        """Return what a user may do, at one site or at none; `user(id).allows("sale")`.

        A user whom the installation does not know, or who is retired, may do nothing.

        An application that has users of its own passes the user and site `licenses` that this one holds. Nothing is
        looked up then, and the application counts: it assigns no more than `count(code).total`. Each license gives at
        most what bundles in force grant, and `site` matters to events alone (`docs/evaluation.md`, "Your own users").

        Raises:
            StateError: the database is away, and nothing is known of this user yet.
            UnknownCode, WrongKind: one of `licenses` is in no catalog, or is a system license.
            TypeError: an id is no text, or `licenses` is one text.
        """
        if site is None and licenses is None:  # as most ask, with each request
            try:
                return self._live.users[user_id]
            except KeyError:
                return put(self._live.users, user_id, User(self._live, user_id, None, None))
        key = user_id, site, None if licenses is None else codes_of(licenses)
        return self._live.users_elsewhere.get(key) or put(self._live.users_elsewhere, key, User(self._live, *key))

    def site(self, site_id: str) -> Holder:
        """Return what a site may do; raises as `user` does."""
        try:
            return self._live.sites[site_id]
        except KeyError:
            return put(self._live.sites, site_id, Holder(self._live, site_id))

    def seen(self, user_id: str) -> None:
        """Note that a user is at work: call it at login, or with each request (it is a look into memory).

        So administrators see who no longer uses a license (`docs/installation.md`, "Who needs a seat?"); no answer
        depends on it. The day is written once a day and user: within a minute, at `close`, or without threads at
        `refresh`. An id that the installation does not know is ignored. In memory it ends with the process, and what
        can only be read keeps nothing.

        Raises:
            TypeError: the id is no text.
            DatabaseUnavailable: the program has closed it.
        """
        if user_id not in self._live.sightings.today:
            self._live.see(user_id)

    def unavailable(self, function: str) -> tuple[Event, ...]:
        """Return the events in force that make a function unavailable to everybody.

        `function` is what kinds of events name: `travel` of `no-travel`, `index` of `rebuild-index`. Ask `user(id)`
        about the events for a user, its groups and its site.
        """
        return stopping(concerning(self._live.snapshot.state.events), function)

    @property
    def company(self) -> str | None:
        """The company that the vendor's base part was issued to; None: there is no such part."""
        return None if (base := self._base) is None else base.company

    @property
    def serial(self) -> str | None:
        """The serial of the vendor's base part; None: there is no such part."""
        return None if (base := self._base) is None else base.serial

    @property
    def use(self) -> Use | None:
        """What the vendor's base part is for: production, trial or demo; None: there is no such part."""
        return None if (base := self._base) is None else base.use

    @property
    def is_trial(self) -> bool:
        """Whether the vendor's base part is a trial."""
        return self.use is Use.TRIAL

    @property
    def licenses(self) -> tuple[LicenseRow, ...]:
        """Every license of every catalog with what there is and what is in use.

        Concurrent seats are counted as of the last change of the installation: see `count`.
        """
        return self._live.snapshot.state.licenses

    @property
    def notices(self) -> tuple[Notice, ...]:
        """What administrators should know, the most urgent first."""
        return self._live.notices

    @property
    def health(self) -> Health:
        """Whether answers come from the database, or from memory and until when; raises if it is closed."""
        snapshot = self._live.snapshot
        until = None if snapshot.away is None else snapshot.away.until
        return Health(until is None or snapshot.now_at(self._live.clocks(), away=True) < until, snapshot.away)

    def metric_lines(self) -> Iterator[str]:
        """Return a page of OpenMetrics line by line, about the installation and this program (`docs/operations.md`)."""
        return metric_lines(program_samples(self._live))

    @property
    def revision(self) -> int:
        """A number that rises with each change of what is answered; that time passes alone does not raise it."""
        _ = self.entitlements  # raises when it is closed
        return self._live.changes.revision

    def on_change(self, callback: "Callable[[LicensingChange], object]") -> Callable[[], object]:
        """Call `callback` after each change of what is answered, and return what cancels that.

        Changes are reported one after the other, in the order in which they came, in a thread of ours: what takes long
        delays later reports, and nothing else. An exception is logged. See `docs/reference/running-programs.md`.
        """
        if not callable(callback):
            raise TypeError(f"a callback is a function, not {callback!r}; await `changed()` instead of passing a task")
        _ = self.entitlements  # a question as well: from now on, changes are followed
        return self._live.changes.on_change(callback)

    def wait_until(self, predicate: Callable[[Self], object], timeout: float | None = None) -> bool:
        """Wait until `predicate(licensing)` is true; return False if it is not within `timeout` seconds.

        It is asked now, after each change, and each second. Raises what `predicate` raises.
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
                _ = self.revision  # raises when it is closed
        return True

    async def changed(self, since: int | None = None) -> int:
        """Wait for the next change of what is answered, or for one after revision `since`; return the revision.

        It takes no thread, and can be cancelled.

        Raises:
            DatabaseUnavailable: the program has closed it.
        """
        import asyncio  # noqa: PLC0415  # whoever awaits has loaded it

        loop, moved = asyncio.get_running_loop(), asyncio.Event()

        def wake() -> None:
            with suppress(RuntimeError):  # the loop is closed: nobody waits there any more
                loop.call_soon_threadsafe(moved.set)

        with self._live.changes.waking(wake):
            known = self.revision if since is None else since
            while self.revision <= known:
                await moved.wait()
                moved.clear()
        return self.revision

    def refresh(self) -> None:
        """Read the installation again now.

        Raises:
            StateError: the database cannot be read; answers are given from memory.
            TrustError: its documents were rolled back; likewise.
        """
        self._live.reload()

    def close(self) -> None:
        """Release every lease, give back what meters have reserved, and close the database.

        Every question raises afterwards: nothing would end any more.
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
