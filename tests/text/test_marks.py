"""Marks that nobody sees are left out of people's files, and reported; joiners stay."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licensekit.installation.user_table import parse_users
from licensekit.issuer.bulk.lines import csv_lines, json_lines
from licensekit.issuer.catalog.catalog_file import read_catalog
from licensekit.issuer.orders.order_file import read_draft
from licensekit.text.names import marks_in, without_marks
from licensekit.wire.documents.fields import text_fault
from tests import makers

MARKS = [*"\u061c\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff"]
JOINED = "\u0639\u0644\u06cc\u200c\u0631\u0636\u0627 \u0915\u094d\u200d\u0937"


@pytest.mark.parametrize("mark", MARKS)
def test_what_is_left_out_no_document_could_hold(mark: str) -> None:
    assert text_fault(mark) is not None
    assert without_marks(f"{mark}a{mark}b{mark}") == "ab"


def test_joiners_stay() -> None:
    assert without_marks(JOINED) == JOINED
    assert marks_in(JOINED) == ()


@given(st.text(st.sampled_from(["a", "\n", "\u200c", *MARKS])))
def test_what_is_left_out_is_counted_and_its_first_line_named(text: str) -> None:
    found = marks_in(text.encode(), 5)
    inner = text.removeprefix("\ufeff")
    count = len(inner) - len(without_marks(inner))
    assert [one.count for one in found] == ([count] if count else [])
    if found:
        first = next(place for place, character in enumerate(inner) if character in MARKS)
        assert found[0].line == 5 + inner.count("\n", 0, first)


@pytest.mark.parametrize("mark", MARKS)
def test_an_order_is_read_without_them_and_says_so(mark: str) -> None:
    text = f'company = "{mark}Nordlys{mark} Kraft"\norder{mark} = 7\nusers = {{a = 1}}\n'
    draft = read_draft(text.encode())
    assert (draft.order.company, draft.order.number, draft.faults) == ("Nordlys Kraft", "7", ())
    assert [(one.code, one.values()) for one in draft.remarks] == [("marks-left-out", {"count": 3, "line": 1})]


def test_an_order_that_needs_no_remark_has_none() -> None:
    draft = read_draft(f'\ufeffcompany = "{JOINED}"\nusers = {{a = 1}}'.encode())
    assert (draft.order.company, draft.remarks) == (JOINED, ())


def test_a_catalog_is_read_without_them() -> None:
    text = '\u200eproduct = "a\u200b"\n[issuer]\ncode = "\u2066a\u2069"\n'
    assert read_catalog(text.encode(), version=1, issued=makers.ISSUED).product == "a"


def test_orders_in_bulk_are_read_without_them_and_name_the_line() -> None:
    rows = ["company,order\n", "Acme,1\n", "\u200eAcme\u200e,2\u200b\n"]
    _, second = csv_lines([row.encode() for row in rows], "a.csv", makers.catalog())
    assert (second.draft.order.company, second.draft.order.number) == ("Acme", "2")
    assert [one.values() for one in second.draft.remarks] == [{"count": 3, "line": 3}]
    lines = ['{"company": "Acme"}', '{"company": "\u200fAcme"}']
    first, other = json_lines([line.encode() for line in lines], "a.jsonl")
    assert (other.draft.order.company, first.draft.remarks) == ("Acme", ())
    assert [one.values() for one in other.draft.remarks] == [{"count": 1, "line": 2}]


def test_users_are_read_without_them() -> None:
    [row] = parse_users("\ufeff\u200eid,name\n\u200eanna\u200e,An\u200bna\n")
    assert (row.user_id, row.changes) == ("anna", {"name": "Anna"})
