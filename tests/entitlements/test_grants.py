"""What bundles grant, through what, how much of it, and what they grant together."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from licensekit.access import Access
from licensekit.dates import end_of_day, start_of_day
from licensekit.entitlements import (
    NO_SLOT,
    Count,
    Entitlements,
    Holding,
    Tier,
    count,
    evaluate,
    explain,
    held_access,
    resolve,
    rows,
    why_not,
)
from licensekit.errors import UnknownCode, WrongKind
from licensekit.trust.pack import open_pack
from licensekit.trust.sign import sign
from licensekit.wire.documents import AfterGrace, Binding, Bundle, Kind, Use
from tests import homes, makers
from tests.entitlements.engine import SITE, SYSTEM, USER, access, bare, catalog, granted, trust_store, verified
from tests.profiles import examples

of = makers.license_entry
DAY = makers.ISSUED_DAY
NONE, READ, FULL = Access.NONE, Access.READ, Access.FULL

CRM = trust_store(
    catalog(
        server=of(SYSTEM, "Server"),
        storage=of(SYSTEM, quantity="GB"),
        sale=of(SYSTEM, full_with="sale-cal"),
        expander=of(SYSTEM, includes=["audience", "extern-cal"]),
        suite=of(SYSTEM, includes=["expander"]),
        reporter=of(SITE, includes=["reporter-cal"]),
        audience=of(SITE),
        user=of(USER),
        sale_cal=of(USER),
        extern_cal=of(USER),
        reporter_cal=of(USER),
        standard=of(USER, plan=True, includes=["user"]),
        sales=of(USER, plan=True, includes=["sale", "sale-cal", "standard"]),
        boss=of(USER, includes=["suite"]),
    )
)


def test_absent_is_not_granted() -> None:
    nothing = granted(CRM)
    assert set(nothing.system) == {"server", "storage", "sale", "expander", "suite"}
    assert set(nothing.system.values()) == {NONE}
    assert set(access(nothing, "sales").values()) == {NONE}
    assert count(nothing, "user", 0) == Count(0, 0)


def test_a_license_that_is_completed_by_another_is_read_alone() -> None:
    entitlements = granted(CRM, bare(system={"sale": 1}, users={"sale-cal": 5}))
    assert entitlements.system["sale"] is READ
    assert access(entitlements)["sale"] is READ
    assert access(entitlements, "sale-cal")["sale"] is FULL


def test_what_is_held_gives_all_that_it_includes_directly_or_not() -> None:
    held = access(granted(CRM, bare(users={"sales": 1})), "sales")
    assert [held[c] for c in ("sales", "standard", "user", "sale-cal", "sale")] == [FULL] * 5
    assert held["extern-cal"] is NONE


def test_a_system_license_is_present_once_anything_granted_includes_it() -> None:
    entitlements = granted(CRM, bare(users={"sales": 1}))
    assert entitlements.system["sale"] is READ
    assert access(entitlements)["sale"] is READ
    assert access(entitlements)["user"] is NONE


@pytest.mark.parametrize("sold", [{"expander": 1}, {"suite": 1}])
def test_what_a_system_license_includes_is_everybodys(sold: dict[str, int | None]) -> None:
    entitlements = granted(CRM, bare(system=sold))
    assert entitlements.everyone == {"extern-cal": FULL}
    assert entitlements.every_site == {"audience": FULL}
    assert access(entitlements)["extern-cal"] is FULL


def test_a_system_license_that_came_with_another_gives_to_everybody_as_well() -> None:
    entitlements = granted(CRM, bare(users={"boss": 1}))
    assert entitlements.system["expander"] is FULL
    assert access(entitlements)["extern-cal"] is FULL


def test_a_site_gives_to_its_users_what_its_licenses_include() -> None:
    entitlements = granted(CRM, bare(sites={"reporter": 1}))
    assert access(entitlements, at_site=("reporter",))["reporter-cal"] is FULL
    assert access(entitlements)["reporter-cal"] is NONE


def test_parts_unite_counts_add_and_unrestricted_wins() -> None:
    base = bare(system={"server": 1}, users={"user": 5, "sales": 2})
    more = bare(part="more", users={"user": 3, "sales": None})
    entitlements = granted(CRM, base, more)
    assert count(entitlements, "user", 6) == Count(8, 6)
    assert count(entitlements, "user", 6).free == 2
    assert count(entitlements, "user", 9).deficit == 1
    assert count(entitlements, "sales", 9).unrestricted
    assert count(entitlements, "sales", 9).free is None
    assert count(entitlements, "sales", 9).deficit == 0


def test_quantities_of_a_system_license_add() -> None:
    entitlements = granted(CRM, bare(system={"storage": 20}), bare(part="m", system={"storage": 5}))
    assert count(entitlements, "storage", 0).total == 25
    unrestricted = granted(CRM, bare(system={"storage": None}))
    assert count(unrestricted, "storage", 0).total is None
    assert count(granted(CRM, bare(system={"server": 1})), "server", 0).total == 1


def lapsing(policy: AfterGrace) -> Entitlements:
    """Two of `user` that are perpetual, and three more that have expired."""
    lapsed = bare(part="more", users={"user": 3}, expiry=DAY, after_grace=policy)
    return granted(CRM, bare(users={"user": 2}), lapsed, now=end_of_day(DAY))


@pytest.mark.parametrize(
    ("policy", "tiers", "served"),
    [
        (AfterGrace.READ_ONLY, (Tier(2, FULL), Tier(3, READ)), [FULL] * 2 + [READ] * 3 + [NONE]),
        (AfterGrace.BLOCK, (Tier(2, FULL),), [FULL] * 2 + [NONE] * 4),
        (AfterGrace.ADVISORY, (Tier(5, FULL),), [FULL] * 5 + [NONE]),
    ],
)
def test_the_highest_slots_fall_under_the_policy_of_what_lapsed(
    policy: AfterGrace, tiers: tuple[Tier, ...], served: list[Access]
) -> None:
    entitlements = lapsing(policy)
    assert entitlements.tiers["user"] == tiers
    found = [held_access(entitlements, [Holding("user", slot)])["user"] for slot in range(1, 7)]
    assert found == served


def test_an_invalid_slot_and_an_assignment_of_another_kind_grant_nothing() -> None:
    entitlements = granted(CRM, bare(users={"user": None}, sites={"reporter": None}))
    users, sites = [Holding("user", 10**9)], [Holding("reporter", 10**9)]
    assert held_access(entitlements, users)["user"] is FULL
    assert held_access(entitlements, [], sites)["reporter"] is FULL
    assert held_access(entitlements, [Holding("user", NO_SLOT)])["user"] is NONE
    assert held_access(entitlements, sites, users)["reporter"] is NONE


def test_a_system_license_that_claims_to_limit_sites_limits_none() -> None:
    """No sound catalog has one; whoever signs another one stops no program."""
    strange = trust_store(catalog(server=of(SYSTEM, limits_sites=True), reporter=of(SITE)))
    entitlements = granted(strange, bare(system={"server": 1}, sites={"reporter": 1}))
    assert held_access(entitlements, [], [Holding("reporter", 1, satellite=9)])["reporter"] is FULL


@pytest.mark.parametrize("other", ["a-first", "z-last"])
def test_a_license_that_another_system_license_completes_is_full_whatever_the_order(other: str) -> None:
    """No sound catalog has one either."""
    both = trust_store(catalog(**{"middle": of(SYSTEM, full_with=other), other.replace("-", "_"): of(SYSTEM)}))
    assert access(granted(both, bare(system={"middle": 1, other: 1})))["middle"] is FULL
    assert access(granted(both, bare(system={"middle": 1})))["middle"] is READ


def test_a_code_that_no_catalog_has_is_shown_and_not_granted() -> None:
    entitlements = granted(CRM, bare(system={"user": 1, "future": 1}, users={"server": 1}))
    assert [code for _, code in entitlements.unknown] == ["future", "user", "server"]
    assert entitlements.grants == {}


@pytest.mark.attack("partner-that-grants-the-vendors-licenses")
def test_a_partner_grants_its_own_licenses_under_its_own_name() -> None:
    addon = makers.catalog(issuer="partner", licenses={"map": of(SYSTEM), "server": of(SYSTEM)}, access={})
    both = trust_store(makers.catalog(), addon, partner="partner")
    sold = bare(issuer="partner", system={"map": 1, "server": 1})
    entitlements = granted(both, sold)
    assert entitlements.system == {"server": NONE, "partner.map": FULL, "partner.server": FULL}
    assert resolve(entitlements, "partner.map") == "partner.map"
    assert {row.issuer for row in rows(entitlements, {})} == {"demo", "partner"}


def test_the_vendors_bundle_comes_first_and_a_third_partys_is_called_by_its_name() -> None:
    addon = makers.catalog(issuer="aaa", licenses={"map": of(SYSTEM)}, access={})
    both = trust_store(makers.catalog(), addon, partner="aaa")
    entitlements = granted(both, bare(issuer="aaa", system={"map": 1}), bare(system={"server": 1}))
    serial = makers.SERIAL
    assert [part.label for part in entitlements.parts] == [f"{serial} base 1", f"aaa {serial} base 1"]


def test_a_partners_license_is_completed_by_a_name_of_its_own() -> None:
    addon = makers.catalog(
        issuer="partner", licenses={"map": of(SYSTEM, full_with="map-cal"), "map-cal": of(USER)}, access={}
    )
    both = trust_store(makers.catalog(), addon, partner="partner")
    sold = bare(issuer="partner", system={"map": 1}, users={"map-cal": 1})
    assert access(granted(both, sold), "partner.map-cal")["partner.map"] is FULL
    assert access(granted(both, sold))["partner.map"] is READ
    reason = why_not(granted(both, sold), "partner.map").message
    assert "with the user license `partner.map-cal` full access" in reason


def test_a_code_has_one_spelling_and_a_mistake_raises() -> None:
    entitlements = granted(CRM)
    assert resolve(entitlements, "demo.user") == resolve(entitlements, "user") == "user"
    with pytest.raises(UnknownCode, match="no catalog has a license"):
        resolve(entitlements, "nothing")
    with pytest.raises(WrongKind):
        resolve(entitlements, "user", (Kind.SITE, Kind.SYSTEM))


def test_an_explanation_names_every_bundle_and_through_what() -> None:
    later = bare(2, starts=DAY + 9, users={"user": 9})
    entitlements = granted(CRM, bare(users={"user": 2, "sales": 1}), later)
    found = [(e.bundle, e.state, e.amount, e.via) for e in explain(entitlements, "user")]
    assert found == [
        ("1010000014 base 1", "active", 2, None),
        ("1010000014 base 1", "active", None, "sales"),
        ("1010000014 base 2", "pending", 9, None),
    ]


WHY: list[tuple[Bundle, str, int, str]] = [
    (bare(), "server", 0, "no bundle in force grants it"),
    (bare(system={"server": 1}, expiry=DAY), "server", DAY + 1, "expired"),
    (bare(system={"server": 1}, starts=DAY + 5), "server", DAY, "has not started"),
    (bare(system={"server": 1}, maintenance=DAY - 1), "server", DAY, "does not cover"),
    (bare(system={"server": 1}, binding=Binding(bytes(32), 0, {})), "server", DAY, "another installation"),
    (bare(users={"sales": 1, "standard": 1}), "user", DAY, "included in: sales, standard"),
    (bare(system={"sale": 1}), "sale", DAY, "with the user license `sale-cal` full access"),
]


@pytest.mark.parametrize(("bundle", "code", "day", "reason"), WHY)
def test_a_refusal_has_its_reason(bundle: Bundle, code: str, day: int, reason: str) -> None:
    entitlements = granted(CRM, bundle, now=max(start_of_day(day), makers.NOW), released=DAY)
    assert reason in why_not(entitlements, code).message


def test_rows_show_every_license_of_every_catalog() -> None:
    entitlements = granted(CRM, bare(system={"expander": 1}, users={"sales": 2}))
    found = {row.code: row for row in rows(entitlements, {"sales": 1})}
    assert set(found) == set(entitlements.licenses)
    assert (found["sales"].total, found["sales"].in_use, found["sales"].granted) == (2, 1, True)
    assert (found["user"].total, found["user"].granted) == (0, False)
    assert found["extern-cal"].access is FULL
    assert found["expander"].access is FULL


def test_answers_hold_until_the_next_start_end_check_or_midnight_that_counts() -> None:
    def until(*bundles: Bundle, day: int = DAY) -> int | None:
        return granted(CRM, *bundles, now=start_of_day(day) + 3600).valid_until

    assert until(bare()) is None
    assert until(bare(expiry=DAY + 5)) == end_of_day(DAY + 5)
    assert until(bare(next_check=DAY + 3)) == start_of_day(DAY + 3)
    assert until(bare(next_check=DAY)) is None
    assert until(bare(warning=DAY, expiry=DAY + 5)) == end_of_day(DAY)
    assert until(bare(starts=DAY + 5)) == end_of_day(DAY)
    assert until(bare(expiry=DAY), day=DAY + 1) is None


counts = st.dictionaries(st.sampled_from(["user", "sale-cal", "standard", "sales"]), st.integers(1, 4) | st.none())
days = st.integers(DAY, DAY + 3)


@st.composite
def some_bundles(draw: st.DrawFn) -> list[Bundle]:
    """Up to three parts, each with its own counts, end and policy."""
    return [
        bare(
            part=part, users=draw(counts), expiry=draw(days | st.none()), after_grace=draw(st.sampled_from(AfterGrace))
        )
        for part in draw(st.lists(st.sampled_from(["base", "a", "b"]), unique=True))
    ]


@settings(max_examples=examples(60))
@given(some_bundles(), st.integers(DAY, DAY + 5), st.integers(0, 12))
def test_a_plain_model_gives_every_assignment_the_same(sold: list[Bundle], day: int, rank: int) -> None:
    """Each bundle hands out its count, those that give most first; whoever comes later waits."""
    entitlements = granted(CRM, *sold, now=start_of_day(day) + 7200)
    caps = {AfterGrace.READ_ONLY: READ, AfterGrace.BLOCK: NONE, AfterGrace.ADVISORY: FULL}
    offers: list[tuple[Access, int]] = []
    for bundle in sold:
        if "user" in bundle.users:
            ended = bundle.expiry is not None and day > bundle.expiry
            amount = bundle.users["user"]
            cap = caps[bundle.after_grace] if ended else FULL
            offers.append((cap, 10**9 if amount is None else amount))
    queue = [cap for cap, amount in sorted(offers, reverse=True) for _ in range(min(amount, 20))]
    expected = queue[rank] if rank < len(queue) else NONE
    assert held_access(entitlements, [Holding("user", rank + 1)])["user"] is expected


@settings(max_examples=examples(60))
@given(some_bundles(), st.integers(DAY, DAY + 5))
def test_more_is_never_less(sold: list[Bundle], day: int) -> None:
    """Another part takes nothing from anybody."""
    now = start_of_day(day) + 7200
    before = granted(CRM, *sold, now=now)
    after = granted(CRM, *sold, bare(part="z", users={"sales": 1}, system={"sale": 1}), now=now)
    for code in before.licenses:
        held = access(before, code)
        assert all(level <= access(after, code)[c] for c, level in held.items())
        assert (count(after, code, 0).free or 10**9) >= (count(before, code, 0).free or 0)


def test_what_was_signed_by_a_key_that_is_not_named_any_more_grants_what_it_says() -> None:
    sold = verified(CRM, bare(users={"user": 2}))
    other = makers.key("other")
    trust = sign(makers.trust(makers.admitted(other, "other")), makers.key("root"))
    signed = homes.signed(CRM.catalogs["demo"].document, "other")
    newer = open_pack(makers.file_of(homes.ROOT, trust, signed), homes.PIN)
    assert [one.amount for one in evaluate(newer, sold, makers.NOW).grants["user"]] == [2]


def test_a_key_without_limits_that_may_no_longer_sign_for_a_use_holds_back_what_it_held_back() -> None:
    sold = verified(CRM, bare(1, users={"user": 2}), bare(2, users={"user": 3}))
    narrowed = makers.admitted(makers.key("vendor"), scope=makers.scope(uses=[Use.TRIAL]))
    trust = sign(makers.trust(narrowed), makers.key("root"))
    newer = open_pack(makers.file_of(homes.ROOT, trust, homes.signed(CRM.catalogs["demo"].document)), homes.PIN)
    assert [one.amount for one in evaluate(newer, sold, makers.NOW).grants["user"]] == [3]
