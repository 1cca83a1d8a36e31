"""The future of an installation: which licenses end or become read-only, when, and how many people may still log in.

Entitlements at several moments are compared. People with the same holdings are counted as a group, so the cost does
not grow with their number (`docs/evaluation.md`, "Consequences").
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import accumulate, groupby, pairwise, takewhile
from operator import attrgetter
from typing import Any, Final, NamedTuple

from licensekit.access import Access
from licensekit.dates import end_of_day, start_of_day
from licensekit.entitlements.evaluation import Entitlements
from licensekit.entitlements.holdings import Holding, access_by
from licensekit.entitlements.login import login_rule, ways
from licensekit.entitlements.questions import best_access
from licensekit.limits import SECONDS
from licensekit.wire.documents import Kind, UserKind
from licensekit.wire.plain import plain_fields

LATER: Final = 12  # the most later moments that are evaluated


class Loss(NamedTuple):
    """Licenses that give less from a moment on."""

    at: int  # seconds since 1970
    access: Access  # the most that they still give: read, or none
    licenses: tuple[str, ...]

    def plain(self) -> dict[str, Any]:
        """Return the loss as plain JSON values."""
        return plain_fields(self, "from=at access licenses")


class Group(NamedTuple):
    """People of one kind who are not retired, can log in, and have equivalent holdings."""

    kind: UserKind
    holdings: tuple[Holding, ...]  # those that affect logins; the lowest slot stands for slots with the same access
    people: int


class Logins(NamedTuple):
    """The number of people who may log in from a moment on."""

    at: int
    people: int  # in any way
    by_way: Mapping[str, int]

    def plain(self) -> dict[str, Any]:
        """Return the numbers as plain JSON values."""
        return plain_fields(self, "from=at people by=by_way")


def later(state: Entitlements, evaluated: Callable[[int], Entitlements]) -> list[Entitlements]:
    """Return the entitlements at the next `LATER` moments at which a bundle starts or a term ends."""
    bundles = [part.bundle for part in (*state.parts, *state.waiting)]
    moments = {start_of_day(one.document.starts or 0) for one in state.covered.bundles}
    moments |= {end_of_day(one.term_end) for one in bundles if one.term_end is not None}
    to_come = sorted(m for m in moments if state.now < m <= SECONDS)
    return [evaluated(moment) for moment in to_come[:LATER]]


def losses(states: Sequence[Entitlements]) -> tuple[Loss, ...]:
    """Return the licenses that give less in each state than in the one before; `states` are in order of time."""
    found: dict[tuple[int, Access], list[str]] = {}
    for before, after in pairwise(states):
        for code in before.licenses:
            now = best_access(after, code) if code in after.licenses else Access.NONE
            if now < best_access(before, code):
                found.setdefault((after.now, now), []).append(code)
    return tuple(Loss(at, access, tuple(codes)) for (at, access), codes in sorted(found.items()))


def deciding(states: Iterable[Entitlements], in_use: Mapping[str, int]) -> dict[str, list[int]]:
    """Return the user licenses that affect logins, each with the slots in use after which the access changes."""
    found: dict[str, set[int]] = {}
    for state in states:
        needed = {code for way in ways(state) for code in _rule(state, way).held}
        for code, used in in_use.items():
            tiers = state.tiers.get(code)
            is_user = tiers is not None and state.licenses[code].kind is Kind.USER
            if tiers is None or not is_user or needed.isdisjoint((code, *state.closure[code])):
                continue
            limited = takewhile(lambda amount: amount is not None, (tier.amount for tier in tiers))
            served = accumulate(amount or 0 for amount in limited)
            found.setdefault(code, set()).update(cut for cut in served if cut < used)
    return {code: sorted(cuts) for code, cuts in sorted(found.items())}


def logins(state: Entitlements, groups: Iterable[Group]) -> Logins:
    """Count the people who may log in, without regard to events and sites."""
    rules = [_rule(state, way) for way in ways(state)]
    by_way, people = dict.fromkeys((rule.way for rule in rules), 0), 0
    served: dict[Holding, frozenset[str]] = {}
    for group in groups:
        has: set[str] = set()
        for holding in group.holdings:
            if holding not in served:
                gives = access_by(state, Kind.USER, holding) is not Access.NONE
                served[holding] = frozenset((holding.license, *state.closure.get(holding.license, ())) if gives else ())
            has |= served[holding]
        open_ = [rule.way for rule in rules if group.kind in rule.kinds and rule.held <= has]
        people += group.people if open_ else 0
        for way in open_:
            by_way[way] += group.people
    return Logins(state.now, people, by_way)


class _Rule(NamedTuple):
    """A way to log in, and the licenses that a user must hold for it."""

    way: str
    kinds: frozenset[UserKind]
    held: frozenset[str]


def _rule(state: Entitlements, way: str) -> _Rule:
    """Return the rule of a way to log in, which is for nobody if the installation lacks a license."""
    written, _ = login_rule(state, way)
    given = {**state.every_site, **state.everyone, **state.present}
    codes = state.trust_store.beside(way, written.all)
    missing = frozenset(code for code in codes if given.get(code, Access.NONE) is Access.NONE)
    can_be_held = all(code in state.licenses and state.licenses[code].kind is not Kind.SYSTEM for code in missing)
    return _Rule(way, frozenset(written.users), missing) if can_be_held else _Rule(way, frozenset(), frozenset())


def steps(found: Iterable[Logins]) -> Iterator[Logins]:
    """Yield the first, and each with other numbers than the one before."""
    for _, alike in groupby(found, key=attrgetter("people", "by_way")):
        yield next(alike)
