"""A catalog as the tables of its file, and what it no longer sells (`docs/reference/catalog.md`)."""

from collections.abc import Mapping
from typing import Any, Final

from licensekit.text.values import UNRESTRICTED
from licensekit.wire.documents import Catalog, Edition, Kind, is_code
from licensekit.wire.plain import plain

_USUAL: Final = {
    "description": "",
    "plan": False,
    "hidden": False,
    "seats": "named",
    "limits_sites": False,
    "combine": "latest",
}
"""Field to the value that it has where the file says nothing; of others it is absent or empty."""


def file_tables(catalog: Catalog) -> dict[str, dict[str, Any]]:
    """Return each table of the file by its key path, as key to value; what is usual is left out."""
    names = catalog.names
    head = {"product": catalog.product, "product_name": names.get("product")}
    found: dict[str, dict[str, Any]] = {
        "": head,
        "issuer": {"code": catalog.issuer, "name": names.get("issuer"), **catalog.urls},
    }
    for table in ("licenses", "settings", "access", "editions"):
        gone = unsold(catalog, table)
        for code, one in getattr(catalog, table).items():
            keys = {key.removesuffix("_sites"): v for key, v in plain(one).items() if v != _USUAL.get(key)}
            if isinstance(one, Edition):
                keys |= _counts(one, catalog)
            if "limits" in keys:
                keys["limits"] = "sites"
            if code in gone:
                keys |= {"replaced_by": gone[code]} if gone[code] else {"sold": False}
            found[f"{table}.{code}"] = keys
    return {path: {key: one for key, one in keys.items() if one not in (None, [])} for path, keys in found.items()}


def _counts(edition: Edition, catalog: Catalog) -> dict[str, dict[str, Any]]:
    """Return what an edition counts, as `system`, `sites` and `users` of the file."""
    shown = plain(edition)
    found = {
        kind.plural: {code: UNRESTRICTED if n is None else n for code, n in shown[kind.plural].items()} for kind in Kind
    }
    whole = {code for code, one in catalog.licenses.items() if one.quantity is None}
    found[Kind.SYSTEM.plural] |= dict.fromkeys(edition.system.keys() & whole, True)
    return found


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
    words = (f"{code}/{instead}" if instead else code for code, instead in codes.items())
    return {f"unsold-{table}": " ".join(words)} if codes else {}
