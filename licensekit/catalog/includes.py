"""What is reached from some licenses: what they include, and the licenses that took their place.

A code that the catalog does not have is left out: absent is not granted (`docs/evaluation.md`, "Includes"). What each
license of a catalog gives, `Catalog.closure` returns.
"""

from collections.abc import Callable, Iterable
from collections.abc import Set as AbstractSet

from licensekit.wire.documents import Catalog


def reached(catalog: Catalog, codes: Iterable[str]) -> set[str]:
    """Return those of `codes` that the catalog has, and all that they give, directly or not."""
    licenses = catalog.licenses
    return spread(codes, lambda code: licenses[code].gives, licenses.keys())


def spread(start: Iterable[str], onward: Callable[[str], Iterable[str]], known: AbstractSet[str]) -> set[str]:
    """Return the `known` among `start`, and all known that `onward` leads to from there."""
    found: set[str] = set()
    frontier = known & set(start)
    while frontier:
        found |= frontier
        frontier = (known & set[str]().union(*map(onward, frontier))) - found
    return found
