"""Effective time never goes back, and a clock that was wrong for an hour leaves no trace."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licensekit.dates import DAY_SECONDS, seconds_of
from licensekit.state.time import (
    CONFIRM_SECONDS,
    JUMP_SECONDS,
    STEP_SECONDS,
    TimeSeen,
    effective,
    observe,
    prove,
)
from tests.makers import NOW

HOUR = 3600
seconds = st.integers(0, 2**33)


def watched(seen: TimeSeen, *clocks: int) -> TimeSeen:
    """What is remembered after looks at these clocks."""
    for clock in clocks:
        seen = observe(seen, clock)
    return seen


@given(st.lists(seconds, min_size=1))
def test_the_highest_time_never_falls_and_effective_time_never_is_below_it(
    clocks: list[int],
) -> None:
    seen = TimeSeen()
    for clock in clocks:
        after = observe(seen, clock)
        assert after.highest >= seen.highest
        assert effective(after, clock) >= max(clock, seen.highest)
        seen = after


@given(seconds, st.lists(st.integers(1, 3 * HOUR), max_size=100))
def test_many_small_steps_back_win_nothing(start: int, steps: list[int]) -> None:
    seen = TimeSeen(start)
    clock = start
    for step in steps:
        clock = max(0, clock - step)
        seen = observe(seen, clock)
        assert effective(seen, clock) == start
    assert seen == TimeSeen(start)


@given(seconds, seconds)
def test_one_big_step_back_wins_nothing(start: int, back: int) -> None:
    clock = max(0, start - back)
    seen = observe(TimeSeen(start), clock)
    assert effective(seen, clock) == start


@given(seconds, st.lists(st.integers(0, JUMP_SECONDS), max_size=50))
def test_ordinary_running_raises_the_highest_time_with_the_clock(
    start: int, steps: list[int]
) -> None:
    seen, clock = TimeSeen(start), start
    for step in steps:
        clock += step
        seen = observe(seen, clock)
        assert seen == TimeSeen(clock)


def test_a_jump_ahead_counts_at_once_but_is_not_kept() -> None:
    year = 365 * DAY_SECONDS
    seen = observe(TimeSeen(NOW), NOW + year)
    assert effective(seen, NOW + year) == NOW + year
    assert watched(seen, NOW + year + HOUR, NOW + 2 * HOUR) == TimeSeen(NOW + 2 * HOUR)


def test_a_day_of_running_confirms_a_jump_ahead() -> None:
    ahead = NOW + 30 * DAY_SECONDS
    looks = [ahead + hours * HOUR for hours in range(24)]
    assert watched(TimeSeen(NOW), *looks).highest == NOW
    assert watched(TimeSeen(NOW), *looks, ahead + 24 * HOUR) == TimeSeen(ahead + 24 * HOUR)


def test_two_looks_a_day_apart_are_no_day_of_running() -> None:
    ahead = NOW + 30 * DAY_SECONDS
    seen = watched(TimeSeen(NOW), ahead, ahead + CONFIRM_SECONDS)
    assert seen == TimeSeen(NOW, ahead + CONFIRM_SECONDS, STEP_SECONDS)
    more = [ahead + days * DAY_SECONDS for days in (2, 3, 4)]
    assert watched(seen, *more) == TimeSeen(ahead + 4 * DAY_SECONDS)


@pytest.mark.parametrize("shift", [-HOUR, JUMP_SECONDS + 1])
def test_a_clock_that_moves_again_begins_its_day_anew(shift: int) -> None:
    ahead = NOW + 30 * DAY_SECONDS
    looks = [ahead + hours * HOUR for hours in range(0, 24, 6)]
    seen = watched(TimeSeen(NOW), *looks)
    assert seen.ran == CONFIRM_SECONDS - STEP_SECONDS
    assert observe(seen, looks[-1] + shift) == TimeSeen(NOW, looks[-1] + shift, 0)


def test_what_the_vendor_signed_shows_that_its_time_has_come() -> None:
    assert prove(TimeSeen(), NOW) == TimeSeen(NOW)
    assert prove(TimeSeen(NOW), NOW - 1) == TimeSeen(NOW)
    assert observe(prove(TimeSeen(), NOW), NOW + DAY_SECONDS) == TimeSeen(NOW + DAY_SECONDS)


def test_a_new_installation_believes_its_clock_after_a_day() -> None:
    looks = [NOW + hours * HOUR for hours in range(0, 25, 6)]
    assert effective(TimeSeen(), NOW) == NOW
    assert watched(TimeSeen(), *looks[:-1]).highest == 0
    assert watched(TimeSeen(), *looks) == TimeSeen(looks[-1])


@pytest.mark.parametrize("zone", ["Europe/Oslo", "America/St_Johns", "Australia/Lord_Howe"])
def test_daylight_saving_and_zones_change_nothing(zone: str) -> None:
    """Every hour of a year of wall-clock time, as a machine in that zone would report it."""
    local = ZoneInfo(zone)
    seen = TimeSeen()
    start = seconds_of(datetime(2026, 1, 1, tzinfo=local))
    for hour in range(0, 365 * 24, 3):
        moment = datetime.fromtimestamp(start + hour * HOUR, tz=local)
        clock = seconds_of(moment)
        seen = observe(seen, clock)
        assert effective(seen, clock) == clock
    assert seen.highest == start + (365 * 24 - 3) * HOUR
