"""Columns of text that fit a terminal: how wide texts are, and where their cells wrap.

Cells wrap at spaces alone. Codes, identities, dates and file names have none, so that they stay whole and can be
copied; where not even whole words fit side by side, each row becomes a list.
"""

from collections.abc import Iterator, Sequence
from itertools import zip_longest
from typing import Final, NamedTuple
from unicodedata import combining, east_asian_width

GAP: Final = "  "


class Column(NamedTuple):
    """A column with its texts, from the top."""

    title: str
    cells: Sequence[str]
    to_right: bool = False

    def width(self) -> int:
        """Return the columns of a terminal that the widest cell takes."""
        return max(map(text_width, self.cells), default=0)

    def words_width(self) -> int:
        """Return the least width at which no word is broken."""
        return max(text_width(word) for cell in (self.title, *self.cells) for word in cell.split(" "))


def fit(columns: Sequence[Column], limit: int | None) -> list[int] | None:
    """Return the widths of the columns of a table that is at most `limit` wide; None if there are none.

    Titles of more than one word wrap first, which costs a line alone; then cells with spaces, the widest column first.
    """
    widths = [max(text_width(column.title), column.width()) for column in columns]
    if limit is None:
        return widths
    least = [column.words_width() for column in columns]
    excess = sum(widths) + len(GAP) * (len(columns) - 1) - limit
    for floors in ([max(low, one.width()) for low, one in zip(least, columns, strict=True)], least):
        while excess > 0:
            number = max(range(len(widths)), key=lambda at: (widths[at] > floors[at], widths[at]))
            if widths[number] <= floors[number]:
                break
            widths[number] -= 1
            excess -= 1
    return None if excess > 0 else widths


def row_lines(columns: Sequence[Column], widths: Sequence[int], cells: Sequence[str]) -> Iterator[str]:
    """Yield the lines of a row, or of the titles; there is more than one where a cell wraps."""
    for pieces in zip_longest(*map(wrap, cells, widths), fillvalue=""):
        padded = zip(pieces, widths, columns, strict=True)
        yield GAP.join(pad(piece, width, to_right=one.to_right) for piece, width, one in padded).rstrip()


def wrap(text: str, width: int) -> list[str]:
    """Return the lines of `text`, broken at spaces, each at most `width` wide unless it is one word that is wider."""
    if text_width(text) <= width:
        return [text]
    lines: list[str] = []
    for word in text.split(" "):
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and text_width(longer) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def pad(text: str, width: int, *, to_right: bool = False) -> str:
    """Return `text` with as many spaces as make it `width` wide."""
    spaces = " " * (width - text_width(text))
    return spaces + text if to_right else text + spaces


def text_width(text: str) -> int:
    """Return how many columns of a terminal a text takes."""
    if text.isascii():
        return len(text)
    wide = sum(east_asian_width(character) in "WF" for character in text)
    return len(text) + wide - sum(combining(character) > 0 for character in text)
