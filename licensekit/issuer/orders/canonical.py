"""Orders in their canonical text, so that one can be held against another of the same number."""

import json
from enum import IntEnum
from typing import Any, Final, cast

from licensekit.dates import format_days
from licensekit.issuer.catalog.counts import as_numbers
from licensekit.issuer.orders.order import Order
from licensekit.wire.plain import word

_DEFAULTS: Final = Order(company="")
_NOT_COMPARED: Final = frozenset({"number"})
_DATES: Final = frozenset({"starts", "warning", "expiry", "grace", "maintenance", "next_check"})
_ABSENT: Final = "nothing"
_spell: Final = json.JSONEncoder(ensure_ascii=False).encode


def canonical(order: Order) -> str:
    """Return what `order` says beyond the defaults, as JSON with sorted keys."""
    said = {
        name: _plain(name, value)
        for name, value, default in zip(Order._fields, order, _DEFAULTS, strict=True)
        if value != default and name not in _NOT_COMPARED
    }
    return json.dumps(said, ensure_ascii=False, separators=(",", ":"), sort_keys=True)


def canonical_text(text: str) -> str:
    """Return how a text is spelled in a canonical text."""
    return _spell(text)


def difference(before: str, after: str) -> str:
    """Return in one line what differs between two canonical texts."""
    old, new = _flat(json.loads(before)), _flat(json.loads(after))
    names = [*old, *(name for name in new if name not in old)]
    changes = [
        f"{name} was {old.get(name, _ABSENT)} and is {new.get(name, _ABSENT)}"
        for name in names
        if old.get(name) != new.get(name)
    ]
    return "; ".join(changes)


def _plain(name: str, value: Any) -> Any:
    if name == "system":
        return as_numbers(value)
    return word(value) if isinstance(value, IntEnum) else value


def _flat(said: dict[str, Any]) -> dict[str, str]:
    flat: dict[str, str] = {}
    for name, value in said.items():
        if isinstance(value, dict):
            table = cast("dict[str, Any]", value)
            flat |= {f"{name}.{key}": _shown(name, one) for key, one in table.items()}
        else:
            flat[name] = _shown(name, value)
    return flat


def _shown(name: str, value: Any) -> str:
    if name in _DATES:
        return format_days(value)
    if value is None:
        return "unrestricted"
    return json.dumps(value, ensure_ascii=False)
