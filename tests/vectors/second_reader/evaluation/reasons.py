"""Why a license is less than what is required ("Why not", W1 to W11)."""

from typing import Final, NamedTuple

from tests.vectors.second_reader.evaluation.access import Holder
from tests.vectors.second_reader.evaluation.catalogs import Code, License
from tests.vectors.second_reader.evaluation.codes import written
from tests.vectors.second_reader.evaluation.governing import in_force, waiting
from tests.vectors.second_reader.evaluation.grants import Grant, best, grants_of, present
from tests.vectors.second_reader.evaluation.slots import Served
from tests.vectors.second_reader.evaluation.states import Access, state, works
from tests.vectors.second_reader.evaluation.world import World


class Why(NamedTuple):
    """The reason, for programs, and the code of the message, for people."""

    reason: str | None
    code: str | None


NOTHING: Final = Why(None, None)
_NOT_GRANTED: Final = Why("not-assigned", "not-granted-to")


def why_absent(holder: Holder) -> Why:
    """W1 and W2: return why a license of an issuer who is not installed gives nothing."""
    return _unknown(holder) or Why("not-installed", "issuer-absent")


def _unknown(holder: Holder) -> Why | None:
    """W1."""
    return Why(holder.unknown, holder.unknown) if holder.unknown else None


def why(world: World, one: License, holder: Holder) -> Why:
    """Return the first rule that applies, except W2."""
    if unknown := _unknown(holder):
        return unknown
    if one.kind == "system" or holder.kind == "installation":
        return _of_installation(world, one)
    assigned = assignments_of(world, one.code, holder)
    if not assigned:
        return _unassigned(world, one)
    first = assigned[0].license
    if best(world, first) == Access.NONE:
        return _of_installation(world, world.catalogs.licenses[first])
    if beyond_sold(world, assigned, holder) is not None:
        return Why("beyond-sold", "beyond-sold")
    return _not_in_force(world, world.catalogs.licenses[first]) or _NOT_GRANTED


def _of_installation(world: World, one: License) -> Why:
    """W3 to W6."""
    if one.full_with is not None and present(world).get(one.code) == Access.FULL:
        return Why("not-assigned", "full-with-another")
    if lapsed := _not_in_force(world, one):
        return lapsed
    code = "only-included" if _giving(world, one) else "no-bundle-grants"
    return Why("not-licensed", code)


def _not_in_force(world: World, one: License) -> Why | None:
    """W4: the state of the first bundle that grants it, or what gives it, and does not work."""
    for grant in _giving(world, one):
        if not works(world, grant.bundle):
            return Why(state(world, grant.bundle), "bundle-not-in-force")
    return None


def _giving(world: World, one: License) -> list[Grant]:
    """Return the grants of a license, and of what gives it, in the order of W4."""

    def order(grant: Grant) -> tuple[bool, bool, str]:
        waits = grant.bundle.starts > world.now
        return waits, grant.license.code != one.code, grant.license.code.name

    bundles = [*in_force(world), *waiting(world)]
    grants = [grant for bundle in bundles for grant in grants_of(world, bundle)]
    return sorted((grant for grant in grants if one.code in world.catalogs.reached(grant.license.code)), key=order)


def assignments_of(world: World, code: Code, holder: Holder) -> list[Served]:
    """Return the assignments of a holder that give a license, by code; what is passed, in its order."""
    giving = [one for one in holder.own if code in world.catalogs.reached(one.license)]
    if holder.kind == "application":
        return giving
    return sorted(giving, key=lambda one: written(world, one.license))


def _unassigned(world: World, one: License) -> Why:
    """W7."""
    is_sold = any(grant.license.kind != "system" and grant.cap > Access.NONE for grant in _giving(world, one))
    return _NOT_GRANTED if is_sold else _of_installation(world, one)


def beyond_sold(world: World, assigned: list[Served], holder: Holder) -> Code | None:
    """W9: return the first license of the holder's own kind that is served with none, although it is granted."""
    for one in assigned:
        is_own_kind = world.catalogs.licenses[one.license].kind == holder.kind
        if is_own_kind and one.access == Access.NONE and best(world, one.license) > Access.NONE:
            return one.license
    return None
