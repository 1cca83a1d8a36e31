"""What bundles in force grant, and what the installation gives to everybody ("Grants", "Includes", "Access" 1)."""

from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from tests.vectors.second_reader.evaluation.bundles import MAPS, Bundle
from tests.vectors.second_reader.evaluation.catalogs import Code, License
from tests.vectors.second_reader.evaluation.governing import in_force
from tests.vectors.second_reader.evaluation.states import Access, cap
from tests.vectors.second_reader.evaluation.terms import granted_in_period
from tests.vectors.second_reader.evaluation.world import World


class Grant(NamedTuple):
    """A license that a bundle grants, how many of it (nothing is unrestricted), and under which cap."""

    license: License
    number: int | None
    bundle: Bundle
    cap: Access


def grants_of(world: World, bundle: Bundle) -> list[Grant]:
    """Return what a bundle grants: the codes of which its issuer's catalog has a license of that kind."""
    most = cap(world, bundle)
    return [
        Grant(one, _number(bundle, one, count), bundle, most)
        for kind, field in MAPS.items()
        for name, count in bundle.says[field].items()
        if (one := world.catalogs.licenses.get(Code(bundle.issuer, name))) is not None and one.kind == kind
    ]


def _number(bundle: Bundle, one: License, count: int | None) -> int | None:
    is_of_calendar = one.per is not None and one.per != "term"
    return granted_in_period(bundle, count, str(one.per)) if is_of_calendar else count


@lru_cache
def granted(world: World) -> tuple[Grant, ...]:
    """Return what all bundles in force grant."""
    return tuple(grant for bundle in in_force(world) for grant in grants_of(world, bundle))


def best(world: World, code: Code) -> Access:
    """Return the highest cap under which a bundle in force grants a license: what its slot 1 is served with."""
    return max((grant.cap for grant in granted(world) if grant.license.code == code), default=Access.NONE)


@lru_cache
def present(world: World) -> dict[Code, Access]:
    """Return the system licenses that are present: those that a grant gives, or is, with the highest cap."""
    given = highest(world, ((grant.license.code, grant.cap) for grant in granted(world)))
    return {code: access for code, access in given.items() if world.catalogs.licenses[code].kind == "system"}


@lru_cache
def everybody(world: World) -> dict[Code, Access]:
    """Return what the installation gives to all: each what the system licenses give, whatever their `full_with`."""
    return highest(world, present(world).items())


def highest(world: World, had: Iterable[tuple[Code, Access]]) -> dict[Code, Access]:
    """Return what is had with licenses and all that they give, each with the highest."""
    found: dict[Code, Access] = {}
    for code, access in had:
        for given in world.catalogs.reached(code):
            found[given] = max(access, found.get(given, Access.NONE))
    return found
