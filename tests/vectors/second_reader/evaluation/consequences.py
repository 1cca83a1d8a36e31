"""What follows from a file: which licenses end, and how many people may log in ("Consequences")."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from typing import Final, NamedTuple

from tests.vectors.second_reader.evaluation import login
from tests.vectors.second_reader.evaluation.access import INSTALLATION, access
from tests.vectors.second_reader.evaluation.bundles import bundles_of
from tests.vectors.second_reader.evaluation.catalogs import Code, License
from tests.vectors.second_reader.evaluation.codes import written
from tests.vectors.second_reader.evaluation.governing import in_force, waiting
from tests.vectors.second_reader.evaluation.grants import best, everybody
from tests.vectors.second_reader.evaluation.states import Access
from tests.vectors.second_reader.evaluation.world import World
from tests.vectors.second_reader.forms import BOUNDS, Token

_LATER: Final = 12


class Loss(NamedTuple):
    """Licenses that end, or turn read-only, at a moment."""

    at: int
    access: Access
    licenses: list[str]


class Logins(NamedTuple):
    """How many people may log in from a moment on, in all and by each way."""

    at: int
    people: int
    by_way: dict[str, int]


def worlds(before: World, file: list[Token]) -> list[World]:
    """Return the worlds that are compared: now without the file, with it, and at each later moment."""
    added = bundles_of(before.believed, file, len(before.bundles))
    after = replace(before, bundles=(*before.bundles, *added))
    starts = [bundle.starts for bundle in added]
    is_later = bool(starts) and min(starts) > before.now
    first = after.at(min(starts) if is_later else before.now)
    return [before, first, *(after.at(moment) for moment in _later(first)[:_LATER])]


def _later(world: World) -> list[int]:
    """Return the moments, up to the year 9999, at which a bundle starts, or the term of one that is listed ends."""
    ends = [one.ends for one in (*in_force(world), *waiting(world)) if one.ends is not None]
    moments = (*(one.starts for one in world.bundles), *ends)
    return sorted({moment for moment in moments if world.now < moment <= BOUNDS["SECONDS"]})


def losses(compared: list[World]) -> list[Loss]:
    """Return which licenses fall to none, or to read, at which moment."""
    found = [loss for before, after in pairwise(compared) for loss in _losses(before, after)]
    return sorted(found)


def _losses(before: World, after: World) -> Iterator[Loss]:
    licenses = after.catalogs.licenses.values()
    for left in (Access.NONE, Access.READ):
        fallen = [one.code for one in licenses if _most(after, one) == left and _most(before, one) > left]
        if fallen:
            yield Loss(after.now, left, sorted(written(after, code) for code in fallen))


def _most(world: World, one: License) -> Access:
    """Return the most that a license gives: to the installation, or to the best slot and to everybody."""
    if one.kind == "system":
        return access(world, one, INSTALLATION)
    return max(best(world, one.code), everybody(world).get(one.code, Access.NONE))


def logins(compared: list[World]) -> list[Logins]:
    """Return how many may log in now, with the file, and at each later moment at which that is another number."""
    counted = [_logins(replace(world, events=())) for world in compared]
    return [one for place, one in enumerate(counted) if place < 2 or one[1:] != counted[place - 1][1:]]


def _logins(world: World) -> Logins:
    by_way: Counter[Code] = Counter(dict.fromkeys(world.catalogs.ways, 0))
    people = 0
    for name in world.users:
        ways = [code for code, way in world.catalogs.ways.items() if not login.reasons(world, name, way, None)]
        by_way.update(ways)
        people += bool(ways)
    return Logins(world.now, people, {written(world, code): number for code, number in by_way.items()})
