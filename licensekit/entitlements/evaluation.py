"""From bundles and catalogs at one moment to everything that is granted then.

How includes act (`docs/entitlements.md`, "Includes"): what a holder holds gives it what that
includes. The installation gives to all its sites and users, a site to its users. A system license
that anything granted includes is present. What is included uses up no count of its own.
"""

from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

from licensekit.access import Access
from licensekit.catalog import included
from licensekit.dates import day_at, end_of_day, start_of_day
from licensekit.entitlements.binding import Fingerprint
from licensekit.entitlements.parts import BundleState, Part, governing, judge, serial_of
from licensekit.trust.pack import TrustStore
from licensekit.trust.signed import Verified
from licensekit.wire.documents import Bundle, Kind, License

_COUNTED_DOWN: Final = frozenset({BundleState.WARNING, BundleState.GRACE, BundleState.PENDING})
"""States of which a notice says the days that are left."""


class Grant(NamedTuple):
    """One part grants one license."""

    part: Part
    amount: int | None
    """The count that the bundle gives it, or None for unrestricted."""
    via: str | None
    """The license that includes it, when the bundle does not name it itself."""


class Tier(NamedTuple):
    """A number of assignments that are served alike: the oldest by the first tier."""

    amount: int | None
    cap: Access


def total_of(amounts: Iterable[int | None]) -> int | None:
    """Sum counts; None, unrestricted, if one of them is."""
    total = 0
    for amount in amounts:
        if amount is None:
            return None
        total += amount
    return total


def access_of(tiers: Iterable[Tier], number: int) -> Access:
    """Return what the assignment or seat of a number is served with; numbers count from 0."""
    served = 0
    for tier in tiers:
        if tier.amount is None or number < served + tier.amount:
            return tier.cap
        served += tier.amount
    return Access.NONE


class Entitlements(NamedTuple):
    """Everything that is granted at one moment; immutable.

    Codes are as the application writes them: the vendor's without a prefix, another issuer's as
    `issuer.code`.
    """

    trust_store: TrustStore
    now: int
    """The second that this was evaluated for."""
    valid_until: int | None
    """The second from which it may no longer be right; None is never."""
    parts: tuple[Part, ...]
    """The bundles in force, judged."""
    waiting: tuple[Part, ...]
    """Bundles that have not started, and will be in force at their start as things are."""
    licenses: Mapping[str, License]
    """Every license of every catalog."""
    closure: Mapping[str, frozenset[str]]
    """License to all that it includes, directly or not."""
    grants: Mapping[str, tuple[Grant, ...]]
    """License to the grants of it that the installation has, included ones as well."""
    unknown: tuple[tuple[Part, str], ...]
    """What a bundle grants and its issuer's newest catalog does not have: shown, not granted."""
    system: Mapping[str, Access]
    """System license to what the installation as a whole may do with it: an entry for each."""
    present: Mapping[str, Access]
    """System license to the most that a user with all rights may do with it."""
    everyone: Mapping[str, Access]
    """User license that the installation gives to all users."""
    every_site: Mapping[str, Access]
    """Site license that the installation gives to all sites."""
    tiers: Mapping[str, tuple[Tier, ...]]
    """Site or user license to what its assignments are served by, best first."""

    @property
    def blocked(self) -> tuple[Part, ...]:
        """The lapsed parts whose policy refuses logins."""
        return tuple(part for part in self.parts if part.blocks)

    @property
    def bundles(self) -> tuple[Verified[Bundle], ...]:
        """The bundles in force, then those that wait for their start."""
        return tuple(part.verified for part in (*self.parts, *self.waiting))

    @property
    def serial(self) -> str | None:
        """The serial that the installation is for; None where no bundle is in force or waits."""
        return serial_of((v.document for v in self.bundles), self.trust_store.issuer)


def evaluate(
    trust_store: TrustStore,
    bundles: Iterable[Verified[Bundle]],
    now: int,
    *,
    fingerprint: Fingerprint | None = None,
    released: int | None = None,
    away_hours: float | None = None,
) -> Entitlements:
    """Evaluate what `bundles`, in the order of their activation, grant at `now`.

    Args:
        trust_store: whom to believe, and what the codes mean; its lists say what was revoked.
        bundles: all that may count, those that others replaced as well.
        now: in seconds since 1970.
        fingerprint: what a bound bundle is compared with; without one it grants nothing.
        released: the date of the product version that asks, in days since 1970; for maintenance.
        away_hours: for how long the database has been away, if it is: a bundle whose offline
            hours are over grants nothing.
    """
    fingerprint = fingerprint or Fingerprint()
    bundles = tuple(bundles)
    in_force, not_started = governing(bundles, trust_store.trust, now)

    def judged(chosen: Iterable[Verified[Bundle]]) -> tuple[Part, ...]:
        every = [
            judge(one, now, fingerprint=fingerprint, released=released)
            for one in chosen
            if away_hours is None or away_hours < one.document.offline_hours
        ]
        return _vendor_first(every, trust_store.issuer)

    parts, waiting = judged(in_force), judged(not_started)
    licenses = _licenses(trust_store)
    closure = _closure(trust_store)
    grants, unknown = grants_of(trust_store, parts, licenses, closure)
    present = _present(licenses, grants)
    return Entitlements(
        trust_store=trust_store,
        now=now,
        valid_until=_valid_until(trust_store, parts, waiting, bundles, now),
        parts=parts,
        waiting=waiting,
        licenses=licenses,
        closure=closure,
        grants=grants,
        unknown=unknown,
        system=_system(licenses, present),
        present=present,
        everyone=_given(licenses, closure, present, Kind.USER),
        every_site=_given(licenses, closure, present, Kind.SITE),
        tiers={
            code: _tiers(grants.get(code, ()))
            for code, license_ in licenses.items()
            if license_.kind is not Kind.SYSTEM
        },
    )


