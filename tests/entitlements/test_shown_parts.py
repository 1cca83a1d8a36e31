"""What people are shown of parts, counts and assignments."""

from typing import Any

import pytest

from licensekit.access import Access
from licensekit.dates import start_of_day
from licensekit.entitlements import BundleState, Fingerprint, Holding, held_access, list_notices
from licensekit.entitlements.holdings import Given, beyond_sold, given, lapsed
from licensekit.entitlements.messages import BundleName
from licensekit.entitlements.parts import days_left, judge
from licensekit.wire.documents import SeatKind
from licensekit.wire.plain import plain
from tests import makers
from tests.entitlements.engine import SITE, SYSTEM, USER, bare, catalog, granted, trust_store, verified

of = makers.license_entry
DAY = makers.ISSUED_DAY
STORE = trust_store(catalog(sales=of(USER), seat=of(USER, seats=SeatKind.CONCURRENT)))


@pytest.mark.parametrize(
    ("until", "works_until", "today", "left"),
    [
        (None, None, 0, None),
        (DAY + 5, DAY + 9, 0, 5),
        (DAY + 5, DAY + 9, 5, 0),
        (DAY + 5, DAY + 9, 6, 3),
        (DAY + 5, DAY + 9, 12, 0),
        (DAY + 5, None, 6, 0),
    ],
)
def test_days_are_left_of_the_term_and_then_of_grace(
    until: int | None, works_until: int | None, today: int, left: int | None
) -> None:
    assert days_left(until, works_until, start_of_day(DAY + today) + 60) == left


def test_a_part_and_how_long_it_is_licensed_are_shown_as_plain_values() -> None:
    now = start_of_day(DAY + 1)
    first, second = bare(1, expiry=DAY + 3), bare(2, starts=DAY + 4, expiry=DAY + 8)
    state = granted(STORE, first, second, now=now)
    covered = state.coverage_of(first.issuer, first.part)
    assert covered.plain(now) == {
        "issuer": "demo",
        "part": "base",
        "covered_until": "2027-01-09",
        "works_until": "2027-01-09",
        "days_left": 7,
    }
    assert [covered.is_followed(one) for one in (first, second)] == [True, False]
    [part] = [one for one in state.parts if one.bundle == first]
    assert part.plain(now) == {
        "identity": part.verified.identity.hex(),
        "state": "active",
        "days_left": 2,
        "document": plain(first),
    }
    assert part.dates == (("expiry", DAY + 3),)
    perpetual = granted(STORE, bare(), now=now).coverage_of("demo", "base")
    assert (perpetual.shown_until, perpetual.days_left(now)) == ("perpetual", None)
    ended = granted(STORE, bare(expiry=DAY - 3), now=now).coverage_of("demo", "base")
    assert (ended.shown_until, ended.days_left(now)) == (None, 0)


@pytest.mark.parametrize(
    ("in_use", "told"),
    [
        ({"sales": 17}, []),
        ({"sales": 18}, ["nearly-used"]),
        ({"sales": 19}, ["nearly-used"]),
        ({"sales": 20}, ["used-up"]),
        ({"sales": 21}, ["deficit"]),
        ({"seat": 1}, []),
        ({"seat": 2}, ["seats-taken"]),
        ({"gone": 9}, []),
    ],
)
def test_counts_that_come_to_their_end_are_reported(in_use: dict[str, int], told: list[str]) -> None:
    state = granted(STORE, bare(users={"sales": 20, "seat": 2}))
    assert [one.code for one in list_notices(state, in_use)] == told


@pytest.mark.parametrize(
    ("one", "origins"),
    [
        (Given("a", Access.FULL, assigned=True, through=("b",)), ("assigned",)),
        (Given("a", Access.FULL, assigned=False, through=("b", "c")), ("b", "c")),
        (Given("a", Access.FULL, assigned=False, through=()), ("installation",)),
    ],
)
def test_a_license_comes_from_where_it_is_assigned_included_or_everybodys(one: Given, origins: Any) -> None:
    assert one.origins == origins


def test_an_assignment_beyond_what_is_sold_gives_nothing_and_says_so() -> None:
    state = granted(STORE, bare(users={"sales": 2}))
    within, beyond, none = Holding("sales", 2), Holding("sales", 3), Holding("sales", 0)
    assert lapsed(state, USER, [within, beyond, none]) == ("sales", "sales")
    assert beyond_sold(state, [Holding("gone", 1), within], "sales") is None
    found = [beyond_sold(state, [one], "sales") for one in (beyond, none)]
    assert [(one.reason, one.license, one.slot, one.total) for one in found if one] == [
        ("slot", "sales", 3, 2),
        ("no-slot", "sales", 0, 2),
    ]


def test_what_is_assigned_to_a_site_beyond_the_sites_that_there_may_be_says_so() -> None:
    store = trust_store(catalog(satellite=of(SITE, limits_sites=True), depot=of(SITE)))
    state = granted(store, bare(sites={"satellite": 1, "depot": 5}))
    assert beyond_sold(state, [Holding("depot", 1, satellite=1)], "depot", SITE) is None
    for slot, told in ((1, ("satellite", 2)), (6, ("slot", 6))):
        found = beyond_sold(state, [Holding("depot", slot, satellite=2)], "depot", SITE)
        assert found is not None
        assert (found.reason, found.slot, found.total) == (*told, 5)


def test_what_a_user_has_is_shown_assigned_first_then_through_what_is_assigned_then_everybodys() -> None:
    store = trust_store(
        catalog(
            portal=of(SYSTEM, includes=["anybody"]),
            anybody=of(USER),
            basic=of(USER),
            chief=of(USER, includes=["basic"]),
            deputy=of(USER),
        )
    )
    state = granted(store, bare(system={"portal": 1}, users={"chief": 1, "deputy": 1}))
    held = [Holding("deputy", 1), Holding("chief", 1)]
    found = given(state, held, held_access(state, held), "anna")
    assert [(one.license, one.origins) for one in found] == [
        ("chief", ("assigned",)),
        ("deputy", ("assigned",)),
        ("basic", ("chief",)),
        ("anybody", ("installation",)),
        ("portal", ("installation",)),
    ]


def test_a_bundle_is_named_without_an_issuer_unless_it_is_anothers() -> None:
    name = BundleName("1010000014", "base", "production", 2)
    assert (str(name), str(name._replace(owner="partner"))) == ("1010000014 base 2", "partner 1010000014 base 2")
    [sold] = verified(STORE, bare())
    assert judge(sold, makers.NOW, fingerprint=Fingerprint(), released=None).label == "1010000014 base 1"


def test_states_are_shown_by_the_words_of_the_text() -> None:
    words = ["pending", "active", "warning", "grace", "expired", "foreign", "unmaintained"]
    assert [state.value for state in BundleState] == words
    [part] = granted(STORE, bare(maintenance=DAY), released=DAY + 1).parts
    assert part.plain(makers.NOW)["state"] == "unmaintained"
