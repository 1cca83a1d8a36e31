"""Whether an answer is the one that a case expects, and where it differs."""

import json
from collections.abc import Mapping, Sequence
from itertools import takewhile
from typing import Any, Final, cast

from licensekit_testkit.case_files import KitCase

_SHOWN_CHARACTERS: Final = 40  # characters of a value, from the first difference on


def is_right(answer: Mapping[str, Any], case: KitCase) -> bool:
    """Return whether a case expects this answer; the message beside a code is not compared."""
    return any(is_same(compared(answer, case), right) for right in case.answers())


def compared(answer: Mapping[str, Any], case: KitCase) -> dict[str, Any]:
    """Return the members of an answer to compare."""
    if "code" in answer:
        return {name: value for name, value in answer.items() if name != "message"}
    return {name: value for name, value in answer.items() if case.compare is None or name in case.compare}


def is_same(one: object, other: object) -> bool:
    """Return whether two JSON values are the same; unlike in Python, true is not 1."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        first, second = cast("Mapping[str, Any]", one), cast("Mapping[str, Any]", other)
        return first.keys() == second.keys() and all(is_same(first[name], second[name]) for name in first)
    if isinstance(one, list) and isinstance(other, list):
        items, others = cast("Sequence[Any]", one), cast("Sequence[Any]", other)
        return len(items) == len(others) and all(map(is_same, items, others))
    return one == other


def first_difference(answer: Mapping[str, Any], case: KitCase) -> str:
    """Return where an answer first differs from the expected one; empty for error codes and for several answers."""
    expected, *others = case.answers()
    if others or "code" in answer or "code" in expected:
        return ""
    return _difference(expected, compared(answer, case), "")


def _difference(expected: Any, got: Any, path: str) -> str:
    if isinstance(expected, Mapping) and isinstance(got, Mapping):
        return _of_objects(cast("Mapping[str, Any]", expected), cast("Mapping[str, Any]", got), path)
    if isinstance(expected, list) and isinstance(got, list):
        return _of_lists(cast("Sequence[Any]", expected), cast("Sequence[Any]", got), path)
    if is_same(cast("object", expected), cast("object", got)):
        return ""
    if isinstance(expected, str) and isinstance(got, str) and (same := _same_characters(expected, got)):
        return f"{path}, from character {same}: expected {_shown(expected[same:])}, got {_shown(got[same:])}"
    return f"{path}: expected {_shown(cast('object', expected))}, got {_shown(cast('object', got))}"


def _of_objects(expected: Mapping[str, Any], got: Mapping[str, Any], path: str) -> str:
    prefix = f"{path}." if path else ""
    for name, value in expected.items():
        if name not in got:
            return f"{prefix}{name} is missing"
        if found := _difference(value, got[name], f"{prefix}{name}"):
            return found
    return next((f"{prefix}{name} is not expected" for name in got if name not in expected), "")


def _of_lists(expected: Sequence[Any], got: Sequence[Any], path: str) -> str:
    for number, (one, other) in enumerate(zip(expected, got, strict=False)):
        if found := _difference(one, other, f"{path}[{number}]"):
            return found
    return "" if len(expected) == len(got) else f"{path}: expected length {len(expected)}, got {len(got)}"


def _same_characters(one: str, other: str) -> int:
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


def _shown(value: object) -> str:
    text = json.dumps(value)
    return text if len(text) <= _SHOWN_CHARACTERS else f"{text[:_SHOWN_CHARACTERS]}…"
