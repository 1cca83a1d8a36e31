"""A table of any dialect reads as the same cells; what is wrong is said once, with its line."""

import codecs
import csv
import io
import re
from itertools import chain, islice, repeat
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licensekit import limits
from licensekit.text.columns import AS_WRITTEN, Columns, TableOptions, TableRow, read_table
from licensekit.text.rows import ENCODINGS, UTF_8, as_typed, written_row

COLUMNS = Columns(
    {name: name for name in ("id", "name", "users.standard", "users.reader")},
    ("id",),
    {"standard user": "users.standard"},
)


def read(data: bytes | str, **options: Any) -> list[TableRow[str]]:
    pieces = [data] if isinstance(data, bytes) else data
    return list(read_table(pieces, COLUMNS, TableOptions(**options)))


def cells(data: bytes | str, **options: Any) -> list[tuple[int, list[str]]]:
    """Return line and cells of each row; there must be no fault."""
    rows = read(data, **options)
    assert [row.faults for row in rows if row.faults] == []
    return [(row.line, list(row.cells.values())) for row in rows]


def faults(data: bytes | str, **options: Any) -> list[tuple[int, str]]:
    return [(row.line, str(fault)) for row in read(data, **options) for fault in row.faults]


TABLES: list[tuple[str, bytes, list[tuple[int, list[str]]]]] = [
    ("commas", b"id,name\na,A\n", [(2, ["a", "A"])]),
    ("semicolons", b"id;name\na;A\n", [(2, ["a", "A"])]),
    ("tabs", b"id\tname\na\tA\n", [(2, ["a", "A"])]),
    ("ends of lines of old Macs", b"id,name\ra,A\rb,B", [(2, ["a", "A"]), (3, ["b", "B"])]),
    ("sep= of Excel", b"sep=;\r\nid;name\r\na;A\r\n", [(3, ["a", "A"])]),
    ("sep= decides", b"sep=;\r\nid\r\n,a\r\n", [(3, [",a"])]),
    ("sep= in quotes", b'"sep=\t"\r\n"id"\t"name"\r\na\tA\r\n', [(3, ["a", "A"])]),
    ("#TYPE of PowerShell", b'#TYPE System.Object\r\n"id","name"\r\n"a","A"\r\n', [(3, ["a", "A"])]),
    ("empty lines before", b"\n;;\nid;name\na;A\n", [(4, ["a", "A"])]),
    ("quoted empty line before", b'"",""\nid,name\na,A\n', [(3, ["a", "A"])]),
    ("headings in capitals", b" ID ,Name\na,A\n", [(2, ["a", "A"])]),
    ("trailing columns", b"id;name;;\na;A;;\nb;B\n", [(2, ["a", "A"]), (3, ["b", "B"])]),
    ("a column of nothing", b";id;;name\n;a; ;A\n", [(2, ["a", "A"])]),
    ("rows of nothing", b"id;name\n ; \n;;;\na;A\n", [(4, ["a", "A"])]),
    ("a row that ends early", b"id;name;users.standard\na;A\n", [(2, ["a", "A", ""])]),
    ("line breaks", b'id,name\na,"x\r\ny"\nb,B\n', [(3, ["a", "x\r\ny"]), (4, ["b", "B"])]),
    ("a heading of two lines", b'"id\n"\tname\n1\ta\n', [(3, ["1", "a"])]),
    ("vertical tab", b"id,name\na,x\x0by\nb,B\n", [(2, ["a", "x\x0by"]), (3, ["b", "B"])]),
    ("next line", "id,name\na,x\x85y\n".encode(), [(2, ["a", "x\x85y"])]),
    ("line separator", "id,name\na,x\u2028y\n".encode(), [(2, ["a", "x\u2028y"])]),
    ("byte order mark", b"\xef\xbb\xbfid,name\na,\xc3\xa9\n", [(2, ["a", "é"])]),
    ("UTF-16", "id\tname\r\na\té\U0001f600\r\n".encode("utf-16"), [(2, ["a", "é\U0001f600"])]),
    ("UTF-16, big end", codecs.BOM_UTF16_BE + "id,name\na,Ċ".encode("utf-16-be"), [(2, ["a", "Ċ"])]),
    ("UTF-16 without mark", "id,name\na,é\n".encode("utf-16-le"), [(2, ["a", "é"])]),
    ("big end without mark", "id,name\na,é\n".encode("utf-16-be"), [(2, ["a", "é"])]),
    ("what a spreadsheet must not run", b"id,name\n'=a,'-1\n", [(2, ["=a", "-1"])]),
    ("an apostrophe", b"id,name\n'a,'\n", [(2, ["'a", "'"])]),
    ("nothing below", b"id\n", []),
]


