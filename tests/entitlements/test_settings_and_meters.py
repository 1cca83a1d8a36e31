"""Settings merged over parts, meters with their periods, successors, and names in languages."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from licensekit.access import Access
from licensekit.dates import days_of, end_of_day, start_of_day
from licensekit.entitlements import Allowance, Entitlements, count, evaluate, explain, list_notices, rows, why_not
from licensekit.entitlements import setting as asked
from licensekit.entitlements.amounts import amount_within
from licensekit.entitlements.settings import unfit_in
from licensekit.errors import UnknownCode
from licensekit.limits import DAYS
from licensekit.trust.pack import TrustStore, open_pack
from licensekit.trust.sign import sign
from licensekit.trust.verify import verify_bundle
from licensekit.wire.documents import AfterGrace, Combine, MeterPeriod, Setting, SettingType
from tests import homes, makers
from tests.entitlements.engine import SYSTEM, USER, access, bare, catalog, granted, trust_store, verified
from tests.profiles import examples

of = makers.license_entry
DAY = makers.ISSUED_DAY
FULL, NONE = Access.FULL, Access.NONE


def number(combine: Combine, default: int | None = None, highest: int | None = None) -> Setting:
    return Setting(SettingType.NUMBER, "", None, highest, [], default, combine)


DECLARED = {
    "latest": number(Combine.LATEST, 1),
    "sum": number(Combine.SUM, 1, highest=9),
    "most": number(Combine.MOST),
    "mode": Setting(SettingType.TEXT, "", None, None, ["fast", "slow"], None, Combine.LATEST),
}
PARTNERS = makers.catalog(issuer=makers.PARTNER, settings={"sum": number(Combine.SUM)}, licenses={}, access={})
STORE = trust_store(makers.catalog(settings=DECLARED), PARTNERS, partner=makers.PARTNER)


def test_nothing_sold_is_the_default_or_nothing() -> None:
    nothing = granted(STORE)
    assert [asked(nothing, code) for code in ("latest", "demo.sum", "most")] == [1, 1, None]
    with pytest.raises(UnknownCode, match="no catalog has a setting `rows`"):
        asked(nothing, "rows")


def test_parts_are_merged_as_the_catalog_says() -> None:
    early = bare(settings={"latest": 5, "sum": 5, "most": 5})
    late = bare(part="extra", issued=makers.ISSUED + 1, settings={"latest": 3, "sum": 8, "most": 3})
    theirs = bare(issuer=makers.PARTNER, settings={"sum": 100})
    both = granted(STORE, late, early, theirs)
    found = [asked(both, code) for code in ("latest", "sum", "most", "partner.sum")]
    assert found == [3, 13, 5, 100]


def test_of_two_of_one_second_the_higher_identity_is_the_latest() -> None:
    sold = [bare(settings={"latest": 5}), bare(part="extra", settings={"latest": 6})]
    higher = max(verified(STORE, *sold), key=lambda one: one.identity)
    assert asked(granted(STORE, *sold), "latest") == higher.document.settings["latest"]


@pytest.mark.parametrize(("day", "value"), [(DAY, 5), (DAY + 1, 5), (DAY + 2, 1)])
def test_what_does_not_work_any_more_sells_no_value(day: int, value: int) -> None:
    """Not even under a policy by which its licenses go on."""
    sold = bare(expiry=DAY, grace=DAY + 1, after_grace=AfterGrace.ADVISORY, settings={"latest": 5})
    assert asked(granted(STORE, sold, now=start_of_day(day) + 3600), "latest") == value


def test_a_value_that_does_not_fit_counts_as_absent_and_is_reported() -> None:
    sold = bare(settings={"sum": 10, "mode": "idle", "later": True})
    entitlements = granted(STORE, sold)
    assert (asked(entitlements, "sum"), asked(entitlements, "mode")) == (1, None)
    told = [(notice.code, notice.subject) for notice in list_notices(entitlements, {})]
    assert told == [("setting-unfit", "mode"), ("setting-unfit", "sum"), ("unknown-setting", "later")]


sold_values = st.tuples(st.sampled_from(["base", "a", "b", "c"]), st.integers(0, 12), st.integers(0, 3), st.booleans())


@settings(max_examples=examples(60))
@given(st.lists(sold_values, unique_by=lambda one: one[0], max_size=4))
def test_a_plain_model_merges_to_the_same(sold: list[tuple[str, int, int, bool]]) -> None:
    bundles = [
        bare(
            part=part,
            issued=makers.ISSUED + issued,
            expiry=DAY if lapsed else None,
            settings={"latest": value, "sum": value, "most": value},
        )
        for part, value, issued, lapsed in sold
    ]
    entitlements = granted(STORE, *bundles, now=end_of_day(DAY))
    works = [one for one in verified(STORE, *bundles) if one.document.expiry is None]
    works.sort(key=lambda one: (one.document.issued, one.identity))
    values = [int(one.document.settings["sum"]) for one in works]
    fitting = [value for value in values if value <= 9]
    assert asked(entitlements, "latest") == (values[-1] if values else 1)
    assert asked(entitlements, "sum") == (sum(fitting) if fitting else 1)
    assert asked(entitlements, "most") == (max(values) if values else None)


def first(year: int, month: int, day: int = 1) -> int:
    """Return the first second of a day."""
    return start_of_day(days_of(date(year, month, day)))


TERM = f"term {makers.SERIAL}"
NOW = first(2027, 2, 10) + 7200
"""In the second month after everything was issued."""


def metered(per: MeterPeriod, now: int = NOW) -> Entitlements:
    store = trust_store(catalog(calls=of(SYSTEM, quantity="calls", per=per)))
    base = bare(system={"calls": 100}, starts=DAY, expiry=DAY + 364)
    more = bare(part="more", system={"calls": 50}, issued=makers.ISSUED + 86_400)
    lapsed = bare(part="lapsed", system={"calls": 7}, expiry=DAY)
    return granted(store, base, more, lapsed, now=now)


@pytest.mark.parametrize(
    ("per", "expected"),
    [
        (MeterPeriod.DAY, [Allowance(150, first(2027, 2, 10), first(2027, 2, 11), "day 2027-02-10")]),
        (MeterPeriod.MONTH, [Allowance(150, first(2027, 2), first(2027, 3), "month 2027-02-01")]),
        (MeterPeriod.YEAR, [Allowance(150, first(2027, 1), first(2028, 1), "year 2027-01-01")]),
        (
            MeterPeriod.TERM,
            [
                Allowance(100, start_of_day(DAY), end_of_day(DAY + 364), f"{TERM} base production 2027-12-31"),
                Allowance(50, start_of_day(DAY + 1), None, f"{TERM} more production perpetual"),
            ],
        ),
    ],
)
def test_a_meter_has_a_period_and_what_is_granted_in_it(per: MeterPeriod, expected: list[Allowance]) -> None:
    entitlements = metered(per)
    found = count(entitlements, "calls", 0)
    assert (found.total, found.per, list(found.allowances)) == (150, per, expected)
    assert [one.per for one in explain(entitlements, "calls")] == [per] * 3
    [row] = rows(entitlements, {})
    assert (row.total, row.quantity, row.per) == (150, "calls", per)
    ends = [one.ends for one in expected if one.ends is not None]
    assert entitlements.valid_until == min(ends)


@pytest.mark.parametrize("per", [MeterPeriod.MONTH, MeterPeriod.YEAR])
def test_the_last_period_of_the_calendar_ends_with_it(per: MeterPeriod) -> None:
    [last] = count(metered(per, first(9999, 12, 31)), "calls", 0).allowances
    assert (last.amount, last.ends) == (50, end_of_day(DAYS))


def test_a_december_ends_with_its_year() -> None:
    [last] = count(metered(MeterPeriod.MONTH, first(2027, 12, 24)), "calls", 0).allowances
    assert (last.starts, last.ends) == (first(2027, 12), first(2028, 1))


def test_what_is_not_a_meter_or_not_granted_has_no_allowance() -> None:
    assert count(granted(STORE, bare(system={"server": 1})), "server", 0).allowances == ()
    store = trust_store(catalog(calls=of(SYSTEM, quantity="calls", per=MeterPeriod.DAY)))
    assert count(granted(store), "calls", 0).allowances == ()


@pytest.mark.parametrize(
    ("per", "term", "amount"),
    [
        (MeterPeriod.DAY, {"expiry": DAY + 5, "grace": DAY + 9}, 100),
        (MeterPeriod.DAY, {"expiry": DAY + 5, "grace": DAY + 10}, 90),
        (MeterPeriod.DAY, {"starts": DAY + 1, "expiry": DAY + 10}, 100),
        (MeterPeriod.MONTH, {"expiry": days_of(date(2027, 12, 31))}, 83),
        (MeterPeriod.MONTH, {"expiry": days_of(date(2028, 1, 1))}, 76),
        (MeterPeriod.YEAR, {"expiry": days_of(date(2027, 12, 31))}, 1000),
        (MeterPeriod.YEAR, {"expiry": days_of(date(2028, 1, 1))}, 500),
        (MeterPeriod.TERM, {}, 1000),
    ],
)
def test_over_its_term_a_meter_grants_at_most_what_its_key_may(
    per: MeterPeriod, term: dict[str, Any], amount: int
) -> None:
    """A key with `most` 1,000 grants no more by selling it again each day."""
    store = _store_of_few(per)
    moment = start_of_day(DAY + 1)
    for sold in (1000, amount):
        assert _calls(store, moment, sold, **term) == amount


def test_without_an_end_no_amount_a_day_is_within_what_a_key_may_grant() -> None:
    store = _store_of_few(MeterPeriod.DAY)
    assert _calls(store, NOW, 1) == 0
    assert _calls(store, NOW, 1, expiry=DAY + 99, after_grace=AfterGrace.ADVISORY) == 0


@pytest.mark.parametrize("per", MeterPeriod)
def test_what_is_unrestricted_has_no_share_of_what_a_key_may_grant(per: MeterPeriod) -> None:
    assert amount_within(None, of(SYSTEM, quantity="calls", per=per), bare(expiry=DAY + 5), 1000) is None


def _store_of_few(per: MeterPeriod) -> TrustStore:
    few = makers.limited(parts=["base"], most=1000)
    keys = [makers.admitted(makers.key("vendor")), makers.admitted(makers.key("few"), scope=few)]
    calls = makers.catalog(licenses={"calls": of(SYSTEM, quantity="calls", per=per)})
    pack = makers.file_of(homes.ROOT, sign(makers.trust(*keys), makers.key("root")), homes.signed(calls))
    return open_pack(pack, homes.PIN)


def _calls(store: TrustStore, now: int, sold: int, **term: Any) -> int | None:
    token = homes.signed(bare(system={"calls": sold}, **term), "few")
    bundle = verify_bundle(token, store.trust, now)
    return count(evaluate(store, [bundle], now), "calls", 0).total


HEIRS = trust_store(
    catalog(
        old=of(USER, "Old", replaced_by="newer"),
        newer=of(USER, "Newer", replaced_by="newest"),
        newest=of(USER, "Newest"),
        suite=of(USER, "Suite", includes=["old"]),
        left=of(SYSTEM, "Left", replaced_by="right"),
        right=of(SYSTEM, "Right", replaced_by="left"),
        gone=of(USER, "Gone", replaced_by="nowhere"),
    )
)


def test_who_holds_the_old_license_has_what_took_its_place() -> None:
    entitlements = granted(HEIRS, bare(users={"old": 2, "newest": 1}))
    held = access(entitlements, "old")
    assert [held[code] for code in ("old", "newer", "newest")] == [FULL, FULL, FULL]
    assert access(entitlements, "newest")["old"] is NONE
    assert count(entitlements, "newest", 0).total == 1
    found = [(one.via, one.successor, one.amount) for one in explain(entitlements, "newest")]
    assert found == [(None, False, 1), ("old", True, None)]


def test_a_successor_comes_with_what_is_included_as_well() -> None:
    entitlements = granted(HEIRS, bare(users={"suite": 1}))
    assert access(entitlements, "suite")["newest"] is FULL
    assert [(one.via, one.successor) for one in explain(entitlements, "old")] == [("suite", False)]
    assert [(one.via, one.successor) for one in explain(entitlements, "newer")] == [("suite", True)]
    assert "included in: suite" in why_not(entitlements, "newer").message


def test_circles_and_successors_that_are_not_there_end() -> None:
    entitlements = granted(HEIRS, bare(system={"left": 1}, users={"gone": 1}))
    assert (entitlements.system["left"], entitlements.system["right"]) == (FULL, FULL)
    assert entitlements.closure["gone"] == frozenset()


def test_values_of_a_bundle_that_a_catalog_does_not_allow_are_reported() -> None:
    sold = bare(settings={"sum": 10, "latest": 3, "mode": "faster", "later": 7})
    assert unfit_in(STORE, sold) == {"sum": 10, "mode": "faster"}
    assert unfit_in(STORE, bare(settings={"sum": 9, "mode": "fast"})) == {}
    assert unfit_in(STORE, bare(issuer="nobody", settings={"sum": 10})) == {}
