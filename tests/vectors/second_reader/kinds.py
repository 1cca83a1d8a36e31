"""Kinds of values ("Fields", "Times and dates"): how each is judged, shown as plain data, and taken from it."""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any, Final, cast

from tests.docs.tables import section
from tests.vectors.second_reader.forms import BOUNDS, FORMAT, Map, RefusedError, need

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_REFUSED: Final = [
    (int(first, 16), int(last or first, 16))
    for first, last in re.findall(
        r"^\| U\+([0-9A-F]{4,6})(?: to U\+([0-9A-F]{4,6}))? \|", section(FORMAT, "Fields"), re.MULTILINE
    )
]


def _same(plain: Any) -> Any:
    need(isinstance(plain, str | int), "payload-invalid")
    return plain


@dataclass(frozen=True)
class Kind:
    """What a value must be: `show` judges it and returns it as plain data, `take` returns the value of plain data.

    `take` judges nothing that `show` judges: what is taken is encoded, read again and compared.
    """

    show: Callable[[Any], Any]
    take: Callable[[Any], Any] = _same


def optional(kind: Kind) -> Kind:
    """Return the kind of nothing, or a value of `kind`."""
    return Kind(
        lambda value: None if value is None else kind.show(value),
        lambda plain: None if plain is None else kind.take(plain),
    )


def number(least: int, most: int, named: dict[int, str] | None = None) -> Kind:
    """Return the kind of whole numbers; those that are `named` are shown as words."""
    words = named or {}
    numbers = {word: one for one, word in words.items()}

    def show(value: Any) -> Any:
        need(type(value) is int and least <= value <= most, "payload-invalid")
        return words.get(value, value)

    def take(plain: Any) -> Any:
        need(not words or plain in list(numbers), "payload-invalid")
        return numbers.get(plain) if words else _same(plain)

    return Kind(show, take)


def text(longest: int, pattern: str = "") -> Kind:
    """Return the kind of texts of limited length that match `pattern`, if there is one."""

    def show(value: Any) -> Any:
        need(isinstance(value, str) and len(value) <= longest, "payload-invalid")
        if pattern:
            need(re.fullmatch(pattern, value), "payload-invalid")
        else:
            need(is_text(value), "payload-invalid")
        return value

    return Kind(show)


def is_text(value: str) -> bool:
    """Return whether names and texts may be so."""
    bad = any(first <= p <= last for p in map(ord, value) for first, last in _REFUSED)
    return not bad and unicodedata.is_normalized("NFC", value)


def octets(least: int, most: int) -> Kind:
    """Return the kind of bytes."""

    def show(value: Any) -> Any:
        need(isinstance(value, bytes) and least <= len(value) <= most, "payload-invalid")
        return value.hex()

    return Kind(show, lambda plain: _parsed(bytes.fromhex, plain))


def _parsed(parse: Callable[[str], Any], plain: Any) -> Any:
    need(isinstance(plain, str), "payload-invalid")
    try:
        return parse(plain)
    except ValueError:
        raise RefusedError("payload-invalid") from None


def _show_boolean(value: Any) -> Any:
    need(isinstance(value, bool), "payload-invalid")
    return value


def _show_value(value: Any) -> Any:
    if isinstance(value, bool):
        return value
    return (SIMPLE["text"] if isinstance(value, str) else number(-_VALUE, _VALUE)).show(value)


def _show_seconds(value: Any) -> Any:
    number(0, BOUNDS["SECONDS"]).show(value)
    return f"{_EPOCH + timedelta(seconds=value):%Y-%m-%dT%H:%M:%SZ}"


def _show_days(value: Any) -> Any:
    number(0, BOUNDS["DAYS"]).show(value)
    return f"{_EPOCH + timedelta(days=value):%Y-%m-%d}"


def seconds_of(plain: str) -> int:
    """Return the seconds of a `plain-time`. Raise ValueError if it is none."""
    return int((datetime.strptime(plain, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC) - _EPOCH).total_seconds())


def days_of(plain: str) -> int:
    """Return the days of a `plain-date`. Raise ValueError if it is none."""
    return (date.fromisoformat(plain) - _EPOCH.date()).days


def items(value: Any, least: int, most: int) -> list[Any]:
    """Return the kind of lists of limited length."""
    need(isinstance(value, list), "payload-invalid")
    found = cast("list[Any]", value)
    need(least <= len(found) <= most, "payload-invalid")
    return found


def list_of(item: Kind, least: int, most: int, *, ascending: bool) -> Kind:
    """Return the kind of lists."""

    def show(value: Any) -> Any:
        found = items(value, least, most)
        plain = [item.show(one) for one in found]
        keys = [one.encode() if isinstance(one, str) else one for one in found]
        need(not ascending or all(a < b for a, b in pairwise(keys)), "payload-invalid")
        return plain

    def take(plain: Any) -> Any:
        need(isinstance(plain, list), "payload-invalid")
        return [item.take(one) for one in plain]

    return Kind(show, take)


def map_of(name: Kind, item: Kind, least: int, most: int) -> Kind:
    """Return the kind of maps."""

    def show(value: Any) -> Any:
        need(isinstance(value, Map), "payload-invalid")
        entries = cast("Map", value).entries
        need(least <= len(entries) <= most, "payload-invalid")
        return {name.show(key): item.show(one) for key, one in entries}

    def take(plain: Any) -> Any:
        need(isinstance(plain, dict), "payload-invalid")
        return {key: item.take(one) for key, one in plain.items()}

    return Kind(show, take)


_VALUE: Final = BOUNDS["VALUE"]
_CODE: Final = r"[a-z0-9]([a-z0-9-]*[a-z0-9])?"
SIMPLE: Final[dict[str, Kind]] = {
    "code": text(BOUNDS["CODE_LENGTH"], _CODE),
    "qualified code": text(
        2 * BOUNDS["CODE_LENGTH"] + 1, rf"(?=[^.]{{1,64}}(\.|$))({_CODE}\.)?(?=[^.]{{1,64}}$){_CODE}"
    ),
    "serial": text(BOUNDS["SERIAL_LENGTH"], r"[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?"),
    "name": text(BOUNDS["NAME_LENGTH"]),
    "text": text(BOUNDS["TEXT_LENGTH"]),
    "count": number(1, BOUNDS["COUNT"]),
    "version": number(1, BOUNDS["VERSION"]),
    "seconds": Kind(_show_seconds, lambda plain: _parsed(seconds_of, plain)),
    "days": Kind(_show_days, lambda plain: _parsed(days_of, plain)),
    "hours": number(0, BOUNDS["HOURS"]),
    "value": Kind(_show_value),
    "16 bytes": octets(16, 16),
    "32 bytes": octets(32, 32),
    "boolean": Kind(_show_boolean),
}
SIMPLE["map (above)"] = map_of(SIMPLE["name"], SIMPLE["value"], 0, BOUNDS["EXTENSIONS"])
