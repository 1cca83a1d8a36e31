"""What administrators should know: dates that near or have passed, counts that do not suffice."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final, Literal, TypeGuard

from licensekit.dates import day_at
from licensekit.entitlements.evaluation import Entitlements
from licensekit.entitlements.messages import (
    CheckDue,
    CountExceeded,
    Expired,
    ExpiresSoon,
    FactsChanged,
    Foreign,
    InGrace,
    LicenseNotInCatalog,
    NotFresh,
    Notice,
    SeatsTaken,
    Severity,
    Unmaintained,
    WaitsForStart,
)
from licensekit.entitlements.parts import BundleState, Part
from licensekit.entitlements.questions import count
from licensekit.wire.documents import AfterGrace, SeatKind

_AFTER_GRACE: Final[Mapping[AfterGrace, Literal["read-only", "block", "advisory"]]] = {
    AfterGrace.READ_ONLY: "read-only",
    AfterGrace.BLOCK: "block",
    AfterGrace.ADVISORY: "advisory",
}


def list_notices(entitlements: Entitlements, in_use: Mapping[str, int]) -> tuple[Notice, ...]:
    """Return every notice, the most urgent first; `in_use` is license to number assigned."""
    found = [
        *_of_parts(entitlements),
        *_of_counts(entitlements, in_use),
        *_of_unknown(entitlements),
        *_of_freshness(entitlements),
    ]
    return by_urgency(found)


def by_urgency(found: Iterable[Notice]) -> tuple[Notice, ...]:
    """Sort notices by urgency, the most urgent first; equal ones keep their order."""
    order = (Severity.ERROR, Severity.WARNING, Severity.INFO)
    return tuple(sorted(found, key=lambda notice: order.index(notice.severity)))


def _of_parts(entitlements: Entitlements) -> Iterator[Notice]:
    today = day_at(entitlements.now)
    for part in entitlements.parts:
        if notice := _of_state(part, today):
            yield notice
        if notice := _of_facts(part):
            yield notice
        check = part.bundle.next_check
        if check is not None and today >= check:
            yield CheckDue(bundle=part.name, day=check)
    for part in entitlements.waiting:
        start = part.bundle.starts or 0  # whatever waits has a start
        yield WaitsForStart(bundle=part.name, start=start, days=start - today)


def _of_state(part: Part, today: int) -> Notice | None:
    bundle, name = part.bundle, part.name
    expiry = bundle.expiry
    end = expiry if bundle.grace is None else bundle.grace
    match part.state:
        case BundleState.FOREIGN if part.match is not None:
            return Foreign(bundle=name, difference=part.match.difference)
        case BundleState.UNMAINTAINED:
            return Unmaintained(bundle=name)
        case BundleState.WARNING if expiry is not None:
            return ExpiresSoon(bundle=name, expiry=expiry, days=expiry - today)
        case BundleState.GRACE if expiry is not None and end is not None:
            return InGrace(bundle=name, expiry=expiry, grace=end, days=end - today)
        case BundleState.EXPIRED:
            return Expired(reason=_AFTER_GRACE[bundle.after_grace], bundle=name)
        case _:
            return None


def _of_facts(part: Part) -> Notice | None:
    """Return a notice of changes to the machine before they are too many."""
    found = part.match
    if found is None or not found.holds or not found.changed:
        return None
    return FactsChanged(bundle=part.name, difference=found.difference)


def _of_counts(entitlements: Entitlements, in_use: Mapping[str, int]) -> Iterator[Notice]:
    for code, used in in_use.items():
        if code not in entitlements.licenses:
            continue
        numbers = count(entitlements, code, used)
        if entitlements.licenses[code].seats is SeatKind.CONCURRENT:
            # What is held beyond the count ends by itself, when it would be renewed.
            if numbers.total and numbers.free == 0:
                yield SeatsTaken(license=code, total=numbers.total)
            continue
        # Where all of it lapsed, the notice about the bundle says what follows.
        if numbers.deficit and not (numbers.total == 0 and entitlements.grants.get(code)):
            yield CountExceeded(
                license=code, in_use=used, total=numbers.total, excess=numbers.deficit
            )


def _of_unknown(entitlements: Entitlements) -> Iterator[Notice]:
    for part, code in entitlements.unknown:
        yield LicenseNotInCatalog(bundle=part.name, license=code)


def _of_freshness(entitlements: Entitlements) -> Iterator[Notice]:
    state, now = entitlements.trust_store.trust, entitlements.now
    if state.trust is not None and _is_past(state.trust.document.fresh_until, now):
        yield NotFresh(reason="trust", fresh_until=state.trust.document.fresh_until)
    for issuer, listed in state.lists.items():
        if _is_past(listed.document.fresh_until, now):
            yield NotFresh(
                reason="revocations", fresh_until=listed.document.fresh_until, issuer=issuer
            )


def _is_past(fresh_until: int | None, now: int) -> TypeGuard[int]:
    return fresh_until is not None and now >= fresh_until
