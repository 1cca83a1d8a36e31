"""All licenses that one catalog can speak of, by the names that it gives them.

Its own licenses go by their codes, another issuer's as `issuer.code`.
"""

from collections.abc import Mapping
from typing import NamedTuple

from licensekit.wire.documents import Catalog, Kind, License


class KnownLicenses(NamedTuple):
    """A catalog's own licenses and those of the catalogs beside it."""

    catalog: Catalog
    issuers: frozenset[str]
    """The other issuers whose catalogs are known."""
    licenses: Mapping[str, License]
    requires: Mapping[str, frozenset[str]]
    """License to what it requires, as far as that exists and is of a kind that it may require."""
    gives: Mapping[str, frozenset[str]]
    """License to all that it includes, directly or not."""


def known_licenses(catalog: Catalog, others: Mapping[str, Catalog]) -> KnownLicenses:
    """Return the licenses of `catalog` and of `others` (issuer to catalog) by one set of names."""
    here = catalog.issuer
    foreign = {issuer: other for issuer, other in others.items() if issuer != here}
    catalogs = {here: catalog, **foreign}
    owned = [(i, code, one) for i, c in catalogs.items() for code, one in c.licenses.items()]
    licenses = {_name(code, issuer, here): one for issuer, code, one in owned}
    requires = {_name(code, issuer, here): _requires(one, licenses, issuer, here) for issuer, code, one in owned}
    gives = {
        _name(code, issuer, here): frozenset(_name(inner, issuer, here) for inner in inners)
        for issuer, document in catalogs.items()
        for code, inners in document.closure().items()
    }
    return KnownLicenses(catalog, frozenset(foreign), licenses, requires, gives)


def may_require(kind: Kind, required: Kind) -> bool:
    """Return whether a license of `kind` may require one of the kind `required`.

    Its holder must be able to hold it, or the installation: a user is not tied to one site when a license is assigned,
    and an installation holds neither site nor user licenses.
    """
    return required in (kind, Kind.SYSTEM)


def _requires(license_: License, licenses: Mapping[str, License], issuer: str, here: str) -> frozenset[str]:
    names = (_name(code, issuer, here) for code in license_.requires)
    return frozenset(name for name in names if name in licenses and may_require(license_.kind, licenses[name].kind))


def _name(code: str, issuer: str, here: str) -> str:
    owner, _, bare = code.rpartition(".")
    owner = owner or issuer
    return bare if owner == here else f"{owner}.{bare}"
