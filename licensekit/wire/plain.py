"""Documents and rows of lists as plain data, for `--json` and every export (`docs/format.md`, "Plain data").

Dates become `2027-01-01`, times `2027-01-01T00:00:00Z`, bytes lower-case hex, and enum values their lower-case names.
The name of a field tells whether it is a date or a time.
"""

from collections.abc import Iterable
from enum import IntEnum
from functools import cache
from typing import Any, Final, cast

from licensekit import errors
from licensekit.dates import format_days, format_seconds
from licensekit.wire.documents import Document

_DAYS: Final = frozenset(
    {"starts", "warning", "expiry", "grace", "maintenance", "next_check", "last_seen", "works_until", "added"}
)
_SECONDS: Final = frozenset(
    {"issued", "fresh_until", "valid_from", "valid_to"}
    | {"at", "stated", "taken", "expires", "started", "expected_end", "ended", "period_ends"}
)


def plain(document: Document) -> dict[str, Any]:
    """Convert the fields of `document`, in order, to plain JSON values."""
    return {name: _plain_field(name, getattr(document, name)) for name in document.__struct_fields__}


def plain_fields(value: object, names: str) -> dict[str, Any]:
    """Convert fields of `value` to plain JSON values; `names` may rename them: `number order=order_number`."""
    return {name: _plain_field(field, getattr(value, field)) for name, field in fields_named(names).items()}


@cache
def fields_named(names: str) -> dict[str, str]:
    """Parse the `names` of `plain_fields`: name to field."""
    return {name: field or name for name, _, field in (one.partition("=") for one in names.split())}


def word(value: IntEnum) -> str:
    """Return the plain name of an enum value: `read-only`."""
    return value.name.lower().replace("_", "-")


def _plain_field(name: str, value: Any) -> Any:
    if value is not None and name in _DAYS:
        return format_days(value)
    return format_seconds(value) if value is not None and name in _SECONDS else _plain_value(value)


def _plain_value(value: Any) -> Any:
    if hasattr(value, "plain"):
        return value.plain()
    match value:
        case Document():
            return plain(value)
        case IntEnum():
            return word(value)
        case dict():
            return {key: _plain_value(item) for key, item in cast("dict[str, Any]", value).items()}
        case list() | tuple():
            return [_plain_value(item) for item in cast("Iterable[Any]", value)]
        case _:
            return value if value is None or isinstance(value, str | int) else errors.plain_value(value)
