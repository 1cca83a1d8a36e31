"""Characters that no text of a document may hold, and their one form (`docs/format.md`, "Fields")."""

from bisect import bisect_right
from typing import Final
from unicodedata import category, is_normalized

_REFUSED: Final = (
    *("\x00\x1f", "\x7f\x9f", "\xad\xad", "\u034f\u034f", "\u061c\u061c", "\u115f\u1160", "\u17b4\u17b5"),
    *("\u180b\u180f", "\u200b\u200b", "\u200e\u200f", "\u2028\u202e", "\u2060\u206f", "\u3164\u3164"),
    *("\ufe00\ufe0f", "\ufeff\ufeff", "\uffa0\uffa0", "\ufff0\ufffb"),
    *("\U0001bca0\U0001bca3", "\U0001d173\U0001d17a", "\U000e0000\U000e0fff"),
)
"""First and last character of each range that no text may hold: controls, separators of lines, and what is never seen
(Default_Ignorable_Code_Point of the Unicode Character Database) but for ZERO WIDTH NON-JOINER and JOINER, which Persian
and Hindi are written with."""
_FIRST_REFUSED: Final = tuple(ends[0] for ends in _REFUSED)


def fault_of(text: str, apart: str) -> str:
    """Return why the characters of `text`, or their form in `apart`, may not stand in a document; empty if they may."""
    if any(map(_is_refused, set(text))):
        return "control"
    return "" if is_normalized("NFC", apart) else "not-composed"


def is_invisible(character: str) -> bool:
    """Return whether nobody sees it: Default_Ignorable_Code_Point, or a mark of text direction."""
    return character in "\u200c\u200d" or (_is_refused(character) and category(character) not in {"Cc", "Zl", "Zp"})


def _is_refused(character: str) -> bool:
    """Return whether it is in one of the ranges that no text may hold."""
    place = bisect_right(_FIRST_REFUSED, character) - 1
    return place >= 0 and character <= _REFUSED[place][1]
