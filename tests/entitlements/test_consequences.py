"""What ends and when, and how many people may log in, counted by groups that hold the same."""

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from licensekit.access import Access
from licensekit.dates import end_of_day, start_of_day
from licensekit.entitlements import Entitlements, Holding
from licensekit.entitlements.consequences import LATER, Group, Logins, Loss, deciding, later, logins, losses, steps
from licensekit.entitlements.events import Event, EventScope
from licensekit.entitlements.login import UserFacts, may_login, ways
from licensekit.limits import DAYS
from licensekit.wire.documents import AfterGrace, Bundle, LoginRule, UserKind
from tests import makers
from tests.entitlements.engine import SITE, SYSTEM, USER, bare, granted, trust_store, verified
from tests.profiles import examples

of = makers.license_entry
DAY = makers.ISSUED_DAY
ASSOCIATE, EXTERNAL = UserKind.ASSOCIATE, UserKind.EXTERNAL
STORE = trust_store(
    makers.catalog(
        licenses={
            "server": of(SYSTEM),
            "portal": of(SYSTEM, includes=["guest"]),
            "depot": of(SITE),
            "user": of(USER),
            "plus": of(USER, includes=["mobile", "user"]),
            "mobile": of(USER),
            "guest": of(USER),
            "old": of(USER, replaced_by="user"),
        },
        access={
            "web": LoginRule(["server", "user"], [ASSOCIATE]),
            "phone": LoginRule(["mobile", "user"], [ASSOCIATE, EXTERNAL]),
            "portal": LoginRule(["guest"], [EXTERNAL]),
            "depot": LoginRule(["depot"], [ASSOCIATE]),
        },
    )
)


def at(day: int, *bundles: Bundle) -> Entitlements:
    return granted(STORE, *bundles, now=start_of_day(day) + 3600)


def test_what_ends_and_what_turns_read_only_is_reported_with_its_moment() -> None:
    base = bare(system={"server": 1}, users={"user": 3}, expiry=DAY + 5, grace=DAY + 8)
    extra = bare(part="extra", users={"mobile": 1}, expiry=DAY + 2, after_grace=AfterGrace.BLOCK)
    first = at(DAY, base, extra)
    states = [first, *later(first, lambda now: granted(STORE, base, extra, now=now))]
    assert losses(states) == (
        Loss(end_of_day(DAY + 2), Access.NONE, ("mobile",)),
        Loss(end_of_day(DAY + 8), Access.READ, ("server", "user")),
    )


def test_a_license_that_no_catalog_has_any_more_ends() -> None:
    smaller = trust_store(makers.catalog(licenses={"server": of(SYSTEM)}, access={}))
    before = at(DAY, bare(users={"user": 1}))
    [lost] = losses([before, granted(smaller, bare(users={"user": 1}))])
    assert (lost.access, lost.licenses) == (Access.NONE, ("user",))


def test_a_renewal_that_waits_lets_nothing_end() -> None:
    sold = {"system": {"server": 1}, "users": {"user": 3}}
    bundles = (bare(1, expiry=DAY + 5, **sold), bare(2, starts=DAY + 6, **sold))
    first = at(DAY, *bundles)
    states = [first, *later(first, lambda now: granted(STORE, *bundles, now=now))]
    assert [state.now for state in states[1:]] == [start_of_day(DAY + 6)]
    assert losses(states) == ()


def test_no_more_than_some_later_moments_are_looked_at() -> None:
    many = [bare(part=f"p{number}", expiry=DAY + number) for number in range(LATER + 5)]
    assert len(later(at(DAY, *many), lambda now: granted(STORE, now=now))) == LATER == 12


def test_what_ends_with_the_last_day_of_the_calendar_has_no_later_moment() -> None:
    assert later(at(DAY, bare(expiry=DAYS)), lambda now: granted(STORE, now=now)) == []


def test_only_what_gives_a_needed_license_decides_and_only_ranks_that_are_held() -> None:
    state = at(DAY, bare(users={"user": 2, "plus": 9, "guest": 1}))
    in_use = {"user": 5, "plus": 3, "gone": 4, "guest": 1, "depot": 2, "server": 1}
    assert deciding([state], in_use) == {"guest": [], "plus": [], "user": [2]}
    lapsed = at(DAY + 3, bare(users={"user": 2}), bare(part="x", users={"user": 1}, expiry=DAY))
    assert deciding([state, lapsed], in_use)["user"] == [2, 3]
    unlimited = at(DAY, bare(users={"user": None}))
    assert deciding([unlimited], {"user": 9}) == {"user": []}


def test_only_changes_of_the_numbers_are_steps() -> None:
    found = [Logins(n, people, {"web": people}) for n, people in enumerate([3, 3, 2, 2, 3])]
    assert [one.at for one in steps(found)] == [0, 2, 4]


