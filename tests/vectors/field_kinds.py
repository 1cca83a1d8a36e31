"""Kinds of values that fields of documents hold, each written as the tables of `docs/format.md` write it."""

from dataclasses import dataclass
from typing import Final

from tests.docs.tables import section, tables, text_of

BOUNDS: Final = {
    name.strip("`"): int(value) for table in tables(section(text_of("format.md"), "Bounds")) for name, value, _ in table
}
"""The bounds of the text."""


@dataclass(frozen=True)
class Number:
    """A number; of a closed list, `words` stand for its numbers in plain data."""

    lowest: int
    highest: int
    written: str
    words: tuple[str, ...] = ()
    unit: str = ""
    """`days` or `seconds`, which plain data shows as a date or a time."""


@dataclass(frozen=True)
class Text:
    """A text of at most `highest` code points."""

    highest: int
    written: str


@dataclass(frozen=True)
class Bytes:
    """Bytes of these lengths."""

    lowest: int
    highest: int
    written: str


@dataclass(frozen=True)
class Boolean:
    """True or false."""

    written: str = "boolean"


@dataclass(frozen=True)
class Value:
    """A text, a boolean or a number."""

    written: str = "value"


@dataclass(frozen=True)
class Within:
    """A document inside the document; `name` is that of its table."""

    name: str
    written: str


@dataclass(frozen=True)
class OrNothing:
    """Nil, or something."""

    kind: "Kind"
    comma: str = ""

    @property
    def written(self) -> str:
        """Return how the text writes it."""
        return f"{self.kind.written}{self.comma} or nothing"


@dataclass(frozen=True)
class ListOf:
    """A list; `highest` is a number or a bound of the text."""

    item: "Kind"
    items: str
    """What the text calls several of them."""
    lowest: int
    highest: str
    ascending: bool = False

    @property
    def written(self) -> str:
        """Return how the text writes it."""
        highest = self.highest if self.highest.isdigit() else f"`{self.highest}`"
        return f"list of {self.items}, {self.lowest} to {highest}" + ", ascending" * self.ascending

    @property
    def most(self) -> int:
        """Return how many there may be."""
        return int(self.highest) if self.highest.isdigit() else BOUNDS[self.highest]


@dataclass(frozen=True)
class MapOf:
    """A map of at most as many entries as a bound of the text."""

    key: Text
    item: "Kind"
    highest: str
    lowest: int = 0
    written_as: str = ""

    @property
    def written(self) -> str:
        """Return how the text writes it."""
        if self.written_as:
            return self.written_as
        item = self.item.written
        within = f"({item})" if isinstance(self.item, OrNothing | MapOf) else item
        count = f"1 to `{self.highest}`" if self.lowest else f"at most `{self.highest}`"
        return f"map of {count} entries: {self.key.written} to {within}"

    @property
    def most(self) -> int:
        """Return how many entries there may be."""
        return BOUNDS[self.highest]


Kind = Number | Text | Bytes | Boolean | Value | Within | OrNothing | ListOf | MapOf
