"""How many there are of a license, and what each assignment is served with ("Counts and surplus")."""

from collections import Counter
from functools import lru_cache
from typing import Any, Final, NamedTuple

from tests.vectors.second_reader.evaluation.catalogs import Code, License
from tests.vectors.second_reader.evaluation.grants import granted, present
from tests.vectors.second_reader.evaluation.states import Access
from tests.vectors.second_reader.evaluation.world import Assignment, Site, User, World

HIGHEST_SLOT: Final = 2_147_483_647


class Served(NamedTuple):
    """A license that a holder is assigned, and what that is served with."""

    license: Code
    access: Access


def total(world: World, one: License) -> int | None:
    """Return how many there are of a license, or nothing if it is unrestricted."""
    if one.kind == "system" and one.quantity is None:
        return 1 if present(world).get(one.code) == Access.FULL else 0
    return _sold(world, one.code, Access.FULL)


def _sold(world: World, code: Code, least: Access) -> int | None:
    """Return the sum of the counts of bundles in force whose cap is at least so high; nothing is unrestricted."""
    counts = [grant.number for grant in granted(world) if grant.license.code == code and grant.cap >= least]
    return None if None in counts else sum(count for count in counts if count is not None)


def is_slot(slot: Any) -> bool:
    """Return whether a slot is a number that a slot can be."""
    return type(slot) is int and 1 <= slot <= HIGHEST_SLOT


@lru_cache
def _taken(world: World) -> Counter[tuple[Code, int]]:
    """Return how many holders of the license's own kind have each slot; retired users have none."""
    users = (
        ("user", one.license, one.slot) for user in world.users.values() if not user.is_retired for one in user.licenses
    )
    sites = (("site", one.license, one.slot) for site in world.sites.values() for one in site.licenses)
    return Counter((code, slot) for kind, code, slot in (*users, *sites) if is_slot(slot) and _is_of(world, code, kind))


def _is_of(world: World, code: Code, kind: str) -> bool:
    return code in world.catalogs.licenses and world.catalogs.licenses[code].kind == kind


def _satellites(world: World) -> Counter[int]:
    """Return how many satellites have each slot."""
    return Counter(site.satellite for site in world.sites.values() if is_slot(site.satellite))


def in_use(world: World, one: License) -> int:
    """Return the highest slot of a license, or of the satellites that it limits."""
    if one.limits_sites:
        return max(_satellites(world), default=0)
    return max((slot for code, slot in _taken(world) if code == one.code), default=0)


def _tier(world: World, code: Code, slot: int) -> Access:
    """Return what a slot of a license is served with."""
    for access in (Access.FULL, Access.READ):
        sold = _sold(world, code, access)
        if sold is None or slot <= sold:
            return access
    return Access.NONE


def served(world: World, holder: User | Site) -> list[Served]:
    """Return what each assignment of a holder is served with."""
    if isinstance(holder, User):
        return [] if holder.is_retired else [_served(world, one, "user") for one in holder.licenses]
    most = _satellite_access(world, holder)
    return [Served(one.license, min(one.access, most)) for one in (_served(world, a, "site") for a in holder.licenses)]


def _served(world: World, one: Assignment, kind: str) -> Served:
    is_good = is_slot(one.slot) and _is_of(world, one.license, kind) and _taken(world)[one.license, one.slot] == 1
    return Served(one.license, _tier(world, one.license, one.slot) if is_good else Access.NONE)


def _satellite_access(world: World, site: Site) -> Access:
    """Return what a site is served with: a satellite by its slot, with the highest that a license gives it."""
    limiting = [one.code for one in world.catalogs.licenses.values() if one.limits_sites]
    if not site.is_satellite or not limiting:
        return Access.FULL
    if not is_slot(site.satellite) or _satellites(world)[site.satellite] != 1:
        return Access.NONE
    return max(_tier(world, code, site.satellite) for code in limiting)
