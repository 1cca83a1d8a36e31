"""The values of settings, merged from all parts (`docs/evaluation.md`)."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from licensekit.entitlements.parts import Part
from licensekit.trust.pack import TrustStore
from licensekit.wire.documents import Bundle, Combine, Setting, Value


class SoldValue(NamedTuple):
    """The value that a part sells for a setting."""

    part: Part
    code: str  # as applications write it
    value: Value


class SettingRow(NamedTuple):
    """A setting, as lists show it."""

    code: str
    issuer: str
    name: str
    value: Value | None
    """The value sold, or the default, or None."""
    is_sold: bool


class Settings(NamedTuple):
    """Every setting of every catalog at one moment."""

    rows: tuple[SettingRow, ...]
    values: Mapping[str, Value | None]  # setting to value
    unfit: tuple[SoldValue, ...]  # values that their settings cannot have, which count as absent
    unknown: tuple[SoldValue, ...]  # values of settings that the issuer's newest catalog does not have


def settings_of(trust_store: TrustStore, parts: Iterable[Part]) -> Settings:
    """Merge the settings of the `parts` that work; their order does not matter."""
    declared = trust_store.named(lambda catalog: catalog.settings)
    fitting, unfit, unknown = dict[str, list[SoldValue]](), list[SoldValue](), list[SoldValue]()
    selling = ((part, *sold) for part in parts if part.works for sold in part.bundle.settings.items())
    for part, written, value in selling:
        sold = SoldValue(part, trust_store.qualify(part.bundle.issuer, written), value)
        if sold.code not in declared:
            unknown.append(sold)
        elif not declared[sold.code][1].fits(sold.value):
            unfit.append(sold)
        else:
            fitting.setdefault(sold.code, []).append(sold)
    values = {code: one.default for code, (_, one) in declared.items()}
    values |= {code: merge(declared[code][1], sold) for code, sold in fitting.items()}
    rows = (SettingRow(code, of, one.name, values[code], code in fitting) for code, (of, one) in declared.items())
    return Settings(tuple(rows), values, tuple(unfit), tuple(unknown))


def merge(setting: Setting, sold: Iterable[SoldValue]) -> Value:
    """Combine at least one valid value of a setting; a sum may exceed the bound of a single value."""
    listed = list(sold)
    numbers = [one.value for one in listed if isinstance(one.value, int)]
    if setting.combine is Combine.SUM:
        return sum(numbers)
    if setting.combine is Combine.MOST:
        return max(numbers)
    return max(listed, key=lambda one: (one.part.bundle.issued, one.part.verified.identity)).value


def unfit_in(trust_store: TrustStore, bundle: Bundle) -> Mapping[str, Value]:
    """Return the settings of a bundle whose values its issuer's newest catalog does not allow."""
    catalog = trust_store.catalogs.get(bundle.issuer)
    declared = {} if catalog is None else catalog.document.settings
    sold = bundle.settings.items()
    return {code: value for code, value in sold if code in declared and not declared[code].fits(value)}
