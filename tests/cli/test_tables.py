"""Tables are aligned as a terminal shows them."""

import pytest

from licensekit.cli.output import table


def printed(capsys: pytest.CaptureFixture[str], *args: object) -> list[str]:
    table(*args)  # type: ignore[arg-type]  # as the tests below give them
    return capsys.readouterr().out.splitlines()


def test_columns_are_aligned(capsys: pytest.CaptureFixture[str]) -> None:
    lines = printed(capsys, ["id", ">in use", "name"], [("anna", 7, "A"), ("bo", 12, "Bo")])
    assert lines == [
        "id    in use  name",
        "anna       7  A",
        "bo        12  Bo",
    ]


def test_a_column_in_which_nothing_stands_is_left_out(capsys: pytest.CaptureFixture[str]) -> None:
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
