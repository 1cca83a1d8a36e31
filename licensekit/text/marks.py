"""Marks that nobody sees and that pasted text brings along: they are left out, and reported.

They are direction marks, spaces of no width and byte order marks. No document may hold one. ZERO WIDTH NON-JOINER and
JOINER stay: Persian and Hindi are written with them.
"""

from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from typing import Final

from licensekit.errors import TextUnreadable
from licensekit.errors.coded import Message

_MARKS: Final = "\u061c\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff"
_LEFT_OUT: Final = dict.fromkeys(map(ord, _MARKS))
_BYTE_ORDER_MARK: Final = "\ufeff"
_UTF_16: Final = ((BOM_UTF16_LE, "utf-16-le"), (BOM_UTF16_BE, "utf-16-be"))


class MarksLeftOut(Message):
    """Marks that nobody sees were left out of a file."""

    count: int
    line: int
    """Of the first; lines count from 1."""


def without_marks(text: str) -> str:
    """Return `text` without the marks that nobody sees."""
    return text if text.isascii() else text.translate(_LEFT_OUT)


def marks_in(data: bytes | str, line: int = 1) -> tuple[MarksLeftOut, ...]:
    """Return what `without_marks` leaves out of a file, if anything; `line` is its first line.

    A byte order mark at the beginning is how some editors write text, and none of them. What is not UTF-8 is refused
    elsewhere.
    """
    if data.isascii():
        return ()
    text = data.decode(errors="replace") if isinstance(data, bytes) else data
    text = text.removeprefix(_BYTE_ORDER_MARK)
    places = [place for place, character in enumerate(text) if ord(character) in _LEFT_OUT]
    return (MarksLeftOut(count=len(places), line=text.count("\n", 0, places[0]) + line),) if places else ()


def first_line(data: bytes) -> bytes:
    """Return the first line of a file, such as a passphrase, without its end and without a byte order mark.

    UTF-16 that begins with its mark, as Windows writes it, is returned as UTF-8. Other bytes stay as they are: what a
    passphrase is made of is not judged.

    Raises:
        TextUnreadable: it is UTF-16 without a mark, or damaged.
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