@pytest.mark.parametrize(("data", "expected"), [row[1:] for row in TABLES], ids=[row[0] for row in TABLES])
def test_what_spreadsheets_write_is_read(data: bytes, expected: list[tuple[int, list[str]]]) -> None:
    assert cells(data) == expected


FAULTS = [
    (b"", [(1, "the file is empty")]),
    (b"\n\nname\nA\n", [(3, "there is no column `id`")]),
    (b"id;age\na;1\nb;2\n", [(1, "the column 'age' is not known; name the column")]),
    (b"id;nmae\na;A\n", [(1, "the column 'nmae' is not known; did you mean `name`?")]),
    (b"id,Standard  User\n", [(1, "the column 'standard user' is not known; did you me")]),
    (b"id,users,users.standard\n", [(1, "the column 'users' is not known; did you mean")]),
    (
        b"id," * 3 + b"x," * 21,
        [(1, "the column `id` occurs twice")] * 3 + [(1, "the column 'x' is not known; name the column")] * 21,
    ),
    (b"id,ID\n", [(1, "the column `id` occurs twice")] * 2),
    (b'id,"name\na,A\n', [(1, "is not valid CSV")]),
    (b'id,name\na,A\n\nb,"B\n', [(4, "is not valid CSV")]),
    (b'5" id,name\n', [(1, "there is no column `id`"), (1, "the column '5\" id' is not known")]),
    (b"id,name\na\n", [(2, "has 1 cell, but the first line has 2")]),
    (b"id,name,\na,A,1\n", [(2, "has 3 cells, but the first line has 2")]),
    (b"id,name\na,A,,1\n", [(2, "has 4 cells, but the first line has 2")]),
    (b"id\n" + b"x" * (limits.TOML_BYTES + 2), [(2, f"is larger than {limits.TOML_BYTES}")]),
    (b"id\n" + b'"a\n",' * limits.TOML_BYTES, [(209_717, f"is larger than {limits.TOML_BYTES}")]),
    (b"id,name\na,A\nb,\xff\n", [(3, "is not UTF-8; pass `--encoding ")]),
    (b"\xffid\n", [(1, "is not UTF-8")]),
    (b"\xff\xfe\n", [(1, "is not UTF-16; pass `--encoding NAME`, or save it as UTF-8")]),
    (b"\xff\xfei\0d\0\n\0\x00\xd8a\0", [(2, "is not UTF-16")]),
]


@pytest.mark.parametrize(("data", "expected"), FAULTS, ids=lambda value: str(value)[:40])
def test_each_fault_is_reported_once_with_its_line(data: bytes, expected: list[tuple[int, str]]) -> None:
    found = faults(data)
    assert [line for line, _ in found] == [line for line, _ in expected]
    for (_, said), (_, beginning) in zip(found, expected, strict=True):
        assert said.startswith(beginning)


def test_columns_are_mapped_and_left_out_by_their_headings() -> None:
    data = b"sAMAccountName;displayName;mail;id\nu2;U Two;u@example.com;9\n"
    mapped = {"samaccountname": "ID", "DisplayName": "name"}
    assert cells(data, columns=mapped, ignored=["Mail", "id"]) == [(2, ["u2", "U Two"])]
    assert cells(b"id,mail\na,\n", ignored=("mail", "phone")) == [(2, ["a"])]
    assert cells(b'id,"a;b;c;"\na,b\n', ignored=["A;b;c;"]) == [(2, ["a"])]


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        ({"login": "id"}, ["there is no column `login`; columns are `id` and `name`"]),
        ({"name": "id"}, ["the column `id` occurs twice"] * 2),
        ({"name": "nmae"}, ["the column 'nmae' is not known; did you mean `name`?"]),
    ],
)
def test_what_is_mapped_must_be_there(columns: dict[str, str], expected: list[str]) -> None:
    assert [said for _, said in faults(b"id,name\na,A\n", columns=columns)] == expected


@pytest.mark.parametrize(
    ("encoding", "text", "guess"),
    [
        ("windows-1252", "Müller", "windows-1252"),
        ("windows-1252", "L\u2019été", "windows-1252"),
        ("windows-1250", "Łukaszów Włochy", "windows-1250"),
        ("windows-1251", "Привет", "windows-1251"),
        ("cp850", "Müller", "cp850"),
    ],
)
def test_the_advice_names_the_encoding_that_it_looks_like(encoding: str, text: str, guess: str) -> None:
    data = f"id,name\na,{text}\n".encode(encoding)
    assert f"--encoding {guess}`" in faults(data)[0][1]
    assert cells(data, encoding=guess) == [(2, ["a", text])]


