"""What a license brings along (`docs/entitlements.md`, "Includes").

A code that the catalog does not have is left out: absent is not granted. A circle, which no sound
catalog has, ends where it began.
"""

from collections.abc import Iterable, Mapping

from licensekit.wire.documents import Catalog


def included(catalog: Catalog) -> Mapping[str, frozenset[str]]:
    """Give, for each license, all that it includes, directly or not, without itself."""
    return {
        code: frozenset(reached(catalog, license_.includes) - {code})
        for code, license_ in catalog.licenses.items()
    }


def reached(catalog: Catalog, codes: Iterable[str]) -> set[str]:
    """Give those of `codes` that the catalog has, and all that they include, directly or not."""
    licenses = catalog.licenses
    found: set[str] = set()
    waiting = [code for code in codes if code in licenses]
    while waiting:
        code = waiting.pop()
        if code not in found:
            found.add(code)
            waiting += [inner for inner in licenses[code].includes if inner in licenses]
    return found
