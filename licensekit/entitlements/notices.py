"""Notices for administrators: approaching and past dates, and exceeded counts."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from licensekit.dates import day_at
from licensekit.entitlements.evaluation import Entitlements
from licensekit.entitlements.messages import BindingDifference, BundleName, Notice, Severity, Summary
from licensekit.entitlements.parts import Part
from licensekit.entitlements.questions import count
from licensekit.entitlements.states import BundleState
from licensekit.wire.documents import SeatKind
from licensekit.wire.plain import word

_NEARLY_TENTHS: Final = 9  # the tenths in use from which a license is nearly used up


class BundleNotice(Notice):
    """A notice about a bundle."""

    bundle: BundleName


class LicenseNotice(Notice):
    """A notice about a license."""

    license: str


class Expired(BundleNotice, reasons=True):
    """A bundle has expired."""

    ended: int  # the last day of its term, or of grace


class Foreign(BundleNotice):
    """A bundle is bound to another installation."""

    difference: BindingDifference


class Unmaintained(BundleNotice):
    """Maintenance ended before this version of the product was released."""

    maintenance: int


class CountExceeded(LicenseNotice):
    """More of a license are in use than were sold."""

    code = "deficit"
    in_use: int
    total: int | None
    excess: int


class ExpiresSoon(BundleNotice, reasons=True):
    """A bundle is about to expire."""

    code = "warning"
    expiry: int
    ends: int  # the last day on which everything works


class InGrace(BundleNotice, reasons=True):
    """A bundle has expired, and its grace has begun."""

    code = "grace"
    expiry: int
    ends: int  # the last day of grace


class FactsChanged(BundleNotice):
    """Machine facts that a bundle is bound to have changed, but enough match; a warning if no more may change."""

    difference: BindingDifference


class NearlyUsed(LicenseNotice):
    """At least nine tenths of a license are in use."""

    in_use: int
    total: int


class UsedUp(LicenseNotice):
    """All of a license are in use."""

    total: int


class SeatsTaken(LicenseNotice):
    """All seats of a license of concurrent seats are taken."""

    total: int


class CheckDue(BundleNotice):
    """It is time to check for a newer license file."""

    code = "next-check"
    day: int


class WaitsForStart(BundleNotice):
    """A bundle waits for its start."""

    code = "pending"
    start: int


class LicenseNotInCatalog(LicenseNotice):
    """A bundle names a license that this version of the product does not know."""

    code = "unknown-license"
    bundle: BundleName


class SettingNotInCatalog(Notice):
    """A bundle names a setting that this version of the product does not know."""

    code = "unknown-setting"
    bundle: BundleName
    setting: str


class SettingUnfit(Notice):
    """A bundle sells a value that its setting cannot have, which counts as absent."""

    bundle: BundleName
    setting: str
    value: str


class NotFresh(Notice, reasons=True):
    """A trust document or revocation list is out of date."""

    fresh_until: int  # in seconds since 1970
    issuer: str = ""

    @property
    def date(self) -> int:
        """The day from which it is out of date, in days since 1970."""
        return day_at(self.fresh_until)


def list_notices(entitlements: Entitlements, in_use: Mapping[str, int]) -> tuple[Notice, ...]:
    """Return every notice, the most urgent first; `in_use` is license to number assigned."""
    return by_urgency([*_of_parts(entitlements), *_of_counts(entitlements, in_use), *_of_documents(entitlements)])


def summarize(entitlements: Entitlements, notices: Iterable[Notice], *, activated: bool) -> Summary:
    """Summarize until when the product is licensed, or why it is not, and how many of `notices` need attention."""
    due = sum(notice.severity is not Severity.INFO for notice in notices)
    covered = entitlements.product_coverage
    if covered.is_licensed:
        until, ends = covered.until, covered.works_until
        reason = "perpetual" if until is None else "until" if day_at(entitlements.now) <= until else "grace"
        return Summary(reason=reason, due=due, until=until, ends=ends)
    lines = (*entitlements.parts, *entitlements.waiting)
    base = next((one for one in lines if (one.bundle.issuer, one.bundle.part) == covered[:2]), None)
    if base is None or base.works:
        return Summary(reason="no-base" if activated else "nothing", due=due)
    return Summary(reason=base.state.value, due=due, until=base.bundle.starts, bundle=base.name)


def by_urgency(found: Iterable[Notice]) -> tuple[Notice, ...]:
    """Sort notices, the most urgent first; equal ones keep their order."""
    order = (Severity.ERROR, Severity.WARNING, Severity.INFO)
    return tuple(sorted(found, key=lambda notice: order.index(notice.severity)))


def _of_parts(entitlements: Entitlements) -> Iterator[Notice]:
    today = day_at(entitlements.now)
    for part in entitlements.parts:
        if part.state is BundleState.ACTIVE and part.match is None and part.bundle.next_check is None:
            continue
        if notice := _of_state(part) or _of_end(entitlements, part, today):
            yield notice
        if (found := part.match) is not None and found.holds and found.changed:
            has_spare = found.same > found.needed
            severity = Severity.INFO if has_spare else Severity.WARNING
            yield FactsChanged(bundle=part.name, difference=found, severity=severity)
        if (check := part.bundle.next_check) is not None and today >= check:
            yield CheckDue(bundle=part.name, day=check)
    for part in entitlements.waiting:
        if notice := _of_state(part) or _of_end(entitlements, part, today):
            yield notice
        start = part.bundle.starts or 0  # a part that waits has a start
        yield WaitsForStart(bundle=part.name, start=start, days=start - today)


def _of_state(part: Part) -> Notice | None:
    bundle = part.bundle  # which has the date that causes its state
    match part.state:
        case BundleState.FOREIGN if part.match is not None:
            return Foreign(bundle=part.name, difference=part.match)
        case BundleState.UNMAINTAINED:
            return Unmaintained(bundle=part.name, maintenance=bundle.maintenance or 0)
        case BundleState.EXPIRED:
            return Expired(reason=word(bundle.after_grace), bundle=part.name, ended=bundle.term_end or 0)
        case _:
            return None


def _of_end(entitlements: Entitlements, part: Part, today: int) -> Notice | None:
    """Return a notice if coverage ends with this bundle, and soon; one that another follows needs no renewal."""
    bundle = part.bundle
    covered = entitlements.coverage_of(bundle.issuer, bundle.part)
    expiry, end = bundle.expiry, covered.works_until
    if covered.last is not bundle or expiry is None or end is None:
        return None
    after = word(bundle.after_grace)
    if today > expiry:
        return InGrace(reason=after, bundle=part.name, expiry=expiry, ends=end, days=end - today)
    if bundle.warning is not None and today >= bundle.warning:
        return ExpiresSoon(reason=after, bundle=part.name, expiry=expiry, ends=end, days=expiry - today)
    return None


def _of_counts(entitlements: Entitlements, in_use: Mapping[str, int]) -> Iterator[Notice]:
    for code, used in in_use.items():
        if code not in entitlements.licenses:
            continue
        numbers = count(entitlements, code, used)
        if entitlements.licenses[code].seats is SeatKind.CONCURRENT:
            # Seats beyond the count end by themselves, when they would be renewed.
            if numbers.total and numbers.free == 0:
                yield SeatsTaken(license=code, total=numbers.total)
            continue
        # If all of it lapsed, there is a notice about the bundle.
        if numbers.deficit and not (numbers.total == 0 and entitlements.grants.get(code)):
            yield CountExceeded(license=code, in_use=used, total=numbers.total, excess=numbers.deficit)
        elif numbers.total and used == numbers.total:
            yield UsedUp(license=code, total=used)
        elif numbers.total and 10 * used >= _NEARLY_TENTHS * numbers.total:
            yield NearlyUsed(license=code, in_use=used, total=numbers.total)


def _of_documents(entitlements: Entitlements) -> Iterator[Notice]:
    for part, code in entitlements.unknown:
        yield LicenseNotInCatalog(bundle=part.name, license=code)
    settings = entitlements.settings
    for part, code, value in settings.unfit:
        yield SettingUnfit(bundle=part.name, setting=code, value=str(value))
    for part, code, _ in settings.unknown:
        yield SettingNotInCatalog(bundle=part.name, setting=code)
    state, now = entitlements.trust_store.trust, entitlements.now
    trust = [] if state.trust is None else [("trust", "", state.trust.document.fresh_until)]
    lists = (("revocations", issuer, one.document.fresh_until) for issuer, one in state.lists.items())
    for reason, issuer, fresh_until in (*trust, *lists):
        if fresh_until is not None and now >= fresh_until:
            yield NotFresh(reason=reason, fresh_until=fresh_until, issuer=issuer)
