"""TOML in, a mapping or one placed fault out."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from licensekit import limits
from licensekit.errors import SyntaxInvalid
from licensekit.text.toml import parse_toml


def test_a_byte_order_mark_and_line_ends_of_windows_are_read_over() -> None:
    assert parse_toml(b"\xef\xbb\xbfa = 1\r\nb = 2\r\n") == {"a": 1, "b": 2}


def test_a_file_may_be_as_large_as_the_bound_and_no_larger() -> None:
    line = b"a = 1"
    assert parse_toml(line.ljust(limits.TOML_BYTES)) == {"a": 1}
    assert parse_toml(line.ljust(limits.TOML_BYTES + 1)) == SyntaxInvalid(
        reason="too-large", most=limits.TOML_BYTES
    )


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
def test_what_is_no_toml_is_told_by_its_line(text: bytes, where: str) -> None:
    fault = parse_toml(text)
    assert isinstance(fault, SyntaxInvalid)
    assert fault.where == where


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (b"a = " + b"[" * 100_000, "is nested too deeply"),
        (b"a = " + b"{a=" * 10_000, "is nested too deeply"),
        (b"a = " + b"9" * 5000, "holds a number that is too large"),
    ],
)
def test_what_the_parser_cannot_bear_is_a_fault(text: bytes, why: str) -> None:
    fault = parse_toml(text)
    assert isinstance(fault, SyntaxInvalid)
    assert str(fault) == why


def test_a_message_without_a_place_is_told_as_it_is() -> None:
    """Python may word its messages as it likes."""
    fault = parse_toml(b"a = 1\nb = ")
    assert fault == SyntaxInvalid(reason="toml", detail="Invalid value", where="line 2")


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_give_a_mapping_or_a_fault(data: bytes) -> None:
    assert isinstance(parse_toml(data), dict | SyntaxInvalid)
