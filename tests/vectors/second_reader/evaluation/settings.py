"""Values of settings that bundles sell ("Settings")."""

from collections.abc import Callable
from typing import Any, Final, NamedTuple

from tests.vectors.second_reader import rules
from tests.vectors.second_reader.evaluation.bundles import Bundle
from tests.vectors.second_reader.evaluation.catalogs import Code
from tests.vectors.second_reader.evaluation.governing import in_force
from tests.vectors.second_reader.evaluation.states import works
from tests.vectors.second_reader.evaluation.world import World


class Sold(NamedTuple):
    """A value of a setting, and the bundle that sells it."""

    bundle: Bundle
    code: Code
    value: Any


def sold(world: World) -> list[Sold]:
    """Return the values that bundles in force sell, if they work (Settings, 1)."""
    working = [bundle for bundle in in_force(world) if works(world, bundle)]
    return [
        Sold(bundle, Code(bundle.issuer, name), value)
        for bundle in working
        for name, value in bundle.says["settings"].items()
    ]


def fits(world: World, one: Sold) -> bool:
    """Return whether a value fits its setting (Settings, 2)."""
    return rules.fits(world.catalogs.settings[one.code], one.value)


def value_of(world: World, code: Code) -> Any:
    """Return the value of a setting, or its default if no value is left (Settings, 3 and 4)."""
    setting = world.catalogs.settings[code]
    left = [one for one in sold(world) if one.code == code and fits(world, one)]
    return _COMBINED[int(setting["combine"])](left) if left else setting["default"]


def _latest(left: list[Sold]) -> Any:
    return max(left, key=lambda one: (one.bundle.says["issued"], one.bundle.held.identity)).value


def _sum(left: list[Sold]) -> Any:
    return sum(int(one.value) for one in left)


def _most(left: list[Sold]) -> Any:
    return max(int(one.value) for one in left)


_COMBINED: Final[tuple[Callable[[list[Sold]], Any], ...]] = (_latest, _sum, _most)
