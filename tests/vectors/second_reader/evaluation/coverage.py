"""Until when a part is licensed without a gap ("Coverage", "The base part")."""

from typing import NamedTuple

from tests.vectors.second_reader.evaluation.bundles import DAY, Bundle
from tests.vectors.second_reader.evaluation.governing import Part, governing
from tests.vectors.second_reader.evaluation.states import works
from tests.vectors.second_reader.evaluation.world import World


class Coverage(NamedTuple):
    """The bundle with which a coverage ends, the last day of its term, and the last day on which it works."""

    bundle: Bundle
    until: int | None
    """Nothing if it is perpetual."""
    works_until: int | None


def coverage(world: World, part: Part) -> Coverage | None:
    """Return the coverage of a part, or nothing if it is not licensed now."""
    last = governing(world).get(part)
    if last is None or not works(world, last):
        return None
    for moment in moments(world)[1:]:
        after = governing(world.at(moment)).get(part)
        if after is last:
            continue
        if not works(world.at(moment - 1), last):
            break
        if after is None or not works(world.at(moment), after):
            return _ended(last, moment // DAY - 1)
        last = after
    return _ended(last, None)


def moments(world: World) -> list[int]:
    """Coverage 1: return now, and the first second of each later start."""
    return [world.now, *sorted({bundle.starts for bundle in world.bundles if bundle.starts > world.now})]


def _ended(last: Bundle, before: int | None) -> Coverage:
    """Coverage 4: it ends with its bundle, or on the day before something else takes its place."""
    ends = last.ends
    days = (last.says["expiry"], None if ends is None else ends // DAY - 1)
    until, works_until = (min((day for day in (one, before) if day is not None), default=None) for one in days)
    return Coverage(last, until, works_until)


def covered_parts(world: World) -> list[Part]:
    """Return the parts that any bundle governs at one of the moments, the vendor's first."""
    parts = {part for moment in moments(world) for part in governing(world.at(moment))}
    return sorted(parts, key=lambda part: (part[0] != world.vendor, part))
