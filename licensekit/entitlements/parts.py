"""Bundles judged at a moment, and the coverage of a part by bundles that follow each other without a gap."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from licensekit.access import Access
from licensekit.dates import day_at, end_of_day, format_days
from licensekit.entitlements.messages import BindingDifference, BundleName
from licensekit.entitlements.states import DATES as _DATES
from licensekit.entitlements.states import BundleState, state_by_dates
from licensekit.trust.signed import Verified
from licensekit.wire.documents import AfterGrace, Binding, Bundle
from licensekit.wire.plain import plain, plain_fields


class Fingerprint(NamedTuple):
    """The key and facts of an installation, which a bound bundle must match."""

    key: bytes | None = None
    """SHA-256 of the installation's public key."""
    facts: Mapping[str, bytes] = {}
    """Fact name to its 16-byte keyed hash."""


class Part(NamedTuple):
    """A bundle, judged at a moment."""

    verified: Verified[Bundle]
    state: BundleState
    cap: Access
    """The most access that it gives to anything."""
    until: int | None
    """The second at which the state may next change; None is never."""
    owner: str = ""
    """The issuer, unless it is the vendor."""
    match: BindingDifference | None = None
    """How its binding compares with the installation; None if it is not bound."""

    @property
    def bundle(self) -> Bundle:
        """The document."""
        return self.verified.document

    @property
    def name(self) -> BundleName:
        """Its name in messages."""
        bundle = self.bundle
        return BundleName(bundle.serial, bundle.part, bundle.use.word, bundle.sequence, self.owner)

    @property
    def label(self) -> str:
        """Its name as text, with the issuer unless it is the vendor."""
        return str(self.name)

    @property
    def dates(self) -> tuple[tuple[str, int], ...]:
        """The dates of the bundle: name of the field, and days since 1970."""
        named = ((name, getattr(self.bundle, name)) for name in _DATES)
        return tuple((name, day) for name, day in named if day is not None)

    @property
    def works(self) -> bool:
        """Whether everything that it grants works: it is active, in warning or in grace."""
        return self.state in _WORKING

    def days_left(self, now: int) -> int | None:
        """Return the days until the term ends; see `days_left`."""
        return days_left(self.bundle.expiry, self.bundle.grace, now)

    def plain(self, now: int) -> dict[str, Any]:
        """Return the part as plain JSON values, with the days left at `now`."""
        return {
            "identity": self.verified.identity.hex(),
            "state": self.state.value,
            "days_left": self.days_left(now),
            "document": plain(self.bundle),
        }


def days_left(until: int | None, works_until: int | None, now: int) -> int | None:
    """Return the days until a term ends, or during grace until that ends; None if the term does not end."""
    if until is None:
        return None
    today = day_at(now)
    end = until if today <= until else works_until
    return 0 if end is None else max(0, end - today)


_AFTER_GRACE = {AfterGrace.READ_ONLY: Access.READ, AfterGrace.BLOCK: Access.NONE, AfterGrace.ADVISORY: Access.FULL}
_WORKING = frozenset({BundleState.ACTIVE, BundleState.WARNING, BundleState.GRACE})
USELESS = frozenset({BundleState.FOREIGN, BundleState.UNMAINTAINED})
"""States of bundles that grant nothing here, whatever their dates."""


def is_here(bundle: Bundle, away_hours: float | None) -> bool:
    """Return whether a bundle counts after the database was unavailable for `away_hours`; None if it is available."""
    return away_hours is None or away_hours < bundle.offline_hours


def match(binding: Binding, fingerprint: Fingerprint) -> BindingDifference:
    """Compare a binding with an installation."""
    asked = binding.facts
    changed = sorted(name for name in asked if fingerprint.facts.get(name) != asked[name])
    reason, facts = "facts" if binding.installation in (None, fingerprint.key) else "key", len(asked)
    same, needed = facts - len(changed), binding.needed
    return BindingDifference(reason=reason, facts=facts, same=same, needed=needed, changed=tuple(changed))


def judge(verified: Verified[Bundle], now: int, *, fingerprint: Fingerprint, released: int | None) -> Part:
    """Judge a bundle at `now`; `released` is the release date of the product version in days since 1970."""
    bundle = verified.document
    found = None if bundle.binding is None else match(bundle.binding, fingerprint)
    cap, until = Access.NONE, None
    if found is not None and not found.holds:
        state = BundleState.FOREIGN
    elif bundle.maintenance is not None and released is not None and released > bundle.maintenance:
        state = BundleState.UNMAINTAINED
    else:
        state, until = state_by_dates(bundle, now)
        after = _AFTER_GRACE[bundle.after_grace] if state is BundleState.EXPIRED else Access.NONE
        cap = Access.FULL if state in _WORKING else after
    return Part(verified, state, cap, until, match=found)


class Coverage(NamedTuple):
    """How long an issuer's part is licensed without a gap."""

    issuer: str
    part: str
    bundles: tuple[Bundle, ...]
    """The bundles that follow each other from now on; empty if it is not licensed now."""
    until: int | None
    """The last day of the term, in days since 1970, which is past during grace; None if perpetual or not licensed."""
    works_until: int | None
    """The last day on which everything works, including grace."""

    @property
    def is_licensed(self) -> bool:
        """Whether everything in the part works now."""
        return bool(self.bundles)

    @property
    def last(self) -> Bundle | None:
        """The last bundle, if the part is licensed."""
        return self.bundles[-1] if self.bundles else None

    @property
    def shown_until(self) -> str | None:
        """`until` for plain JSON values: a date or `perpetual`; None if it is not licensed."""
        until = "perpetual" if self.until is None else format_days(self.until)
        return until if self.is_licensed else None

    def is_followed(self, bundle: Bundle) -> bool:
        """Return whether another bundle follows this one without a gap."""
        return bundle in self.bundles[:-1]

    def days_left(self, now: int) -> int | None:
        """Return the days until the term ends, as `days_left`; 0 if it is not licensed."""
        return days_left(self.until, self.works_until, now) if self.is_licensed else 0

    def plain(self, now: int) -> dict[str, Any]:
        """Return the coverage as plain JSON values, with the days left at `now`."""
        shown = plain_fields(self, "issuer part covered_until=shown_until works_until")
        return {**shown, "days_left": self.days_left(now)}


def cover(issuer: str, part: str, steps: Iterable[tuple[int, Bundle | None]], now: int) -> Coverage:
    """Return the coverage from `now` on; a step is a second, and the bundle in force from then on, if it is usable."""
    covering: list[Bundle] = []
    end: int | None = now
    for since, bundle in steps:
        if end is not None and since > end:
            break
        over = None if bundle is None or bundle.term_end is None else end_of_day(bundle.term_end)
        if bundle is None or (over is not None and since >= over):
            # The bundle before it ends here, even if nothing works from here on.
            end = since if covering else end
            break
        if bundle not in covering[-1:]:
            covering.append(bundle)
        end = over
    if not covering:
        return Coverage(issuer, part, (), None, None)
    works_until = None if end is None else day_at(end - 1)
    days = [day for day in (covering[-1].expiry, works_until) if day is not None]
    return Coverage(issuer, part, tuple(covering), min(days, default=None), works_until)
