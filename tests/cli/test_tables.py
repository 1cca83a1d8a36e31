"""Tables are aligned as a terminal shows them, and fit its width."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licensekit.cli.columns import Column, fit, row_lines, text_width
from licensekit.cli.output import facts, table


def printed(capsys: pytest.CaptureFixture[str], *args: object) -> list[str]:
    table(*args)  # type: ignore[arg-type]  # as the tests below give them
    return capsys.readouterr().out.splitlines()


def test_columns_are_aligned(capsys: pytest.CaptureFixture[str]) -> None:
    lines = printed(capsys, ["id", ">in use", "name"], [("anna", 7, "A"), ("bo", 12, "Bo")])
    assert lines == ["id    in use  name", "anna       7  A", "bo        12  Bo"]


def test_an_empty_column_is_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    lines = printed(capsys, ["id", "groups", ">free"], [("anna", None, 0), ("bo", "", None)])
    assert lines == ["id    free", "anna     0", "bo"]


def test_a_table_without_rows_has_all_its_columns(capsys: pytest.CaptureFixture[str]) -> None:
    assert printed(capsys, ["id", "groups"], []) == ["id  groups"]


def test_wide_and_combining_characters_take_their_room(capsys: pytest.CaptureFixture[str]) -> None:
    rows = [("\u5c71\u7530", "x"), ("a\u0301b", "y"), ("abcd", "z")]
    lines = printed(capsys, ["name", "mark"], rows)
    assert lines == ["name  mark", "\u5c71\u7530  x", "a\u0301b    y", "abcd  z"]


def test_nothing_in_a_table_moves_the_cursor(capsys: pytest.CaptureFixture[str]) -> None:
    assert printed(capsys, ["name"], [("\x1b[2J",)]) == ["name", "\\x1b[2J"]


PEOPLE = [("anna", "Anna Karoline Berg", 7, "e-1"), ("bo", "Bo", 12, "e-2")]
PEOPLE_COLUMNS = ["id", "name", ">in use now", "events"]


@pytest.mark.parametrize(
    ("width", "lines"),
    [
        (
            44,
            [
                "id    name                in use now  events",
                "anna  Anna Karoline Berg           7  e-1",
                "bo    Bo                          12  e-2",
            ],
        ),
        (
            40,
            [
                "id    name                in use  events",
                "                             now",
                "anna  Anna Karoline Berg       7  e-1",
                "bo    Bo                      12  e-2",
            ],
        ),
        (
            32,
            [
                "id    name            in  events",
                "                     use",
                "                     now",
                "anna  Anna Karoline    7  e-1",
                "      Berg",
                "bo    Bo              12  e-2",
            ],
        ),
    ],
)
def test_titles_wrap_first_and_then_names(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, width: int, lines: list[str]
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    assert printed(capsys, PEOPLE_COLUMNS, PEOPLE) == lines


def test_rows_that_do_not_fit_at_all_are_lists(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "20")
    lines = printed(capsys, ["id", "key"], [("anna", "0123456789abcdef"), ("bo", None)])
    assert lines == ["id   anna", "key  0123456789abcdef", "", "id  bo"]


@pytest.mark.parametrize("columns", [None, "", "0", "wide"])
def test_in_a_file_or_a_pipe_a_row_is_a_line(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, columns: str | None
) -> None:
    if columns is not None:
        monkeypatch.setenv("COLUMNS", columns)
    name = "a very long name " * 20
    assert len(printed(capsys, ["name", "id"], [(name, "anna")])) == 2
    facts(("name", name))
    assert capsys.readouterr().out.count("\n") == 1


def test_long_facts_wrap_beside_their_names(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "30")
    facts(("name", "Anna Karoline Berg of Oslo"), ("key", "0123456789abcdef" * 2))
    assert capsys.readouterr().out.splitlines() == [
        "name  Anna Karoline Berg of",
        "      Oslo",
        "key   " + "0123456789abcdef" * 2,
    ]


words = st.text("ab\u5c71\u0301-", min_size=1, max_size=8)
texts = st.lists(words, max_size=5).map(" ".join)


@given(st.integers(1, 4).flatmap(lambda n: st.lists(st.tuples(*[texts] * n), min_size=2)), st.data())
def test_a_layout_is_within_its_limit_and_breaks_no_word(rows: list[tuple[str, ...]], data: st.DataObject) -> None:
    titles, *cells = rows
    columns = [
        Column(title, under, to_right=data.draw(st.booleans())) for title, *under in zip(titles, *cells, strict=True)
    ]
    limit = data.draw(st.integers(1, 100))
    found = fit(columns, limit)
    least = sum(column.words_width() for column in columns) + 2 * (len(columns) - 1)
    assert (found is None) == (least > limit)
    if found is not None:
        lines = [line for row in rows for line in row_lines(columns, found, row)]
        assert all(text_width(line) <= limit for line in lines)
        assert sorted(" ".join(lines).split()) == sorted(" ".join(map(" ".join, rows)).split())
