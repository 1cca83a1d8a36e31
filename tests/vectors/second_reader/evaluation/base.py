"""The answer about the vendor's part `base` ("The base part")."""

from typing import NamedTuple

from tests.vectors.second_reader.evaluation.bundles import DAY, Bundle
from tests.vectors.second_reader.evaluation.coverage import Coverage, coverage
from tests.vectors.second_reader.evaluation.governing import governing, in_force, waiting
from tests.vectors.second_reader.evaluation.world import World


class Base(NamedTuple):
    """The bundle that governs the base part, or else waits for its start, and the coverage of the part."""

    bundle: Bundle
    covered: Coverage | None


def base(world: World) -> Base | None:
    """Return what the base part is about; nothing if there is no such bundle, or it is out of reach."""
    part = (world.vendor, "base")
    listed = in_force(world) if part in governing(world) else waiting(world)
    bundle = next((one for one in listed if one.part == part), None)
    return None if bundle is None else Base(bundle, coverage(world, part))


def days_left(world: World, covered: Coverage | None) -> int | None:
    """Return the days to the last one of the coverage, or then of grace; nothing if it is perpetual."""
    if covered is None:
        return 0
    today = world.now // DAY
    last = covered.until if covered.until is None or covered.until >= today else covered.works_until
    return None if last is None else last - today
