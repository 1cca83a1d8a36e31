"""The names of a new workspace: as given, from its catalog, or from its folder."""

import re
import unicodedata
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from licensekit import limits
from licensekit.cli.inputs import located, read_input
from licensekit.errors import WorkspaceError
from licensekit.issuer.catalog.catalog_file import read_catalog
from licensekit.wire.documents import Catalog
from licensekit.wire.documents.fields import is_code


class GivenNames(NamedTuple):
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


def names(
    folder: Path, given: GivenNames, now: int, others: Mapping[str, Catalog] | None = None
) -> Names:
    """Return what was given, else what the catalog says, else what the folder's name gives.

    `others` are the vendor's catalogs, where the workspace is a third party's.
    """
    if given.catalog is None:
        called = folder.resolve().name
        product = given.product or _code(called)
        issuer = given.issuer or (product if others is None else _code(called))
        return Names(product, issuer, given.name or _title(called), None)
    with located(given.catalog):
        text = read_input(given.catalog, what="a catalog", limit=limits.TOML_BYTES)
        found = read_catalog(text, version=1, issued=now, others=others or {})
    title = found.names.get("issuer", found.issuer)
    if given.name not in {None, title}:
        raise WorkspaceError(
            f"the catalog calls its issuer `{title}`, and --name `{given.name}`",
            hint="leave out --name, or change the catalog",
        )
    return Names(given.product or found.product, given.issuer or found.issuer, title, text)


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
