"""Evaluation of bundles and catalogs: everything that they grant at a moment (`docs/evaluation.md`)."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain
from operator import is_
from typing import Final, NamedTuple

from licensekit.access import Access
from licensekit.dates import day_at, end_of_day, start_of_day
from licensekit.entitlements.amounts import Allowance, Grant, Period, Tier, allowances, amount_within, tiers_of
from licensekit.entitlements.parts import USELESS, Coverage, Fingerprint, Part, cover, is_here, judge
from licensekit.entitlements.settings import Settings, settings_of
from licensekit.entitlements.states import BundleState
from licensekit.entitlements.timeline import Timeline, serial_of, signer_of
from licensekit.trust.pack import TrustStore
from licensekit.trust.signed import Verified
from licensekit.wire.documents import BASE, Bundle, Kind, License, qualified

_COUNTED_DOWN: Final = frozenset({BundleState.WARNING, BundleState.GRACE, BundleState.PENDING})
"""States in which a notice counts the remaining days."""


Conditions = tuple[Fingerprint, int | None, float | None]  # fingerprint, released and away_hours of `evaluate`


@dataclass(frozen=True)
class Judged:
    """Bundles that affect each other, judged at a moment; results are computed on first access."""

    timeline: Timeline
    conditions: Conditions
    now: int = field(compare=False)

    def at(self, now: int, conditions: Conditions) -> "Judged":
        """Judge the bundles at another moment; return `self` if no date lies between the two."""
        is_same = self.now <= now and (self.until is None or now < self.until) and conditions == self.conditions
        return self if is_same else Judged(self.timeline, conditions, now)

    @cached_property
    def parts(self) -> tuple[tuple[Part, ...], ...]:
        """The bundles in force, and those that wait for their start, as parts."""
        return tuple(tuple(self._judged(bundles)) for bundles in self.timeline.governing(self.now))

    def _judged(self, bundles: Iterable[Verified[Bundle]]) -> Iterator[Part]:
        vendor, (fingerprint, released, away_hours) = self.timeline.trust.root.issuer, self.conditions
        for one in bundles:
            if is_here(one.document, away_hours):
                part, issuer = judge(one, self.now, fingerprint=fingerprint, released=released), one.document.issuer
                yield part if issuer == vendor else part._replace(owner=issuer)

    @cached_property
    def until(self) -> int | None:
        """The first second at which a state or a notice changes or any bundle starts, or None."""
        # A bundle that waits may replace any other when it starts.
        days, moments = [one.bundle.starts for one in self.timeline.candidates], list[int | None]()
        for part in chain(*self.parts):
            days += [part.bundle.warning, part.bundle.next_check]
            moments += [part.until, end_of_day(day_at(self.now)) if part.state in _COUNTED_DOWN else None]
        return _next((*moments, *(start_of_day(day) for day in days if day is not None)), self.now)

    @cached_property
    def coverage(self) -> tuple[Coverage, ...]:
        """The coverage of every issuer's part, in force or waiting; foreign and unmaintained bundles cover nothing."""
        every = [one.verified for one in self.timeline.candidates]
        tied = (one for one in every if (one.document.binding, one.document.maintenance) != (None, None))
        useless = [part.bundle for part in self._judged(tied) if part.state in USELESS]
        starts = {start_of_day(one.document.starts or 0) for one in every}
        of_line: dict[tuple[str, str], list[tuple[int, Bundle | None]]] = {}
        for since in sorted({self.now, *(start for start in starts if start > self.now)}):
            governing = [verified.document for verified in self.timeline.in_force(since)]
            usable = [one for one in governing if one not in useless and is_here(one, self.conditions[-1])]
            in_force = {(one.issuer, one.part): one if one in usable else None for one in governing}
            for line in {**of_line, **in_force}:
                of_line.setdefault(line, []).append((since, in_force.get(line)))
        return tuple(cover(*line, steps, self.now) for line, steps in of_line.items())


@dataclass(frozen=True)
class Covered:
    """All bundles in the order of their activation, and judged in groups that affect each other."""

    bundles: list[Verified[Bundle]]
    judged: tuple[Judged, ...]

    @cached_property
    def by_part(self) -> Mapping[tuple[str, str], Coverage]:
        """Issuer and part to coverage, sorted."""
        return {(one.issuer, one.part): one for one in sorted(chain(*(one.coverage for one in self.judged)))}


