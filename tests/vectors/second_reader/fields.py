"""Payloads to documents, by the tables of "Fields" and "Documents", and to plain data."""

import re
import unicodedata
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import pairwise
from typing import Any, Final, NamedTuple, cast

from tests.docs.tables import section, tables
from tests.vectors.second_reader.forms import BOUNDS, FORMAT, Map, need, unpack

Check = Callable[[Any], Any]
"""Checks a value and gives it as plain data."""

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
_REFUSED: Final = [
    (int(first, 16), int(last or first, 16))
    for first, last in re.findall(
        r"^\| U\+([0-9A-F]{4,6})(?: to U\+([0-9A-F]{4,6}))? \|", section(FORMAT, "Fields"), re.MULTILINE
    )
]


class Document(NamedTuple):
    """A document that was read."""

    type: str
    fields: dict[str, Any]
    plain: dict[str, Any]


def read(kind: str, payload: bytes) -> Document:
    """Step 6."""
    packed = unpack(payload)
    fields, plain = _document(_TITLES.get(kind, kind.capitalize()), packed.value)
    _rules(kind, fields)
    need(packed.is_canonical, "not-canonical")
    need(not any(name.startswith("!") for name in fields["extensions"]), "newer-reader-needed")
    return Document(kind, fields, plain)


