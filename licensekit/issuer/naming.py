"""The plan of a new workspace: its names as given, from its catalog, or from its folder."""

import re
import unicodedata
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from licensekit import limits
from licensekit.errors import PlanRefused
from licensekit.issuer.catalog.catalog_file import read_catalog
from licensekit.issuer.create import NewWorkspace, require_room
from licensekit.issuer.layout import require_url
from licensekit.issuer.partner import NewPartner
from licensekit.trust.pack import open_pack, pin_in_pack
from licensekit.wire.documents import Catalog, is_code
from licensekit.wire.frame import ED25519


class GivenNames(NamedTuple):
    """What is said about a new workspace; the catalog names all three others."""

    product: str | None = None
    issuer: str | None = None
    name: str | None = None
    catalog: bytes | None = None


def plan_workspace(
    folder: Path,
    given: GivenNames,
    *,
    now: int,
    scheme: int = ED25519,
    root_keys: int = 1,
    threshold: int = 1,
    ledger: str | None = None,
) -> NewWorkspace:
    """Return the plan of a vendor's workspace in `folder`, where there is room for it.

    Raises:
        WorkspaceError: the folder's name makes no code, or the catalog says another name.
        WorkspaceExists, CatalogInvalid, FileUnusable: as `create.create`.
    """
    require_url(ledger)
    product, issuer, name = _names(folder, given, now)
    require_room(folder, product, given.catalog)
    return NewWorkspace(product, issuer, name, given.catalog, scheme, root_keys, threshold, ledger)


def plan_partner(
    folder: Path,
    given: GivenNames,
    pack: bytes,
    *,
    now: int,
    root: str | None = None,
    scheme: int = ED25519,
    ledger: str | None = None,
) -> NewPartner:
    """Return the plan of a third party's workspace under the vendor's `pack` and pin `root`.

    Without `root` it is taken from the pack itself, and must be compared with the vendor's.

    Raises:
        TrustError, FormatError: the pack does not verify.
        WorkspaceError, WorkspaceExists, CatalogInvalid, FileUnusable: as `plan_workspace`.
    """
    require_url(ledger)
    pin = root or pin_in_pack(pack)
    trust_store = open_pack(pack, pin)
    given = given._replace(product=given.product or trust_store.product)
    _, issuer, name = _names(folder, given, now, trust_store.catalog_documents)
    require_room(folder, trust_store.product, given.catalog)
    return NewPartner(pack, pin, issuer, name, given.catalog, scheme, ledger)


def _names(
    folder: Path, given: GivenNames, now: int, others: Mapping[str, Catalog] | None = None
) -> tuple[str, str, str]:
    """Return product, issuer and name as given, else from the catalog, else from the folder.

    `others` are the vendor's catalogs, where the workspace is a third party's.
    """
    if given.catalog is None:
        called = folder.resolve().name
        product = given.product or _code(called)
        issuer = given.issuer or (product if others is None else _code(called))
        return product, issuer, given.name or called[:1].upper() + called[1:]
    found = read_catalog(given.catalog, version=1, issued=now, others=others or {})
    title = found.names.get("issuer", found.issuer)
    if given.name not in {None, title}:
        raise PlanRefused(reason="name", written=title, planned=given.name or "")
    return given.product or found.product, given.issuer or found.issuer, title


def _code(called: str) -> str:
    """Make a code of a folder's name: `Åre Software` becomes `are-software`."""
    plain = unicodedata.normalize("NFKD", called).encode("ascii", "ignore").decode().lower()
    code = re.sub("[^a-z0-9]+", "-", plain).strip("-")[: limits.CODE_LENGTH].strip("-")
    if not is_code(code):
        raise PlanRefused(reason="no-code", where=called)
    return code
