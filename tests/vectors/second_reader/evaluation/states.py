"""The state of a bundle, and the most that anything it grants can be ("States")."""

from enum import IntEnum

from tests.vectors.second_reader.evaluation.bundles import DAY, Bundle
from tests.vectors.second_reader.evaluation.world import Installation, World


class Access(IntEnum):
    """An answer, from the least on."""

    NONE = 0
    READ = 1
    FULL = 2


_WORKING = frozenset({"active", "warning", "grace"})
_AFTER_GRACE = {"read-only": Access.READ, "block": Access.NONE, "advisory": Access.FULL}


def state(world: World, bundle: Bundle) -> str:
    """Return the state of a bundle: the first that applies."""
    if not _is_here(world.installation, bundle):
        return "foreign"
    maintenance = bundle.says["maintenance"]
    if maintenance is not None and world.released is not None and world.released > maintenance:
        return "unmaintained"
    return _by_dates(world.now, bundle)


def _is_here(installation: Installation | None, bundle: Bundle) -> bool:
    """Return whether the binding matches, if there is one."""
    binding = bundle.held.plain["binding"]
    if binding is None:
        return True
    if installation is None or binding["installation"] not in {None, installation.digest}:
        return False
    return matching_facts(installation, bundle) >= int(binding["needed"])


def matching_facts(installation: Installation, bundle: Bundle) -> int:
    """Return how many facts of a binding the installation shows with the same hash."""
    facts = bundle.held.plain["binding"]["facts"].items()
    return sum(installation.facts.get(name) == value for name, value in facts)


def _by_dates(now: int, bundle: Bundle) -> str:
    says = bundle.says
    if now < bundle.starts:
        return "pending"
    if bundle.ends is not None and now >= bundle.ends:
        return "expired"
    if says["expiry"] is not None and now >= (says["expiry"] + 1) * DAY:
        return "grace"
    if says["warning"] is not None and now >= says["warning"] * DAY:
        return "warning"
    return "active"


def is_out_of_reach(world: World, bundle: Bundle) -> bool:
    """Return whether the database has been away for as long as the bundle can do without it."""
    return world.away_hours is not None and world.away_hours >= bundle.offline_hours


def works(world: World, bundle: Bundle) -> bool:
    """Return whether a bundle works."""
    return state(world, bundle) in _WORKING and not is_out_of_reach(world, bundle)


def cap(world: World, bundle: Bundle) -> Access:
    """Return the most that anything can be that a bundle grants."""
    if works(world, bundle):
        return Access.FULL
    has_expired = state(world, bundle) == "expired" and not is_out_of_reach(world, bundle)
    return _AFTER_GRACE[bundle.after_grace] if has_expired else Access.NONE
