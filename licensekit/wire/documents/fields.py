"""The field types that documents are made of, with their bounds (`docs/format.md`, "Fields").

Bounds on numbers and lengths are checked while decoding. What a bound cannot say (the alphabet of
codes, NFC, no control characters, sorted lists) is checked by `require_…`, which documents call
from `__post_init__`: it runs when a document is decoded as well as when one is made.
"""

import re
import unicodedata
from collections.abc import Iterable
from itertools import pairwise
from typing import Annotated, Final

from msgspec import Meta, Struct

from licensekit import limits

Code = Annotated[str, Meta(min_length=1, max_length=limits.CODE_LENGTH)]
"""Lower-case letters, digits and inner dashes: `sales-pro`."""
QualifiedCode = Annotated[str, Meta(min_length=1, max_length=2 * limits.CODE_LENGTH + 1)]
"""A code, or `issuer.code`."""
Serial = Annotated[str, Meta(min_length=1, max_length=limits.SERIAL_LENGTH)]
"""ASCII letters and digits and inner dashes."""
Name = Annotated[str, Meta(max_length=limits.NAME_LENGTH)]
Text = Annotated[str, Meta(max_length=limits.TEXT_LENGTH)]
Count = Annotated[int, Meta(ge=1, le=limits.COUNT)]
Version = Annotated[int, Meta(ge=1, le=limits.VERSION)]
Seconds = Annotated[int, Meta(ge=0, le=limits.SECONDS)]
Days = Annotated[int, Meta(ge=0, le=limits.DAYS)]
Hours = Annotated[int, Meta(ge=0, le=limits.HOURS)]
Identity = Annotated[bytes, Meta(min_length=16, max_length=16)]
Nonce = Annotated[bytes, Meta(min_length=16, max_length=16)]
FactHash = Annotated[bytes, Meta(min_length=16, max_length=16)]
Digest = Annotated[bytes, Meta(min_length=32, max_length=32)]
PublicKey = Annotated[bytes, Meta(min_length=32, max_length=2048)]
Integer = Annotated[int, Meta(ge=-limits.VALUE, le=limits.VALUE)]
Value = Text | Integer | bool
"""A setting that is sold: text, integer or boolean."""
Extensions = Annotated[dict[Name, Value], Meta(max_length=limits.EXTENSIONS)]
"""The signed map that ends every document. A name with a leading `!` must be understood."""


class Document(Struct, array_like=True, frozen=True, forbid_unknown_fields=True):
    """A frozen array of fields; what it does not name, it refuses."""


_CODE: Final = rf"[a-z0-9](?:[a-z0-9-]{{0,{limits.CODE_LENGTH - 2}}}[a-z0-9])?"
_QUALIFIED: Final = rf"{_CODE}(?:\.{_CODE})?"
_SERIAL: Final = rf"[A-Za-z0-9](?:[A-Za-z0-9-]{{0,{limits.SERIAL_LENGTH - 2}}}[A-Za-z0-9])?"
# One match over all codes of a document costs a fifth of one match for each.
_CODES: Final = re.compile(rf"{_CODE}(?:\n{_CODE})*")
_QUALIFIEDS: Final = re.compile(rf"{_QUALIFIED}(?:\n{_QUALIFIED})*")
_SERIALS: Final = re.compile(rf"{_SERIAL}(?:\n{_SERIAL})*")
# C0, DEL and C1; line and paragraph separators; characters that change the writing direction.
_REFUSED: Final = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ufff9-\ufffb]"
)


def is_code(text: str) -> bool:
    """Say whether `text` is one license, issuer, product or part code."""
    return _fits(_CODES, text)


def is_serial(text: str) -> bool:
    """Say whether `text` can be a serial."""
    return _fits(_SERIALS, text)


def text_fault(text: str) -> str | None:
    """Say why `text` may not stand in a document, or None."""
    if _REFUSED.search(text):
        return "has a control or direction-changing character"
    if not text.isascii() and not unicodedata.is_normalized("NFC", text):
        return "is not in Unicode normalization form C"
    return None


def require_codes(codes: Iterable[str]) -> None:
    """Refuse unless every one is a code.

    Raises:
        ValueError: one is not.
    """
    _require_all(codes, _CODES, "is not a code: lower-case letters, digits, inner dashes")


def require_qualified(codes: Iterable[str]) -> None:
    """Refuse unless every one is `code` or `issuer.code`.

    Raises:
        ValueError: one is not.
    """
    _require_all(codes, _QUALIFIEDS, "is neither `code` nor `issuer.code`")


def require_serials(serials: Iterable[str]) -> None:
    """Refuse unless every one is a serial.

    Raises:
        ValueError: one is not.
    """
    _require_all(serials, _SERIALS, "is not a serial: letters, digits, inner dashes")


def require_texts(texts: Iterable[object]) -> None:
    """Refuse every string among `texts` that may not stand in a document.

    Raises:
        ValueError: one may not.
    """
    for text in texts:
        if isinstance(text, str) and (fault := text_fault(text)):
            raise ValueError(f"{text!a:.60} {fault}")


def require_extensions(extensions: dict[str, str | int | bool]) -> None:
    """Refuse extension names and texts that may not stand in a document.

    Raises:
        ValueError: one may not.
    """
    if extensions:
        require_texts(extensions)
        require_texts(extensions.values())


def require_ascending(items: list[str] | list[bytes]) -> None:
    """Refuse a list that is not sorted by bytes or that repeats an item: one set, one spelling.

    Raises:
        ValueError: it is not.
    """
    keys = [item.encode() if isinstance(item, str) else item for item in items]
    if any(a >= b for a, b in pairwise(keys)):
        raise ValueError("a list is not sorted, or repeats an item")


def _require_all(items: Iterable[str], pattern: re.Pattern[str], why: str) -> None:
    listed = list(items)
    joined = "\n".join(listed)
    # An item with a line feed of its own would pass for two items.
    if listed and (not pattern.fullmatch(joined) or joined.count("\n") >= len(listed)):
        bad = next(item for item in listed if not _fits(pattern, item))
        raise ValueError(f"{bad!a:.60} {why}")


def _fits(pattern: re.Pattern[str], item: str) -> bool:
    return "\n" not in item and bool(pattern.fullmatch(item))
