"""Ids, names, groups and messages that people type, and invisible marks in files.

Pasted text brings direction marks, zero-width spaces and byte order marks, which are not allowed in documents. They are
removed and reported. ZERO WIDTH NON-JOINER and JOINER stay, because Persian and Hindi need them.
"""

import re
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Iterable
from typing import Final, Literal
from unicodedata import category, normalize

from licensekit.errors import EntryInvalid, Message, TextUnreadable
from licensekit.limits import NAME_LENGTH, TEXT_LENGTH
from licensekit.wire.documents.fields import is_invisible, written_text_fault

WORD_LENGTH: Final = 64  # characters of a word that a search compares
LETTERS: Final = str.maketrans(
    {"æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ð": "d", "ħ": "h", "ł": "l", "ŋ": "n", "þ": "th", "ŧ": "t"}
    | {"\u0131": "i", "\u02bb": " ", "\u02bc": " ", "\u0640": ""}
)
"""Replacements for letters that no normal form decomposes, for letters like an apostrophe, and for the kashida."""
_WORD: Final = re.compile(r"[^\W_]+")
_GROUP: Final = re.compile(r'\s*"((?:[^"]|"")*)"\s*(?=[;|\n]|$)|([^;|\n]+)')
_SEPARATING: Final = frozenset(';|"')
_MARKS: Final = "\u061c\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff"
_LEFT_OUT: Final = dict.fromkeys(map(ord, _MARKS))
_BYTE_ORDER_MARK: Final = "\ufeff"
_UTF_16: Final = ((BOM_UTF16_LE, "utf-16-le"), (BOM_UTF16_BE, "utf-16-be"))


def require_text(value: object, what: str) -> None:
    """Raise `TypeError` unless the argument that errors call `what` is a text."""
    if not isinstance(value, str):
        raise TypeError(f"{what} is a str, not {value!r}")


def normal(form: Literal["NFC", "NFKC", "NFKD"], text: str) -> str:
    """Normalize a text, unless it is too long to be stored, because the time grows with the square of the length."""
    return normalize(form, text) if len(text) <= 4 * TEXT_LENGTH else text  # form C has at least a quarter of it


def folded(text: str) -> str:
    """Return an id as ids are compared: NFKC, case-folded, nothing invisible (`docs/installation.md`, "People")."""
    if text.isascii():
        return text.strip().lower()
    return normal("NFKC", normal("NFKC", _seen(text)).casefold()).strip()


def search_words(text: str) -> frozenset[str]:
    """Return the words of a text for a search (`docs/installation.md`, "People"): `odegard` for `Ødegård`."""
    return frozenset(word[:WORD_LENGTH] for word in _WORD.findall(without_accents(text)))


def without_accents(text: str) -> str:
    """Return a text in lower case without accents: `odegard as` for `Ødegård AS`."""
    if text.isascii():
        return text.lower()
    plain = normal("NFKD", normal("NFKD", _seen(text)).casefold())
    letters = "".join(character for character in plain if not category(character).startswith("M"))
    return letters.lower().translate(LETTERS)


def written_id(text: str, kind: str) -> str:
    """Return a typed id without invisible characters; raises as `check_id`."""
    written = normal("NFC", _seen(text)).strip()
    check_id(folded(written), kind)
    return check_id(written, kind)


def _seen(text: str) -> str:
    return "".join(character for character in text if not is_invisible(character))


def check_id(text: str, kind: str) -> str:
    """Return a valid id of a `kind` (`user id`); raise `EntryInvalid` for its length or an invalid character."""
    if not text or text != text.strip() or len(text) > NAME_LENGTH:
        raise EntryInvalid(reason="id", entry=text, kind=kind, longest=NAME_LENGTH)
    return _visible(text, kind, NAME_LENGTH)


def check_name(text: str) -> str:
    """Return a name in normal form C; raises as `check_id`."""
    return _visible(normal("NFC", text), "name", NAME_LENGTH)


def check_message(text: str) -> str:
    """Return a valid message; raises as `check_id`."""
    return _visible(text, "message", TEXT_LENGTH)


def check_groups(groups: Iterable[str]) -> tuple[str, ...]:
    """Return the names of groups without duplicates, sorted by their folded forms; raises as `check_id`."""
    written = (normal("NFC", _seen(group)).strip() for group in groups)
    kept = {folded(group): check_id(group, "group") for group in written}
    return tuple(kept[group] for group in sorted(kept))


def split_groups(text: str) -> list[str]:
    """Split a text into groups at `;`, `|` and line breaks, except in quotes."""
    found = (quoted.replace('""', '"') or bare.strip() for quoted, bare in _GROUP.findall(text))
    return [group for group in found if group]


def join_groups(groups: Iterable[str]) -> str:
    """Join groups into a text that `split_groups` splits."""
    doubled = ((group, group.replace('"', '""')) for group in groups)
    return "; ".join(group if _SEPARATING.isdisjoint(group) else f'"{inner}"' for group, inner in doubled)


def _visible(text: str, kind: str, longest: int) -> str:
    if len(text) > longest:
        raise EntryInvalid(reason="too-long", kind=kind, longest=longest)
    if fault := written_text_fault(text):
        raise EntryInvalid(reason="characters", entry=text, kind=kind, fault=fault)
    return text


class MarksLeftOut(Message):
    """Invisible marks were removed from a file."""

    count: int
    line: int  # of the first mark; lines count from 1


def without_marks(text: str) -> str:
    """Return `text` without invisible marks."""
    return text if text.isascii() else text.translate(_LEFT_OUT)


def marks_in(data: bytes | str, line: int = 1) -> tuple[MarksLeftOut, ...]:
    """Report what `without_marks` removes, except a byte order mark; `line` is the number of the first line."""
    if data.isascii():
        return ()
    text = (data.decode(errors="replace") if isinstance(data, bytes) else data).removeprefix(_BYTE_ORDER_MARK)
    places = [place for place, character in enumerate(text) if ord(character) in _LEFT_OUT]
    return (MarksLeftOut(count=len(places), line=text.count("\n", 0, places[0]) + line),) if places else ()


def first_line(data: bytes) -> bytes:
    """Return the first line of a file, such as a passphrase, without line end and byte order mark.

    UTF-16 is converted to UTF-8; if damaged or without its mark, it raises `TextUnreadable`. Other bytes stay.
    """
    for mark, encoding in _UTF_16:
        if data.startswith(mark):
            try:
                data = data.removeprefix(mark).decode(encoding).encode()
            except UnicodeDecodeError as error:
                raise TextUnreadable from error
    line = data.removeprefix(BOM_UTF8).split(b"\n", 1)[0].removesuffix(b"\r")
    if b"\0" in line:
        raise TextUnreadable
    return line
