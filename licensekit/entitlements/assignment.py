"""The rules of assigning and releasing licenses (`docs/evaluation.md`, "Assignments"), and of seats.

S1  A license is assigned to a holder of its kind. Never assigned are system licenses, site licenses that limit the
    number of sites, and licenses of concurrent seats, which are leased.
S2  No more are assigned than are granted; lapsed licenses do not count.
S3  A user holds at most one plan of each issuer.
S4  Whoever is assigned a license must have what it requires: the installation a system license; the holder any other,
    by assignment, included in another license, or because everybody has it.
S5  A license is released only if no license that stays requires it.

Only the result of a change is checked, so one change may release a plan and assign another. The rules L1 to L5 of
leases are in `docs/how-to/concurrent-seats.md`.
"""

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import Final, NamedTuple

from licensekit import errors
from licensekit.access import Access
from licensekit.entitlements.amounts import Tier, access_of, term_of, total_of
from licensekit.entitlements.evaluation import Entitlements
from licensekit.entitlements.holdings import not_entitled, why_not
from licensekit.entitlements.questions import asked, count, is_absent, where_to_buy
from licensekit.limits import COUNT
from licensekit.wire.documents import Kind, License, SeatKind

HOUR_SECONDS: Final = 3600


class AssignmentChange(NamedTuple):
    """Licenses to assign to one holder and to release, with codes as `resolve` returns them."""

    assign: frozenset[str] = frozenset()
    release: frozenset[str] = frozenset()


def faults_of(
    entitlements: Entitlements, in_use: Mapping[str, int], holder: str, held: frozenset[str], change: AssignmentChange
) -> list[errors.RefusedError]:
    """Return the reasons against a change of the licenses of `holder`; `in_use` is license to number assigned."""
    new = change.assign - held
    after = (held - change.release) | new
    reasons = {code: why for code in sorted(new) if (why := _not_assignable(entitlements.licenses[code]))}
    return [
        *(errors.NotAssigned(reason="not-held", license=code, holder=holder) for code in sorted(change.release - held)),
        *(errors.NotAssigned(reason=why, license=code) for code, why in reasons.items()),
        *_of_plans(entitlements, holder, after, new),
        *chain.from_iterable(missing_requirements(entitlements, holder, code, after) for code in sorted(new)),
        *_of_children(entitlements, holder, held, after),
        *_of_counts(entitlements, in_use, new - reasons.keys()),
    ]


def missing_requirements(
    entitlements: Entitlements, holder: str, code: str, held: Iterable[str] = ()
) -> Iterator[errors.RequirementMissing]:
    """Yield the requirements of a license that a holder of `held` does not have (S4)."""
    for required in sorted(_requires(entitlements, code) - _there(entitlements, held)):
        license_ = entitlements.licenses.get(required)
        reason = "installation" if license_ is None or license_.kind is Kind.SYSTEM else "holder"
        yield errors.RequirementMissing(reason=reason, license=code, required=required, holder=holder)


def without_requirement(entitlements: Entitlements, in_use: Mapping[str, int]) -> tuple[str, ...]:
    """Return the user licenses in use that still work, but require a license that nobody can have any more."""
    if not any(_requires(entitlements, code) for code in in_use):
        return ()
    usable = {code for code, tiers in entitlements.tiers.items() if access_of(tiers, 0)}
    lost, more = set[str](), usable
    while more:
        there = _there(entitlements, usable)
        more = {code for code in usable if _requires(entitlements, code) - there}
        usable, lost = usable - more, lost | more
    return tuple(code for code in sorted(lost & in_use.keys()) if entitlements.licenses[code].kind is Kind.USER)


def _not_assignable(license_: License) -> str | None:
    if license_.kind is Kind.SYSTEM:
        return "system"
    if license_.limits_sites:
        return "limits-sites"
    return "concurrent" if license_.seats is SeatKind.CONCURRENT else None


def _of_plans(
    entitlements: Entitlements, holder: str, after: frozenset[str], new: frozenset[str]
) -> Iterator[errors.RefusedError]:
    for plans in plans_of(entitlements, after).values():
        if len(plans) > 1 and new.intersection(plans):
            kept = [plan for plan in plans if plan not in new] or plans[:1]
            yield errors.PlanHeld(holder=holder, plans=tuple(plans), kept=kept[0])


def plans_of(entitlements: Entitlements, codes: Iterable[str]) -> dict[str, list[str]]:
    """Return the plans among licenses, by issuer."""
    of_issuer: dict[str, list[str]] = {}
    for code in sorted(codes):
        if (license_ := entitlements.licenses.get(code)) is not None and license_.plan:
            of_issuer.setdefault(entitlements.trust_store.issuer_of(code), []).append(code)
    return of_issuer


