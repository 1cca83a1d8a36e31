"""Cases of names and texts: lengths, order, normalization, refused code points, and bytes that are not UTF-8."""

import re
import unicodedata
from collections.abc import Callable, Iterator
from typing import Any, Final

from tests.docs.tables import section, tables, text_of
from tests.vectors.document_samples import changed
from tests.vectors.field_trials import BAD
from tests.vectors.payload_cases import of_record, refused, slug, taken
from tests.vectors.spelled import Pairs, Raw, header, pack
from tests.vectors.vector import Case

UNICODE: Final = ("unicode",)


def code_points() -> Iterator[Case]:
    """Names and texts: what they hold and what they do not, how long they are, how they are ordered."""
    for what, company in ACCEPTED.items():
        yield taken(slug(what), what, "bundle", changed("bundle", company=company), flags=UNICODE)
    for what, company in REFUSED.items():
        yield refused(slug(what), what, "bundle", pack(changed("bundle", company=company)), flags=UNICODE)
    for what, data in NOT_UTF_8.items():
        text = Raw(header("str", len(data)) + data)
        yield refused(
            slug(what),
            f"in a name: {what}",
            "bundle",
            pack(changed("bundle", company=text)),
            "Payloads 1",
            flags=UNICODE,
        )
        extensions = Pairs([(text, 1)])
        name, about = slug(f"key {what}"), f"in the key of a map: {what}"
        yield refused(
            name, about, "bundle", pack(changed("bundle", extensions=extensions)), "Payloads 1", flags=UNICODE
        )
    yield from _rows()
    yield from _orders()
    yield from _everywhere()


ACCEPTED: Final[dict[str, str]] = {
    "200 code points of one byte": "a" * 200,
    "200 code points of two bytes": "å" * 200,
    "200 code points of three bytes": "株" * 200,
    "101 code points that are 202 units of UTF-16": "\U0001f6e9" * 101,
    "40 families of five code points": "\U0001f468\u200d\U0001f469\u200d\U0001f467" * 40,
    "a letter with its mark in one": "\u00c5",
    "a letter with a mark that nothing composes": "q\u0323",
    "Hangul syllables": "\ud55c\uae00",
    "Devanagari with a nukta, which nothing composes": "\u0915\u093c",
    "Persian with a zero width non-joiner": "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
    "a zero width joiner at the end": "a\u200d",
    "a ligature, which NFKC would divide": "\ufb01rma",
    "a superscript, which NFKC would replace": "m\u00b2",
    "a full-width letter, which NFKC would replace": "\uff21",
    "a circled digit, which NFKC would replace": "\u2460",
    "a unit in one character, which NFKC would divide": "\u338f",
    "the trade mark sign, which NFKC would divide": "a\u2122",
    "a no-break space, which NFKC would replace": "a\u00a0b",
    "a half-width katakana, which NFKC would replace": "\uff71",
    "a long s, which NFKC and folding of case would replace": "\u017f",
    "a sharp s and a dotted capital i": "\u00df\u0130",
    "a space alone": " ",
    "spaces in front and behind": " a ",
    "a noncharacter": "\uffff",
    "a private use character": "\ue000",
    "the last code point": "\U0010ffff",
    "the replacement character": "\ufffd",
    "markup": "<b>&amp;</b>",
    "a quotation mark and a backslash": '"\\',
    "letters of two scripts that look alike": "a\u0430",
}
REFUSED: Final[dict[str, str]] = {
    "201 code points of two bytes": "å" * 201,
    "201 code points of two units of UTF-16": "\U0001f6e9" * 201,
    "a letter and its mark in two": "A\u030a",
    "a Hangul syllable in its parts": "\u1112\u1161\u11ab",
    "the Angstrom sign, which is a letter elsewhere": "\u212b",
    "the Ohm sign, which is a letter elsewhere": "\u2126",
    "the Kelvin sign, which is a letter elsewhere": "\u212a",
    "a compatibility ideograph": "\uf900",
    "two marks in another order than theirs": "q\u0307\u0323",
    "a Devanagari letter that is always divided": "\u0958",
    "a musical symbol that is always divided": "\U0001d15e",
    "a byte order mark in front of a text": "\ufeffa",
    "a byte order mark behind a text": "a\ufeff",
    "a byte order mark alone": "\ufeff",
    "two byte order marks": "\ufeff\ufeffa",
    "a zero character alone": "\0",
    "a zero character behind a text": "a\0",
}
NOT_UTF_8: Final[dict[str, bytes]] = {
    "a lone continuation byte": b"a\x80",
    "a sequence cut short by a letter": b"\xc3a",
    "a sequence cut short by the end": b"a\xe2\x82",
    "two bytes for a letter of one": b"\xc1\xa1",
    "two bytes for zero": b"\xc0\x80",
    "two bytes for a slash": b"a\xc0\xafb",
    "three bytes for a letter of two": b"\xe0\x83\xa5",
    "four bytes for a letter of three": b"\xf0\x82\x82\xac",
    "a high surrogate": b"\xed\xa0\x80",
    "a low surrogate": b"\xed\xbf\xbf",
    "a pair of surrogates": b"\xed\xa0\xbd\xed\xbb\xa9",
    "a code point behind the last": b"\xf4\x90\x80\x80",
    "a sequence of five bytes": b"\xf8\x88\x80\x80\x80",
    "the byte fe": b"a\xfe",
    "the byte ff": b"\xffa",
    "Latin-1": b"bl\xe5",
}


