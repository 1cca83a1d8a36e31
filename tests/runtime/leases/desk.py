"""The changes of leases as a process at work makes them, with what they need at hand."""

from licensekit.access import Access
from licensekit.dates import seconds_of
from licensekit.entitlements import Entitlements
from licensekit.entitlements.seats import pool_of
from licensekit.installation import HeldSeat
from licensekit.state import leases
from licensekit.state.home import open_installation
from licensekit.state.leases import SeatRequest
from licensekit.state.loading import load
from licensekit.state.transactions import OpenInstallation
from tests.homes import PIN, Home


class Desk:
    """One process that takes seats."""

    def __init__(self, home: Home) -> None:
        self.home = home
        self.database = open_installation(home.place, create=False)
        self.look()

    @property
    def clock(self) -> int:
        """What the clock shows."""
        return seconds_of(self.home.clock())

    def look(self) -> Entitlements:
        """Take in what has changed."""
        state = load(self.database, root=PIN, pack=self.home.pack, clock=self.clock)
        self.entitlements = state.entitlements
        return state.entitlements

    def take(
        self,
        holder: str = "anna",
        code: str = "seat",
        ttl: int = 60,
        at_least: Access = Access.FULL,
    ) -> HeldSeat:
        """Take a seat."""
        wanted = SeatRequest(code, holder, ttl, at_least)
        wanted.check()
        pool = pool_of(self.entitlements, code)
        return leases.acquire(self.database, self.entitlements, pool, wanted, self.clock)

    def renew(self, *held: HeldSeat, ttl: int = 60) -> frozenset[str]:
        """Renew leases; give the ids of those that are held."""
        return leases.renew(self.database, [(lease, ttl) for lease in held], self.clock)

    def still(self, *held: HeldSeat) -> frozenset[str]:
        """Give the ids of those that are held."""
        return leases.still_held(self.database, held, self.clock)

    def free(self, *held: HeldSeat) -> None:
        """Free seats."""
        for lease in held:
            leases.free(self.database, lease)

    def borrow(self, lease: HeldSeat, hours: float) -> HeldSeat:
        """Borrow a seat."""
        opened = OpenInstallation(
            self.database, PIN, self.home.pack, None, self.home.clock, lease.holder
        )
        return leases.borrow(opened, self.entitlements, lease, hours).lease

    def close(self) -> None:
        """Let go of the database."""
        self.database.close()
