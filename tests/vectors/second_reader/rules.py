"""Rules between the fields of a document: the sentences under the tables of "Documents"."""

from collections.abc import Callable
from typing import Any, Final

from tests.vectors.second_reader.forms import BOUNDS, need

_INCLUDES: Final = 6
_REPLACED_BY: Final = 12
"""Places of these fields in a license."""


def keep(kind: str, fields: dict[str, Any]) -> None:
    """Refuse a document that breaks a sentence under its table."""
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
        and (setting["default"] is None or fits(setting, setting["default"]))
    )


def fits(setting: dict[str, Any], value: Any) -> bool:
    lowest, highest = setting["lowest"], setting["highest"]
    return (
        type(value) is (str, int, bool)[setting["type"]]
        and (lowest is None or lowest <= value)
        and (highest is None or value <= highest)
        and (not setting["choices"] or value in setting["choices"])
    )


def _catalog(catalog: dict[str, Any]) -> bool:
    gives = {
        code: {*entry[_INCLUDES], entry[_REPLACED_BY]} & catalog["licenses"].keys()
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
