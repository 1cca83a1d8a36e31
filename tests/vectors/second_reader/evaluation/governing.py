"""Which bundle governs each part at a moment ("Bundles that govern", P1 to P5)."""

from collections import defaultdict
from collections.abc import Iterable
from functools import lru_cache

from tests.vectors.second_reader.evaluation.bundles import Bundle
from tests.vectors.second_reader.evaluation.states import is_out_of_reach
from tests.vectors.second_reader.evaluation.world import World

Part = tuple[str, str]
"""Issuer and part."""
Serial = tuple[str, str, int]
"""Issuer, serial and use."""
Line = list[Bundle]
"""Bundles of one issuer, serial, part and use, from the lowest sequence on."""


@lru_cache
def governing(world: World) -> dict[Part, Bundle]:
    """Return the bundle that governs each issuer and part at `now`, out of reach or not."""
    lines = _lines(_started(world))
    granting = [line for line in lines if not _head(line).is_revoked]
    out = _replaced(granting)
    heads = [_head(line) for line in granting if line[0].serial not in out]
    return _of_highest_use(heads)


def _started(world: World) -> list[Bundle]:
    """Return the bundles that count: those that have started."""
    return [bundle for bundle in world.bundles if bundle.starts <= world.now]


def _lines(bundles: list[Bundle]) -> list[Line]:
    """P1: sequences are counted for each issuer, serial, part and use."""
    lines: dict[tuple[Part, Serial], Line] = defaultdict(list)
    for bundle in sorted(bundles, key=lambda one: (one.says["sequence"], one.activated)):
        lines[bundle.part, bundle.serial].append(bundle)
    return list(lines.values())


def _head(line: Line) -> Bundle:
    """P1: each next one becomes the head, unless its limited key may not sign what the head says."""
    head = line[0]
    for bundle in line[1:]:
        if not bundle.scope.is_limited or bundle.scope.admits(head):
            head = bundle
    return head


def _replaced(granting: list[Line]) -> set[Serial]:
    """P4: return the serials that are out of force."""
    serials = {line[0].serial for line in granting}
    newest = {one: max(b.activated for b in _of_serial(one, granting) if not b.is_revoked) for one in serials}
    reached = {one: _reached(one, granting, serials) for one in serials}
    return {
        one for other in serials for one in reached[other] if other not in reached[one] or newest[other] > newest[one]
    }


def _reached(serial: Serial, granting: list[Line], serials: set[Serial]) -> set[Serial]:
    """Return the serials that one replaces, directly or through others."""
    reached: set[Serial] = set()
    waiting = [serial]
    while waiting:
        by = waiting.pop()
        new = {one for one in serials if one not in reached and _replaces(by, one, granting)}
        reached |= new
        waiting += new
    return reached


def _replaces(by: Serial, serial: Serial, granting: list[Line]) -> bool:
    """P3: return whether a base bundle of one serial replaces another serial."""
    return any(_takes_the_place_of(bundle, serial) for bundle in _of_serial(by, granting))


def _of_serial(serial: Serial, granting: list[Line]) -> list[Bundle]:
    return [bundle for line in granting if line[0].serial == serial for bundle in line]


def _takes_the_place_of(bundle: Bundle, serial: Serial) -> bool:
    """P3: it names the serial, of an equal or lower use; or it is of production, and that a trial or demo."""
    issuer, number, use = serial
    may_replace = bundle.says["part"] == "base" and not bundle.is_revoked and not bundle.scope.is_limited
    if not may_replace or bundle.issuer != issuer or bundle.says["serial"] == number:
        return False
    is_named = number in bundle.says["replaces"] and use >= bundle.says["use"]
    return is_named or (bundle.says["use"] == 0 and use > 0)


def _of_highest_use(heads: list[Bundle]) -> dict[Part, Bundle]:
    """P5: of each part one of the highest use, and of two serials the one whose head was activated last."""
    chosen: dict[Part, Bundle] = {}
    for head in sorted(heads, key=lambda one: (-one.says["use"], one.activated)):
        chosen[head.part] = head
    return chosen


@lru_cache
def in_force(world: World) -> tuple[Bundle, ...]:
    """Return the bundles that govern and are not out of reach, the vendor's first, then by issuer and part."""
    return _listed(world, governing(world).values())


@lru_cache
def waiting(world: World) -> tuple[Bundle, ...]:
    """Return the bundles that have not started, and will be in force at their start as things are."""
    later = [bundle for bundle in world.bundles if bundle.starts > world.now]
    return _listed(world, [bundle for bundle in later if bundle in governing(world.at(bundle.starts)).values()])


def _listed(world: World, bundles: Iterable[Bundle]) -> tuple[Bundle, ...]:
    within = [bundle for bundle in bundles if not is_out_of_reach(world, bundle)]
    return tuple(sorted(within, key=lambda one: (one.issuer != world.vendor, one.part, one.activated)))


def serial(world: World) -> str | None:
    """Return the serial of the installation: the vendor's before others', base bundles before add-ons."""
    bundles = [*in_force(world), *waiting(world)]

    def order(bundle: Bundle) -> tuple[bool, bool, str, bool, Part, int]:
        waits = bundle.starts > world.now
        is_add_on = bundle.says["part"] != "base"
        return bundle.issuer != world.vendor, is_add_on, bundle.issuer, waits, bundle.part, bundle.activated

    return min(bundles, key=order).says["serial"] if bundles else None
