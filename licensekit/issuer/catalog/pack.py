"""The pack and the catalog in it: what has changed since it was signed, and signing it."""

from typing import NamedTuple

from licensekit import limits
from licensekit.catalog.changes import takes_away
from licensekit.errors import CatalogChanged, CatalogInvalid, CatalogTakesAway
from licensekit.files import read_bytes
from licensekit.issuer.catalog.catalog_file import read_catalog
from licensekit.issuer.layout import Layout
from licensekit.issuer.ledger import Record
from licensekit.issuer.signing import sign_admitted
from licensekit.issuer.state import WorkspaceState
from licensekit.keys.signing import Signer
from licensekit.wire.documents import Catalog


class CatalogDraft(NamedTuple):
    """The catalog as it is written now, and what was signed last."""

    catalog: Catalog
    """With the version that it would be signed as."""
    signed: Catalog | None
    is_in_force: bool = True
    """Whether what was signed last is still believed."""

    @property
    def is_changed(self) -> bool:
        """Whether it must be signed: it says something else, or the old signature is void."""
        if self.signed is None or not self.is_in_force:
            return True
        return not _says_the_same(self.catalog, self.signed)

    def require_nothing_taken(self, *, taking_away: bool = False) -> None:
        """Refuse a draft that takes something away from what was sold, unless that is meant.

        Raises:
            CatalogTakesAway: it does; `faults` says where and why.
        """
        taken = [] if self.signed is None else takes_away(self.signed, self.catalog)
        if taken and not taking_away:
            raise CatalogTakesAway(
                "it takes something away from bundles that were sold: "
                + "; ".join(map(str, taken)),
                hint="put it back, or sign it all the same with --take-away",
                faults=taken,
            )


def draft(layout: Layout, state: WorkspaceState, now: int) -> CatalogDraft:
    """Read the catalog file of a workspace.

    Raises:
        CatalogInvalid: it has faults.
        FileUnusable, TooLarge: it cannot be read.
    """
    text = read_bytes(layout.catalog, limit=limits.TOML_BYTES, what="a catalog")
    signed = state.last_catalog
    version = 1 if signed is None else signed.version + 1
    try:
        catalog = read_catalog(
            text, version=version, issued=now, issuer=state.issuer, others=others(state)
        )
    except CatalogInvalid as error:
        raise error.at(str(layout.catalog)) from error
    return CatalogDraft(catalog, signed, state.catalog is not None)


def others(state: WorkspaceState) -> dict[str, Catalog]:
    """Give the catalogs of other issuers, whose licenses a catalog may require."""
    return {
        issuer: catalog.document
        for issuer, catalog in state.trust_store.catalogs.items()
        if issuer != state.issuer
    }


def require_unchanged(layout: Layout, state: WorkspaceState, now: int) -> None:
    """Refuse while the catalog file says something else than the catalog that was signed.

    Raises:
        CatalogChanged: it does, or it has faults now, or what was signed counts no more.
        FileUnusable, TooLarge: it cannot be read.
    """
    try:
        written = draft(layout, state, now)
    except CatalogInvalid as error:
        raise CatalogChanged(
            "it was changed since it was signed, and has faults now",
            where=str(layout.catalog),
            hint="`licensekit catalog check` names them",
        ) from error
    if not written.is_in_force and written.signed is not None:
        raise CatalogChanged(
            "the key that signed it may not sign it any more",
            where=str(layout.catalog),
            hint="run `licensekit pack` to sign it anew",
        )
    if written.is_changed:
        raise CatalogChanged("it was changed since it was signed", where=str(layout.catalog))


def sign_catalog(
    draft: CatalogDraft,
    signer: Signer,
    state: WorkspaceState,
    *,
    who: str,
    now: int,
    taking_away: bool,
) -> Record:
    """Sign a draft as the next version.

    Raises:
        CatalogTakesAway: it takes something away from what was sold, and `taking_away` is false.
        KeyUnknown, KeyRevoked, KeyOutOfWindow, KeyOutOfScope: the key may not sign it.
    """
    draft.require_nothing_taken(taking_away=taking_away)
    token = sign_admitted(draft.catalog, signer, state.trust_store.trust, now)
    return Record("pack", now, who, token, draft.catalog)


def _says_the_same(catalog: Catalog, signed: Catalog) -> bool:
    """Compare everything but version and time."""
    names = set(catalog.__struct_fields__) - {"version", "issued"}
    return all(getattr(catalog, name) == getattr(signed, name) for name in names)
