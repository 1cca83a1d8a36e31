"""Many orders are read one at a time, each as it would be read alone."""

import io
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licensekit import limits
from licensekit.errors import SyntaxInvalid
from licensekit.issuer.bulk.lines import bounded, csv_lines, json_lines
from licensekit.issuer.orders import order_file as order_reader
from licensekit.issuer.orders.order_file import OrderReader, draft_from
from licensekit.text.names import MarksLeftOut
from tests import makers

VALUES: dict[str, st.SearchStrategy[Any]] = {
    "order": st.sampled_from(["A-1", 7, True, None, "", "a\nb", " A "]),
    "company": st.sampled_from(["Oslo", " Oslo ", "", 7, None, "e\u0301", "\ud800", "x" * 300]),
    "serial": st.sampled_from(["1010000014", "X-1", "-", 7, None]),
    "replaces": st.sampled_from(["1010000014", "X-1"]),
    "days": st.sampled_from([1, 365, 0, True, "x"]),
    "expiry": st.sampled_from(["2030-01-01", "2030-02-30"]),
    "users": st.sampled_from([{"standard": 5}, {"standard": 0}, {"A": 1}, [], {}]),
    "system": st.sampled_from([{"server": True}, {"server": 1}, ["server"]]),
    "colour": st.just("red"),
}


@given(st.lists(st.fixed_dictionaries({}, optional=VALUES), max_size=6))
def test_a_reader_gives_what_each_order_would_give_alone(orders: list[dict[str, Any]]) -> None:
    read = OrderReader().draft
    for order in [*orders, *orders]:
        draft, alone = read(order), draft_from(order)
        assert (draft.order, draft.faults) == (alone.order, alone.faults)


@given(
    st.lists(st.fixed_dictionaries({}, optional=VALUES), min_size=2, max_size=2), st.sampled_from(["Oslo", "Bergen"])
)
def test_orders_with_the_same_terms_differ_in_nothing_else(orders: list[dict[str, Any]], company: str) -> None:
    read = OrderReader().draft
    first, second = (read({**order, "company": company}) for order in orders)
    if first.terms is not None and first.terms == second.terms:
        # Company, number and serial come first.
        assert first.order[3:] == second.order[3:]


def test_a_reader_that_has_forgotten_reads_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(order_reader, "KEPT", 3)
    reader = OrderReader()
    for days in [*range(1, 9), *range(1, 9)]:
        assert reader.draft({"company": "Oslo", "days": days, "edition": "a"}).order.days == days


def test_marks_that_nobody_sees_are_left_out_however_they_are_written() -> None:
    """A program that writes all but ASCII as escapes writes these so as well."""
    order = {"company": "\u200eOslo\u200f \u05d0", "days": 1, "edition": "a"}
    for ascii_only in (True, False):
        row = json.dumps(order, ensure_ascii=ascii_only).encode()
        [line] = json_lines([row], "orders.jsonl")
        assert line.draft.order.company == "Oslo \u05d0"
        assert line.draft.remarks == (MarksLeftOut(count=2, line=1),)


def test_a_fault_in_a_line_with_escapes_is_reported_where_it_is() -> None:
    row = b'{"company": "\\u200eOslo", "days": }'
    [line] = json_lines([row], "orders.jsonl")
    [fault] = line.draft.faults
    assert isinstance(fault, SyntaxInvalid)
    assert (fault.reason, fault.column) == ("json", 35)


def test_what_is_not_a_mapping_is_not_an_order() -> None:
    assert OrderReader().draft([]).faults == draft_from([]).faults
    deep: list[Any] = []
    for _ in range(3000):
        deep = [deep]
    told = {"company": "Oslo", "users": deep}
    assert OrderReader().draft(told).faults == draft_from(told).faults


def test_empty_lines_are_passed_over_and_counted() -> None:
    row = json.dumps({"company": "Oslo"}).encode()
    lines = list(json_lines([b"\xef\xbb\xbf" + row, b"\n", b"  \r\n", row], "orders"))
    assert [line.where for line in lines] == ["orders:1", "orders:4"]


def test_empty_rows_are_passed_over_and_lines_counted_through_quotes() -> None:
    rows = [b"order,company\n", b",\n", b'A-1,"Os\n', b'lo"\n', b"A-2,Oslo\n"]
    lines = list(csv_lines(rows, "orders", makers.catalog()))
    assert [line.where for line in lines] == ["orders:4", "orders:5"]
    assert sum(line.size for line in lines) == sum(map(len, rows))


def test_an_empty_table_has_no_orders() -> None:
    assert list(csv_lines([], "orders", makers.catalog())) == []


def test_columns_are_named_by_the_first_row_that_is_not_empty() -> None:
    rows = [b"\n", b"order,company\n", b"A-1,Oslo\n"]
    [line] = csv_lines(rows, "orders", makers.catalog())
    assert (line.where, line.draft.order.number) == ("orders:3", "A-1")


def test_a_line_of_any_length_is_read_in_bounded_memory() -> None:
    long = b"x" * (3 * limits.TOML_BYTES)
    rows = list(bounded(io.BytesIO(b"a\n" + long + b"\nb\n" + long)))
    assert [len(row) for row in rows] == [2, limits.TOML_BYTES + 1, 2, limits.TOML_BYTES + 1]
