"""A bundle judged at one moment: the state it is in, and until when its part is licensed without a gap.

What counts for people is the day on which the bundles of an issuer's part end to follow one another, not an end of one.
"""

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
    """What an installation can show to a bundle that is bound."""

    key: bytes | None = None
    """SHA-256 of the installation's public key."""
    facts: Mapping[str, bytes] = {}
    """Fact name to its 16-byte keyed hash."""


class Part(NamedTuple):
    """A bundle, judged at one moment."""

    verified: Verified[Bundle]
    state: BundleState
    cap: Access
    """The most that anything it grants can be."""
    until: int | None
    """The second at which the state may next change; None is never."""
    owner: str = ""
    """The issuer, where that is not the vendor."""
    match: BindingDifference | None = None
    """How its binding and the installation agree; None where it is not bound."""

    @property
    def bundle(self) -> Bundle:
        """The document."""
        return self.verified.document

    @property
    def name(self) -> BundleName:
        """How messages name it."""
        bundle = self.bundle
        return BundleName(bundle.serial, bundle.part, bundle.use.word, bundle.sequence, self.owner)

    @property
    def label(self) -> str:
        """Its name as text, after the issuer where that is not the vendor."""
        return str(self.name)

    @property
    def dates(self) -> tuple[tuple[str, int], ...]:
        """Each date that it has: the name of its field, and days since 1970."""
        named = ((name, getattr(self.bundle, name)) for name in _DATES)
        return tuple((name, day) for name, day in named if day is not None)

    @property
    def works(self) -> bool:
        """Whether everything that it grants works: it is active, in its warning or in grace."""
        return self.state in _WORKING

    def days_left(self, now: int) -> int | None:
        """Return the days until the term ends; see `days_left`."""
        return days_left(self.bundle.expiry, self.bundle.grace, now)

    def plain(self, now: int) -> dict[str, Any]:
        """Return it as plain JSON values, with the days that are left at `now`."""
        return {
            "identity": self.verified.identity.hex(),
            "state": self.state.value,
            "days_left": self.days_left(now),
            "document": plain(self.bundle),
        }


def days_left(until: int | None, works_until: int | None, now: int) -> int | None:
    """Return the days until a term ends, or once it has ended, until grace does; None: it does not end."""
    if until is None:
        return None
    today = day_at(now)
    end = until if today <= until else works_until
    return 0 if end is None else max(0, end - today)


_AFTER_GRACE = {AfterGrace.READ_ONLY: Access.READ, AfterGrace.BLOCK: Access.NONE, AfterGrace.ADVISORY: Access.FULL}
_WORKING = frozenset({BundleState.ACTIVE, BundleState.WARNING, BundleState.GRACE})
USELESS = frozenset({BundleState.FOREIGN, BundleState.UNMAINTAINED})
"""States of what grants nothing here, whatever its dates are."""


def is_here(bundle: Bundle, away_hours: float | None) -> bool:
    """Return whether a bundle counts while the database has been away for this long, if it is."""
    return away_hours is None or away_hours < bundle.offline_hours


def match(binding: Binding, fingerprint: Fingerprint) -> BindingDifference:
    """Compare what a bundle is bound to with an installation."""
    asked = binding.facts
    changed = sorted(name for name in asked if fingerprint.facts.get(name) != asked[name])
    reason, facts = "facts" if binding.installation in (None, fingerprint.key) else "key", len(asked)
    same, needed = facts - len(changed), binding.needed
    return BindingDifference(reason=reason, facts=facts, same=same, needed=needed, changed=tuple(changed))


def judge(verified: Verified[Bundle], now: int, *, fingerprint: Fingerprint, released: int | None) -> Part:
    """Return the state of a bundle at `now`; `released` is the product version's date in days."""
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
    """For how long one part of one issuer is licensed without a gap."""

    issuer: str
    part: str
    bundles: tuple[Bundle, ...]
    """Those that follow one another from now on; empty: it is not licensed now."""
    until: int | None
    """The last day of the term, in days since 1970; None: perpetual, or not licensed. Where it is past, grace runs."""
    works_until: int | None
    """The last day on which everything works: that of grace, where there is one."""

    @property
    def is_licensed(self) -> bool:
        """Whether everything that the part grants works now."""
        return bool(self.bundles)

    @property
    def last(self) -> Bundle | None:
        """The bundle with which it ends, if it is licensed."""
        return self.bundles[-1] if self.bundles else None

    @property
    def shown_until(self) -> str | None:
        """`until` as plain JSON values have it: a date or `perpetual`; None: it is not licensed."""
        until = "perpetual" if self.until is None else format_days(self.until)
        return until if self.is_licensed else None

    def is_followed(self, bundle: Bundle) -> bool:
        """Return whether another one takes over from this one without a gap."""
        return bundle in self.bundles[:-1]

    def days_left(self, now: int) -> int | None:
        """Return the days until the term ends; see `days_left`. Of what is not licensed none are left."""
        return days_left(self.until, self.works_until, now) if self.is_licensed else 0

    def plain(self, now: int) -> dict[str, Any]:
        """Return it as plain JSON values, with the days that are left at `now`."""
        shown = plain_fields(self, "issuer part covered_until=shown_until works_until")
        return {**shown, "days_left": self.days_left(now)}


def cover(issuer: str, part: str, steps: Iterable[tuple[int, Bundle | None]], now: int) -> Coverage:
    """Return the coverage from `now` on; a step is the second from which a bundle that grants something governs."""
    covering: list[Bundle] = []
    end: int | None = now
    for since, bundle in steps:
        if end is not None and since > end:
            break
        over = None if bundle is None or bundle.term_end is None else end_of_day(bundle.term_end)
        if bundle is None or (over is not None and since >= over):
            # Whatever it takes over from ends here all the same.
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
