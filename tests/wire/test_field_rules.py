"""Codes, serials and texts (`docs/format.md`, "Fields")."""

import sys
import unicodedata

import pytest

from licensekit.errors import TextInvalid
from licensekit.wire.documents.bundle import Kind
from licensekit.wire.documents.fields import (
    hex_extension,
    is_code,
    is_invisible,
    is_serial,
    require_ascending,
    require_codes,
    require_extensions,
    require_qualified,
    require_serials,
    require_texts,
    text_fault,
    written_text_fault,
)

REFUSED = {
    *range(0x20),
    *range(0x7F, 0xA0),
    0xAD,
    0x034F,
    0x061C,
    *range(0x115F, 0x1161),
    *range(0x17B4, 0x17B6),
    *range(0x180B, 0x1810),
    0x200B,
    *range(0x200E, 0x2010),
    *range(0x2028, 0x202F),
    *range(0x2060, 0x2070),
    0x3164,
    *range(0xFE00, 0xFE10),
    0xFEFF,
    0xFFA0,
    *range(0xFFF0, 0xFFFC),
    *range(0x1BCA0, 0x1BCA4),
    *range(0x1D173, 0x1D17B),
    *range(0xE0000, 0xE1000),
}


@pytest.mark.attack("hostile-text-on-a-screen")
def test_exactly_the_refused_code_points_are_refused() -> None:
    """Every code point there is, by itself: control, separator, direction; nothing else."""
    found = {
        point for point in range(sys.maxunicode + 1) if (fault := text_fault(chr(point))) and fault.reason == "control"
    }
    assert found == REFUSED


@pytest.mark.attack("hostile-text-on-a-screen")
def test_every_character_that_changes_the_direction_is_refused() -> None:
    """By the property of Unicode itself, not by a list of ours."""
    directions = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}
    for point in range(sys.maxunicode + 1):
        if unicodedata.bidirectional(chr(point)) in directions:
            assert text_fault(chr(point)), hex(point)


@pytest.mark.parametrize("text", ["", "Åse Ødegård", "東京", "👩‍💻", "عربي", "no\u00a0break"])
def test_what_people_are_called_is_taken(text: str) -> None:
    assert text_fault(text) is None


@pytest.mark.parametrize("text", ["e\u0301", "\u212b", "\uac00\u11a8", "\u1100\u1161"])
def test_text_outside_nfc_is_refused(text: str) -> None:
    assert text_fault(text) == TextInvalid(reason="not-composed")


@pytest.mark.parametrize("code", ["a", "0", "a-b", "a--b", "sales-pro", "a" * 64])
def test_a_code(code: str) -> None:
    assert is_code(code)
    require_codes([code, code])
    require_qualified([code, f"{code}.{code}"])


@pytest.mark.parametrize("code", ["", "-", "a-", "-a", "A", "a_b", "a b", "a\nb", "a\n", "\n", "é", "a.b"])
def test_no_code(code: str) -> None:
    assert not is_code(code)
    for codes in ([code], ["a", code], [code, "a"], ["a", code, "b"]):
        with pytest.raises(ValueError, match="is not a code"):
            require_codes(codes)


@pytest.mark.parametrize("code", ["", ".", "a.", ".a", "a.b.c", "a.B", "a\n.b", "a.b\nc", "a" * 65])
def test_no_qualified_code(code: str) -> None:
    with pytest.raises(ValueError, match=r"is neither `code` nor `issuer\.code`"):
        require_qualified(["a.b", code])


@pytest.mark.parametrize("serial", ["1", "A", "1010000014", "a-B-3", "A" * 32])
def test_a_serial(serial: str) -> None:
    assert is_serial(serial)
    require_serials([serial, "1"])


@pytest.mark.parametrize("serial", ["", "-", "1-", "-1", "1 2", "1\n2", "1.2", "é", "1" * 33])
def test_no_serial(serial: str) -> None:
    assert not is_serial(serial)
    many = [str(number) for number in range(20)]
    for serials in ([serial], ["1", serial], [*many, serial], [serial, *many], [*many, serial, *many]):
        with pytest.raises(ValueError, match="is not a serial"):
            require_serials(serials)


@pytest.mark.attack("hostile-text-on-a-screen")
def test_a_refusal_shows_what_it_refuses_in_plain_ascii() -> None:
    for refuse in (require_codes, require_qualified, require_serials, require_texts):
        with pytest.raises(ValueError, match=r"\\u202e|\\n") as caught:
            refuse(["\u202e\n"])
        assert str(caught.value).isascii()
        assert len(str(caught.value)) < 150


def test_a_code_or_serial_has_a_longest() -> None:
    assert not is_code("a" * 65)
    assert not is_serial("1" * 33)


def test_nothing_is_all_of_codes() -> None:
    require_codes([])
    require_qualified([])
    require_serials([])


def test_extensions_are_held_to_the_rules_of_text() -> None:
    require_extensions({})
    require_extensions({"any name at all": "x", "flag": True, "number": 3})
    with pytest.raises(ValueError, match="control"):
        require_extensions({"\n": 1})
    with pytest.raises(ValueError, match="form C"):
        require_extensions({"a": "e\u0301"})


@pytest.mark.parametrize("value", [None, 15, True, "", "0F", "0", "0f0", " f", "0g", "0X", "+f", "\u0660f", "0\n"])
def test_an_extension_that_is_not_so_many_bytes_in_hexadecimal_counts_as_absent(value: str | int | None) -> None:
    extensions = {} if value is None else {"pickup": value}
    assert hex_extension(extensions, "pickup", 1) is None
    assert hex_extension({"pickup": "0f"}, "pickup", 1) == b"\x0f"


def test_lists_ascend_by_their_utf_8_bytes() -> None:
    require_ascending(["A", "a", "é", "\uffff", "\U00010000"])
    require_ascending([b"", b"\x00", b"\xff"])
    for bad in (["a", "a"], ["b", "a"]):
        with pytest.raises(ValueError, match="not sorted, or repeats"):
            require_ascending(bad)


def test_words_for_people() -> None:
    assert [kind.plural for kind in Kind] == ["system", "sites", "users"]


def test_of_what_is_refused_all_but_controls_and_line_ends_is_invisible() -> None:
    assert all(map(is_invisible, "\u200c\u200d"))
    for point in REFUSED:
        is_control = point < 0x20 or 0x7F <= point < 0xA0 or point in {0x2028, 0x2029}
        assert is_invisible(chr(point)) is not is_control, hex(point)
    assert not any(map(is_invisible, "a \u00e5"))


@pytest.mark.parametrize(
    ("point", "reason"),
    [(0x61, None), (0xD7FF, None), (0xD800, "half"), (0xDC80, "half"), (0xDFFF, "half"), (0xE000, None)],
)
def test_half_of_a_surrogate_pair_may_not_be_kept(point: int, reason: str | None) -> None:
    fault = written_text_fault(f"a{chr(point)}")
    assert (fault and fault.reason) == reason