def test_a_byte_order_mark_outweighs_the_encoding_that_is_named() -> None:
    assert cells("id,name\na,é\n".encode("utf-8-sig"), encoding="cp850") == [(2, ["a", "é"])]
    assert cells("id,name\na,é\n".encode("utf-16"), encoding="cp850") == [(2, ["a", "é"])]


def test_what_the_named_encoding_has_not_is_a_fault() -> None:
    assert faults(b"id\n\x81\n", encoding="windows-1252")[0] == (
        2,
        "is not windows-1252; pass `--encoding NAME`, or save it as UTF-8 (in Excel: CSV UTF-8)",
    )


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_every_encoding_that_can_be_named_is_known(encoding: str) -> None:
    assert cells("id\na\n".encode(encoding), encoding=encoding) == [(2, ["a"])]


def test_rows_are_read_as_they_are_asked_for_in_constant_memory() -> None:
    rows = read_table(chain([b"id,name\n"], repeat(b"a,A\n,\n")), COLUMNS, AS_WRITTEN)
    assert [row.line for row in islice(rows, 3)] == [2, 4, 6]


def test_marks_and_sizes_are_counted_row_by_row() -> None:
    rows = read("\u200eid,name\na,A\nb,\u200bB\n".encode())
    assert [[mark.values() for mark in row.marks] for row in rows] == [
        [{"count": 1, "line": 1}],
        [{"count": 1, "line": 3}],
    ]
    assert sum(row.size for row in rows) == len("\u200eid,name\na,A\nb,\u200bB\n".encode())


TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["Cf", "Cs"], exclude_characters="\ufffd\0"), max_size=8)
ROWS = st.lists(st.tuples(TEXT.map("x".__add__), TEXT), max_size=6)


@given(
    rows=ROWS,
    delimiter=st.sampled_from(",;\t"),
    end=st.sampled_from(["\n", "\r\n", "\r"]),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "gb18030"]),
    before=st.sampled_from(["", "sep", "#TYPE Some.Type\n"]),
    piece=st.integers(1, 50),
)
def test_a_table_reads_as_the_same_cells_however_it_is_written(
    rows: list[tuple[str, str]], *, delimiter: str, end: str, quoting: Any, encoding: str, before: str, piece: int
) -> None:
    if quoting == csv.QUOTE_MINIMAL:  # `csv` leaves line breaks but its own without quotes
        rows = [(re.sub("[\r\n]", " ", one), re.sub("[\r\n]", " ", two)) for one, two in rows]
    buffer = io.StringIO(newline="")
    buffer.write(f"sep={delimiter}{end}" if before == "sep" else before)
    writer = csv.writer(buffer, delimiter=delimiter, lineterminator=end, quoting=quoting)
    writer.writerows([("ID", "Name"), *rows])
    data = buffer.getvalue().encode(encoding)
    options = TableOptions(encoding=encoding if encoding == "gb18030" else UTF_8)
    pieces = [data[at : at + piece] for at in range(0, len(data), piece)]
    found = list(read_table(pieces, COLUMNS, options))
    assert [row.faults for row in found if row.faults] == []
    assert [tuple(row.cells.values()) for row in found] == [tuple(as_typed(cell) for cell in row) for row in rows]


DANGEROUS = st.text("=+-@\t\r\n',;\"ab \uff1d", max_size=8)


@given(st.lists(st.tuples(DANGEROUS, DANGEROUS), max_size=5))
def test_what_is_written_for_a_spreadsheet_reads_as_it_was(rows: list[tuple[str, str]]) -> None:
    text = written_row(["id", "name"]) + "".join(map(written_row, rows))
    expected = [tuple(cell.strip() for cell in row) for row in rows]
    assert [tuple(row.cells.values()) for row in read(text)] == [row for row in expected if any(row)]


@pytest.mark.attack("formula-in-a-table")
@given(DANGEROUS, st.sampled_from(",;\t"))
def test_no_spreadsheet_runs_a_cell_wherever_it_divides_them(cell: str, delimiter: str) -> None:
    """What follows a delimiter of another country begins a cell there."""
    [written] = next(csv.reader(io.StringIO(written_row([cell]), newline="")), [""])
    for line in written.splitlines():
        for part in line.split(delimiter):
            assert part[:1] not in {*"=+-@\uff1d"} - {""}


def test_numbers_stay_numbers() -> None:
    assert written_row([-1, None, "-1"]) == "-1,,'-1\n"


@pytest.mark.attack("any-bytes")
@given(st.binary(max_size=200) | st.binary(max_size=200).map(b"id,name\n".__add__))
def test_any_bytes_are_read_or_have_faults(data: bytes) -> None:
    for encoding in (UTF_8, "UTF-16", "shift_jis"):
        for row in read(data, encoding=encoding):
            assert bool(row.faults) != bool(row.cells)
