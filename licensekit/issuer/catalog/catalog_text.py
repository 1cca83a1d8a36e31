"""A catalog as the file that people edit: TOML that `read_catalog` reads as the same catalog again."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from licensekit.catalog.tables import file_tables
from licensekit.wire.documents import Catalog

_WIDTH: Final = 100


def catalog_text(catalog: Catalog) -> str:
    """Return the file of a catalog, in the order of its fields; what is usual is left out.

    Comments were not signed and are not in it, nor what says when the catalog was signed.
    """
    return "\n".join("".join(_lines(path, keys)) for path, keys in file_tables(catalog).items())


def _lines(path: str, keys: Mapping[str, Any]) -> Iterator[str]:
    if path:
        yield f"[{path}]\n"
    for key, value in keys.items():
        if isinstance(value, dict):
            yield from _lines("", {f"{key}.{code}": inner for code, inner in value.items()})
        else:
            # An array too long for a line has one for each entry.
            line = json.dumps(value, ensure_ascii=False)
            is_long = isinstance(value, list) and len(line) > _WIDTH
            yield f"{key} = {json.dumps(value, ensure_ascii=False, indent=4) if is_long else line}\n"
