"""Members of a line that asks: each is there and of its kind, or the line is not a valid question."""

import json
import re
from collections.abc import Mapping
from typing import Any, Final, TypeVar, cast

from tests.vectors.second_reader.forms import TYPES, need
from tests.vectors.second_reader.kinds import days_of, seconds_of
from tests.vectors.second_reader.trust import Place

Line = dict[str, Any]
T = TypeVar("T")
_ABSENT: Final = object()


class UnsupportedError(Exception):
    """No valid question; its argument says why."""


def parse(line: bytes) -> Line:
    """Return the object in a line."""
    try:
        return mapping(json.loads(line), "the line")
    except ValueError:
        raise UnsupportedError("the line is not JSON") from None


def choice(table: Mapping[str, T], line: Line, name: str) -> T:
    """Return the entry of a table that a member names."""
    entry = table.get(text(line, name))
    if entry is None:
        raise UnsupportedError(f"no such {name}: {line[name]}")
    return entry


def mapping(value: Any, what: str) -> Line:
    """Return a value that is an object."""
    if not isinstance(value, dict):
        raise UnsupportedError(f"{what} is not an object")
    return cast("Line", value)


def listing(line: Line, name: str) -> list[Any]:
    """Return a member that is a list; none is an empty one."""
    return cast("list[Any]", _of(line, name, list, []))


def mappings(line: Line, name: str) -> list[Line]:
    """Return a member that is a list of objects."""
    return [mapping(one, name) for one in listing(line, name)]


def texts(line: Line, name: str) -> list[str]:
    """Return a member that is a list of texts."""
    return [text({name: one}, name) for one in listing(line, name)]


def text(line: Line, name: str, default: Any = _ABSENT) -> str:
    """Return a member that is a text of Unicode characters."""
    value = cast("str", _of(line, name, str, default))
    try:
        value.encode()
    except UnicodeEncodeError:
        raise UnsupportedError(f"{name} has half a surrogate pair") from None
    return value


def is_true(line: Line, name: str) -> bool:
    """Return a member that is true or false; none is false."""
    return cast("bool", _of(line, name, bool, False))


def whole(line: Line, name: str) -> int:
    """Return a member that is a whole number."""
    value = _of(line, name, int)
    if isinstance(value, bool):
        raise UnsupportedError(f"{name} is not a number")
    return cast("int", value)


def octets(line: Line, name: str) -> bytes:
    """Return a member that is bytes in lower-case hexadecimal."""
    value = text(line, name)
    if not re.fullmatch(r"([0-9a-f]{2})*", value):
        raise UnsupportedError(f"{name} is not hexadecimal")
    return bytes.fromhex(value)


def contents(line: Line, name: str) -> bytes:
    """Return a text as bytes, which may be there as bytes."""
    in_hex = f"{name}_hex"
    return octets(line, in_hex) if in_hex in line else text(line, name).encode()


def kind(line: Line) -> str:
    """Return the type of a document, which is one of the nine."""
    name = text(line, "type")
    need(name in TYPES, "unexpected-type")
    return name


def moment(line: Line, name: str) -> int:
    """Return a time in seconds."""
    return _dated(seconds_of, text(line, name), name)


def day(line: Line, name: str) -> int:
    """Return a date in days."""
    return _dated(days_of, text(line, name), name)


def floor(line: Line) -> dict[tuple[str, str], Place] | None:
    """Return what was seen before (S1): type and issuer to the place."""
    if "seen" not in line:
        return None
    seen = mapping(line["seen"], "seen")
    found = {(kind, ""): seen[kind] for kind in ("root", "trust") if seen.get(kind) is not None}
    for kind, name in (("revocations", "lists"), ("catalog", "catalogs")):
        found |= {(kind, issuer): one for issuer, one in mapping(seen.get(name, {}), name).items()}
    return {order: _place(mapping(one, "a place")) for order, one in found.items()}


def _place(line: Line) -> Place:
    version = tuple(whole({"version": one}, "version") for one in listing(line, "version"))
    return version, octets(line, "identity")


def _of(line: Line, name: str, kind: type, default: Any = _ABSENT) -> object:
    value = line.get(name, default)
    if value is _ABSENT:
        raise UnsupportedError(f"{name} is missing")
    if not isinstance(value, kind) and value is not default:
        raise UnsupportedError(f"{name} is not of its kind")
    return value


def _dated(parse: Any, value: str, name: str) -> int:
    try:
        return cast("int", parse(value))
    except ValueError:
        raise UnsupportedError(f"{name} is not a date or time") from None
