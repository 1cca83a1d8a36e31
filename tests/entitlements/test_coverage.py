"""Until when it is licensed without a gap: bundles that follow one another count together."""

from datetime import date
from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from licensekit.dates import date_of, end_of_day, start_of_day
from licensekit.entitlements import Coverage, Fingerprint, LicensedPart, evaluate, licensed_parts, list_notices
from licensekit.entitlements.parts import cover
from licensekit.entitlements.timeline import Timeline
from licensekit.wire.documents import AfterGrace, Binding, Bundle
from tests import makers
from tests.entitlements.engine import bare, granted, trust_store, verified
from tests.profiles import examples

DAY = makers.ISSUED_DAY
STORE = trust_store(makers.catalog(), partner=makers.PARTNER)


def covered(*bundles: Bundle, day: int = DAY) -> Coverage:
    [one] = granted(STORE, *bundles, now=start_of_day(day) + 3600).coverage
    return one


OLD = bare(1, warning=DAY, expiry=DAY + 10)
CASES: list[tuple[list[Bundle], int, bool, int | None, int | None]] = [
    ([bare()], DAY, True, None, None),
    ([OLD], DAY, True, DAY + 10, DAY + 10),
    ([OLD], DAY + 11, False, None, None),
    ([bare(expiry=DAY + 10, grace=DAY + 20)], DAY + 15, True, DAY + 10, DAY + 20),
    ([bare(starts=DAY + 5, expiry=DAY + 10)], DAY, False, None, None),
    ([OLD, bare(2, starts=DAY + 11, expiry=DAY + 90)], DAY, True, DAY + 90, DAY + 90),
    ([OLD, bare(2, starts=DAY + 11)], DAY, True, None, None),
    ([OLD, bare(2, starts=DAY + 12, expiry=DAY + 90)], DAY, True, DAY + 10, DAY + 10),
    # Grace bridges a gap between two terms: everything works throughout.
    ([bare(expiry=DAY + 5, grace=DAY + 15), bare(2, starts=DAY + 12, expiry=DAY + 90)], DAY, True, DAY + 90, DAY + 90),
    # What takes over governs, also where it ends sooner than what it takes over from.
    ([bare(), bare(2, starts=DAY + 5, expiry=DAY + 9)], DAY, True, DAY + 9, DAY + 9),
    ([bare(after_grace=AfterGrace.ADVISORY, expiry=DAY)], DAY + 1, False, None, None),
    ([OLD, bare(2, starts=DAY + 5, expiry=DAY + 20), bare(3, starts=DAY + 21)], DAY, True, None, None),
]


@pytest.mark.parametrize(("bundles", "day", "licensed", "until", "works"), CASES)
def test_it_lasts_until_the_first_day_on_which_nothing_works(
    bundles: list[Bundle], day: int, *, licensed: bool, until: int | None, works: int | None
) -> None:
    one = covered(*bundles, day=day)
    assert (one.is_licensed, one.until, one.works_until) == (licensed, until, works)


def test_a_bundle_that_grants_nothing_here_covers_nothing_and_ends_what_it_takes_over_from() -> None:
    foreign = bare(2, starts=DAY + 5, binding=Binding(bytes(32), 0, {}))
    entitlements = granted(STORE, bare(), foreign)
    assert entitlements.product_coverage.until == DAY + 4
    here = granted(STORE, bare(), foreign, fingerprint=Fingerprint(bytes(32)))
    assert (here.product_coverage.is_licensed, here.product_coverage.until) == (True, None)
    assert [notice.code for notice in list_notices(entitlements, {})] == ["foreign", "pending"]


def test_the_days_left_are_those_of_the_term_and_then_of_grace() -> None:
    dated = bare(expiry=DAY + 10, grace=DAY + 15)
    left = [covered(dated, day=day).days_left(start_of_day(day)) for day in (DAY, DAY + 12, DAY + 16)]
    assert left == [10, 3, 0]
    assert covered(bare()).days_left(makers.NOW) is None


def test_each_issuers_part_is_covered_by_itself() -> None:
    entitlements = granted(STORE, bare(expiry=DAY + 5), bare(part="extra"), bare(issuer=makers.PARTNER, expiry=DAY + 1))
    found = {(one.issuer, one.part): one.until for one in entitlements.coverage}
    assert found == {
        (makers.ISSUER, "base"): DAY + 5,
        (makers.ISSUER, "extra"): None,
        (makers.PARTNER, "base"): DAY + 1,
    }
    nothing = entitlements.coverage_of("nobody", "base")
    assert (nothing.is_licensed, nothing.last) == (False, None)


def test_coverage_is_worked_out_once_though_it_is_asked_for_twice() -> None:
    entitlements = granted(STORE, OLD, now=start_of_day(DAY))
    assert entitlements.coverage[0] is entitlements.coverage[0]


def test_programs_see_the_day_and_the_parts() -> None:
    def parts(*bundles: Bundle, day: int = DAY) -> tuple[LicensedPart, ...]:
        return licensed_parts(granted(STORE, *bundles, now=start_of_day(day) + 3600))

    def until(*bundles: Bundle, day: int = DAY) -> date | None:
        [base] = parts(*bundles, day=day)
        return base.covered_until

    assert parts() == ()
    assert until(bare()) == date.max
    dated = bare(expiry=DAY + 5, grace=DAY + 9)
    assert until(dated, day=DAY + 7) == date_of(DAY + 5)
    assert until(dated, day=DAY + 10) is None
    renewed = (OLD, bare(2, starts=DAY + 11), bare(part="extra", starts=DAY + 3))
    found = [(one.part, one.state, one.covered_until) for one in parts(*renewed)]
    assert found == [("base", "warning", date.max), ("extra", "pending", None)]