def table_of_refused() -> list[tuple[int, int, str]]:
    """Return the rows of the table: the first and the last code point, and what they are."""
    rows = next(table for table in tables(section(text_of("format.md"), "Fields")) if table[0][0].startswith("U+"))
    found: list[tuple[int, int, str]] = []
    for points, what in rows:
        first, *rest = (int(point, 16) for point in re.findall(r"U\+([0-9A-F]+)", points))
        found.append((first, rest[0] if rest else first, what))
    return found


def _rows() -> Iterator[Case]:
    """Yield of each row of the table the first, the last, and what is just outside."""
    rows = table_of_refused()
    for first, last, _ in rows:
        for point in dict.fromkeys((first, (first + last) // 2, last)):
            what = f"U+{point:04X} within a name"
            text = f"a{chr(point)}b"
            yield refused(slug(what), what, "bundle", pack(changed("bundle", company=text)), flags=("unicode", "bound"))
        outside = [p for p in (first - 1, last + 1) if p >= 0 and not any(a <= p <= b for a, b, _ in rows)]
        text = "".join(f"x{chr(point)}" for point in outside)
        assert unicodedata.is_normalized("NFC", text), outside
        what = f"just outside of a row of the table: {' and '.join(f'U+{point:04X}' for point in outside)}"
        yield taken(slug(what), what, "bundle", changed("bundle", company=text), flags=("unicode", "bound"))


ORDERS: Final[dict[str, tuple[str, str]]] = {
    "U+FF5E before U+10000, which UTF-16 exchanges": ("\uff5e", "\U00010000"),
    "U+E000 before U+1F6E9, which UTF-16 exchanges": ("\ue000", "\U0001f6e9"),
    "a capital before a small letter": ("B", "a"),
    "z before an a with two dots": ("z", "\u00e4"),
    "an empty text before a space": ("", " "),
    "a text before what it begins": ("a", "a\u00e5"),
    "digits as texts": ("10", "9"),
}
"""Two texts in the order of their UTF-8."""


def _orders() -> Iterator[Case]:
    setting: dict[str, Any] = {"type": 0, "lowest": None, "highest": None, "default": None}
    for what, (first, second) in ORDERS.items():
        forth, back = {first: 1, second: 2}, {second: 2, first: 1}
        yield taken(slug(f"keys {what}"), f"keys: {what}", "bundle", changed("bundle", extensions=forth), flags=UNICODE)
        payload = pack(changed("bundle", extensions=back))
        about = f"keys the other way round: {what}"
        yield refused(
            slug(about), about, "bundle", payload, "Payloads 2", code="not-canonical", flags=("unicode", "canonical")
        )
        for which, choices, code in (
            ("choices", [first, second], None),
            ("choices the other way round", [second, first], BAD),
        ):
            about = f"{which}: {what}"
            yield of_record(
                slug(about), about, "setting", changed("setting", **setting, choices=choices), code, flags=UNICODE
            )


def _everywhere() -> Iterator[Case]:
    """Yield the other places of names and texts, each with a text not in NFC and one with a mark."""
    places: dict[str, tuple[str, Callable[[str], dict[str, Any]]]] = {
        "a name of an extension": ("bundle", lambda text: {"extensions": {text: 1}}),
        "a value of an extension": ("bundle", lambda text: {"extensions": {"a": text}}),
        "a value of a setting": ("bundle", lambda text: {"settings": {"a": text}}),
        "a line of a summary": ("request", lambda text: {"summary": {text: ""}}),
        "a notice": ("statement", lambda text: {"notices": [text]}),
        "an address": ("catalog", lambda text: {"urls": {"buy": text}}),
        "a description": ("license", lambda text: {"description": text}),
        "a unit": ("license", lambda text: {"quantity": text}),
        "a choice": ("setting", lambda text: {**_TEXT_SETTING, "choices": [text]}),
        "what people call a key": ("admitted key", lambda text: {"name": text}),
    }
    for where, (table, changes) in places.items():
        for what, text in {"a text in NFD": "e\u0301", "a byte order mark": "\ufeffb", "a line feed": "a\nb"}.items():
            about = f"{where}: {what}"
            yield of_record(slug(about), about, table, changed(table, **changes(text)), BAD, flags=UNICODE)
        about = f"{where}: an accent in NFC and a joiner"
        yield of_record(slug(about), about, table, changed(table, **changes("\u00e9\u200d")), flags=UNICODE)


_TEXT_SETTING: Final[dict[str, Any]] = {"type": 0, "lowest": None, "highest": None, "default": None}
