"""Questions with state: what an installation grants now, answered from memory.

Questions read a snapshot; none of them asks a clock or touches a file. A watcher swaps the snapshot when a date passes
or the database changes, so that nothing lives past its end.
"""

import os
from collections.abc import Callable
from datetime import date, datetime
from typing import TYPE_CHECKING, Self

from licensekit.access import Access
from licensekit.database import shown
from licensekit.dates import days_of
from licensekit.entitlements import Count, LicenseRow, Notice
from licensekit.entitlements.answers import Answers
from licensekit.entitlements.events import Event, concerning, stopping
from licensekit.entitlements.seats import has_seats
from licensekit.runtime.holders import Holder, User
from licensekit.runtime.live_snapshot import LiveSnapshot, put
from licensekit.runtime.questions import Questions
from licensekit.state.boot_clock import clocks_of
from licensekit.state.home import locate, open_installation
from licensekit.state.loading import OpenInstallation
from licensekit.state.machine import NO_FACTS, Facts
from licensekit.state.pending import open_or_wait
from licensekit.state.source import Source
from licensekit.state.time import BootClock, system_clock

if TYPE_CHECKING:
    from licensekit.runtime.lease import Lease
    from licensekit.runtime.leasing import Leasing


class Licensing(Questions):
    """What an installation grants, asked by the application. Create it with `Licensing.open`."""

    def __init__(self, live: LiveSnapshot, source: Source | None = None) -> None:
        self._live = live
        self.source = source or Source()
        """Where the license comes from, for logs and screens: it can be shown, and never holds the license."""
        self._leasing: dict[str, Leasing] = {}

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
        try:
            opened = OpenInstallation(database, clocks_of(clock, boot), root, pack, day, facts=facts)
            source = Source(shown(place))
            if watch is None and clock is not system_clock:
                from licensekit.runtime.on_demand import on_demand  # noqa: PLC0415  # only tests pay

                return cls(on_demand(LiveSnapshot(opened, watch=False)), source)
            return cls(LiveSnapshot(opened, watch=watch is not False), source)
        except BaseException:  # an interruption too must leave no database open
            database.close()
            raise

    def __repr__(self) -> str:
        return f"<Licensing from {self.source}>"

    @property
    def answers(self) -> Answers:
        """Everything that is granted now, as one immutable value."""
        return self._live.snapshot.answers

    def allows(self, code: str, at_least: Access = Access.FULL) -> bool:
        """Return whether the installation may use a system license; see `Questions.allows`."""
        try:
            return self._live.system[code] >= at_least
        except KeyError:
            return self.access(code) >= at_least

    def count(self, code: str) -> Count:
        """Return how much of a license there is, and how much of it is in use.

        How many concurrent seats are held is asked of the database each time: nobody is notified of each one that is
        taken. While the database is away, it is as last seen.

        Raises:
            UnknownLicense: no catalog has the code.
        """
        answers = self.answers
        if has_seats(answers.entitlements, code):
            answers = self._live.answers_with_leases()
        return answers.count(code)

    def lease(
        self,
        code: str,
        *,
        holder: str,
        ttl: int = 120,
        wait: float = 0,
        at_least: Access = Access.FULL,
        on_lost: "Callable[[Lease], object] | None" = None,
    ) -> "Lease":
        """Take a seat of a license of concurrent seats, and hold it until it is released.

            with licensing.lease("service-client", holder="anna", wait=30) as lease:
                while work_is_left():
                    lease.check()
                    work()

        `holder` is what administrators see: a user's id where the license requires others, else a user, a machine, a
        session. Each lease has a seat of its own, which is renewed in the background; it is lost when the process is
        killed or cannot reach the database for `ttl` seconds. `wait` is for how many seconds to wait while none is free
        or the database is away. With `at_least=Access.READ` a seat that gives reading alone will do, as after grace.

        A lease that is lost reports it immediately: `lost` is set, `on_lost` is called with it in a thread of its own,
        `check` raises, `allows` returns False, and a `with` block ends with `LeaseLost`. It blocks: with asyncio use
        `await asyncio.to_thread(licensing.lease, …)`, and `on_lost` with `loop.call_soon_threadsafe`.

        Raises:
            UnknownLicense, WrongKind: there are no concurrent seats of that code.
            EntryInvalid: the holder, or `ttl`, cannot be kept.
            NotEntitled: no bundle in force grants a seat; the message says why.
            RequirementMissing: the holder does not have what the license requires.
            NoneFree: no seat was free, or became free in time.
            StateError: the database cannot be written.
        """
        leasing = self._leasing_now()
        request = leasing.seats.request(code, holder, ttl, at_least)
        return leasing.acquire(request, wait=wait, on_lost=on_lost)

    def user(self, user_id: str, site: str | None = None) -> User:
        """Return what a user may do, at one site or at none; `user(id).allows("sale")`.

        A user whom the installation does not know, or who is retired, may do nothing.

        Raises:
            StateError: the database is away, and nothing is known of this user yet.
        """
        try:
            return self._live.users[user_id, site]
        except KeyError:
            return put(self._live.users, (user_id, site), User(self._live, user_id, site))

    def site(self, site_id: str) -> Holder:
        """Return what a site may do; raises as `user` does."""
        try:
            return self._live.sites[site_id]
        except KeyError:
            return put(self._live.sites, site_id, Holder(self._live, site_id))

    def unavailable(self, function: str) -> tuple[Event, ...]:
        """Return the events in force that make a function unavailable to everybody.

        `function` is what kinds of events name: `travel` of `no-travel`, `index` of `rebuild-index`. Ask `user(id)`
        about the events for a user, its groups and its site.
        """
        return stopping(concerning(self._live.snapshot.state.events), function)

    @property
    def licenses(self) -> tuple[LicenseRow, ...]:
        """Every license of every catalog with what there is and what is in use.

        Concurrent seats are counted as of the last change of the installation: see `count`.
        """
        return self.answers.licenses

    @property
    def notices(self) -> tuple[Notice, ...]:
        """What administrators should know, the most urgent first."""
        return self._live.notices

    def refresh(self) -> None:
        """Read the installation again now.

        Raises:
            StateError: the database cannot be read; answers are given from memory.
            TrustError: its documents were rolled back; likewise.
        """
        self._live.reload()

    def close(self) -> None:
        """Release every lease, and close the database.

        Every question raises afterwards: nothing would end any more.
        """
        for leasing in self._leasing.values():
            leasing.close()
        self._live.close()

    def _leasing_now(self) -> "Leasing":
        from licensekit.runtime.leasing import Leasing  # noqa: PLC0415  # only whoever takes seats pays
        from licensekit.runtime.seats import Seats  # noqa: PLC0415  # only whoever takes seats pays

        # Of two threads that are the first together, one creates what both use.
        return self._leasing.get("one") or self._leasing.setdefault("one", Leasing(Seats(self._live)))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
