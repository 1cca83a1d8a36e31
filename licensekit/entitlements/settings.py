"""What the parts of an installation sell of each setting, merged (`docs/evaluation.md`)."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from licensekit.entitlements.parts import Part
from licensekit.trust.pack import TrustStore
from licensekit.wire.documents import Bundle, Combine, Setting, Value


class SoldValue(NamedTuple):
    """The value that one part sells of a setting."""

    part: Part
    code: str  # as an application writes it
    value: Value


class SettingRow(NamedTuple):
    """One setting as a list shows it."""

    code: str
    issuer: str
    name: str
    value: Value | None
    """What counts: what was sold, or the default; None: neither is there."""
    is_sold: bool


class Settings(NamedTuple):
    """Every setting of every catalog at one moment."""

    rows: tuple[SettingRow, ...]
    values: Mapping[str, Value | None]  # setting to what counts
    unfit: tuple[SoldValue, ...]  # what was sold and does not fit its setting: it counts as absent
    unknown: tuple[SoldValue, ...]  # what was sold and its issuer's newest catalog does not have


def settings_of(trust_store: TrustStore, parts: Iterable[Part]) -> Settings:
    """Merge what `parts` sell: those that work, in whatever order."""
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
    """Return what one or more values that fit make together; a sum may be above the bound of a single one."""
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