codes = st.sampled_from(["user", "plus", "mobile", "guest", "old", "gone"])
users = st.lists(st.tuples(st.sampled_from([ASSOCIATE, EXTERNAL]), st.sets(codes, max_size=3)), max_size=12)
counts = st.dictionaries(st.sampled_from(["user", "plus", "mobile", "guest", "old"]), st.integers(1, 4) | st.none())


@st.composite
def some_bundles(draw: st.DrawFn) -> list[Bundle]:
    """Up to three parts, each with its own counts, end and policy."""
    systems = st.sampled_from([{}, {"server": 1}, {"portal": 1}])
    return [
        bare(
            part=part,
            system=draw(systems),
            users=draw(counts),
            expiry=draw(st.integers(DAY, DAY + 2) | st.none()),
            after_grace=draw(st.sampled_from(AfterGrace)),
        )
        for part in draw(st.lists(st.sampled_from(["base", "a", "b"]), unique=True))
    ]


@settings(max_examples=examples(200))
@given(some_bundles(), users)
def test_groups_count_as_many_as_asking_each_user(sold: list[Bundle], people: list[tuple[UserKind, set[str]]]) -> None:
    first = at(DAY, *sold)
    chosen = verified(STORE, *sold)
    states = [first, *later(first, lambda now: granted(STORE, *sold, now=now))]
    assert len(chosen) == len(sold)
    slots: Counter[str] = Counter()
    each: list[UserFacts] = []
    for number, (kind, held) in enumerate(people):
        slots.update(held)
        holdings = tuple(Holding(code, slots[code]) for code in sorted(held))
        each.append(UserFacts(f"u{number}", kind=kind, holdings=holdings))
    cuts = deciding(states, slots)
    together: Counter[tuple[UserKind, tuple[Holding, ...]]] = Counter()
    for user in each:
        banded = [
            one._replace(slot=1 + max([0, *(cut for cut in cuts[one.license] if cut < one.slot)]))
            for one in user.holdings
            if one.license in cuts
        ]
        together[user.kind, tuple(banded)] += 1
    groups = [Group(kind, holdings, number) for (kind, holdings), number in together.items()]
    for state in states:
        found = logins(state, groups)
        allowed = {way: [user.id for user in each if may_login(state, user, way)] for way in ways(state)}
        assert found.by_way == {way: len(ids) for way, ids in allowed.items()}
        assert found.people == len({one for ids in allowed.values() for one in ids})


def test_what_ends_and_who_may_log_in_is_shown_as_plain_values() -> None:
    second = "2027-01-01T00:00:00Z"
    loss = Loss(makers.ISSUED, Access.READ, ("sales", "user"))
    assert loss.plain() == {"from": second, "access": "read", "licenses": ["sales", "user"]}
    assert Logins(makers.ISSUED, 3, {"web": 2}).plain() == {"from": second, "people": 3, "by": {"web": 2}}
    event = Event(7, "no-login", EventScope.INSTALLATION, "", "moving", None, makers.ISSUED, "anna")
    assert event.plain() == {
        "number": 7,
        "kind": "no-login",
        "scope": "installation",
        "subject": None,
        "message": "moving",
        "expected_end": None,
        "started": second,
        "started_by": "anna",
        "ended": None,
        "ended_by": None,
    }
    assert event._replace(subject="oslo").plain()["subject"] == "oslo"
    user = UserFacts("anna", "Anna", holdings=(Holding("sales", 1),), written="Anna", last_seen=DAY, added=DAY)
    assert user.plain() == {
        "id": "anna",
        "name": "Anna",
        "kind": "associate",
        "can_log_in": True,
        "administrator": False,
        "retired": False,
        "groups": [],
        "written": "Anna",
        "last_seen": "2027-01-01",
        "added": "2027-01-01",
        "licenses": ["sales"],
    }


def test_a_way_to_log_in_is_for_nobody_where_the_installation_lacks_a_license() -> None:
    groups = [Group(ASSOCIATE, (Holding("user", 1),), 2), Group(EXTERNAL, (Holding("guest", 1),), 3)]
    without = at(DAY, bare(users={"user": 9, "guest": 9}))
    assert logins(without, groups).by_way["web"] == 0
    whole = at(DAY, bare(system={"server": 1}, users={"user": 9, "guest": 9}))
    assert (logins(whole, groups).by_way["web"], logins(whole, groups).by_way["portal"]) == (2, 3)
    assert logins(whole, groups).people == 5


@pytest.mark.parametrize("required", ["host", "gone"])
def test_where_nobody_can_log_in_whatever_is_held_nothing_that_is_held_decides(required: str) -> None:
    """The installation lacks a license of its own, or no catalog has what is required."""
    licenses = {"host": of(SYSTEM), "kit": of(USER, includes=["host"])}
    rules = {"web": LoginRule([required], [ASSOCIATE])}
    store = trust_store(makers.catalog(licenses=licenses, access=rules))
    state = granted(store, bare())
    assert deciding([state], {"kit": 3}) == {}
    assert logins(state, [Group(ASSOCIATE, (Holding("kit", 1),), 2)]).people == 0
