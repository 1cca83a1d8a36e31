"""Costs over a count: what the tables, the charts and the kept figures say of them."""

import re
from collections.abc import Mapping
from functools import partial
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.benchmarks.chart import Line, log_log, written
from tests.benchmarks.growth.page import block, renewed
from tests.benchmarks.growth.series import Curve, Growth, processor_seconds, saved, up_to

OPEN = Curve("open", "s", {1: 0.001, 10: 0.01, 100: 1.0})
SIZE = Curve("the file", "bytes", {1: 230.0, 100: 2300.0})
GROWTH = Growth("parts", "Parts & more", "parts", [OPEN, SIZE])


@pytest.mark.parametrize(
    ("costs", "exponents"),
    [
        ({1: 5.0, 10: 5.0}, [0]),
        ({1: 1.0, 10: 10.0, 1000: 1000.0}, [1, 1]),
        ({2: 3.0, 4: 12.0}, [2]),
        ({1: 8.0, 100: 0.8}, [-0.5]),
        ({1: 1.0}, []),
    ],
)
def test_an_exponent_says_to_which_power_of_the_count_the_cost_grows(
    costs: Mapping[int, float], exponents: list[float]
) -> None:
    assert Curve("x", "s", costs).exponents == pytest.approx(exponents)


def test_costs_are_relative_to_the_first() -> None:
    assert OPEN.relative == pytest.approx([1, 10, 1000])


@pytest.mark.parametrize(
    ("amount", "unit", "text"),
    [
        (8.4e-8, "s", "84 ns"),
        (9.9999e-7, "s", "1 µs"),
        (1.5e-6, "s", "1.5 µs"),
        (0.0123, "s", "12.3 ms"),
        (73, "s", "73 s"),
        (235, "bytes", "235 bytes"),
        (18_300, "bytes", "18.3 kB"),
        (999_700, "/s", "1 M/s"),
        (1.25e9, "bytes", "1,250 MB"),
        (5_770_000, "/s", "5.77 M/s"),
        (900, "/s", "900 /s"),
    ],
)
def test_an_amount_is_written_in_the_unit_that_keeps_it_short(amount: float, unit: str, text: str) -> None:
    assert written(amount, unit) == text


def test_a_table_has_a_row_for_each_curve_and_leaves_out_what_was_not_measured() -> None:
    assert GROWTH.table == (
        "| parts | 1 | 10 | 100 | last to first | exponents |\n"
        "| --- | --: | --: | --: | --: | --: |\n"
        "| open | 1 ms | 10 ms | 1 s | 1,000 | 1.0, 2.0 |\n"
        "| the file | 230 bytes |  | 2.3 kB | 10 | 0.5 |\n"
    )


def test_a_terminal_gets_a_line_for_each_count() -> None:
    lines = GROWTH.lines.splitlines()
    assert [line.split() for line in lines if line.startswith("   ")] == [
        ["1", "1", "ms", "1", "x"],
        ["10", "10", "ms", "10", "x", "1.00"],
        ["100", "1", "s", "1,000", "x", "2.00"],
        ["1", "230", "bytes", "1", "x"],
        ["100", "2.3", "kB", "10", "x", "0.50"],
    ]


def test_what_is_kept_is_read_as_it_was(tmp_path: Path) -> None:
    GROWTH.save(tmp_path)
    assert saved(tmp_path / "parts.json") == GROWTH
    assert (tmp_path / "parts.svg").read_text("utf-8") == GROWTH.chart


def test_the_page_is_renewed_between_the_marks_alone() -> None:
    others = "prose\n<!-- growth: users -->\ntheirs\n<!-- growth ends -->\n"
    new = renewed(f"# A\n\n<!-- growth: parts -->\nold\n<!-- growth ends -->\n\n{others}", GROWTH)
    assert new == f"# A\n\n{block(GROWTH)}\n\n{others}"
    assert renewed(new, GROWTH) == new


def test_a_page_without_a_place_for_it_is_refused() -> None:
    with pytest.raises(ValueError, match="no place for parts"):
        renewed("# A\n", GROWTH)


@pytest.mark.parametrize(("most", "counts"), [(1000, [1, 10, 100]), (99, [1, 10]), (0, [1])])
def test_counts_are_bounded_and_one_is_left(most: int, counts: list[int]) -> None:
    assert up_to(most, (1, 10, 100)) == counts


def test_each_size_is_measured_as_often_as_the_others_and_the_first_round_warms_up() -> None:
    done: list[int] = []
    found = processor_seconds({n: partial(done.append, n) for n in (1, 2)}, calls=2, rounds=3)
    assert done == [1, 1, 2, 2] * 4
    assert found.keys() == {1, 2}


counts = st.integers(1, 10**6)
points = st.dictionaries(counts, st.floats(1e-8, 1e3), min_size=1, max_size=6)


@given(lines=st.lists(points, min_size=1, max_size=5))
def test_whatever_the_figures_each_point_of_a_chart_is_within_its_frame(lines: list[dict[int, float]]) -> None:
    chart = log_log("A <title> & more", "n", "s", [Line(f"<{n}>", one) for n, one in enumerate(lines)])
    drawn = ET.fromstring(chart)  # noqa: S314  # ours
    dots = [one for one in drawn.iter() if one.tag.endswith("circle")]
    assert len(dots) == sum(map(len, lines))
    assert all(76 <= float(one.attrib["cx"]) <= 500 and 46 <= float(one.attrib["cy"]) <= 286 for one in dots)


@given(lines=st.lists(points, min_size=2, max_size=5))
def test_no_name_of_a_curve_is_written_over_another(lines: list[dict[int, float]]) -> None:
    chart = log_log("A", "n", "s", [Line("name", one) for one in lines])
    heights = sorted(float(y) for y in re.findall(r'class="name" x="\d+" y="([\d.-]+)"', chart))
    assert len(heights) == len(lines)
    assert all(below - above > 16 for above, below in pairwise(heights))
