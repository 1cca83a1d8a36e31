"""How much of a license there is: grants that add up, and tiers by which holders are served."""

from collections.abc import Iterable
from typing import NamedTuple

from licensekit.access import Access
from licensekit.entitlements.parts import Part


class Grant(NamedTuple):
    """One part names one license."""

    part: Part
    amount: int | None
    """The count that the bundle gives it, or None for unrestricted."""


class Tier(NamedTuple):
    """A number of assignments that are served alike: the oldest by the first tier."""

    amount: int | None
    cap: Access


def total_of(amounts: Iterable[int | None]) -> int | None:
    """Sum counts; None, unrestricted, if one of them is."""
    total = 0
    for amount in amounts:
        if amount is None:
            return None
        total += amount
    return total


def access_of(tiers: Iterable[Tier], number: int) -> Access:
    """Return what the assignment or seat of a number is served with; numbers count from 0."""
    served = 0
    for tier in tiers:
        if tier.amount is None or number < served + tier.amount:
            return tier.cap
        served += tier.amount
    return Access.NONE


def tiers_of(grants: Iterable[Grant]) -> tuple[Tier, ...]:
    """Return the tiers that grants of one license make, the best first."""
    listed = list(grants)
    tiers: list[Tier] = []
    for cap in (Access.FULL, Access.READ):
        counts = [grant.amount for grant in listed if grant.part.cap is cap]
        if counts:
            tiers.append(Tier(total_of(counts), cap))
    return tuple(tiers)
