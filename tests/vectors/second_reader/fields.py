"""Payloads to documents and back, by the tables of "Documents"."""

import re
from collections.abc import Callable
from functools import cache
from typing import Any, Final, NamedTuple, cast

from tests.docs.tables import section, tables
from tests.vectors.second_reader import kinds, rules
from tests.vectors.second_reader.forms import BOUNDS, FORMAT, need, unpack
from tests.vectors.second_reader.kinds import SIMPLE, Kind
from tests.vectors.second_reader.packing import pack

_TITLES: Final = {"trust": "Trust document"}
_INNER: Final = {
    "root key": ("Root", "Root key"),
    "admitted key": ("Trust document", "Admitted key"),
    "scope": ("Trust document", "Scope"),
    "license": ("Catalog", "License"),
    "login rule": ("Catalog", "Login rule"),
    "edition": ("Catalog", "Edition"),
    "binding": ("Bundle", "Binding"),
    "usage": ("Statement", "Usage"),
    "lowest": ("Revocations", "Lowest"),
    "setting": ("Catalog", "Setting"),
}


class Document(NamedTuple):
    """A document that was read."""

    type: str
    fields: dict[str, Any]
    plain: dict[str, Any]


def read(kind: str, payload: bytes) -> Document:
    """Step 6."""
    packed = unpack(payload)
    fields, plain = _document(_title(kind), packed.value)
    rules.keep(kind, fields)
    need(packed.is_canonical, "not-canonical")
    need(not any(name.startswith("!") for name in fields["extensions"]), "newer-reader-needed")
    return Document(kind, fields, plain)


def write(kind: str, plain: Any) -> bytes:
    """Return the payload of a document from plain data, which must be what it is read as."""
    payload = pack(_taken(_title(kind), plain))
    need(read(kind, payload).plain == plain, "payload-invalid")
    return payload


def named(title: str, entry: list[Any]) -> dict[str, Any]:
    """Return the fields of a document within another one by their names."""
    return {name: item for (name, _), item in zip(_rows(title), entry, strict=True)}


def _title(kind: str) -> str:
    return _TITLES.get(kind, kind.capitalize())


def _document(title: str, value: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    rows = _rows(title)
    fields = named(title, kinds.items(value, len(rows), len(rows)))
    plain = {name: kind.show(fields[name]) for name, kind in rows}
    return fields, plain


def _taken(title: str, plain: Any) -> list[Any]:
    rows = _rows(title)
    need(isinstance(plain, dict), "payload-invalid")
    members = cast("dict[str, Any]", plain)
    need(members.keys() == {name for name, _ in rows}, "payload-invalid")
    return [kind.take(members[name]) for name, kind in rows]


@cache
def _rows(title: str) -> list[tuple[str, Kind]]:
    outer = next((outer for outer, inner in _INNER.values() if inner == title), title)
    text = section(FORMAT, outer)
    if outer != title:
        text = text[text.index(f"\n{title}:\n") :]
    return [(name, _kind(kind, name, words)) for name, kind, words in tables(text)[0]]


def _kind(kind: str, field: str, words: str) -> Kind:
    for ending in (", or nothing", " or nothing"):
        if kind.endswith(ending):
            return kinds.optional(_kind(kind.removesuffix(ending), field, words))
    if kind == "document (below)":
        return _inner(field)
    if kind in SIMPLE:
        return SIMPLE[kind]
    for pattern, made in _PATTERNS:
        if found := re.fullmatch(pattern, kind):
            return made(found, words)
    raise AssertionError(f"the text has no such type: {kind}")


def _inner(name: str) -> Kind:
    title = _INNER[name][1]

    def show(value: Any) -> Any:
        fields, plain = _document(title, value)
        rules.keep(name, fields)
        return plain

    return Kind(show, lambda plain: _taken(title, plain))


def bound(text: str) -> int:
    """Return the number that a text spells, or the bound that it names."""
    if text.startswith("-"):
        return -bound(text[1:])
    return int(text) if text.isdigit() else BOUNDS[text.strip("`")]


def _words(text: str) -> dict[int, str]:
    return {int(number): name for number, name in re.findall(r"\b(\d) ([a-z-]+)", text)}


def _item(text: str, words: str) -> Kind:
    """Return the kind of what a list or map holds: `codes`, `root keys (below)`, `(count …)`."""
    if text.endswith(" (below)"):
        name = text.removesuffix(" (below)")
        return _inner(name if name in _INNER else name.removesuffix("s"))
    text = text.removeprefix("(").removesuffix(")").removeprefix("part ")
    if text.startswith("numbers"):
        return _kind(text.replace("numbers", "number"), "", words)
    return _kind(text if text in SIMPLE else text.removesuffix("s"), "", words)


Pattern = tuple[str, Callable[["re.Match[str]", str], Kind]]
_PATTERNS: Final[list[Pattern]] = [
    (r"number from (\S+) to (\S+)", lambda m, _: kinds.number(bound(m[1]), bound(m[2]))),
    (r"number (\d) (?:to|or) (\d)", lambda m, words: kinds.number(int(m[1]), int(m[2]), _words(words))),
    (r"bytes of (\d+) to (\d+)", lambda m, _: kinds.octets(int(m[1]), int(m[2]))),
    (
        r"list of (.+?), (\d+) to ([^,]+)(, ascending)?",
        lambda m, words: kinds.list_of(_item(m[1], words), int(m[2]), bound(m[3]), ascending=m[4] is not None),
    ),
    (
        r"map of at most (`\w+`) entries: (.+?) to (.+)",
        lambda m, words: kinds.map_of(_item(m[2], words), _item(m[3], words), 0, bound(m[1])),
    ),
    (
        r"map of 1 to (`\w+`) entries: (.+?) to (.+)",
        lambda m, words: kinds.map_of(_item(m[2], words), _item(m[3], words), 1, bound(m[1])),
    ),
]
