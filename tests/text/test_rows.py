"""Rows of delimited text: numbered by line, with one fault at the end at most."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licensekit.errors import SyntaxInvalid
from licensekit.text.rows import TextRow, read_rows
from licensekit.text.values import FaultyValue


def rows(*lines: str) -> list[TextRow]:
    return list(read_rows(lines))


def test_rows_have_the_number_of_their_last_line_and_empty_ones_are_passed_over() -> None:
    assert rows("a,b\n", "\n", " , \n", '"1\n', '2",3\n') == [TextRow(1, ["a", "b"]), TextRow(5, ["1\n2", "3"])]


@pytest.mark.parametrize(
    ("line", "cells"),
    [("a;b", ["a", "b"]), ("a,b", ["a", "b"]), ("a,b;c", ["a", "b;c"]), ("a;b;c,d", ["a", "b", "c,d"])],
)
def test_the_delimiter_is_the_one_that_the_first_line_has_most_of(line: str, cells: list[str]) -> None:
    assert rows(line) == [TextRow(1, cells)]


def test_nothing_is_read_after_a_fault() -> None:
    [first, fault] = rows("a,b\n", '"1,2', "\n", "3,4\n")
    assert (first.cells, fault.line, fault.cells) == (["a", "b"], 4, [])
    assert isinstance(fault.fault, SyntaxInvalid)
    assert fault.fault.reason == "csv"


@pytest.mark.parametrize("good", [0, 1, 2])
def test_what_the_lines_raise_is_a_fault_of_the_line_that_was_not_read(good: int) -> None:
    def lines() -> Iterator[str]:
        yield from ["a\n", "b\n"][:good]
        raise FaultyValue(too_large)

    too_large = SyntaxInvalid(reason="too-large", most=5)

    *whole, fault = read_rows(lines())
    assert len(whole) == good
    assert fault == TextRow(good + 1, [], too_large)


@given(st.lists(st.text(max_size=20)))
def test_lines_are_counted_upwards_and_only_the_last_row_has_a_fault(lines: list[str]) -> None:
    found = rows(*lines)
    assert [row.line for row in found] == sorted({row.line for row in found})
    assert not any(row.fault for row in found[:-1])