class Entitlements(NamedTuple):
    """Everything that is granted at one moment; immutable.

    Codes are as applications write them: the vendor's without a prefix, another issuer's as `issuer.code`.
    """

    trust_store: TrustStore
    now: int  # seconds since 1970
    valid_until: int | None  # the second from which a new evaluation is needed; None is never
    parts: tuple[Part, ...]  # the bundles in force
    waiting: tuple[Part, ...]  # bundles that will be in force at their start, as things are
    covered: Covered
    licenses: Mapping[str, License]  # every license of every catalog
    closure: Mapping[str, frozenset[str]]  # license to all that it gives its holder, directly or indirectly
    grants: Mapping[str, tuple[Grant, ...]]  # license to the parts in force that name it, without `closure`
    meters: Mapping[str, tuple[Allowance, ...]]  # granted meter to its present allowances
    unknown: tuple[tuple[Part, str], ...]  # licenses that no catalog has: shown, but not granted
    system: Mapping[str, Access]  # every system license to the access of the installation as a whole
    present: Mapping[str, Access]  # granted system license to the most access of any user
    everyone: Mapping[str, Access]  # user license that the installation gives to all users
    every_site: Mapping[str, Access]  # site license that the installation gives to all sites
    tiers: Mapping[str, tuple[Tier, ...]]  # site or user license to the tiers of its assignments
    settings: Settings  # every setting of every catalog with its value

    @property
    def periods(self) -> tuple[Period, ...]:
        """The present periods of every granted meter."""
        return tuple((name, one.period) for name, running in self.meters.items() for one in running)

    @property
    def coverage(self) -> tuple[Coverage, ...]:
        """The coverage of every issuer's part."""
        return tuple(self.covered.by_part.values())

    def coverage_of(self, issuer: str, part: str) -> Coverage:
        """Return the coverage of an issuer's part, which may be unknown."""
        return self.covered.by_part.get((issuer, part)) or Coverage(issuer, part, (), None, None)

    @property
    def product_coverage(self) -> Coverage:
        """The coverage of the product: that of the vendor's base part."""
        return self.coverage_of(self.trust_store.issuer, BASE)

    @property
    def bundles(self) -> tuple[Verified[Bundle], ...]:
        """The bundles in force, then those that wait for their start."""
        return tuple(part.verified for part in (*self.parts, *self.waiting))

    @property
    def serial(self) -> str | None:
        """The serial of the installation, or None if no bundle is in force or waits."""
        return serial_of((v.document for v in self.bundles), self.trust_store.issuer)


def evaluate(
    trust_store: TrustStore,
    bundles: Iterable[Verified[Bundle]],
    now: int,
    *,
    fingerprint: Fingerprint | None = None,
    released: int | None = None,
    away_hours: float | None = None,
    before: Entitlements | None = None,
) -> Entitlements:
    """Evaluate what `bundles`, all in the order of their activation, grant at `now` (seconds since 1970).

    Bound bundles are compared with `fingerprint`; maintenance must cover `released`, the date of the product version in
    days since 1970. After the database was unavailable for `away_hours`, bundles with no more offline hours than that
    grant nothing. Results of `before` that are still valid are reused.
    """
    bundles, conditions = list(bundles), (fingerprint or Fingerprint(), released, away_hours)
    if before is not None and before.trust_store is trust_store and before.covered.bundles == bundles:
        licenses, closure = before.licenses, before.closure
        judged = tuple(one.at(now, conditions) for one in before.covered.judged)
        is_same = all(map(is_, judged, before.covered.judged))
        if is_same and before.now <= now and (before.valid_until is None or now < before.valid_until):
            return before._replace(now=now)
    else:
        timelines, closure = Timeline.of(bundles, trust_store.trust).divided(), _closure(trust_store)
        judged = tuple(Judged(one, conditions, now) for one in timelines)
        licenses = {code: one for code, (_, one) in trust_store.named(lambda catalog: catalog.licenses).items()}
    every = (chain(*(one.parts[place] for one in judged)) for place in (0, 1))
    parts, waiting = (tuple(sorted(several, key=lambda one: (one.owner, one.bundle.part))) for several in every)
    grants, unknown = grants_of(trust_store, parts, licenses)
    present = _present(licenses, closure, grants)
    meters = {code: found for code, named in grants.items() if (found := allowances(licenses[code], named, now))}
    lists, trust = trust_store.trust.lists.values(), trust_store.trust.trust
    moments = [one.until for one in judged] + [one.document.fresh_until for one in lists]
    moments += [None if trust is None else trust.document.fresh_until, *(one.ends for one in chain(*meters.values()))]
    assigned = [code for code, license_ in licenses.items() if license_.kind is not Kind.SYSTEM]
    return Entitlements(
        *(trust_store, now, _next(moments, now), parts, waiting, Covered(bundles, judged)),
        *(licenses, closure, grants, meters, unknown),
        system=_system(licenses, present),
        present=present,
        everyone=_given(licenses, closure, present, Kind.USER),
        every_site=_given(licenses, closure, present, Kind.SITE),
        tiers={code: tiers_of(grants.get(code, ())) for code in assigned},
        settings=settings_of(trust_store, parts),
    )