def _document(title: str, value: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    rows = _rows(title)
    items = _items(value, len(rows), len(rows))
    fields = {name: item for (name, _), item in zip(rows, items, strict=True)}
    plain = {name: check(fields[name]) for name, check in rows}
    return fields, plain


@cache
def _rows(title: str) -> list[tuple[str, Check]]:
    outer = next((outer for outer, inner in _INNER.values() if inner == title), title)
    text = section(FORMAT, outer)
    if outer != title:
        text = text[text.index(f"\n{title}:\n") :]
    return [(name, _check(kind, name, words)) for name, kind, words in tables(text)[0]]


def _check(kind: str, field: str, words: str) -> Check:
    for ending in (", or nothing", " or nothing"):
        if kind.endswith(ending):
            inner = _check(kind.removesuffix(ending), field, words)
            return lambda value: None if value is None else inner(value)
    if kind == "document (below)":
        return _inner(field)
    if kind in _SIMPLE:
        return _SIMPLE[kind]
    for pattern, made in _PATTERNS:
        if found := re.fullmatch(pattern, kind):
            return made(found, field, words)
    raise AssertionError(f"the text has no such type: {kind}")


def _inner(name: str) -> Check:
    title = _INNER[name][1]

    def check(value: Any) -> Any:
        fields, plain = _document(title, value)
        _rules(name, fields)
        return plain

    return check


def _number(least: int, most: int, named: dict[int, str] | None = None) -> Check:
    def check(value: Any) -> Any:
        need(type(value) is int and least <= value <= most, "payload-invalid")
        return named[value] if named else value

    return check


def _text(longest: int, pattern: str = "") -> Check:
    def check(value: Any) -> Any:
        need(isinstance(value, str) and len(value) <= longest, "payload-invalid")
        if pattern:
            need(re.fullmatch(pattern, value), "payload-invalid")
        else:
            need(is_text(value), "payload-invalid")
        return value

    return check


def is_text(value: str) -> bool:
    """Return whether names and texts may be so."""
    bad = any(first <= p <= last for p in map(ord, value) for first, last in _REFUSED)
    return not bad and unicodedata.is_normalized("NFC", value)


def _bytes(least: int, most: int) -> Check:
    def check(value: Any) -> Any:
        need(isinstance(value, bytes) and least <= len(value) <= most, "payload-invalid")
        return value.hex()

    return check


def _boolean(value: Any) -> Any:
    need(isinstance(value, bool), "payload-invalid")
    return value


def _value(value: Any) -> Any:
    if isinstance(value, bool):
        return value
    return (_SIMPLE["text"] if isinstance(value, str) else _number(-_VALUE, _VALUE))(value)


def _seconds(value: Any) -> Any:
    _number(0, BOUNDS["SECONDS"])(value)
    return f"{datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=value):%Y-%m-%dT%H:%M:%SZ}"


def _days(value: Any) -> Any:
    _number(0, BOUNDS["DAYS"])(value)
    return f"{datetime(1970, 1, 1, tzinfo=UTC) + timedelta(days=value):%Y-%m-%d}"


def _items(value: Any, least: int, most: int) -> list[Any]:
    need(isinstance(value, list), "payload-invalid")
    items = cast("list[Any]", value)
    need(least <= len(items) <= most, "payload-invalid")
    return items


def _list(item: Check, least: int, most: int, *, ascending: bool) -> Check:
    def check(value: Any) -> Any:
        items = _items(value, least, most)
        plain = [item(one) for one in items]
        keys = [one.encode() if isinstance(one, str) else one for one in items]
        need(not ascending or all(a < b for a, b in pairwise(keys)), "payload-invalid")
        return plain

    return check


def _map(name: Check, item: Check, least: int, most: int) -> Check:
    def check(value: Any) -> Any:
        need(isinstance(value, Map), "payload-invalid")
        entries = cast("Map", value)
        need(least <= entries.claimed <= most, "payload-invalid")
        return {name(key): item(one) for key, one in entries.items()}

    return check


def bound(text: str) -> int:
    """Return a number that stands in the text, or the bound that it names."""
    if text.startswith("-"):
        return -bound(text[1:])
    return int(text) if text.isdigit() else BOUNDS[text.strip("`")]


def _named(words: str) -> dict[int, str]:
    return {int(number): name for number, name in re.findall(r"\b(\d) ([a-z-]+)", words)}


def _item(text: str, words: str) -> Check:
    """Return the check of what a list or map holds: `codes`, `root keys (below)`, `(count …)`."""
    if text.endswith(" (below)"):
        name = text.removesuffix(" (below)")
        return _inner(name if name in _INNER else name.removesuffix("s"))
    text = text.removeprefix("(").removesuffix(")").removeprefix("part ")
    if text.startswith("numbers"):
        return _check(text.replace("numbers", "number"), "", words)
    return _check(text if text in _SIMPLE else text.removesuffix("s"), "", words)


_VALUE: Final = BOUNDS["VALUE"]
_CODE: Final = r"[a-z0-9]([a-z0-9-]*[a-z0-9])?"
_SIMPLE: Final[dict[str, Check]] = {
    "code": _text(BOUNDS["CODE_LENGTH"], _CODE),
    "qualified code": _text(
        2 * BOUNDS["CODE_LENGTH"] + 1, rf"(?=[^.]{{1,64}}(\.|$))({_CODE}\.)?(?=[^.]{{1,64}}$){_CODE}"
    ),
    "serial": _text(BOUNDS["SERIAL_LENGTH"], r"[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?"),
    "name": _text(BOUNDS["NAME_LENGTH"]),
    "text": _text(BOUNDS["TEXT_LENGTH"]),
    "count": _number(1, BOUNDS["COUNT"]),
    "version": _number(1, BOUNDS["VERSION"]),
    "seconds": _seconds,
    "days": _days,
    "hours": _number(0, BOUNDS["HOURS"]),
    "value": _value,
    "16 bytes": _bytes(16, 16),
    "32 bytes": _bytes(32, 32),
    "boolean": _boolean,
}
_SIMPLE["map (above)"] = _map(_SIMPLE["name"], _value, 0, BOUNDS["EXTENSIONS"])

Pattern = tuple[str, Callable[["re.Match[str]", str, str], Check]]
_PATTERNS: Final[list[Pattern]] = [
    (r"number from (\S+) to (\S+)", lambda m, _, __: _number(bound(m[1]), bound(m[2]))),
    (r"number (\d) (?:to|or) (\d)", lambda m, _, words: _number(int(m[1]), int(m[2]), _named(words))),
    (r"bytes of (\d+) to (\d+)", lambda m, _, __: _bytes(int(m[1]), int(m[2]))),
    (
        r"list of (.+?), (\d+) to ([^,]+)(, ascending)?",
        lambda m, _, words: _list(_item(m[1], words), int(m[2]), bound(m[3]), ascending=m[4] is not None),
    ),
    (
        r"map of at most (`\w+`) entries: (.+?) to (.+)",
        lambda m, _, words: _map(_item(m[2], words), _item(m[3], words), 0, bound(m[1])),
    ),
    (
        r"map of 1 to (`\w+`) entries: (.+?) to (.+)",
        lambda m, _, words: _map(_item(m[2], words), _item(m[3], words), 1, bound(m[1])),
    ),
]


def _rules(kind: str, fields: dict[str, Any]) -> None:
    """Keep what stands between the fields of a document."""
    if rule := _RULES.get(kind):
        need(rule(fields), "payload-invalid")


def _distinct(document: dict[str, Any]) -> bool:
    publics = [key[1] for key in document["keys"]]
    halves = [half for public in publics for half in (public[:32], public[32:]) if half]
    return len(set(halves)) == len(halves)


def _scope(scope: dict[str, Any]) -> bool:
    limits = [scope[name] for name in ("longest_term", "parts", "most")]
    if limits != [None] * 3 and scope["types"] != [2]:
        return False
    return scope["most"] is None or (scope["parts"] is not None and len(scope["issuers"]) == 1)


def _setting(setting: dict[str, Any]) -> bool:
    kind, lowest, highest = setting["type"], setting["lowest"], setting["highest"]
    is_number = kind == 1
    bounded = (lowest, highest) != (None, None)
    return (
        (is_number or not (bounded or setting["combine"]))
        and (kind == 0 or not setting["choices"])
        and (None in (lowest, highest) or lowest <= highest)
        and (setting["default"] is None or _fits(setting, setting["default"]))
    )


def _fits(setting: dict[str, Any], value: Any) -> bool:
    lowest, highest = setting["lowest"], setting["highest"]
    return (
        type(value) is (str, int, bool)[setting["type"]]
        and (lowest is None or lowest <= value)
        and (highest is None or value <= highest)
        and (not setting["choices"] or value in setting["choices"])
    )


def _catalog(catalog: dict[str, Any]) -> bool:
    names = [name for name, _ in _rows("License")]
    gives = {
        code: {*entry[names.index("includes")], entry[names.index("replaced_by")]} & catalog["licenses"].keys()
        for code, entry in catalog["licenses"].items()
    }
    pairs = 0
    for code in gives:
        reached: set[str] = set()
        waiting = [code]
        while waiting:
            new = gives[waiting.pop()] - reached
            reached |= new
            waiting += new
        pairs += len(reached - {code})
        if pairs > BOUNDS["CLOSURE"]:
            return False
    return True


def _window(key: dict[str, Any]) -> bool:
    end = key["valid_to"]
    return (end is None or end >= key["valid_from"]) and (key["state"] != 1 or end is not None)


def _bundle(bundle: dict[str, Any]) -> bool:
    dates = [bundle[name] for name in ("starts", "warning", "expiry", "grace")]
    there = [day for day in dates if day is not None]
    lone = bundle["expiry"] is None and (dates[1], dates[3]) != (None, None)
    replaces = bundle["replaces"]
    replaceable = bundle["serial"] not in replaces and (not replaces or bundle["part"] == "base")
    return replaceable and there == sorted(there) and not lone


def _binding(binding: dict[str, Any]) -> bool:
    facts, needed = binding["facts"], binding["needed"]
    fits = 1 <= needed <= len(facts) if facts else needed == 0
    return fits and (bool(facts) or binding["installation"] is not None)


_RULES: Final[dict[str, Callable[[dict[str, Any]], bool]]] = {
    "root": lambda root: root["threshold"] <= len(root["keys"]) and _distinct(root),
    "trust": _distinct,
    "scope": _scope,
    "lowest": lambda lowest: any(lowest.values()),
    "license": lambda one: one["per"] is None or one["quantity"] is not None,
    "setting": _setting,
    "catalog": _catalog,
    "admitted key": _window,
    "bundle": _bundle,
    "binding": _binding,
}
