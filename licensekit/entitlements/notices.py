"""What administrators should know: dates that near or have passed, counts that do not suffice."""

from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from typing import NamedTuple

from licensekit.dates import day_at, format_days
from licensekit.entitlements.evaluation import Entitlements
from licensekit.entitlements.parts import BundleState, Part
from licensekit.entitlements.questions import count
from licensekit.wire.documents import AfterGrace, SeatKind


class Severity(StrEnum):
    """How soon somebody should act."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class Notice(NamedTuple):
    """One thing that an administrator should know."""

    code: str
    """Stable: `docs/entitlements.md` lists them."""
    severity: Severity
    text: str
    """A sentence in English."""
    subject: str
    """What it is about: a bundle's serial, part and sequence, a license code, an issuer."""
    days: int | None = None
    """Days left until what it warns of; None where no date is involved."""


_AFTERWARDS = {
    AfterGrace.READ_ONLY: "what was full is read-only now",
    AfterGrace.BLOCK: "it grants nothing now, and logins are refused",
    AfterGrace.ADVISORY: "everything works on",
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
            text = f"{part.label}: look for a newer license file, due since {format_days(check)}"
            yield Notice("next-check", Severity.INFO, text, part.label)
    for part in entitlements.waiting:
        starts = part.bundle.starts or 0  # whatever waits has a start
        text = f"{part.label} waits for its start on {format_days(starts)}"
        yield Notice("pending", Severity.INFO, text, part.label, starts - today)


def _of_state(part: Part, today: int) -> Notice | None:
    bundle = part.bundle
    expiry = bundle.expiry
    end = expiry if bundle.grace is None else bundle.grace
    label = part.label
    match part.state:
        case BundleState.FOREIGN:
            text = (
                f"{label} is bound to another installation and grants nothing here"
                f" ({part.match}): ask for a new one with a request"
            )
            return Notice("foreign", Severity.ERROR, text, label)
        case BundleState.UNMAINTAINED:
            text = f"{label}: maintenance ended before this version of the product was released"
            return Notice("unmaintained", Severity.ERROR, text, label)
        case BundleState.WARNING if expiry is not None:
            text = f"{label} expires on {format_days(expiry)}"
            return Notice("warning", Severity.WARNING, text, label, expiry - today)
        case BundleState.GRACE if expiry is not None and end is not None:
            text = f"{label} expired on {format_days(expiry)}; grace ends on {format_days(end)}"
            return Notice("grace", Severity.WARNING, text, label, end - today)
        case BundleState.EXPIRED:
            text = f"{label} has expired: {_AFTERWARDS[bundle.after_grace]}"
            return Notice("expired", Severity.ERROR, text, label)
        case _:
            return None


def _of_facts(part: Part) -> Notice | None:
    """Return a notice of changes to the machine before they are too many."""
    found = part.match
    if found is None or not found.holds or not found.changed:
        return None
    severity = Severity.INFO if found.spare else Severity.WARNING
    text = f"{part.label}: {found}; ask for a new one with a request before more of them change"
    return Notice("facts-changed", severity, text, part.label)


def _of_counts(entitlements: Entitlements, in_use: Mapping[str, int]) -> Iterator[Notice]:
    for code, used in in_use.items():
        if code not in entitlements.licenses:
            continue
        numbers = count(entitlements, code, used)
        if entitlements.licenses[code].seats is SeatKind.CONCURRENT:
            # What is held beyond the count ends by itself, when it would be renewed.
            if numbers.total and numbers.free == 0:
                text = f"{code}: all {numbers.total} seats are taken, and who wants one waits"
                yield Notice("seats-taken", Severity.INFO, text, code)
            continue
        # Where all of it lapsed, the notice about the bundle says what follows.
        if numbers.deficit and not (numbers.total == 0 and entitlements.grants.get(code)):
            text = (
                f"{code}: {used} in use and {numbers.total} licensed;"
                f" release {numbers.deficit} or activate more"
            )
            yield Notice("deficit", Severity.ERROR, text, code)


def _of_unknown(entitlements: Entitlements) -> Iterator[Notice]:
    for part, code in entitlements.unknown:
        text = f"{part.label} names `{code}`, which this version of the product does not know"
        yield Notice("unknown-license", Severity.INFO, text, code)


def _of_freshness(entitlements: Entitlements) -> Iterator[Notice]:
    state = entitlements.trust_store.trust
    documents = [("the trust document", state.trust)]
    dated = [(what, v.document.fresh_until) for what, v in documents if v is not None]
    dated += [
        (f"the revocation list of `{issuer}`", v.document.fresh_until)
        for issuer, v in state.lists.items()
    ]
    for what, fresh_until in dated:
        if fresh_until is not None and entitlements.now >= fresh_until:
            text = f"{what} is past its time: ask the vendor for a newer file"
            yield Notice("not-fresh", Severity.INFO, text, what)
