"""Times and dates (`docs/format.md`, "Times and dates")."""

import re
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licensekit import dates
from licensekit.limits import DAYS, SECONDS


@given(st.integers(0, SECONDS))
def test_seconds_survive_moment_and_text(seconds: int) -> None:
    assert dates.seconds_of(dates.moment_of(seconds)) == seconds
    assert dates.parse_seconds(dates.format_seconds(seconds)) == seconds


@given(st.integers(0, DAYS))
def test_days_survive_date_and_text(days: int) -> None:
    assert dates.days_of(dates.date_of(days)) == days
    assert dates.parse_seconds(dates.format_days(days)) == dates.start_of_day(days)


@given(st.integers(0, DAYS))
def test_a_day_lasts_until_the_next_begins(days: int) -> None:
    assert dates.end_of_day(days) == dates.start_of_day(days + 1)
    assert dates.day_at(dates.end_of_day(days) - 1) == days
    assert dates.day_at(dates.start_of_day(days)) == days


def test_the_bounds_are_the_end_of_the_year_9999() -> None:
    assert dates.format_seconds(SECONDS) == "9999-12-31T23:59:59Z"
    assert dates.format_days(DAYS) == "9999-12-31"


def test_fractions_of_a_second_are_cut_off() -> None:
    assert dates.seconds_of(datetime(1970, 1, 1, 0, 0, 1, 999_999, UTC)) == 1
    assert dates.seconds_of(datetime(1969, 12, 31, 23, 59, 59, 1, UTC)) == -1


def test_a_zone_is_taken_into_account() -> None:
    east = timezone(timedelta(hours=1))
    assert dates.seconds_of(datetime(1970, 1, 1, 1, tzinfo=east)) == 0
    assert dates.parse_seconds("1970-01-01T01:00:00+01:00") == 0
    assert dates.parse_seconds("1970-01-01 00:00:00Z") == 0
    assert dates.parse_seconds("1970-01-01t00:00:00.999z") == 0


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="zone"):
        dates.seconds_of(datetime(2027, 1, 1))  # noqa: DTZ001  # this is what is refused


@pytest.mark.parametrize(
    "text",
    [
        "",
        "tomorrow",
        "2027-01-01T00:00:00",
        "2027-01-01 00:00",
        "2027-01-01_00:00:00",
        "20270101",
        "2027-W01-1",
        "2027-13-01",
        "2027-02-29",
        "2027-01-01T24:00:01Z",
        "2027-01-01T00:00:00Z ",
        "2027-01-01T00:00Z",
        "2027-01-01Z",
        "2027-01-01T00:00:00+24:00",
        "1969-12-31T23:59:59Z",
        "1970-01-01T00:00:00+00:01",
        "9999-12-31T23:59:59-00:01",
        "0001-01-01",
        "٢٠٢٧-01-01",
    ],
)
def test_what_is_not_a_time_of_rfc_3339_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        dates.parse_seconds(text)


def test_a_date_means_its_first_second() -> None:
    assert dates.date_of(dates.day_at(dates.parse_seconds("2027-01-01"))) == date(2027, 1, 1)
    assert dates.parse_seconds("2027-01-01") == dates.parse_seconds("2027-01-01T00:00:00Z")


def test_the_day_of_a_time_depends_on_a_zone_and_is_refused() -> None:
    with pytest.raises(TypeError, match=r"a day is a date: use date\(2027, 3, 1\), not datetime"):
        dates.days_of(datetime(2027, 1, 1, tzinfo=UTC))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("2027-01-01T00:00:00", "a time needs its zone: 2027-01-01T00:00:00Z"),
        ("1969-12-31", "a time is in the years 1970 to 9999"),
        ("soon", "neither a date (2027-01-01) nor a time (2027-01-01T00:00:00Z)"),
    ],
)
def test_the_error_of_an_invalid_time_shows_a_valid_one(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(said)}$"):
        dates.parse_seconds(text)
