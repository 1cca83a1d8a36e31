"""From plain data back to what a payload holds, by the types of the fields of each document.

What does not have the form of its field becomes what no field takes, so that the package refuses it.
"""

from collections.abc import Callable, Iterable, Mapping
from enum import IntEnum
from types import NoneType, UnionType
from typing import Annotated, Any, Final, Union, cast, get_args, get_origin, get_type_hints

from licensekit.dates import days_of, format_days, format_seconds, moment_of, parse_seconds
from licensekit.wire.documents import Document, fields
from licensekit.wire.plain import word

_OF_NO_FIELD: Final = 0.5
"""No value of a payload has a fraction."""


def fields_of(kind: type[Document], said: dict[str, Any]) -> list[Any]:
    """Return the values of a document in the order of its fields; what has no name among them comes last."""
    types = get_type_hints(kind, include_extras=True)
    known = [_value(types[name], said[name]) for name in kind.__struct_fields__ if name in said]
    return known + [value for name, value in said.items() if name not in types]


def _value(kind: Any, said: Any) -> Any:
    """Return what stands for `said` in a field of this type."""
    if said is None:
        return None
    if kind in (fields.Days, fields.Seconds):
        return _moment(kind, said)
    origin = get_origin(kind)
    return _INNER[origin](get_args(kind), said) if origin in _INNER else _single(kind, said)


def _annotated(arguments: tuple[Any, ...], said: Any) -> Any:
    return _value(arguments[0], said)


def _union(arguments: tuple[Any, ...], said: Any) -> Any:
    """Convert a value of a union: `X | None` as X; values of several types are the same in JSON as in a payload."""
    inner = [one for one in arguments if one is not NoneType]
    return _value(inner[0], said) if len(inner) == 1 else said


def _list(arguments: tuple[Any, ...], said: Any) -> Any:
    if not isinstance(said, list):
        return said
    return [_value(arguments[0], item) for item in cast("Iterable[Any]", said)]


def _map(arguments: tuple[Any, ...], said: Any) -> Any:
    if not isinstance(said, dict):
        return said
    return {key: _value(arguments[1], item) for key, item in cast("Mapping[str, Any]", said).items()}


_INNER: Final[dict[Any, Callable[[tuple[Any, ...], Any], Any]]] = {
    Annotated: _annotated,
    Union: _union,
    UnionType: _union,
    list: _list,
    dict: _map,
}
"""What a type is made of, to what converts its values."""


def _single(kind: type, said: Any) -> Any:
    if issubclass(kind, Document):
        return fields_of(kind, cast("dict[str, Any]", said)) if isinstance(said, dict) else said
    if issubclass(kind, IntEnum):
        return {word(one): one for one in kind}.get(said, _OF_NO_FIELD) if isinstance(said, str) else _OF_NO_FIELD
    return _bytes(said) if kind is bytes else said


def _bytes(said: Any) -> Any:
    try:
        data = bytes.fromhex(said)
    except (TypeError, ValueError):
        return _OF_NO_FIELD
    return data if data.hex() == said else _OF_NO_FIELD


def _moment(kind: Any, said: Any) -> Any:
    try:
        seconds = parse_seconds(said)
    except (TypeError, ValueError):
        return _OF_NO_FIELD
    if kind is fields.Seconds:
        return seconds if format_seconds(seconds) == said else _OF_NO_FIELD
    days = days_of(moment_of(seconds).date())
    return days if format_days(days) == said else _OF_NO_FIELD
