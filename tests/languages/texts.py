"""Every English text that a translation has to have: its key, which is its context in a catalog, and what it says."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

from tests.structure.layers import PACKAGE

Forms = str | tuple[str, str]
"""A text, or those for one and for many."""
PACKAGES: Final = ("errors", "database", "entitlements", "installation", "runtime", "state", "text")
"""The packages whose messages the console can show."""
SHOWN: Final = frozenset({"message", "hint", "consequence", "nothing"})
"""The uses of a code that are words; the others name commands, fields and grades."""
_PATHS: Final = re.compile(r"console/task\.[a-z-]+\.path")


@cache
def english() -> dict[str, Forms]:
    """Return every text by its key."""
    console = _flat("console/", _read(PACKAGE / "console" / "texts.toml"))
    found: dict[str, Forms] = {key: text for key, text in console if not _PATHS.fullmatch(key)}
    for package in PACKAGES:
        for code, uses in _read(PACKAGE / package / "messages.toml").items():
            shown = {use: text for use, text in uses.items() if use in SHOWN}
            found |= _flat(f"{package}/{code}.", shown)
    found |= _flat("errors/", _read(PACKAGE / "errors" / "words.toml"))
    return {key: text for key, text in found.items() if text}


def _read(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text("utf-8"))


def _flat(key: str, tables: Mapping[str, Any]) -> Iterator[tuple[str, Forms]]:
    for name, value in tables.items():
        if isinstance(value, str):
            yield f"{key}{name}", value
        elif value.keys() == {"one", "many"}:
            yield f"{key}{name}", (value["one"], value["many"])
        else:
            yield from _flat(f"{key}{name}.", value)
