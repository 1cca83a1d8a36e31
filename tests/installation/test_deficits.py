"""Who loses what where fewer are left than are assigned: laws that hold in any small world."""

import random
from collections import Counter
from collections.abc import Mapping
from typing import Final

from hypothesis import given
from hypothesis import strategies as st

from licensekit.entitlements import Entitlements
from licensekit.entitlements.assignment import faults_of
from licensekit.errors import BelowUse
from licensekit.installation.settlement import Chosen, DeficitHolder, Effects, Key, Settlement
from tests import makers
from tests.entitlements.engine import SYSTEM, USER, bare, catalog, granted, trust_store

_of = makers.license_entry
STORE = trust_store(
    catalog(
        quote=_of(SYSTEM),
        user=_of(USER),
        contact=_of(USER, plan=True, includes=["user"]),
        sales=_of(USER, plan=True, includes=["contact", "quote-cal"]),
        service=_of(USER, plan=True, includes=["contact"]),
        complete=_of(USER, plan=True, includes=["sales", "service"]),
        windows=_of(USER, requires=["user"]),
        travel=_of(USER, requires=["windows"]),
        quote_cal=_of(USER, requires=["quote", "user"]),
    )
)
PLANS: Final = ("contact", "sales", "service", "complete")
BESIDE: Final = ("user", "windows", "travel", "quote-cal")
MOST: Final = 5


class World:
    """Users with what they hold, the license set that is to come, and what is short in it."""

    def __init__(self, held: list[frozenset[str]], totals: Mapping[str, int], shuffle: random.Random) -> None:
        self.sold: Entitlements = granted(STORE, bare(system={"quote": 1}, users=dict(totals)))
        self.in_use = Counter(code for one in held for code in one)
        self.held: dict[Key, frozenset[str]] = {(USER, f"user{n}"): one for n, one in enumerate(held)}
        slots: dict[Key, dict[str, int]] = {key: {} for key in self.held}
        for code in sorted(self.in_use):
            owners = [key for key, one in self.held.items() if code in one]
            shuffle.shuffle(owners)
            for slot, key in enumerate(owners, 1):
                slots[key][code] = slot
        below = [code for code, used in sorted(self.in_use.items()) if used > totals.get(code, 0)]
        self.short = {code: self.below_use(code, totals.get(code, 0)) for code in below}
        self.holders = {
            key: DeficitHolder("", {code: slots[key][code] for code in below if code in one}, one)
            for key, one in self.held.items()
            if one.intersection(below)
        }
        self.effects = Effects(self.sold, self.in_use)

    def below_use(self, code: str, total: int) -> BelowUse:
        """Return that fewer of a license are left than are assigned."""
        used = self.in_use[code]
        return BelowUse(
            reason="many", license=code, in_use=used, total=total, remove=used - total, newest=(), others=used
        )

    def choose(self) -> Mapping[Key, Chosen]:
        """Return what the rule chooses."""
        return Settlement(self.short, self.holders, self.effects).newest().choices

    def is_settled(self, choices: Mapping[Key, Chosen]) -> bool:
        """Return whether nothing is short any more."""
        changes = [self.effects.change_of(self.held[key], chosen) for key, chosen in choices.items()]
        left = self.in_use.copy()
        for change in changes:
            left.subtract(change.release)
            left.update(change.assign)
        return all(left[one.license] <= one.total for one in self.short.values())


@st.composite
def holdings(draw: st.DrawFn) -> frozenset[str]:
    """Return what a user may hold: at most one plan, and nothing without what it requires."""
    plan = draw(st.sampled_from([None, *PLANS]))
    beside = draw(st.sets(st.sampled_from(BESIDE)))
    if plan is None and "user" not in beside:
        return frozenset()
    return frozenset({plan, *(beside - ({"travel"} if "windows" not in beside else set()))} - {None})  # type: ignore[arg-type]  # None is out


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """Return any small world; of each license there may be too few, just enough or more."""
    held = draw(st.lists(holdings(), min_size=1, max_size=MOST))
    counts = st.integers(0, MOST)
    totals = {code: draw(st.one_of(st.just(MOST), counts)) for code in (*PLANS, *BESIDE)}
    return World(
        held, {code: total for code, total in totals.items() if total}, draw(st.randoms(use_true_random=False))
    )


@given(world=worlds())
def test_nothing_is_short_afterwards_and_every_change_passes_the_rules(world: World) -> None:
    choices = world.choose()
    assert world.is_settled(choices)
    left = world.in_use.copy()
    for key, chosen in choices.items():
        change = world.effects.change_of(world.held[key], chosen)
        assert faults_of(world.sold, left, key[1], world.held[key], change) == []
        left.subtract(change.release)
        left.update(change.assign)


@given(world=worlds())
def test_nobody_loses_what_was_not_necessary(world: World) -> None:
    """Whatever one of them would keep, something would be short."""
    choices = world.choose()
    for key, chosen in choices.items():
        for code in chosen:
            fewer = {one: plan for one, plan in chosen.items() if one != code}
            lost, left = (world.effects.change_of(world.held[key], one).release for one in (chosen, fewer))
            assert lost == left or not world.is_settled({**choices, key: fewer})


@given(world=worlds())
def test_of_one_license_the_highest_slots_lose_theirs(world: World) -> None:
    for code, one in world.short.items():
        slots = {key: holder.slots[code] for key, holder in world.holders.items() if code in holder.slots}
        alone = {key: world.holders[key]._replace(slots={code: slot}) for key, slot in slots.items()}
        losing = {key for key, slot in slots.items() if slot > one.total}
        assert Settlement({code: one}, alone, world.effects).newest().choices.keys() == losing


@given(world=worlds(), order=st.randoms(use_true_random=False))
def test_the_order_in_which_holders_are_read_does_not_matter(world: World, *, order: random.Random) -> None:
    choices = world.choose()
    mixed = list(world.holders.items())
    order.shuffle(mixed)
    world.holders = dict(mixed)
    assert world.choose() == choices


@given(world=worlds())
def test_a_smaller_plan_takes_no_more_along_than_none_and_passes_the_rules(world: World) -> None:
    """Whatever depends on what both include is kept."""
    for key, holder in world.holders.items():
        for code in holder.slots:
            for plan in world.effects.plans(holder.held, code):
                change = world.effects.change_of(holder.held, {code: plan})
                assert change.release <= world.effects.change_of(holder.held, {code: ""}).release
                assert faults_of(world.sold, world.in_use, key[1], holder.held, change) == []
                assert plan in world.sold.closure[code]
