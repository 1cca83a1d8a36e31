"""A change may take a tenth more instructions than what it came from, and no more."""

import re

import pytest

from tests.benchmarks.instructions.counting import Count
from tests.benchmarks.instructions.judging import Figure, complaints, table

BEFORE = 1_000_000


def figure(before: int | None, now: int) -> Figure:
    """Return a figure without noise."""
    return Figure("verify", Count(900_000, 900_000), None if before is None else Count(before, before), Count(now, now))


@pytest.mark.parametrize(
    ("before", "now", "shown"),
    [
        (BEFORE, 500_000, "-50.0%"),
        (BEFORE, BEFORE, "+0.0%"),
        (BEFORE, 1_090_000, "+9.0%"),
        (BEFORE, 1_100_000, "+10.0%"),
        (None, 9_000_000, "not there"),
    ],
)
def test_as_much_as_a_tenth_more_passes(before: int | None, now: int, shown: str) -> None:
    one = figure(before, now)
    assert complaints([one]) == []
    assert shown in table([one], is_compared=True)


@pytest.mark.parametrize(("now", "share"), [(1_100_001, "10.0%"), (1_110_000, "11.0%"), (3_000_000, "200.0%")], ids=str)
def test_more_fails_with_both_figures(now: int, share: str) -> None:
    one = figure(BEFORE, now)
    (line,) = complaints([figure(BEFORE, BEFORE), one])
    assert line == f"verify: 1,000,000 instructions before, {now:,} now: {share} more, and at most 10% pass"
    assert f"+{share}!" in table([one], is_compared=True)


def test_the_least_of_what_was_counted_is_judged() -> None:
    """What comes on top of it is noise, which the table shows."""
    noisy = Figure("verify", Count(1, 1), Count(BEFORE, BEFORE), Count(1_090_000, 1_199_000))
    assert complaints([noisy]) == []
    assert "10.00%" in table([noisy], is_compared=True)


def test_the_floor_is_beside_each_figure() -> None:
    titles, line = table([figure(BEFORE, 990_000)], is_compared=True).splitlines()
    assert re.split(r"  +", titles.strip()) == ["operation", "floor", "before", "now", "to floor", "change", "noise"]
    assert line.split() == ["verify", "900,000", "1,000,000", "990,000", "1.10", "-1.0%", "0.00%"]


def test_a_table_without_a_comparison_says_nothing_of_what_is_missing() -> None:
    assert "not there" not in table([figure(None, 990_000)], is_compared=False)