RENEWED = (OLD, bare(2, starts=DAY + 11, expiry=DAY + 90))
TOLD: list[tuple[tuple[Bundle, ...], int, list[str]]] = [
    ((OLD,), DAY, ["warning"]),
    (RENEWED, DAY, ["pending"]),
    (RENEWED, DAY + 10, ["pending"]),
    (RENEWED, DAY + 11, []),
    ((OLD, bare(2, starts=DAY + 12)), DAY, ["warning", "pending"]),
    ((OLD, bare(2, starts=DAY + 12)), DAY + 11, ["expired", "pending"]),
    ((OLD, bare(2, part="extra", starts=DAY + 11)), DAY, ["warning", "pending"]),
    # A renewal that is itself about to end warns before it starts.
    ((OLD, bare(2, starts=DAY + 11, warning=DAY + 11, expiry=DAY + 12)), DAY, ["pending"]),
    ((bare(expiry=DAY, grace=DAY + 9), bare(2, starts=DAY + 9)), DAY + 1, ["pending"]),
    ((bare(expiry=DAY, grace=DAY + 9),), DAY + 1, ["grace"]),
]


@pytest.mark.parametrize(("bundles", "day", "expected"), TOLD)
def test_nobody_is_warned_of_an_end_that_is_covered(bundles: tuple[Bundle, ...], day: int, expected: list[str]) -> None:
    entitlements = granted(STORE, *bundles, now=start_of_day(day) + 3600)
    assert [notice.code for notice in list_notices(entitlements, {})] == expected


def test_plain_steps_are_enough() -> None:
    steps = [(start_of_day(DAY), OLD), (start_of_day(DAY + 11), bare(2, expiry=DAY + 90))]
    assert cover("demo", "base", steps, start_of_day(DAY)).until == DAY + 90
    ended = [(start_of_day(DAY), bare()), (start_of_day(DAY + 3), None)]
    assert cover("demo", "base", ended, start_of_day(DAY)).until == DAY + 2
    assert not cover("demo", "base", [], start_of_day(DAY)).is_licensed


days = st.integers(DAY - 3, DAY + 12)


@st.composite
def some_bundles(draw: st.DrawFn) -> list[Bundle]:
    """Up to four bundles of one part, each with dates that do not contradict each other."""
    found: list[Bundle] = []
    for sequence in range(1, draw(st.integers(1, 4)) + 1):
        starts = draw(days | st.none())
        dates = sorted(draw(st.lists(days, max_size=2)))
        expiry, grace = (*dates, None, None)[:2]
        begin = starts if starts is None or expiry is None else min(starts, expiry)
        found.append(bare(sequence, starts=begin, expiry=expiry, grace=grace))
    return found


@settings(max_examples=examples(300))
@given(some_bundles(), st.integers(DAY - 4, DAY + 14))
def test_a_model_that_looks_at_each_day_comes_to_the_same(sold: list[Bundle], day: int) -> None:
    chosen = verified(STORE, *sold)

    def working(on: int) -> Bundle | None:
        in_force, _ = Timeline.of(chosen, STORE.trust).governing(start_of_day(on))
        for one in in_force:
            last = one.document.expiry if one.document.grace is None else one.document.grace
            if last is None or start_of_day(on) < end_of_day(last):
                return one.document
        return None

    [one] = granted(STORE, *sold, now=start_of_day(day)).coverage
    assert one.is_licensed is (working(day) is not None)
    if one.is_licensed:
        horizon = DAY + 40
        gap = next(on for on in count(day) if on > horizon or working(on) is None)
        assert (one.works_until is None) is (gap > horizon)
        if gap <= horizon:
            last = working(gap - 1)
            assert last is not None
            assert last == one.last
            assert one.works_until == gap - 1
            assert one.until == min(d for d in (last.expiry, gap - 1) if d is not None)


def test_all_but_the_last_of_those_that_follow_one_another_are_followed() -> None:
    bundles = [OLD, bare(2, starts=DAY + 11, expiry=DAY + 20), bare(3, starts=DAY + 21)]
    assert [covered(*bundles).is_followed(one) for one in bundles] == [True, True, False]
    assert not covered(OLD).is_followed(OLD)


def test_a_bundle_that_governs_again_is_the_last() -> None:
    other = bare(2, expiry=DAY + 90)
    steps = [(start_of_day(DAY + day), one) for day, one in ((0, OLD), (2, other), (4, OLD))]
    assert cover("demo", "base", steps, start_of_day(DAY)).last == OLD


@pytest.mark.parametrize(("away", "licensed"), [(None, True), (23.9, True), (24.0, False)])
def test_what_does_not_count_while_the_database_is_away_covers_nothing(away: float | None, *, licensed: bool) -> None:
    sold = verified(STORE, bare(offline_hours=24))
    assert evaluate(STORE, sold, makers.NOW, away_hours=away).product_coverage.is_licensed is licensed
