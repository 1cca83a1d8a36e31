"""Text columns that fit a terminal.

Cells wrap only at spaces. Codes, identities, dates and file names contain none, so they stay whole and can be copied.
If not even whole words fit side by side, each row becomes a list.
"""

from collections.abc import Iterator, Sequence
from itertools import zip_longest
from typing import Final, NamedTuple
from unicodedata import combining, east_asian_width

GAP: Final = "  "


class Column(NamedTuple):
    """A column: its title, and its cells from the top."""

    title: str
    cells: Sequence[str]
    to_right: bool = False

    def width(self) -> int:
        """Return the width of the widest cell, in terminal columns."""
        return max(map(text_width, self.cells), default=0)

    def words_width(self) -> int:
        """Return the width of the widest word, in the title or a cell."""
        return max(text_width(word) for cell in (self.title, *self.cells) for word in cell.split(" "))


def fit(columns: Sequence[Column], limit: int | None) -> list[int] | None:
    """Return column widths that fit `limit`, where titles wrap first, then the widest cells; None if there are none."""
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
    """Yield the lines of a row, or of the titles: several if a cell wraps."""
    for pieces in zip_longest(*map(wrap, cells, widths), fillvalue=""):
        padded = zip(pieces, widths, columns, strict=True)
        yield GAP.join(pad(piece, width, to_right=one.to_right) for piece, width, one in padded).rstrip()


def wrap(text: str, width: int) -> list[str]:
    """Break `text` at spaces into lines of at most `width`; a wider word gets a line of its own."""
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
    """Pad `text` with spaces to `width`."""
    spaces = " " * (width - text_width(text))
    return spaces + text if to_right else text + spaces


def text_width(text: str) -> int:
    """Return the width of a text in terminal columns."""
    if text.isascii():
        return len(text)
    wide = sum(east_asian_width(character) in "WF" for character in text)
    return len(text) + wide - sum(combining(character) > 0 for character in text)
