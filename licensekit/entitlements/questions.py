"""Questions to entitlements, each a pure function."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Final, NamedTuple
from urllib.parse import urlencode

from licensekit.access import Access
from licensekit.dates import date_of, day_at, format_days
from licensekit.entitlements.amounts import Allowance, total_of
from licensekit.entitlements.evaluation import Entitlements
from licensekit.entitlements.parts import Part
from licensekit.entitlements.states import DATES as _DATES
from licensekit.entitlements.states import BundleState
from licensekit.errors import UnknownCode, WrongKind
from licensekit.languages import local_name
from licensekit.text import names
from licensekit.text.values import nearest
from licensekit.wire.documents import Kind, MeterPeriod, Use, Value, is_code
from licensekit.wire.plain import plain_fields

_ENDS: Final = frozenset({"warning", "expiry", "grace"})  # dates that do not matter if another bundle follows


class Count(NamedTuple):
    """How much of a license was sold, and how much is in use."""

    total: int | None
    """None is unrestricted."""
    in_use: int
    per: MeterPeriod | None = None
    """When a meter is renewed; None if it is not a meter."""
    allowances: tuple[Allowance, ...] = ()
    """The present allowances of a meter."""

    @property
    def free(self) -> int | None:
        """How many more can be assigned; None is unrestricted."""
        return None if self.total is None else max(0, self.total - self.in_use)

    @property
    def unrestricted(self) -> bool:
        """Whether there is no limit."""
        return self.total is None

    @property
    def deficit(self) -> int:
        """How many more are in use than were sold."""
        return 0 if self.total is None else max(0, self.in_use - self.total)


class LicenseRow(NamedTuple):
    """A license, as lists show it."""

    code: str
    issuer: str
    kind: Kind
    name: str
    access: Access
    """The access of the installation to a system license; of other licenses the most that a holder gets."""
    total: int | None
    """None is unrestricted; for a system license 1, or its quantity."""
    in_use: int
    hidden: bool
    plan: bool
    granted: bool
    quantity: str | None = None
    """The unit of a system license that is sold by quantity."""
    per: MeterPeriod | None = None
    """When the quantity of a meter is renewed."""
    period_ends: int | None = None
    """The first second after the present period of a meter (the first to end of several); None if it does not end."""

    @property
    def is_counted(self) -> bool:
        """Whether use is counted; units of an unrestricted meter are not."""
        return self.kind is not Kind.SYSTEM or (self.per is not None and self.total is not None)

    @property
    def free(self) -> int | None:
        """How many more can be assigned; None is unrestricted."""
        return Count(self.total, self.in_use).free

    def plain(self) -> dict[str, Any]:
        """Return the row as plain JSON values."""
        named = "license=code issuer kind name access total in_use hidden plan granted quantity per period_ends free"
        return plain_fields(self, named)


class LicensedPart(NamedTuple):
    """An issuer's part, as programs show it."""

    issuer: str
    part: str
    """`base`, or the name of an add-on."""
    company: str
    serial: str
    use: Use
    state: BundleState
    """The state of the bundle in force; `pending` if none has started."""
    covered_until: date | None
    """As `Licensing.covered_until` for the product."""
    days_left: int | None
    """As `Licensing.days_left` for the product."""


class NextDate(NamedTuple):
    """A coming date of a bundle."""

    day: int
    """Days since 1970."""
    bundle: str
    """The bundle's label."""
    name: str
    """One of `parts.DATES`."""
    part: Part

    @property
    def what(self) -> str:
        """The name of the date for people: `expiry`, `end of grace`."""
        return _DATES[self.name]

    def plain(self, now: int) -> dict[str, Any]:
        """Return the date as plain JSON values, with the days from `now` until then."""
        return {"date": format_days(self.day), "days": self.day - day_at(now), "what": self.what, "bundle": self.bundle}


def coming_dates(entitlements: Entitlements) -> tuple[NextDate, ...]:
    """Return the coming dates of bundles in force or waiting, sorted, without ends where another bundle follows."""
    found: list[NextDate] = []
    for part in (*entitlements.parts, *entitlements.waiting):
        is_followed = entitlements.coverage_of(part.bundle.issuer, part.bundle.part).is_followed(part.bundle)
        dates = [NextDate(day, part.label, name, part) for name, day in part.dates]
        to_come = (one for one in dates if one.day > day_at(entitlements.now))
        found += (one for one in to_come if not (is_followed and one.name in _ENDS))
    return tuple(sorted(found, key=lambda one: one[:3]))


def licensed_parts(entitlements: Entitlements) -> tuple[LicensedPart, ...]:
    """Return the parts of all bundles in force or waiting, the vendor's first."""
    named: dict[tuple[str, str], Part] = {}
    for part in (*entitlements.parts, *entitlements.waiting):
        named.setdefault((part.bundle.issuer, part.bundle.part), part)
    found: list[LicensedPart] = []
    for (issuer, name), part in named.items():
        bundle, covered = part.bundle, entitlements.coverage_of(issuer, name)
        last = date.max if covered.until is None else date_of(covered.until)
        until = last if covered.is_licensed else None
        left = covered.days_left(entitlements.now)
        found.append(LicensedPart(issuer, name, bundle.company, bundle.serial, bundle.use, part.state, until, left))
    return tuple(found)


def resolve(entitlements: Entitlements, code: str, kinds: Iterable[Kind] = Kind) -> str:
    """Return the normal spelling of a license code, without the vendor's prefix; raise `UnknownCode`, `WrongKind`."""
    name = entitlements.trust_store.qualify(entitlements.trust_store.issuer, code)
    if (license_ := entitlements.licenses.get(name)) is None:
        raise UnknownCode(reason="license", name=code)
    if license_.kind not in kinds:
        wanted = tuple(kind.name.lower() for kind in kinds)
        raise WrongKind(reason="kind", license=code, kind=license_.kind.name.lower(), wanted=wanted)
    return name


