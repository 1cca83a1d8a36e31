"""What a license brings along (`docs/evaluation.md`, "Includes").

That is what it includes, and the license that took its place. A code that the catalog does not have
is left out: absent is not granted. A circle, which no sound catalog has, ends where it began.
"""

from collections.abc import Callable, Iterable, Mapping
from collections.abc import Set as AbstractSet

from licensekit.wire.documents import Catalog, closure_of


def included(catalog: Catalog) -> Mapping[str, frozenset[str]]:
    """Return, for each license, all that it gives its holder, directly or not, without itself."""
    return closure_of({code: license_.gives for code, license_ in catalog.licenses.items()})


def reached(catalog: Catalog, codes: Iterable[str]) -> set[str]:
    """Return those of `codes` that the catalog has, and all that they give, directly or not."""
    licenses = catalog.licenses
    return spread(codes, lambda code: licenses[code].gives, licenses.keys())


def spread(
    start: Iterable[str], onward: Callable[[str], Iterable[str]], known: AbstractSet[str]
) -> set[str]:
    """Return the `known` among `start`, and all known that `onward` leads to from there."""
    found: set[str] = set()
    frontier = known & set(start)
    while frontier:
        found |= frontier
        frontier = (known & set[str]().union(*map(onward, frontier))) - found
    return found