def _of_children(
    entitlements: Entitlements, holder: str, held: frozenset[str], after: frozenset[str]
) -> Iterator[errors.RefusedError]:
    was_there, there = _there(entitlements, held), _there(entitlements, after)
    children: dict[str, list[str]] = {}
    for code in sorted(held & after):
        for required in _requires(entitlements, code) & was_there - there:
            children.setdefault(required, []).append(code)
    for required, codes in sorted(children.items()):
        every = with_dependents(entitlements, after, codes)
        yield errors.StillRequired(license=required, requiring=tuple(codes), children=tuple(every), holder=holder)


def with_dependents(entitlements: Entitlements, held: frozenset[str], codes: Iterable[str]) -> list[str]:
    """Return `codes` and all licenses of `held` that directly or indirectly require them (S5)."""
    every = list(codes)
    while True:
        was_there = _there(entitlements, held)
        held = held.difference(every)
        lost = was_there - _there(entitlements, held)
        more = sorted(code for code in held if lost & _requires(entitlements, code))
        if not more:
            return every
        every += more


def _of_counts(entitlements: Entitlements, in_use: Mapping[str, int], new: Iterable[str]) -> Iterator[errors.NoneFree]:
    for code in sorted(new):
        numbers = count(entitlements, code, in_use.get(code, 0))
        if numbers.free == 0:
            used, total, buy = numbers.in_use, numbers.total, where_to_buy(entitlements, code) or ""
            reason = "none" if not total else "for-sale" if buy else "assigned"
            why = None if total else why_not(entitlements, code)
            yield errors.NoneFree(reason=reason, license=code, in_use=used, total=total, buy=buy, why=why)


def _requires(entitlements: Entitlements, code: str) -> frozenset[str]:
    license_ = entitlements.licenses.get(code)
    return frozenset() if license_ is None else frozenset(entitlements.trust_store.beside(code, license_.requires))


def _there(entitlements: Entitlements, held: Iterable[str]) -> frozenset[str]:
    """Return all licenses that a holder of `held` has, lapsed or not, and those of the installation."""
    everybody = (entitlements.present, entitlements.everyone, entitlements.every_site)
    given = (code for levels in everybody for code, level in levels.items() if level > Access.NONE)
    included = (entitlements.closure.get(code, frozenset()) for code in held)
    return frozenset(given).union(held, *included)


class SeatPool(NamedTuple):
    """The seats of a license at a moment."""

    tiers: tuple[Tier, ...]  # best access first
    borrow_seconds: int  # the longest time for which a seat may be borrowed, or 0
    until: int | None  # the second from which nothing in force grants full access; None is never

    def total(self, at_least: Access) -> int | None:
        """Return the number of seats with at least this access; None is unrestricted."""
        return total_of(tier.amount for tier in self.tiers if tier.cap >= at_least)

    def seats(self, at_least: Access) -> int:
        """Return the number of seats with at least this access, where unrestricted is the highest count."""
        total = self.total(at_least)
        return COUNT if total is None else total


def leasable(entitlements: Entitlements, code: str) -> str:
    """Return the normal spelling of a code that can be leased (L1); raises as `asked`, `WrongKind`, `NotEntitled`."""
    name = asked(entitlements, code, (Kind.USER,))
    if is_absent(entitlements, name):
        raise not_entitled(entitlements, name)
    if entitlements.licenses[name].seats is not SeatKind.CONCURRENT:
        raise errors.WrongKind(reason="seats", license=code, kind="user")
    return name


def pool_of(entitlements: Entitlements, name: str) -> SeatPool:
    """Return the seats of a license; `name` is as `leasable` returns it (L2, L5)."""
    parts = [grant.part for grant in entitlements.grants.get(name, ()) if grant.part.cap is Access.FULL]
    ends = [term_of(part.bundle)[1] for part in parts]
    known = [end for end in ends if end is not None]
    tiers, given = entitlements.tiers[name], entitlements.everyone.get(name, Access.NONE)
    if given is not Access.NONE:  # a system license includes it, so everybody has a seat
        tiers = (*(tier for tier in tiers if tier.cap > given), Tier(None, given))
    borrow_seconds = HOUR_SECONDS * max((part.bundle.borrow_hours for part in parts), default=0)
    return SeatPool(tiers, borrow_seconds, max(known) if known and len(known) == len(ends) else None)
