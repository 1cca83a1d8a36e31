"""What a new workspace is called: as told, by its catalog, or after its folder."""

import re
import unicodedata
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from licensekit import limits
from licensekit.cli.inputs import located, read_input
from licensekit.errors import WorkspaceError
from licensekit.issuer.catalog.catalog_file import read_catalog
from licensekit.text.spelling import is_code
from licensekit.wire.documents import Catalog


class Told(NamedTuple):
    """What the command line says about the new workspace."""

    product: str | None
    issuer: str | None
    name: str | None
    catalog: str | None


class Names(NamedTuple):
    """What a new workspace is called, and the catalog that it begins with."""

    product: str
    issuer: str
    name: str
    catalog: bytes | None


def names(folder: Path, told: Told, now: int, others: Mapping[str, Catalog] | None = None) -> Names:
    """Give what was told, then what the catalog says, then what the folder's name makes of it.

    `others` are the vendor's catalogs, where the workspace is a third party's.
    """
    if told.catalog is None:
        called = folder.resolve().name
        product = told.product or _code(called)
        issuer = told.issuer or (product if others is None else _code(called))
        return Names(product, issuer, told.name or _title(called), None)
    with located(told.catalog):
        text = read_input(told.catalog, what="a catalog", limit=limits.TOML_BYTES)
        found = read_catalog(text, version=1, issued=now, others=others or {})
    title = found.names.get("issuer", found.issuer)
    if told.name not in {None, title}:
        raise WorkspaceError(
            f"the catalog calls its issuer `{title}`, and --name `{told.name}`",
            hint="leave out --name, or change the catalog",
        )
    return Names(told.product or found.product, told.issuer or found.issuer, title, text)


def _code(called: str) -> str:
    """Make a code of a folder's name: `Åre Software` becomes `are-software`."""
    plain = unicodedata.normalize("NFKD", called).encode("ascii", "ignore").decode().lower()
    code = re.sub("[^a-z0-9]+", "-", plain).strip("-")[: limits.CODE_LENGTH].strip("-")
    if not is_code(code):
        raise WorkspaceError(
            "no product code can be made of the folder's name",
            where=called,
            hint="give one with --product CODE: lower-case letters, digits and dashes",
        )
    return code


def _title(called: str) -> str:
    return called[:1].upper() + called[1:]