def _next(moments: Iterable[int | None], now: int) -> int | None:
    return min((one for one in moments if one is not None and one > now), default=None)


def _closure(trust_store: TrustStore) -> dict[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for issuer, catalog in trust_store.catalogs.items():
        brought = catalog.document.closure
        names = {code: trust_store.qualify(issuer, code) for code in brought}
        found |= {names[code]: frozenset(map(names.__getitem__, inner)) for code, inner in brought.items()}
    return found


def full_with(entitlements: Entitlements, code: str) -> str | None:
    """Return the user license that gives a holder full access to `code`, or None."""
    written = entitlements.licenses[code].full_with
    return None if written is None else entitlements.trust_store.beside(code, [written])[0]


def grants_of(
    trust_store: TrustStore, parts: Iterable[Part], licenses: Mapping[str, License]
) -> tuple[dict[str, tuple[Grant, ...]], tuple[tuple[Part, str], ...]]:
    """Return license to the parts that name it, and the licenses that no catalog has."""
    found, unknown = dict[str, list[Grant]](), list[tuple[Part, str]]()
    kinds, home, trust = tuple(Kind), trust_store.issuer, trust_store.trust
    has_most = any(one.admitted.scope.most is not None for one in trust.signers.values())
    for part in parts:
        bundle, signer = part.bundle, signer_of(part.verified, trust) if has_most else None
        most = None if signer is None else signer.admitted.scope.most
        for kind, counts in zip(kinds, (bundle.system, bundle.sites, bundle.users), strict=True):
            for code, count in counts.items():
                name = qualified(code, bundle.issuer, home)
                if (license_ := licenses.get(name)) is None or license_.kind is not kind:
                    unknown.append((part, name))
                    continue
                amount = count if most is None else amount_within(count, license_, bundle, most)
                found.setdefault(name, []).append(Grant(part, amount))
    return {code: tuple(grants) for code, grants in found.items()}, tuple(unknown)


def _present(
    licenses: Mapping[str, License], closure: Mapping[str, frozenset[str]], grants: Mapping[str, tuple[Grant, ...]]
) -> dict[str, Access]:
    """Return the granted system licenses with their best access, in the order of `licenses`."""
    best: dict[str, Access] = {}
    for name, named in grants.items():
        cap = named[0].part.cap if len(named) == 1 else max(grant.part.cap for grant in named)
        for code in (name, *closure[name]):
            if cap >= best.get(code, cap):
                best[code] = cap
    return {code: best[code] for code, license_ in licenses.items() if license_.kind is Kind.SYSTEM and code in best}


def _given(
    licenses: Mapping[str, License], closure: Mapping[str, frozenset[str]], present: Mapping[str, Access], kind: Kind
) -> dict[str, Access]:
    """Return the licenses of `kind` that everybody has because system licenses include them."""
    given: dict[str, Access] = {}
    for system, level in present.items():
        for code in closure[system]:
            if licenses[code].kind is kind:
                given[code] = max(level, given.get(code, Access.NONE))
    return given


def _system(licenses: Mapping[str, License], present: Mapping[str, Access]) -> dict[str, Access]:
    """Return the access of the installation as a whole, which is at most read for a license with `full_with`."""
    return {
        code: min(present.get(code, Access.NONE), Access.READ if one.full_with else Access.FULL)
        for code, one in licenses.items()
        if one.kind is Kind.SYSTEM
    }
