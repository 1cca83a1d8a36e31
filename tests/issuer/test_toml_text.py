"""TOML in, a mapping or one placed fault out."""

import tomllib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from licensekit import limits
from licensekit.errors import SyntaxInvalid
from licensekit.text.tables import parse_toml


def test_a_byte_order_mark_and_line_ends_of_windows_are_read_over() -> None:
    assert parse_toml(b"\xef\xbb\xbfa = 1\r\nb = 2\r\n") == {"a": 1, "b": 2}


def test_a_file_may_be_as_large_as_the_bound_and_no_larger() -> None:
    line = b"a = 1"
    assert parse_toml(line.ljust(limits.TOML_BYTES)) == {"a": 1}
    assert parse_toml(line.ljust(limits.TOML_BYTES + 1)) == SyntaxInvalid(reason="too-large", most=limits.TOML_BYTES)


@pytest.mark.parametrize(
    ("text", "where"),
    [
        (b"a = 1\nb = \n", "line 2, column 5"),
        (b'a = 1\nb = "x\ny = 2', "line 2, column 7"),
        (b'a = """\n\n', "line 1"),
        (b"a = 1\na = 2", "line 2"),
        (b"a = '\x00'", "line 1, column 6"),
        (b"a = 1\n\nb = '\xff'", "line 3"),
        (b"a = 0000-01-01", "line 1, column 5"),
        (b"x = 1\n" + b"a." * 16 + b"a = 1", "line 2"),
        (b"x = 1\n\n[" + b"a . " * 16 + b"a]", "line 3"),
        (b"x = {y = 1, " + b"'a'." * 16 + b"a = 1}", "line 1"),
    ],
)
def test_what_is_not_toml_is_reported_with_its_line(text: bytes, where: str) -> None:
    fault = parse_toml(text)
    assert isinstance(fault, SyntaxInvalid)
    assert fault.where == where


@pytest.mark.attack("deep-nesting")
@pytest.mark.attack("huge-number")
@pytest.mark.parametrize(
    ("text", "why"),
    [
        (b"a = " + b"[" * 100_000, "is nested too deeply"),
        (b"a = " + b"{a=" * 10_000, "is nested too deeply"),
        (b"a = " + b"9" * 5000, "contains a number that is too large"),
    ],
)
def test_what_the_parser_cannot_bear_is_a_fault(text: bytes, why: str) -> None:
    fault = parse_toml(text)
    assert isinstance(fault, SyntaxInvalid)
    assert str(fault) == why


WORDS = {
    b"a": "`=` is missing after a key",
    b"a = ": "a value is missing",
    b"a = Example": "a value is missing, or is not in quotes",
    b"a = 1 2": "there is something after the value on the same line",
    b"[a": "`]` is missing at the end of a table's name",
    b"[[a]": "`]` is missing at the end of a table's name",
    b"a = [1": "`]` is missing at the end of an array",
    b"a = {b = 1": "`}` is missing at the end of a table",
    b'a = "x': "the quote at the end of a text is missing",
    b"a = 'x": "the quote at the end of a text is missing",
    b'a = "\\q"': "a text in double quotes stands for itself only as",
    b'a = "\\u00zz"': "is not a character",
    b'a = "\\ud800"': "is not a character",
    b"a = '\x01'": "a character that is not allowed here",
    b"a = 0000-01-01": "this is not a date or a time",
    b"!": "this is neither a key nor a table",
    b"a.!": "a key is missing",
    b"a = 1\na = 2": "a key or a table that already exists",
    b"[a]\n[a]": "a key or a table that already exists",
    b"a = {b = 1, b = 2}": "a key or a table that already exists",
}


@pytest.mark.parametrize("text", WORDS)
def test_what_is_wrong_is_reported_in_our_own_words(text: bytes) -> None:
    fault = parse_toml(text)
    assert isinstance(fault, SyntaxInvalid)
    assert WORDS[text] in fault.message


def test_what_the_parser_says_otherwise_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    """Python may word its messages as it likes."""

    def refuse(_: str) -> None:
        raise tomllib.TOMLDecodeError("Odd (at line 1, column 3)")

    monkeypatch.setattr(tomllib, "loads", refuse)
    fault = parse_toml(b"a = 1")
    assert isinstance(fault, SyntaxInvalid)
    assert str(fault) == "line 1, column 3: this is not TOML"


@pytest.mark.attack("any-bytes")
@settings(deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_give_a_mapping_or_a_fault(data: bytes) -> None:
    assert isinstance(parse_toml(data), dict | SyntaxInvalid)
