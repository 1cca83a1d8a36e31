"""TOML files, read key by key: every fault is collected, and a faulty key counts as absent."""

import re
import tomllib
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, Final, NamedTuple, TypeVar, cast

from licensekit import limits
from licensekit.errors import Fault, Located, SyntaxInvalid, TableInvalid, ValueInvalid, messages_beside
from licensekit.text import values
from licensekit.text.names import without_marks
from licensekit.text.values import FaultyValue, Reader, nearest
from licensekit.wire.documents.fields import is_code

T = TypeVar("T")
_PLACED: Final = re.compile(r"(?s)(.*) \(at (?:line (\d+), column (\d+)|end of document)\)")
_SEGMENT: Final = r"""(?:[\w-]+|"[^"\n]*"|'[^'\n]*')[ \t]*\.[ \t]*"""
# The parser's time and memory grow with the square of the parts of a key. Our keys have at most four.
_LONG_KEY: Final = re.compile(rf"(?m)(?:^|[\[{{,])[ \t]*(?:{_SEGMENT}){{8}}")
MISTAKEN: Final = (("lk1-", "tokens"), ("lkkey1.", "key-file"))
"""The start of files that are mistaken for TOML or for a table, and what they are."""
_ARRAY: Final = cast("Reader[list[object]]", partial(values.typed, kind=list, wanted="an array"))
_TABLE: Final = cast("Reader[dict[str, object]]", partial(values.typed, kind=dict, wanted="a table"))
_BARE_KEY: Final = re.compile(r"[A-Za-z0-9_-]+")
_SHOWN: Final = 40  # characters of an invalid key that are shown
_DEPTH: Final = 4  # the parts of the longest key path: `editions.basic.users.standard`


class Table(NamedTuple):
    """A table of a file, and the list that collects its faults."""

    path: str  # its key path, empty for the file itself
    content: Mapping[str, object]
    faults: list[Located]

    def refuse(self, key: str, fault: Fault, entry: str = "") -> None:
        """Add a fault of `key` or of its `entry`, such as `[0]`, unless the file has a hundred faults."""
        if len(self.faults) < values.FAULTS:
            self.faults.append(fault.at(key_path(self.path, key) + entry))

    def refuse_others(self, known: Collection[str]) -> None:
        """Refuse every key that is not `known`."""
        others = [key for key in self.content if key not in known]
        # Guesses help with a typing error, not with a file of another kind.
        meant = known if len(others) <= values.GUESSES else ()
        for key in others[: values.FAULTS - len(self.faults)]:
            self.refuse(key, TableInvalid(reason="unknown", guess=nearest(key, meant) if meant else ""))

    def require(self, *keys: str) -> None:
        """Refuse the absence of each of `keys`."""
        for key in keys:
            if self.content.get(key) is None:
                self.refuse(key, TableInvalid(reason="missing"))

    def read(self, key: str, reader: Reader[T]) -> T | None:
        """Return the value of `key`, or None if it is absent or faulty."""
        if (value := self.content.get(key)) is None:
            return None
        try:
            return reader(value)
        except FaultyValue as error:
            self.refuse(key, error.fault)
            return None

    def items(self, key: str, reader: Reader[T], most: int = limits.INCLUDES) -> list[T]:
        """Return the entries of the array under `key`, refusing duplicates and more than `most`."""
        value = self.read(key, _ARRAY) or []
        if len(value) > most:
            self.refuse(key, TableInvalid(reason="too-many", most=most))
        found: dict[T, None] = {}
        for place, entry in enumerate(value[:most]):
            try:
                item = reader(entry)
            except FaultyValue as error:
                self.refuse(key, error.fault, f"[{place}]")
                continue
            if item in found:
                self.refuse(key, TableInvalid(reason="twice"), f"[{place}]")
            found[item] = None
        return list(found)

    def table(self, key: str) -> "Table":
        """Return the table under `key`, empty if it is absent."""
        return Table(key_path(self.path, key), self.read(key, _TABLE) or {}, self.faults)

    def tables(self, key: str, most: int) -> Iterator[tuple[str, "Table"]]:
        """Yield the tables under `key` by their codes, refusing more than `most`."""
        outer = self.table(key)
        for code in outer.codes(most):
            yield code, outer.table(code)

    def codes(self, most: int) -> list[str]:
        """Return the keys of this table, refusing those that are not codes, and more than `most`."""
        if len(self.content) > most:
            self.faults.append(TableInvalid(reason="too-many", most=most, where=self.path))
        keys = list(self.content)[:most]
        for key in (one for one in keys if not is_code(one)):
            self.refuse(key, ValueInvalid(reason="code"))
        return list(filter(is_code, keys))


def key_path(table: str, key: str) -> str:
    """Return the key path of `key` in the table at path `table`, which is empty for the file."""
    shown = key if _BARE_KEY.fullmatch(key) else ascii(key[:_SHOWN])
    return f"{table}.{shown}" if table else shown


def in_file_order(faults: Sequence[Located], content: Mapping[str, object]) -> list[Located]:
    """Sort faults in the order of their keys in a file; missing keys come first in their table."""
    places: dict[str, int] = {}
    _place("", content, places, _DEPTH)

    def place(fault: Located) -> int:
        where = fault.where
        while where and where not in places:
            where = where[: max(where.rfind("."), where.rfind("["), 0)]
        return places.get(where, -1)

    return sorted(faults, key=place)


def _place(path: str, content: Mapping[str, object], places: dict[str, int], depth: int) -> None:
    for key, value in content.items():
        inner = key_path(path, key)
        places[inner] = len(places)
        if isinstance(value, dict) and depth > 1:
            _place(inner, cast("dict[str, object]", value), places, depth - 1)


def parse_toml(data: bytes) -> dict[str, Any] | SyntaxInvalid:
    """Parse TOML 1.0 without invisible marks; return the first fault if it is not TOML."""
    if len(data) > limits.TOML_BYTES:
        return SyntaxInvalid(reason="too-large", most=limits.TOML_BYTES)
    try:
        # Editors on Windows write a byte order mark.
        text = without_marks(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        return SyntaxInvalid(reason="not-utf-8", where=_last_line(data[: error.start].decode()))
    if long_key := _LONG_KEY.search(text):
        return SyntaxInvalid(reason="key-parts", where=_last_line(text[: long_key.end()]))
    mistaken = next((what for start, what in MISTAKEN if text.lstrip().startswith(start)), None)
    return SyntaxInvalid(reason=mistaken) if mistaken else _parse(text)


def _parse(text: str) -> dict[str, Any] | SyntaxInvalid:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        return _syntax_fault(str(error), text)
    except RecursionError:
        return SyntaxInvalid(reason="too-deep")
    except ValueError:
        # The parser raises this for a decimal number with thousands of digits.
        return SyntaxInvalid(reason="number")


def _syntax_fault(message: str, text: str) -> SyntaxInvalid:
    placed = _PLACED.fullmatch(message)
    why, line, column = placed.groups() if placed else (message, None, None)
    where = f"line {line}, column {column}" if line else _last_line(text.rstrip())
    in_words = cast("Mapping[str, str]", messages_beside(__name__)["toml-syntax"]["message"])
    detail = next(words for begin, words in in_words.items() if why.startswith(begin))
    return SyntaxInvalid(reason="toml", detail=detail, where=where)


def _last_line(text: str) -> str:
    line = text.count("\n") + 1
    return f"line {line}"
