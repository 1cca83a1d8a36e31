"""How codes, serials and texts are spelled (`docs/format.md`, "Fields").

These rules hold for signed documents and for what people type alike.
"""

from collections.abc import Iterable
from typing import Final
from unicodedata import is_normalized

from licensekit import limits

# Alphabets rather than patterns: compiling patterns would cost every process that verifies a file.
CODE_ALPHABET: Final = b"abcdefghijklmnopqrstuvwxyz0123456789-"
_REFUSED: Final = (
    ("\x00", "\x1f"),
    ("\x7f", "\x9f"),
    ("\u061c", "\u061c"),
    ("\u200e", "\u200f"),
    ("\u2028", "\u202e"),
    ("\u2066", "\u2069"),
    ("\ufeff", "\ufeff"),
    ("\ufff9", "\ufffb"),
)
"""First and last character of each range that no text may hold."""
_SERIAL_ALPHABET: Final = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ" + CODE_ALPHABET
_QUOTED: Final = 10
"""How many codes one message names."""


def is_code(text: str) -> bool:
    """Return whether `text` is one license, issuer, product or part code."""
    return len(text) <= limits.CODE_LENGTH and is_word(text, CODE_ALPHABET)


def is_serial(text: str) -> bool:
    """Return whether `text` can be a serial."""
    return len(text) <= limits.SERIAL_LENGTH and is_word(text, _SERIAL_ALPHABET)


def text_fault(text: str) -> str | None:
    """Return why `text` may not stand in a document, or None."""
    # All that is refused is unprintable too, so that most texts need no closer look.
    if not text.isprintable() and any(map(_is_refused, text)):
        return "has a control or direction-changing character"
    if not text.isascii() and not is_normalized("NFC", text):
        return "is not in Unicode normalization form C"
    return None


def written_text_fault(text: str) -> str | None:
    """Return why a text that a person or program wrote may not be kept, or None.

    JSON and command lines can hold half of a surrogate pair, which no encoding can.
    """
    if not text.isascii() and any("\ud800" <= character <= "\udfff" for character in text):
        return "has half a character"
    return text_fault(text)


def is_word(text: str, alphabet: bytes) -> bool:
    """Return whether `text` is of the alphabet and neither begins nor ends with a dash."""
    return (
        text.isascii()
        and not text.encode().translate(None, alphabet)
        and text[:1] not in {"", "-", "\n"}
        and text[-1] not in "-\n"
    )


def quote_codes(codes: Iterable[str]) -> str:
    """Format codes as messages do: `a`, `b` and `c`; of many, the first ones."""
    quoted = [f"`{code}`" for code in codes]
    more = len(quoted) - _QUOTED
    if more > 0:
        quoted[_QUOTED:] = [f"{more} more"]
    *others, last = quoted
    return f"{', '.join(others)} and {last}" if others else last


def _is_refused(character: str) -> bool:
    """Return whether it is a control, a separator of lines, or changes the writing direction."""
    return any(first <= character <= last for first, last in _REFUSED)
