"""A catalog as the file that people edit: TOML that `read_catalog` reads as the same catalog again."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from licensekit.text.values import UNRESTRICTED
from licensekit.wire.documents import Catalog, Document, Edition, Kind
from licensekit.wire.plain import plain

_USUAL: Final = {
    "description": "",
    "plan": False,
    "hidden": False,
    "seats": "named",
    "limits_sites": False,
    "combine": "latest",
    "users": ["associate"],
}
"""Field to the value that it has where the file says nothing; of others it is absent or empty."""
_WIDTH: Final = 100


def catalog_text(catalog: Catalog) -> str:
    """Return the file of a catalog, in the order of its fields; what is usual is left out.

    Comments were not signed and are not in it, nor what says when the catalog was signed.
    """
    names = catalog.names
    tables: dict[str, Mapping[str, Any]] = {
        "": {"product": catalog.product, "product_name": names.get("product")},
        "issuer": {"code": catalog.issuer, "name": names.get("issuer"), **catalog.urls},
    }
    for table in ("licenses", "settings", "access", "editions"):
        tables |= {f"{table}.{code}": _keys(one, catalog) for code, one in getattr(catalog, table).items()}
    return "\n".join("".join(_lines(path, keys)) for path, keys in tables.items())


def _keys(one: Document, catalog: Catalog) -> dict[str, Any]:
    """Return what the file says of a license, setting, login rule or edition."""
    keys = {key.removesuffix("_sites"): value for key, value in plain(one).items() if value != _USUAL.get(key)}
    if "limits" in keys:
        keys["limits"] = "sites"
    if isinstance(one, Edition):
        for kind in Kind:
            keys[kind.plural] = {code: UNRESTRICTED if n is None else n for code, n in keys[kind.plural].items()}
        whole = (code for code, license_ in catalog.licenses.items() if license_.quantity is None)
        keys[Kind.SYSTEM.plural] |= dict.fromkeys(one.system.keys() & whole, True)
    return keys


def _lines(path: str, keys: Mapping[str, Any]) -> Iterator[str]:
    if path:
        yield f"[{path}]\n"
    for key, value in keys.items():
        if isinstance(value, dict):
            yield from _lines("", {f"{key}.{code}": inner for code, inner in value.items()})
        elif value not in (None, []):
            yield f"{key} = {_value(value)}\n"


def _value(value: Any) -> str:
    """Return a value in TOML: JSON but for arrays too long for a line, which have a line for each entry."""
    line = json.dumps(value, ensure_ascii=False)
    if isinstance(value, list) and len(line) > _WIDTH:
        return json.dumps(value, ensure_ascii=False, indent=4)
    return line
