"""Every text that the console itself shows: `texts.toml`, ready for translation.

What the installation says (errors, notices, reasons) are sentences of the library.
"""

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

_FILE: Final = Path(__file__).with_name("texts.toml")


def text(key: str, **values: object) -> str:
    """Return the text of a dotted `key`, with `values` in the places that it names.

    A text that has a singular and a plural (`one` and `many`) is chosen by the value `n`.

    Raises:
        KeyError: there is no such text, or it names a place that has no value.
    """
    if not has(key):
        key = f"{key}.{'one' if values['n'] == 1 else 'many'}"
    found = texts()[key]
    return found.format_map(values) if values else found


def has(key: str) -> bool:
    """Return whether there is such a text."""
    return key in texts()


@cache
def texts() -> Mapping[str, str]:
    """Return dotted key to text."""
    return dict(_flat("", tomllib.loads(_FILE.read_text(encoding="utf-8"))))


def _flat(key: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield key, value
        return
    for name, one in value.items():
        yield from _flat(f"{key}.{name}" if key else name, one)
