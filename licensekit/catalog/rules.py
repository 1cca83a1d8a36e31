"""The rules of catalogs (`docs/reference/catalog.md`, "Rules")."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import chain, islice
from typing import Final, NamedTuple

from licensekit.catalog.requirements import KnownLicenses, circles, impossible, known_licenses, may_require
from licensekit.catalog.tables import unsold
from licensekit.errors.faults import CountWrong, Fault, KindWrong, LicensesCircular, NameUnknown, SettingWrong
from licensekit.text.values import FAULTS, Guess
from licensekit.wire.documents import Catalog, Kind, License, SeatKind, Setting, SettingType, Value
from licensekit.wire.plain import word

_TYPES: Final = {SettingType.TEXT: str, SettingType.NUMBER: int, SettingType.BOOLEAN: bool}
_ONLY_FOR: Final[Mapping[str, tuple[Kind, Callable[[License], bool]]]] = {
    "plan": (Kind.USER, lambda one: one.plan),
    "seats": (Kind.USER, lambda one: one.seats is not SeatKind.NAMED),
    "limits": (Kind.SITE, lambda one: one.limits_sites),
    "quantity": (Kind.SYSTEM, lambda one: one.quantity is not None),
    "full_with": (Kind.SYSTEM, lambda one: one.full_with is not None),
}
"""Key to the kind of license that may have it, and a test whether a license has it."""


def faults(catalog: Catalog, others: Mapping[str, Catalog] = {}) -> list[Fault]:
    """Return the first hundred faults of a catalog, which may require licenses of `others` (issuer to catalog)."""
    known = known_licenses(catalog, others)
    found = chain(_of_licenses(known), _of_circles(known), impossible(known), _of_access(known), _of_editions(known))
    return list(islice(found, FAULTS))


def _of_licenses(known: KnownLicenses) -> Iterator[Fault]:
    for code, license_ in known.catalog.licenses.items():
        path = f"licenses.{code}"
        yield from _of_kind(path, code, license_)
        for inner in license_.includes:
            if inner not in known.catalog.licenses:
                yield no_license(inner, known.catalog.licenses, known.guess).at(f"{path}.includes")
        for name in license_.requires:
            fault = _reference_fault(known, name)
            if fault is None and not may_require(license_.kind, known.licenses[name].kind):
                fault = _kind_fault("requires", name, known.licenses[name].kind, license_.kind)
            if fault is not None:
                yield fault.at(f"{path}.requires")
        if fault := _successor_fault(known, license_):
            yield fault.at(f"{path}.replaced_by")
        if other := license_.full_with:
            fault = _reference_fault(known, other)
            if fault := fault or _kind_fault("completes", other, known.licenses[other].kind, Kind.USER):
                yield fault.at(f"{path}.full_with")


def _of_kind(path: str, code: str, license_: License) -> Iterator[Fault]:
    for key, (kind, is_there) in _ONLY_FOR.items():
        if is_there(license_) and (fault := _kind_fault(key, code, license_.kind, kind)):
            yield fault.at(f"{path}.{key}")


def _kind_fault(reason: str, name: str, kind: Kind, wanted: Kind) -> KindWrong | None:
    if kind is wanted:
        return None
    asked = kind.plural if reason == "table" else word(wanted)
    return KindWrong(reason=reason, license=name, kind=word(kind), wanted=asked)


def _successor_fault(known: KnownLicenses, license_: License) -> Fault | None:
    licenses, successor = known.catalog.licenses, license_.replaced_by
    if successor is None or successor not in licenses:
        return None if successor is None else no_license(successor, licenses, known.guess)
    return _kind_fault("replaces", successor, licenses[successor].kind, license_.kind)


def _reference_fault(known: KnownLicenses, name: str) -> Fault | None:
    """Return why this catalog cannot refer to a license `name`, or None."""
    if name in known.licenses:
        return None
    issuer, _, code = name.rpartition(".")
    if not issuer:
        return no_license(name, known.catalog.licenses, known.guess)
    if issuer == known.catalog.issuer:
        return NameUnknown(reason="own", name=code, issuer=issuer)
    if issuer not in known.issuers:
        return NameUnknown(reason="issuer", name=code, issuer=issuer, guess=known.guess(issuer, known.issuers))
    guess = known.guess(name, (other for other in known.licenses if other.startswith(f"{issuer}.")))
    return NameUnknown(reason="theirs", name=code, issuer=issuer, guess=guess)


def no_license(code: str, licenses: Iterable[str], guess: Guess) -> NameUnknown:
    """Return the fault that `code` is not one of `licenses`."""
    return NameUnknown(reason="license", name=code, guess=guess(code, licenses))


def _of_circles(known: KnownLicenses) -> Iterator[Fault]:
    licenses = known.catalog.licenses
    for circle in circles({code: one.includes for code, one in licenses.items()}):
        plans = tuple(code for code in circle if licenses[code].plan)
        of_plans = LicensesCircular(reason="plans", licenses=plans) if len(plans) > 1 else None
        fault = of_plans or _circular(circle, "includes-itself", "include")
        yield fault.at(f"licenses.{circle[0]}.includes")
    for circle in circles({code: filter(None, [one.replaced_by]) for code, one in licenses.items()}):
        yield _circular(circle, "replaced-by-itself", "replace").at(f"licenses.{circle[0]}.replaced_by")
    for circle in circles(known.requires):
        if own := [code for code in circle if code in licenses]:
            yield _circular(circle, "requires-itself", "require").at(f"licenses.{own[0]}.requires")


def _circular(circle: list[str], alone: str, together: str) -> LicensesCircular:
    return LicensesCircular(reason=alone if len(circle) == 1 else together, licenses=tuple(circle))


def _of_access(known: KnownLicenses) -> Iterator[Fault]:
    for way, access in known.catalog.access.items():
        for name in access.all:
            fault = _reference_fault(known, name)
            if fault is None and known.licenses[name].kind is Kind.SITE:
                fault = _kind_fault("login", name, Kind.SITE, Kind.USER)
            if fault is not None:
                yield fault.at(f"access.{way}.all")


def _of_editions(known: KnownLicenses) -> Iterator[Fault]:
    catalog, guess = known.catalog, known.guess
    licenses, replaced = unsold(catalog, "licenses"), unsold(catalog, "editions")
    for name, edition in catalog.editions.items():
        path = f"editions.{name}."
        counts = Counts(edition.system, edition.sites, edition.users)
        yield from counts_faults(counts, catalog, path, guess)
        yield from settings_faults(edition.settings, catalog.settings, path, guess)
        for kind, codes in zip(Kind, counts, strict=True):
            for code in codes.keys() & licenses if name not in replaced else ():
                yield NameUnknown(reason="unsold", name=code, guess=licenses[code], where=f"{path}{kind.plural}.{code}")
    for name, instead in replaced.items():
        if instead and (instead in replaced or instead not in catalog.editions):
            reason = "unsold" if instead in replaced else "edition"
            meant = replaced.get(instead) or guess(instead, catalog.editions.keys() - replaced)
            yield NameUnknown(reason=reason, name=instead, guess=meant, where=f"editions.{name}.replaced_by")


class Counts(NamedTuple):
    """The licenses of an edition or an order: code to count, None for unrestricted."""

    system: Mapping[str, int | None]
    sites: Mapping[str, int | None]
    users: Mapping[str, int | None]


def counts_faults(counts: Counts, catalog: Catalog, prefix: str, guess: Guess) -> Iterator[Fault]:
    """Yield the faults of `counts`; their key paths start with `prefix`."""
    licenses = catalog.licenses
    for kind, table in zip(Kind, counts, strict=True):
        for code, count in table.items():
            fault: Fault | None = None
            if (license_ := licenses.get(code)) is None:
                fault = no_license(code, licenses, guess)
            elif license_.kind is not kind:
                fault = _kind_fault("table", code, license_.kind, kind)
            elif count != 1 and kind is Kind.SYSTEM and license_.quantity is None:
                fault = CountWrong(reason="no-quantity")
            if fault is not None:
                yield fault.at(f"{prefix}{kind.plural}.{code}")


def settings_faults(
    sold: Mapping[str, Value], known: Mapping[str, Setting], path: str, guess: Guess
) -> Iterator[Fault]:
    """Yield a fault for each setting that a catalog lacks, or whose value does not fit; key paths start with `path`."""
    for code, value in sold.items():
        where = f"{path}settings.{code}"
        if code not in known:
            yield NameUnknown(reason="setting", name=code, guess=guess(code, known), where=where)
        elif fault := value_fault(known[code], value):
            yield fault.at(where)


def value_fault(setting: Setting, value: Value) -> SettingWrong | None:
    """Return why a setting cannot have `value`, or None."""
    if setting.fits(value):
        return None
    if _TYPES[setting.type] is not type(value):
        return SettingWrong(reason="type", wanted=word(setting.type))
    if isinstance(value, str):
        return SettingWrong(reason="choice", value=value, choices=tuple(setting.choices))
    if setting.lowest is not None and value < setting.lowest:
        return SettingWrong(reason="lowest", value=str(value), bound=setting.lowest)
    return SettingWrong(reason="highest", value=str(value), bound=setting.highest)


def missing_quantities(
    system: Mapping[str, int | None], licenses: Mapping[str, License], prefix: str = ""
) -> Iterator[Fault]:
    """Yield a fault for each license that is sold by quantity but has `True` as its count."""
    for code, count in system.items():
        if count is True and code in licenses and (unit := licenses[code].quantity) is not None:
            yield CountWrong(reason="quantity", unit=unit, where=f"{prefix}system.{code}")


def as_numbers(system: Mapping[str, int | None]) -> dict[str, int | None]:
    """Replace each `True` by 1."""
    return {code: 1 if count is True else count for code, count in system.items()}
