"""One process that takes, renews, borrows and frees seats, step by step."""

from collections.abc import Mapping, Sequence
from types import SimpleNamespace
from typing import cast

from licensekit.access import Access
from licensekit.dates import seconds_of
from licensekit.entitlements import Entitlements
from licensekit.installation import HeldSeat
from licensekit.runtime import seats as seats_of_program
from licensekit.runtime.live_snapshot import LiveSnapshot
from licensekit.runtime.observer import Observer
from licensekit.state import seats
from licensekit.state.home import open_installation
from licensekit.state.loading import OpenInstallation
from licensekit.state.seats import End
from licensekit.state.time import clocks_of
from tests import homes
from tests.homes import PIN, Home


class SeatProcess:
    """One process that takes seats."""

    def __init__(self, home: Home) -> None:
        self.home = home
        self.passed = 0.0
        """What its clock shows that nobody sets."""
        self.database = open_installation(home.place, create=False)
        opened = OpenInstallation(self.database, clocks_of(home.clock), PIN, home.pack, elapsed=lambda: self.passed)
        self.observer = Observer(opened, steady=False)
        self.opened = opened
        self.reload()

    @property
    def clock(self) -> int:
        """What the clock shows."""
        return seconds_of(self.home.clock())

    def reload(self) -> Entitlements:
        """Read what has changed."""
        state = homes.state_of(self.database, self.clock, self.home.pack)
        live = SimpleNamespace(
            database=self.database,
            opened=self.opened,
            clocks=self.opened.clocks,
            elapsed=self.opened.elapsed,
            observer=self.observer,
            snapshot=SimpleNamespace(state=state),
        )
        self._live = cast("LiveSnapshot", live)
        return state.entitlements

    def take(self, holder: str = "anna", code: str = "seat", ttl: int = 60, at_least: Access = Access.FULL) -> HeldSeat:
        """Take a seat."""
        wanted = seats_of_program.request(self._live, code, holder, ttl, at_least)
        return seats_of_program.take(self._live, self.database, wanted)[0]

    def renew(self, *held: HeldSeat) -> frozenset[str]:
        """Renew leases; return the ids of those that are held."""
        return self._without(held, seats.renew(self.database, held, self.clock))

    def still(self, *held: HeldSeat) -> frozenset[str]:
        """Return the ids of those that are held."""
        return self._without(held, seats.ended(self.database, held, self.clock))

    def observe(self) -> bool:
        """Look for silent holders; return whether there were any."""
        return self.observer.look(self.database)

    @staticmethod
    def _without(held: Sequence[HeldSeat], ended: Mapping[str, End]) -> frozenset[str]:
        return frozenset(one.id for one in held) - ended.keys()

    def free(self, *held: HeldSeat) -> None:
        """Free seats."""
        for lease in held:
            seats.free(self.database, lease)

    def borrow(self, lease: HeldSeat, hours: float) -> HeldSeat:
        """Borrow a seat."""
        return seats_of_program.borrow(self._live, lease, hours)[0]

    def close(self) -> None:
        """Close the database."""
        self.database.close()
