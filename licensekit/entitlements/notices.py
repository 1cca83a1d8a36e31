"""What administrators should know: dates that near or have passed, counts that do not suffice.

What is about to end is judged by coverage: a bundle that another one follows without a gap needs no renewal.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from licensekit.dates import day_at
from licensekit.entitlements import messages
from licensekit.entitlements.evaluation import Entitlements
from licensekit.entitlements.parts import BundleState, Part
from licensekit.entitlements.questions import count
from licensekit.wire.documents import SeatKind
from licensekit.wire.plain import word

_NEARLY_TENTHS: Final = 9
"""From this many tenths in use on, a license is nearly used up."""


def list_notices(entitlements: Entitlements, in_use: Mapping[str, int]) -> tuple[messages.Notice, ...]:
    """Return every notice, the most urgent first; `in_use` is license to number assigned."""
    found = [
        *_of_parts(entitlements),
        *_of_counts(entitlements, in_use),
        *_of_catalogs(entitlements),
        *_of_freshness(entitlements),
    ]
    return by_urgency(found)


def summarize(entitlements: Entitlements, notices: Iterable[messages.Notice], *, activated: bool) -> messages.Summary:
    """Return in one sentence until when the product is licensed, or why not, and how many of `notices` need somebody.

    `activated` is whether anything was ever activated and not given back.
    """
    due = sum(notice.severity is not messages.Severity.INFO for notice in notices)
    covered = entitlements.product_coverage
    if covered.is_licensed:
        until, ends = covered.until, covered.works_until
        reason = "perpetual" if until is None else "until" if day_at(entitlements.now) <= until else "grace"
        return messages.Summary(reason=reason, due=due, until=until, ends=ends)
    lines = (*entitlements.parts, *entitlements.waiting)
    base = next((one for one in lines if (one.bundle.issuer, one.bundle.part) == covered[:2]), None)
    if base is None or base.works:
        return messages.Summary(reason="no-base" if activated else "nothing", due=due)
    return messages.Summary(reason=base.state.value, due=due, until=base.bundle.starts, bundle=base.name)


def by_urgency(found: Iterable[messages.Notice]) -> tuple[messages.Notice, ...]:
    """Sort notices by urgency, the most urgent first; equal ones keep their order."""
    order = (messages.Severity.ERROR, messages.Severity.WARNING, messages.Severity.INFO)
    return tuple(sorted(found, key=lambda notice: order.index(notice.severity)))


def _of_parts(entitlements: Entitlements) -> Iterator[messages.Notice]:
    today = day_at(entitlements.now)
    for part in entitlements.parts:
        if notice := _of_state(part) or _of_end(entitlements, part, today):
            yield notice
        if (found := part.match) is not None and found.holds and found.changed:
            has_spare = found.same > found.needed
            severity = messages.Severity.INFO if has_spare else messages.Severity.WARNING
            yield messages.FactsChanged(bundle=part.name, difference=found, severity=severity)
        check = part.bundle.next_check
        if check is not None and today >= check:
            yield messages.CheckDue(bundle=part.name, day=check)
    for part in entitlements.waiting:
        if notice := _of_state(part) or _of_end(entitlements, part, today):
            yield notice
        start = part.bundle.starts or 0  # whatever waits has a start
        yield messages.WaitsForStart(bundle=part.name, start=start, days=start - today)


def _of_state(part: Part) -> messages.Notice | None:
    bundle = part.bundle  # one in these states has the date that they follow from
    match part.state:
        case BundleState.FOREIGN if part.match is not None:
            return messages.Foreign(bundle=part.name, difference=part.match)
        case BundleState.UNMAINTAINED:
            return messages.Unmaintained(bundle=part.name, maintenance=bundle.maintenance or 0)
        case BundleState.EXPIRED:
            return messages.Expired(reason=word(bundle.after_grace), bundle=part.name, ended=bundle.term_end or 0)
        case _:
            return None


def _of_end(entitlements: Entitlements, part: Part, today: int) -> messages.Notice | None:
    """Return a notice if it is with this bundle that what is licensed ends, and soon."""
    bundle = part.bundle
    covered = entitlements.coverage_of(bundle.issuer, bundle.part)
    expiry, end = bundle.expiry, covered.works_until
    if covered.last is not bundle or expiry is None or end is None:
        return None
    after = word(bundle.after_grace)
    if today > expiry:
        return messages.InGrace(reason=after, bundle=part.name, expiry=expiry, ends=end, days=end - today)
    if bundle.warning is not None and today >= bundle.warning:
        return messages.ExpiresSoon(reason=after, bundle=part.name, expiry=expiry, ends=end, days=expiry - today)
    return None


def _of_counts(entitlements: Entitlements, in_use: Mapping[str, int]) -> Iterator[messages.Notice]:
    for code, used in in_use.items():
        if code not in entitlements.licenses:
            continue
        numbers = count(entitlements, code, used)
        if entitlements.licenses[code].seats is SeatKind.CONCURRENT:
            # What is held beyond the count ends by itself, when it would be renewed.
            if numbers.total and numbers.free == 0:
                yield messages.SeatsTaken(license=code, total=numbers.total)
            continue
        # Where all of it lapsed, the notice about the bundle says what follows.
        if numbers.deficit and not (numbers.total == 0 and entitlements.grants.get(code)):
            yield messages.CountExceeded(license=code, in_use=used, total=numbers.total, excess=numbers.deficit)
        elif numbers.total and used == numbers.total:
            yield messages.UsedUp(license=code, total=used)
        elif numbers.total and 10 * used >= _NEARLY_TENTHS * numbers.total:
            yield messages.NearlyUsed(license=code, in_use=used, total=numbers.total)


def _of_catalogs(entitlements: Entitlements) -> Iterator[messages.Notice]:
    for part, code in entitlements.unknown:
        yield messages.LicenseNotInCatalog(bundle=part.name, license=code)
    settings = entitlements.settings
    for part, code, value in settings.unfit:
        yield messages.SettingUnfit(bundle=part.name, setting=code, value=str(value))
    for part, code, _ in settings.unknown:
        yield messages.SettingNotInCatalog(bundle=part.name, setting=code)


def _of_freshness(entitlements: Entitlements) -> Iterator[messages.Notice]:
    state, now = entitlements.trust_store.trust, entitlements.now
    trust = [] if state.trust is None else [("trust", "", state.trust.document.fresh_until)]
    lists = (("revocations", issuer, one.document.fresh_until) for issuer, one in state.lists.items())
    for reason, issuer, fresh_until in (*trust, *lists):
        if fresh_until is not None and now >= fresh_until:
            yield messages.NotFresh(reason=reason, fresh_until=fresh_until, issuer=issuer)
