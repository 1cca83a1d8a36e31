"""What users and sites have by what they are assigned, each assignment served by its slot alone.

The rules are those of `docs/evaluation.md`, "Access" and "Counts and surplus".
"""

from collections.abc import Iterable
from typing import Final, Literal, NamedTuple

from licensekit.access import Access
from licensekit.entitlements.amounts import access_of, total_of
from licensekit.entitlements.evaluation import Entitlements, full_with
from licensekit.entitlements.messages import BeyondSold
from licensekit.wire.documents import Kind

NO_SLOT: Final = 0
"""In place of a slot that is none: it grants nothing."""

Served = tuple[tuple[str, Access], ...]
"""Licenses that are assigned, each with what its assignment is served with."""


class Holding(NamedTuple):
    """A license that a user or site holds by assignment."""

    license: str
    slot: int
    """Its number among the assignments of this license, from 1; or `NO_SLOT`."""
    satellite: int | None = None
    """The slot, among the satellites, of the site that holds it; None: it is no satellite."""


def held_access(
    entitlements: Entitlements, holdings: Iterable[Holding], site_holdings: Iterable[Holding] = ()
) -> dict[str, Access]:
    """Return what a holder may do: an entry for every license of every catalog.

    `site_holdings` are those of the site that a user works at. A license that lapsed below what is assigned serves the
    lowest slots; the rest falls under the lapsed part's policy.
    """
    return access_with(entitlements, served_with(entitlements, holdings, site_holdings))


def served_with(entitlements: Entitlements, holdings: Iterable[Holding], site_holdings: Iterable[Holding]) -> Served:
    """Return what each assignment of a user, and of a site, is served with."""
    return (
        *((one.license, access_by(entitlements, Kind.USER, one)) for one in holdings),
        *((one.license, access_by(entitlements, Kind.SITE, one)) for one in site_holdings),
    )


def access_by(entitlements: Entitlements, kind: Kind, holding: Holding) -> Access:
    """Return what an assignment to a user or site is served with, by its slot alone."""
    license_ = entitlements.licenses.get(holding.license)
    if license_ is None or license_.kind is not kind:
        return Access.NONE
    cap = access_of(entitlements.tiers[holding.license], holding.slot - 1)
    if holding.satellite is None:
        return cap
    # What is assigned to a satellite gives no more than there may be satellites.
    limiting = (code for code, one in entitlements.licenses.items() if one.limits_sites and one.kind is Kind.SITE)
    caps = [access_of(entitlements.tiers[code], holding.satellite - 1) for code in limiting]
    return min(cap, max(caps, default=Access.FULL))


def lapsed(entitlements: Entitlements, kind: Kind, holdings: Iterable[Holding]) -> tuple[str, ...]:
    """Return the licenses that users or sites are assigned and that give less than full."""
    return tuple(one.license for one in holdings if access_by(entitlements, kind, one) < Access.FULL)


def access_with(entitlements: Entitlements, served: Served) -> dict[str, Access]:
    """Return what whoever is served with this may do, as `held_access` does."""
    access = dict.fromkeys(entitlements.licenses, Access.NONE)
    access.update(entitlements.every_site)
    access.update(entitlements.everyone)
    for assigned, cap in served:
        for code in (assigned, *entitlements.closure.get(assigned, ())):
            if cap > access.get(code, Access.NONE):
                access[code] = cap
    for code, level in entitlements.present.items():
        complete = full_with(entitlements, code)
        if complete is not None:
            held = entitlements.present.get(complete, access.get(complete))
            level = min(level, Access.FULL if held is Access.FULL else Access.READ)  # noqa: PLW2901  # narrows it
        access[code] = level
    return access


def beyond_sold(
    entitlements: Entitlements, holdings: Iterable[Holding], code: str, kind: Kind = Kind.USER
) -> BeyondSold | None:
    """Return why the assignment by which a holder should have a license gives nothing.

    None: there is none, or nothing of it is sold at all.
    """
    for one in holdings:
        license_ = entitlements.licenses.get(one.license)
        if license_ is None or license_.kind is not kind:
            continue
        gives = code in (one.license, *entitlements.closure[one.license])
        tiers = entitlements.tiers[one.license]
        total = total_of(tier.amount for tier in tiers)
        if not gives or total == 0 or access_by(entitlements, kind, one):
            continue
        slot = one.slot
        reason: Literal["slot", "no-slot", "satellite"] = "slot" if slot else "no-slot"
        if access_of(tiers, slot - 1) and one.satellite is not None:
            slot, reason = one.satellite, "satellite"
        return BeyondSold(reason=reason, license=one.license, slot=slot, total=total or 0)
    return None
