"""A catalog as the file that people edit (`docs/reference/catalog.md`), and what it no longer sells."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final, cast

from licensekit.text.values import UNRESTRICTED
from licensekit.wire.documents import Catalog, Edition, is_code
from licensekit.wire.plain import plain

_FLAGS: Final = ("plan", "hidden", "limits_sites")
_USUAL: Final = {"description": "", "seats": "named", "combine": "latest", **dict.fromkeys(_FLAGS, False)}
"""Field to the value that it has where the file says nothing; of others it is absent or empty."""
_WIDTH: Final = 100


def file_tables(catalog: Catalog) -> dict[str, dict[str, Any]]:
    """Return each table of the file by its key path: key to value, None for unrestricted; what is usual is left out."""
    names, whole = catalog.names, {code for code, one in catalog.licenses.items() if one.quantity is None}
    found: dict[str, dict[str, Any]] = {
        "": {"product": catalog.product, "product_name": names.get("product")},
        "issuer": {"code": catalog.issuer, "name": names.get("issuer"), **catalog.urls},
    }
    for table in ("licenses", "settings", "access", "editions"):
        gone = unsold(catalog, table)
        for code, one in getattr(catalog, table).items():
            keys = {key.removesuffix("_sites"): v for key, v in plain(one).items() if v != _USUAL.get(key)}
            if "limits" in keys:
                keys["limits"] = "sites"
            if isinstance(one, Edition):
                keys["system"] |= dict.fromkeys(one.system.keys() & whole, True)
            if code in gone:
                keys |= {"replaced_by": gone[code]} if gone[code] else {"sold": False}
            found[f"{table}.{code}"] = keys
    return {path: {key: one for key, one in keys.items() if one not in (None, [])} for path, keys in found.items()}


def catalog_text(catalog: Catalog) -> str:
    """Return the file of a catalog, without what is usual, its comments, and when it was signed."""
    return "\n".join("".join(_lines(path, keys)) for path, keys in file_tables(catalog).items())


def _lines(path: str, keys: Mapping[str, Any]) -> Iterator[str]:
    if path:
        yield f"[{path}]\n"
    for key, value in keys.items():
        if isinstance(value, dict):
            said = cast("Mapping[str, Any]", value).items()
            yield from _lines("", {f"{key}.{code}": UNRESTRICTED if one is None else one for code, one in said})
        else:
            # An array too long for a line has one for each entry.
            is_long = isinstance(value, list) and len(json.dumps(value, ensure_ascii=False)) > _WIDTH
            yield f"{key} = {json.dumps(value, ensure_ascii=False, indent=4 if is_long else None)}\n"


def unsold(catalog: Catalog, table: str) -> dict[str, str]:
    """Return the codes of `licenses` or `editions` that are no longer sold, each with what took its place or nothing.

    A license that another took the place of is not sold. Of all else an extension says it (`docs/format.md`).
    """
    said = catalog.extensions.get(f"unsold-{table}")
    is_formed = isinstance(said, str) and all(map(is_code, said.replace("/", " ").split(" ")))
    words = str(said).split() if is_formed else ()
    found = {code: instead for code, _, instead in (word.partition("/") for word in words)}
    if table == "licenses":
        found |= {code: one.replaced_by for code, one in catalog.licenses.items() if one.replaced_by}
    return found


def unsold_extension(table: str, codes: Mapping[str, str]) -> dict[str, str]:
    """Return the extension that `unsold` reads, if there is anything that it must say."""
    words = (f"{code}/{instead}" if instead else code for code, instead in sorted(codes.items()))
    return {f"unsold-{table}": " ".join(words)} if codes else {}