def called(entitlements: Entitlements, name: str) -> tuple[str, ...]:
    """Return the licenses with this code, ignoring case, or else with this name in any language of the catalog."""
    wanted, licenses = names.folded(name), entitlements.licenses
    code = entitlements.trust_store.qualify(entitlements.trust_store.issuer, wanted)
    if code in licenses:
        return (code,)
    shown = ((code, (one.name, *one.names.values())) for code, one in licenses.items())
    return tuple(code for code, texts in shown if wanted in map(names.folded, texts))


def asked(entitlements: Entitlements, code: str, kinds: Iterable[Kind] = Kind) -> str:
    """Return the normal spelling of a code that a program asks about; raises as `resolve`, or `TypeError`."""
    names.require_text(code, "a license code")
    if is_absent(entitlements, code):
        return code
    try:
        return resolve(entitlements, code, kinds)
    except UnknownCode:
        raise UnknownCode(reason="license", name=code, guess=nearest(code, entitlements.licenses)) from None


def metered(entitlements: Entitlements, code: str) -> str:
    """Return the normal spelling of the code of a meter; raises as `asked`, and `WrongKind` if it is not a meter."""
    name = asked(entitlements, code, (Kind.SYSTEM,))
    if not is_absent(entitlements, name) and entitlements.licenses[name].per is None:
        raise WrongKind(reason="meter", license=code, kind="system")
    return name


def is_absent(entitlements: Entitlements, code: str) -> bool:
    """Return whether the catalog of a code's issuer is not here, so that nothing grants it."""
    issuer, _, bare = code.rpartition(".")
    known = entitlements.trust_store
    return issuer not in {*known.catalogs, known.issuer} and is_code(issuer) and is_code(bare)


def count_of(entitlements: Entitlements, code: str, in_use: Mapping[str, int]) -> Count:
    """Count a license that a program asks about; `in_use` is license to number assigned; raises as `asked`."""
    name = asked(entitlements, code)
    return Count(0, 0) if is_absent(entitlements, name) else count(entitlements, name, in_use.get(name, 0))


def count(entitlements: Entitlements, code: str, in_use: int) -> Count:
    """Count a license of which `in_use` are assigned; `code` is as `resolve` returns it."""
    license_ = entitlements.licenses[code]
    if license_.kind is not Kind.SYSTEM:
        return Count(total_of(tier.amount for tier in entitlements.tiers[code] if tier.cap is Access.FULL), in_use)
    if license_.quantity is None:
        total: int | None = int(entitlements.present.get(code) is Access.FULL)
    else:
        total = total_of(grant.amount for grant in entitlements.grants.get(code, ()) if grant.part.cap is Access.FULL)
    return Count(total, in_use, license_.per, entitlements.meters.get(code, ()))


def where_to_buy(entitlements: Entitlements, code: str) -> str | None:
    """Return the address where the issuer of a license sells more, if its catalog has one."""
    trust_store = entitlements.trust_store
    catalog = trust_store.catalogs.get(trust_store.issuer_of(code))
    return None if catalog is None else catalog.document.urls.get("buy")


def order_address(entitlements: Entitlements, issuer: str, **asked: str) -> str | None:
    """Return the web page where an issuer sells more, with the serial and `asked` in its query, or None."""
    catalog, bundles = entitlements.trust_store.catalogs.get(issuer), (one.document for one in entitlements.bundles)
    page = "" if catalog is None else catalog.document.urls.get("buy", "")
    if not page.startswith(("https://", "http://")):
        return None
    serial = next((one.serial for one in bundles if one.issuer == issuer), entitlements.serial)
    page, *fragment = page.split("#", 1)
    given = urlencode({**({} if serial is None else {"serial": serial}), **asked})
    return "#".join((f"{page}{'&' if '?' in page else '?'}{given}" if given else page, *fragment))


def rows(entitlements: Entitlements, in_use: Mapping[str, int]) -> tuple[LicenseRow, ...]:
    """Return every license of every catalog, in the catalogs' order."""
    found: list[LicenseRow] = []
    for code, license_ in entitlements.licenses.items():
        numbers, issuer = count(entitlements, code, in_use.get(code, 0)), entitlements.trust_store.issuer_of(code)
        about = code, issuer, license_.kind, local_name(license_.names, license_.name), best_access(entitlements, code)
        numbered = numbers.total, numbers.in_use, license_.hidden, license_.plan, code in entitlements.grants
        ends = next((one.ends for one in numbers.allowances), None)
        found.append(LicenseRow(*about, *numbered, license_.quantity, license_.per, ends))
    return tuple(found)


def best_access(entitlements: Entitlements, code: str) -> Access:
    """Return the access of the installation to a system license, or the most of any holder of another license."""
    if entitlements.licenses[code].kind is Kind.SYSTEM:
        return entitlements.system[code]
    given = max(entitlements.everyone.get(code, Access.NONE), entitlements.every_site.get(code, Access.NONE))
    return max([given, *(tier.cap for tier in entitlements.tiers[code])])


def setting(entitlements: Entitlements, code: str) -> Value | None:
    """Return the value of a setting, sold or default, or None; raise `UnknownCode`, `TypeError`."""
    names.require_text(code, "a setting's code")
    name = entitlements.trust_store.qualify(entitlements.trust_store.issuer, code)
    values = entitlements.settings.values
    if name not in values and not is_absent(entitlements, code):
        raise UnknownCode(reason="setting", name=code, guess=nearest(code, values))
    return values.get(name)
