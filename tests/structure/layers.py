"""How the package is layered, computed from its imports: `python -m tests.structure.layers`."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

PACKAGE = Path(__file__).parents[2] / "licensekit"
SOURCES = sorted(PACKAGE.rglob("*.py"))


def unit_of(source: Path) -> str:
    """Return the package or module directly under `licensekit` that a source belongs to."""
    return source.relative_to(PACKAGE).parts[0].removesuffix(".py")


UNITS = frozenset(unit_of(source) for source in SOURCES) - {"__init__", "__main__", "__pyinstaller"}


@cache
def tree_of(source: Path) -> ast.Module:
    """Parse a source."""
    return ast.parse(source.read_text("utf-8"), str(source))


def imported(source: Path) -> Iterator[str]:
    """Yield the units that a source imports anywhere, for type checking only as well."""
    for node in ast.walk(tree_of(source)):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        else:
            continue
        for package, _, rest in (name.partition(".") for name in names):
            if package == "licensekit" and rest.split(".")[0] in UNITS:
                yield rest.split(".")[0]


def needs() -> dict[str, frozenset[str]]:
    """Return each unit with those that it imports."""
    found: dict[str, set[str]] = {unit: set() for unit in UNITS}
    for source in SOURCES:
        if unit_of(source) in UNITS:
            found[unit_of(source)].update(imported(source))
    return {unit: frozenset(others - {unit}) for unit, others in found.items()}


def layers() -> list[list[str]]:
    """Return the units layer by layer, from the lowest: each imports only from layers below.

    Raises:
        ValueError: units import one another in a circle.
    """
    waiting: dict[str, frozenset[str]] = needs()
    placed: list[list[str]] = []
    while waiting:
        ready = sorted(unit for unit, others in waiting.items() if others.isdisjoint(waiting))
        if not ready:
            raise ValueError(f"a circle of imports among {', '.join(sorted(waiting))}")
        placed.append(ready)
        waiting = {unit: others for unit, others in waiting.items() if unit not in ready}
    return placed


def main() -> None:
    """Print the figures."""
    placed = layers()
    for number, units in enumerate(placed):
        print(f"layer {number:2}  {', '.join(units)}")
    lines = sum(len(source.read_text("utf-8").splitlines()) for source in SOURCES)
    print(f"{len(UNITS)} packages and modules on {len(placed)} layers, {lines} lines")


if __name__ == "__main__":
    main()
