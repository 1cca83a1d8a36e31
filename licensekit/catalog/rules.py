"""Is a catalog sound? (`docs/catalog.md`, "Rules")."""

from collections.abc import Iterator, Mapping
from itertools import chain, islice
from typing import Final, NamedTuple

from licensekit.catalog.known import KnownLicenses, known_licenses, may_require
from licensekit.catalog.requirements import circles, impossible
from licensekit.errors import Fault
from licensekit.text.names import quote_codes
from licensekit.text.values import did_you_mean
from licensekit.wire.documents import Catalog, Kind, License, SeatKind
from licensekit.wire.plain import word

_MOST: Final = 1000
_ONLY_FOR: Final = {
    "plan": (Kind.USER, "be a plan"),
    "seats": (Kind.USER, "count concurrent use"),
    "limits": (Kind.SITE, "limit the number of sites"),
    "quantity": (Kind.SYSTEM, "have a quantity"),
    "full_with": (Kind.SYSTEM, "be completed by another"),
}
"""Key to the one kind of license that may have it, and what it says there."""


def faults(catalog: Catalog, others: Mapping[str, Catalog] = {}) -> list[Fault]:
    """Check a catalog: return all its faults by key path; if there is none, it may be signed.

    At most a thousand faults are returned: more than that come from one cause.
    `others` are the catalogs of other issuers (issuer to catalog) whose licenses it may require.
    """
    known = known_licenses(catalog, others)
    found = chain(
        _of_licenses(known),
        _of_circles(known),
        _of_requirements(known),
        _of_access(known),
        _of_editions(catalog),
    )
    return list(islice(found, _MOST))


def _of_licenses(known: KnownLicenses) -> Iterator[Fault]:
    for code, license_ in known.catalog.licenses.items():
        path = f"licenses.{code}"
        yield from _of_kind(path, license_)
        for inner in license_.includes:
            if inner not in known.catalog.licenses:
                yield Fault(f"{path}.includes", _no_license(inner, known.catalog))
        for name in license_.requires:
            if why := _reference_fault(known, name) or _required_fault(known, license_, name):
                yield Fault(f"{path}.requires", why)
        other = license_.full_with
        if other and (why := _reference_fault(known, other) or _completing_fault(known, other)):
            yield Fault(f"{path}.full_with", why)


def _of_kind(path: str, license_: License) -> Iterator[Fault]:
    used = {
        "plan": license_.plan,
        "seats": license_.seats is not SeatKind.NAMED,
        "limits": license_.limits_sites,
        "quantity": license_.quantity is not None,
        "full_with": license_.full_with is not None,
    }
    for key, (kind, what) in _ONLY_FOR.items():
        if used[key] and license_.kind is not kind:
            why = f"only a {word(kind)} license can {what}; this is a {word(license_.kind)} license"
            yield Fault(f"{path}.{key}", why)


def _required_fault(known: KnownLicenses, license_: License, name: str) -> str | None:
    required = known.licenses[name].kind
    if may_require(license_.kind, required):
        return None
    return f"a {word(license_.kind)} license cannot require the {word(required)} license `{name}`"


def _completing_fault(known: KnownLicenses, name: str) -> str | None:
    kind = known.licenses[name].kind
    return None if kind is Kind.USER else f"`{name}` is a {word(kind)} license, not a user license"


def _reference_fault(known: KnownLicenses, name: str) -> str | None:
    """Return why `name` is no license that this catalog can speak of, or None."""
    if name in known.licenses:
        return None
    issuer, _, code = name.rpartition(".")
    if not issuer:
        return _no_license(name, known.catalog)
    if issuer == known.catalog.issuer:
        return f"`{issuer}` is this catalog's own issuer: write `{code}`"
    if issuer not in known.issuers:
        guess = did_you_mean(issuer, known.issuers)
        return f"no catalog of the issuer `{issuer}` is known here{guess}"
    theirs = [other for other in known.licenses if other.startswith(f"{issuer}.")]
    return f"`{issuer}` has no license `{code}`{did_you_mean(name, theirs)}"


def _no_license(code: str, catalog: Catalog) -> str:
    return f"there is no license `{code}`{did_you_mean(code, catalog.licenses)}"


def _of_circles(known: KnownLicenses) -> Iterator[Fault]:
    licenses = known.catalog.licenses
    for circle in circles({code: one.includes for code, one in licenses.items()}):
        plans = [code for code in circle if licenses[code].plan]
        if len(plans) > 1:
            why = f"the plans {quote_codes(plans)} imply each other"
        else:
            why = _circular(circle, "include")
        yield Fault(f"licenses.{circle[0]}.includes", why)
    for circle in circles(known.requires):
        own = [code for code in circle if code in licenses]
        if own:
            yield Fault(f"licenses.{own[0]}.requires", _circular(circle, "require"))


def _circular(circle: list[str], verb: str) -> str:
    if len(circle) == 1:
        return f"`{circle[0]}` {verb}s itself"
    return f"{quote_codes(circle)} {verb} one another in a circle"


def _of_requirements(known: KnownLicenses) -> Iterator[Fault]:
    for code, why in impossible(known):
        yield Fault(f"licenses.{code}.requires", f"this can never hold: {why}")


def _of_access(known: KnownLicenses) -> Iterator[Fault]:
    for way, access in known.catalog.access.items():
        for name in access.all:
            if why := _reference_fault(known, name):
                yield Fault(f"access.{way}.all", why)
            elif known.licenses[name].kind is Kind.SITE:
                why = f"`{name}` is a site license; a login needs system and user licenses"
                yield Fault(f"access.{way}.all", why)


def _of_editions(catalog: Catalog) -> Iterator[Fault]:
    for name, edition in catalog.editions.items():
        counts = Counts(edition.system, edition.sites, edition.users)
        yield from counts_faults(counts, catalog, f"editions.{name}.")


class Counts(NamedTuple):
    """What an edition or an order counts: license code to count, None for unrestricted."""

    system: Mapping[str, int | None]
    sites: Mapping[str, int | None]
    users: Mapping[str, int | None]


def counts_faults(counts: Counts, catalog: Catalog, prefix: str = "") -> Iterator[Fault]:
    """Return what is wrong with what is counted; `prefix` begins the key paths."""
    for kind, table in zip(Kind, counts, strict=True):
        for code, count in table.items():
            if why := _count_fault(catalog, kind, code, count):
                yield Fault(f"{prefix}{kind.plural}.{code}", why)


def _count_fault(catalog: Catalog, kind: Kind, code: str, count: int | None) -> str | None:
    license_ = catalog.licenses.get(code)
    if license_ is None:
        return _no_license(code, catalog)
    if license_.kind is not kind:
        return f"is a {word(license_.kind)} license: it belongs in `{license_.kind.plural}`"
    if kind is Kind.SYSTEM and license_.quantity is None and count != 1:
        return "is there or not: write `true`"
    return None


def missing_quantities(
    system: Mapping[str, int | None], licenses: Mapping[str, License], prefix: str = ""
) -> Iterator[Fault]:
    """Yield a fault for each license that is sold by quantity and has `True` for its count."""
    for code, count in system.items():
        if count is True and code in licenses and (unit := licenses[code].quantity) is not None:
            yield Fault(f"{prefix}system.{code}", f"is sold by quantity: write how many {unit}")


def as_numbers(system: Mapping[str, int | None]) -> dict[str, int | None]:
    """Return the same counts with 1 for `True`."""
    return {code: None if count is None else int(count) for code, count in system.items()}