def qualify(trust_store: TrustStore, issuer: str, code: str) -> str:
    """Return the name by which an application knows a code that `issuer` writes."""
    owner, _, bare = code.rpartition(".")
    owner = owner or issuer
    return bare if owner == trust_store.issuer else f"{owner}.{bare}"


def issuer_of(trust_store: TrustStore, code: str) -> str:
    """Return the issuer of a code as an application writes it: the vendor's has no prefix."""
    return code.rpartition(".")[0] or trust_store.issuer


def _vendor_first(parts: Iterable[Part], vendor: str) -> tuple[Part, ...]:
    issuers = [(part, part.bundle.issuer) for part in parts]
    named = [part._replace(owner="" if issuer == vendor else issuer) for part, issuer in issuers]
    return tuple(sorted(named, key=lambda part: (part.owner, part.bundle.part)))


def _licenses(trust_store: TrustStore) -> dict[str, License]:
    return {
        qualify(trust_store, issuer, code): license_
        for issuer, catalog in trust_store.catalogs.items()
        for code, license_ in catalog.document.licenses.items()
    }


def _closure(trust_store: TrustStore) -> dict[str, frozenset[str]]:
    return {
        qualify(trust_store, issuer, code): frozenset(
            qualify(trust_store, issuer, c) for c in inner
        )
        for issuer, catalog in trust_store.catalogs.items()
        for code, inner in included(catalog.document).items()
    }


def grants_of(
    trust_store: TrustStore,
    parts: Iterable[Part],
    licenses: Mapping[str, License],
    closure: Mapping[str, frozenset[str]],
) -> tuple[dict[str, tuple[Grant, ...]], tuple[tuple[Part, str], ...]]:
    """Return license to what grants it, and what is granted that no catalog has."""
    found: dict[str, list[Grant]] = {}
    unknown: list[tuple[Part, str]] = []
    for part in parts:
        bundle = part.bundle
        for kind in Kind:
            for code, count in bundle.counts(kind).items():
                name = qualify(trust_store, bundle.issuer, code)
                license_ = licenses.get(name)
                if license_ is None or license_.kind is not kind:
                    unknown.append((part, name))
                    continue
                found.setdefault(name, []).append(Grant(part, count, None))
                for inner in closure[name]:
                    found.setdefault(inner, []).append(Grant(part, None, name))
    return {code: tuple(grants) for code, grants in found.items()}, tuple(unknown)


def _present(
    licenses: Mapping[str, License], grants: Mapping[str, tuple[Grant, ...]]
) -> dict[str, Access]:
    """Return the system licenses that anything grants."""
    return {
        code: max(grant.part.cap for grant in grants[code])
        for code, license_ in licenses.items()
        if license_.kind is Kind.SYSTEM and code in grants
    }


def _given(
    licenses: Mapping[str, License],
    closure: Mapping[str, frozenset[str]],
    present: Mapping[str, Access],
    kind: Kind,
) -> dict[str, Access]:
    """Return the licenses of `kind` that system licenses include, and so are everybody's."""
    given: dict[str, Access] = {}
    for system, level in present.items():
        for code in closure[system]:
            if licenses[code].kind is kind:
                given[code] = max(level, given.get(code, Access.NONE))
    return given


def _system(licenses: Mapping[str, License], present: Mapping[str, Access]) -> dict[str, Access]:
    """Return what the installation as a whole may do: a license with `full_with` is read to it."""
    system: dict[str, Access] = {}
    for code, license_ in licenses.items():
        if license_.kind is Kind.SYSTEM:
            level = present.get(code, Access.NONE)
            system[code] = level if license_.full_with is None else min(level, Access.READ)
    return system


def _tiers(grants: Iterable[Grant]) -> tuple[Tier, ...]:
    tiers: list[Tier] = []
    for cap in (Access.FULL, Access.READ):
        counts = [g.amount for g in grants if g.via is None and g.part.cap is cap]
        if counts:
            tiers.append(Tier(total_of(counts), cap))
    return tuple(tiers)


def _valid_until(
    trust_store: TrustStore,
    parts: Iterable[Part],
    waiting: Iterable[Part],
    bundles: Iterable[Verified[Bundle]],
    now: int,
) -> int | None:
    """Return the next second at which a state or a notice changes, or any bundle starts.

    One that waits behind another may replace a third one when it starts.
    """
    trust = trust_store.trust.trust
    moments = [None if trust is None else trust.document.fresh_until]
    moments += [listed.document.fresh_until for listed in trust_store.trust.lists.values()]
    starts = [one.document.starts for one in bundles]
    moments += [start_of_day(day) for day in starts if day is not None]
    for part in (*parts, *waiting):
        if part.bundle.next_check is not None:
            moments.append(start_of_day(part.bundle.next_check))
        moments.append(part.until)
        if part.state in _COUNTED_DOWN:
            moments.append(end_of_day(day_at(now)))
    return min((m for m in moments if m is not None and m > now), default=None)
