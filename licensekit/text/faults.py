"""Faults of one file: where they are, in which order they are told, and the error that has them."""

import re
from collections.abc import Mapping, Sequence
from typing import Final, TypeVar, cast

from licensekit.errors import Fault, FaultsError

E = TypeVar("E", bound=FaultsError)

_BARE_KEY: Final = re.compile(r"[A-Za-z0-9_-]+")
_SHOWN: Final = 40
"""So many characters of an odd key are shown."""
_DEPTH: Final = 4
"""The parts of the longest key path: `editions.basic.users.standard`."""


def key_path(table: str, key: str) -> str:
    """Give the path of `key` in the table of path `table`; that of the file is empty."""
    shown = key if _BARE_KEY.fullmatch(key) else ascii(key[:_SHOWN])
    return f"{table}.{shown}" if table else shown


def refusal(kind: type[E], faults: Sequence[Fault]) -> E:
    """Give the error of `kind` that carries `faults`, of which there is at least one.

    Where they are, each says itself; the error's own `where` is for the file that has them.
    """
    first, more = faults[0], len(faults) - 1
    tail = f" (and {more} more {'fault' if more == 1 else 'faults'})" if more else ""
    return kind(f"{first}{tail}", faults=tuple(faults))


def in_file_order(faults: Sequence[Fault], content: Mapping[str, object]) -> list[Fault]:
    """Sort faults as their keys come in a file; what is missing comes first in its table."""
    places: dict[str, int] = {}
    _place("", content, places, _DEPTH)

    def place(fault: Fault) -> int:
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
