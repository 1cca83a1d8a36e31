"""The rules of time, one by one; the laws that they make together are in `test_time_laws`."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licensekit.dates import DAY_SECONDS, seconds_of
from licensekit.state.time import (
    BOOTS,
    CONFIRM_SECONDS,
    STEP_SECONDS,
    Boot,
    Reading,
    TimeSeen,
    accept_clock,
    effective,
    elapsed,
    elapsed_of,
    is_due,
    judge,
    observe,
    prove,
    reset_clock,
)
from tests.makers import NOW

HOUR = 3600
YEAR = 365 * DAY_SECONDS
seconds = st.integers(0, 2**33)


def at(clock: int, up: int, boot: bytes = b"one", server: int | None = None) -> Reading:
    """Return what the clocks show on a host that has been running for `up` seconds."""
    return Reading(clock, Boot(boot, up), server)


def watched(seen: TimeSeen, *readings: Reading) -> TimeSeen:
    """Return what is remembered after these readings."""
    for reading in readings:
        seen = observe(seen, reading)
    return seen


def ran(days: int, ahead: int = 0) -> list[Reading]:
    """Return a reading every six hours for `days` days, on a host that booted at `NOW`."""
    hours = range(0, days * 24 + 1, 6)
    return [at(NOW + ahead + hour * HOUR, hour * HOUR) for hour in hours]


@given(st.lists(seconds, min_size=1))
def test_floors_never_fall_and_effective_time_is_never_below_them(clocks: list[int]) -> None:
    seen = TimeSeen()
    for up, clock in enumerate(clocks):
        after = observe(seen, at(clock, up * HOUR))
        assert after.floor >= seen.floor
        assert effective(seen, at(clock, up * HOUR)) == max(clock, after.floor)
        seen = after


@pytest.mark.attack("clock-turned-back-in-small-steps")
@given(seconds, st.lists(st.integers(1, 3 * HOUR), max_size=100))
def test_many_small_steps_back_win_nothing(start: int, steps: list[int]) -> None:
    seen, clock = judge(TimeSeen(), [prove(start, start, 0)]), start
    for step in steps:
        clock = max(0, clock - step)
        assert effective(seen, Reading(clock)) == start
        seen = observe(seen, Reading(clock))


def test_a_machine_that_was_off_takes_its_clock_immediately_and_its_floors_stay() -> None:
    seen = watched(TimeSeen(), *ran(2))
    later = at(NOW + YEAR, 0, b"two")
    assert effective(seen, later) == NOW + YEAR
    assert observe(seen, later).floor == NOW + 2 * DAY_SECONDS


def test_time_passes_between_two_programs_within_a_boot() -> None:
    seen = judge(watched(TimeSeen(), at(NOW, 100)), [prove(NOW, NOW, 0)])
    back = at(NOW - YEAR, 100 + 30 * DAY_SECONDS)
    assert effective(seen, back) == NOW + 30 * DAY_SECONDS


def test_no_time_passes_between_two_boots() -> None:
    seen = watched(TimeSeen(), at(NOW, 100), at(NOW, HOUR + 100), at(NOW, 5, b"two"))
    assert seen.elapsed == HOUR


def test_hosts_combine_by_the_highest() -> None:
    """Two hosts that ran for the same ten hours have seen ten hours, and not twenty."""
    hosts = b"one", b"two"
    looks = [at(NOW + h * HOUR, h * HOUR, host) for h in range(11) for host in hosts]
    assert watched(TimeSeen(), *looks).elapsed == 10 * HOUR


def test_a_boot_clock_below_its_record_begins_it_again() -> None:
    seen = watched(TimeSeen(), at(NOW, HOUR), at(NOW, 10), at(NOW, 20))
    assert seen.elapsed == 10


@pytest.mark.attack("clock-ahead-and-put-right")
def test_a_clock_ahead_for_less_than_a_day_of_running_leaves_no_trace() -> None:
    seen = watched(TimeSeen(), *ran(2))
    wrong = [at(NOW + YEAR, 2 * DAY_SECONDS + hour * HOUR) for hour in range(24)]
    assert effective(watched(seen, *wrong[:-1]), wrong[-1]) == wrong[-1].clock
    right = at(NOW + 3 * DAY_SECONDS, 3 * DAY_SECONDS)
    assert effective(watched(seen, *wrong), right) == right.clock


def test_a_day_of_running_confirms_the_clock() -> None:
    assert watched(TimeSeen(), *ran(1)[:-1]).soft == 0
    assert watched(TimeSeen(), *ran(1)).soft == NOW + DAY_SECONDS


@pytest.mark.parametrize("pause", [DAY_SECONDS, 7 * DAY_SECONDS, 30 * DAY_SECONDS])
def test_a_program_that_is_opened_now_and_then_raises_the_floors(pause: int) -> None:
    seen = judge(TimeSeen(), [prove(NOW, NOW, 0)])
    for look in range(1 + YEAR // pause):
        seen = observe(seen, at(NOW + look * pause, look * pause))
    assert seen.hard == seen.soft == NOW + YEAR // pause * pause


@pytest.mark.attack("clock-ahead-and-put-right")
def test_a_clock_walked_ahead_within_seconds_raises_nothing() -> None:
    seen = watched(TimeSeen(), *ran(2))
    steps = [at(NOW + step * 69 * HOUR, 2 * DAY_SECONDS + step) for step in range(100)]
    assert watched(seen, *steps).soft == NOW + 2 * DAY_SECONDS + 99


@pytest.mark.parametrize("boot", [b"one", b"two"])
def test_a_server_whose_clock_is_behind_holds_the_soft_floor_back(boot: bytes) -> None:
    ups = 0, DAY_SECONDS
    readings = [at(NOW + YEAR + up, up, boot, server=NOW + up) for up in ups]
    assert watched(TimeSeen(), *readings).soft == NOW + DAY_SECONDS


def test_without_a_boot_clock_two_looks_a_day_apart_are_six_hours_of_running() -> None:
    seen = watched(TimeSeen(), Reading(NOW), Reading(NOW + DAY_SECONDS))
    assert seen.ran == STEP_SECONDS
    looks = [Reading(NOW + day * DAY_SECONDS) for day in (2, 3, 4)]
    after = watched(seen, *looks)
    assert after.soft == NOW + CONFIRM_SECONDS
    assert after.elapsed == after.hard == 0


@pytest.mark.attack("bundle-from-the-future")
def test_what_the_vendor_signed_shows_that_its_time_has_come_up_to_the_effective_time() -> None:
    assert judge(TimeSeen(), [prove(NOW, NOW + 5, 0)]).hard == NOW
    assert judge(TimeSeen(), [prove(NOW + 5, NOW, 0)]).hard == NOW
    assert judge(TimeSeen(), []).hard == 0


def test_what_a_bundle_proves_goes_with_it() -> None:
    seen = TimeSeen(elapsed=10)
    both = [prove(NOW, NOW, 0), prove(NOW + YEAR, NOW + YEAR, 10)]
    assert judge(seen, both).hard == NOW + YEAR
    assert judge(seen, both[:1]).hard == NOW + 10


def test_the_time_of_another_host_before_an_activation_does_not_count_after_it() -> None:
    seen = watched(TimeSeen(), at(NOW, 0, b"other"), at(NOW + YEAR, 0))
    seen = judge(seen, [prove(NOW + YEAR, NOW + YEAR, seen.elapsed)])
    seen = seen._replace(activated=seen.observations)
    right = at(NOW + YEAR + HOUR, YEAR + HOUR, b"other")
    assert effective(seen, right) == right.clock


def test_an_accepted_clock_counts_again_down_to_the_hard_floor() -> None:
    seen = judge(watched(TimeSeen(), *ran(2, ahead=YEAR)), [prove(NOW, NOW, 0)])
    right = at(NOW + 2 * DAY_SECONDS, 2 * DAY_SECONDS)
    assert effective(seen, right) == right.clock + YEAR
    accepted = accept_clock(seen, right.clock)
    assert effective(accepted, right) == right.clock
    assert effective(accepted, at(0, 2 * DAY_SECONDS)) == NOW + 2 * DAY_SECONDS
    assert accepted.soft == 0


def test_after_a_reset_its_time_is_the_latest_that_was_seen() -> None:
    seen = judge(watched(TimeSeen(), *ran(2, ahead=YEAR)), [prove(NOW + YEAR, NOW + YEAR, 0)])
    assert reset_clock(seen, NOW, NOW).floor == NOW


def test_of_the_oldest_boots_nothing_is_kept() -> None:
    seen = watched(TimeSeen(), *(at(NOW, 0, b"%d" % number) for number in range(BOOTS + 9)))
    assert list(seen.boots) == [b"%d" % number for number in range(9, BOOTS + 9)]


@pytest.mark.parametrize("boot", [None, Boot(b"one", 0)])
def test_an_observation_is_due_once_the_last_one_is_old(boot: Boot | None) -> None:
    first = Reading(NOW, boot)
    assert is_due(TimeSeen(), first, 10)
    seen = observe(TimeSeen(), first)
    later = {passed: Reading(NOW + passed, boot and Boot(boot.identity, passed)) for passed in (9, 10)}
    assert [is_due(seen, later[passed], 10) for passed in (9, 10)] == [False, True]
    assert is_due(seen, at(NOW, 0, b"two"), 10)


@pytest.mark.parametrize("zone", ["Europe/Oslo", "America/St_Johns", "Australia/Lord_Howe"])
def test_daylight_saving_and_zones_change_nothing(zone: str) -> None:
    """Every third hour of a year of wall-clock time, as a machine in that zone would report it."""
    local = ZoneInfo(zone)
    seen = TimeSeen()
    start = seconds_of(datetime(2026, 1, 1, tzinfo=local))
    for hour in range(0, 365 * 24, 3):
        moment = datetime.fromtimestamp(start + hour * HOUR, tz=local)
        reading = at(seconds_of(moment), hour * HOUR)
        seen = observe(seen, reading)
        assert effective(seen, reading) == reading.clock
    assert seen.soft == start + (365 * 24 - 3) * HOUR


def test_where_no_document_proves_a_time_the_hard_floor_is_none() -> None:
    seen = watched(TimeSeen(), *ran(days=3))._replace(elapsed=900)
    assert judge(seen, []).hard == 0
    assert judge(seen, [50, 100]).hard == 1000


def test_time_that_passes_is_that_of_a_boot_clock_where_one_is_given_and_shows_something() -> None:
    assert elapsed_of(lambda: Boot(b"one", 7))() == 7
    before = elapsed()
    assert before <= elapsed_of(lambda: None)() <= elapsed()
    assert elapsed_of(None) is elapsed
