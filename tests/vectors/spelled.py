"""MessagePack as cases need it: documents of any contents, wrong spellings, long runs that stay short in a case."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import groupby
from types import NoneType
from typing import Any, NamedTuple


class Run(NamedTuple):
    """Hexadecimal that stands `times` times; if it has a first number, each `%` is a digit of the running number."""

    text: str
    times: int
    first: int | None = None

    def entry(self) -> list[str | int]:
        """Return the entry of `concat` in a case."""
        return [self.text, self.times] if self.first is None else [self.text, self.times, self.first]

    def written_out(self) -> bytes:
        """Return the bytes that it stands for."""
        if self.first is None:
            return bytes.fromhex(self.text) * self.times
        digits = self.text.count("%")
        pieces = self.text.split("%")
        texts: list[str] = []
        for number in range(self.first, self.first + self.times):
            shown = f"{number:0{digits}}"
            texts.append("".join(piece + digit for piece, digit in zip(pieces, (*shown, ""), strict=True)))
        return bytes.fromhex("".join(texts))


@dataclass(frozen=True)
class Raw:
    """Any bytes in place of a value."""

    data: bytes


@dataclass(frozen=True)
class Many:
    """A list or map with runs after its header."""

    head: bytes
    runs: tuple[Run, ...]


class Record(dict[str, Any]):
    """A document: an array of the values of its fields, in this order."""


class Pairs(list[tuple[Any, Any]]):
    """A map with its entries in the given order, sorted or not."""


Spelled = list[bytes | Run]


def pack(value: Any) -> Spelled:
    """Return the one spelling of a value, with its raw parts as they are."""
    return _SPELLED[type(value)](value)


LONG = 24
"""Characters above which a text of one character is a run."""


def _all(values: Iterable[Any]) -> Spelled:
    return [part for value in values for part in pack(value)]


def _text(text: str) -> Spelled:
    data = text.encode()
    head = header("str", len(data))
    if len(text) > LONG and text == text[0] * len(text):
        return [head, Run(text[0].encode().hex(), len(text))]
    return [head + data]


def _pairs(pairs: Pairs) -> Spelled:
    return [header("map", len(pairs)), *_all(item for pair in pairs for item in pair)]


_SPELLED: dict[type, Callable[[Any], Spelled]] = {
    Raw: lambda raw: [raw.data],
    Many: lambda many: [many.head, *many.runs],
    Record: lambda record: [header("array", len(record)), *_all(record.values())],
    Pairs: _pairs,
    dict: lambda entries: _pairs(Pairs(entries.items())),
    list: lambda items: [header("array", len(items)), *_all(items)],
    str: _text,
    bytes: lambda data: [header("bin", len(data)) + data],
    NoneType: lambda _: [b"\xc0"],
    bool: lambda value: [b"\xc3" if value else b"\xc2"],
    int: lambda value: [number(value)],
}
"""Type of a value to what spells it."""

_HEADERS: dict[str, list[tuple[int, int, int]]] = {
    "str": [(31, 0xA0, 0), (0xFF, 0xD9, 1), (0xFFFF, 0xDA, 2), (0xFFFFFFFF, 0xDB, 4)],
    "bin": [(0xFF, 0xC4, 1), (0xFFFF, 0xC5, 2), (0xFFFFFFFF, 0xC6, 4)],
    "array": [(15, 0x90, 0), (0xFFFF, 0xDC, 2), (0xFFFFFFFF, 0xDD, 4)],
    "map": [(15, 0x80, 0), (0xFFFF, 0xDE, 2), (0xFFFFFFFF, 0xDF, 4)],
}
"""Kind to its forms, shortest first: the longest length, the first byte, and how many bytes of length follow."""


def header(kind: str, length: int, form: int | None = None) -> bytes:
    """Return the shortest header of a text, bytes, list or map; or the one of `form`, from 0."""
    forms = _HEADERS[kind]
    place = next(at for at, (most, _, _) in enumerate(forms) if length <= most) if form is None else form
    _, first, width = forms[place]
    return bytes([first]) + length.to_bytes(width, "big") if width else bytes([first | length])


def number(value: int) -> bytes:
    """Return the shortest spelling of a number."""
    if -32 <= value < 128:
        return value.to_bytes(1, "big", signed=True) if value < 0 else bytes([value])
    forms = (0xD0, 0xD1, 0xD2, 0xD3) if value < 0 else (0xCC, 0xCD, 0xCE, 0xCF)
    for first, width in zip(forms, (1, 2, 4, 8), strict=True):
        lowest, highest = (-(2 ** (8 * width - 1)), -1) if value < 0 else (0, 2 ** (8 * width) - 1)
        if lowest <= value <= highest:
            return bytes([first]) + value.to_bytes(width, "big", signed=value < 0)
    raise AssertionError(value)


def written_out(spelled: Spelled) -> bytes:
    """Return the bytes."""
    return b"".join(part.written_out() if isinstance(part, Run) else part for part in spelled)


def member(spelled: Spelled) -> Any:
    """Return the hexadecimal as a member of a case: a text, or `concat` where there are long runs."""
    if not any(isinstance(part, Run) for part in spelled):
        return written_out(spelled).hex()
    entries: list[list[str | int]] = []
    for is_run, parts in groupby(spelled, lambda part: isinstance(part, Run)):
        if is_run:
            entries += [part.entry() for part in parts if isinstance(part, Run)]
        elif plain := written_out(list(parts)):
            entries.append([plain.hex(), 1])
    return {"concat": entries}
