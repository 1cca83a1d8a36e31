"""Which seats of a license there are, and what each gives: pure rules (`docs/how-to/concurrent-seats.md`).

L1  Leased are user licenses with concurrent seats, and nothing else.
L2  A seat has a number, and a lease has a seat of its own: no two leases share one, and so no more
    are held than there are. The first seats are served by what is in force, the next by what
    lapsed, under its policy.
L3  A lease is given for at least some access, and is lost when its seat gives less.
L4  Whoever takes a seat has what the license requires, as for an assignment (S4).
L5  A seat is borrowed for as long as a bundle in force that grants it allows, and not beyond the
    end of its license.
"""

from typing import Final, NamedTuple

from licensekit.access import Access
from licensekit.entitlements.amounts import Tier, term_of, total_of
from licensekit.entitlements.evaluation import Entitlements
from licensekit.entitlements.explanations import not_entitled
from licensekit.entitlements.questions import asked, is_absent
from licensekit.errors import WrongKind
from licensekit.limits import COUNT
from licensekit.wire.documents import Kind, SeatKind

HOUR_SECONDS: Final = 3600


class SeatPool(NamedTuple):
    """The seats of one license at one moment."""

    tiers: tuple[Tier, ...]
    """What the seats are served by, best first."""
    borrow_seconds: int
    """The longest time for which a seat may be borrowed; 0 is not at all."""
    until: int | None
    """The second from which nothing in force grants it fully any more; None is never."""

    def total(self, at_least: Access) -> int | None:
        """Return how many seats give at least this access; None is unrestricted."""
        return total_of(tier.amount for tier in self.tiers if tier.cap >= at_least)

    def seats(self, at_least: Access) -> int:
        """Return the number of the first seat that does not give at least this access."""
        total = self.total(at_least)
        return COUNT if total is None else total


def leasable(entitlements: Entitlements, code: str) -> str:
    """Return the one spelling of a code that can be leased (L1).

    Raises as `asked`, `WrongKind` where it has no concurrent seats, and `NotEntitled` where its issuer is not here.
    """
    name = asked(entitlements, code, (Kind.USER,))
    if is_absent(entitlements, name):
        raise not_entitled(entitlements, name)
    if entitlements.licenses[name].seats is not SeatKind.CONCURRENT:
        raise WrongKind(reason="seats", license=code, kind="user")
    return name


def pool_of(entitlements: Entitlements, name: str) -> SeatPool:
    """Return the seats of a license; `name` as `leasable` gives it (L2, L5)."""
    parts = [grant.part for grant in entitlements.grants.get(name, ()) if grant.part.cap is Access.FULL]
    ends = [term_of(part.bundle)[1] for part in parts]
    known = [end for end in ends if end is not None]
    tiers, given = entitlements.tiers[name], entitlements.everyone.get(name, Access.NONE)
    if given is not Access.NONE:  # a system license includes it: there are seats for everybody
        tiers = (*(tier for tier in tiers if tier.cap > given), Tier(None, given))
    return SeatPool(
        tiers=tiers,
        borrow_seconds=HOUR_SECONDS * max((p.bundle.borrow_hours for p in parts), default=0),
        until=max(known) if known and len(known) == len(ends) else None,
    )
