"""The catalog of a workspace: what has changed since it was signed, and signing it."""

from pathlib import Path
from typing import NamedTuple

from licensekit import limits
from licensekit.catalog.changes import takes_away
from licensekit.database import Database
from licensekit.errors import CatalogChanged, CatalogInvalid, CatalogTakesAway
from licensekit.files import read_bytes, write_atomically
from licensekit.issuer.catalog.catalog_file import read_catalog
from licensekit.issuer.layout import Layout
from licensekit.issuer.ledger import append
from licensekit.issuer.state import WorkspaceState
from licensekit.issuer.transaction import reading, writing
from licensekit.keys.signing import Signer
from licensekit.wire.documents import Catalog


class CatalogDraft(NamedTuple):
    """The catalog as it is written now, and what was signed last."""

    catalog: Catalog
    """With the version that it would be signed as."""
    signed: Catalog | None
    is_in_force: bool = True
    """Whether what was signed last is still valid."""

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


class WorkspaceCatalog(NamedTuple):
    """The catalog of a workspace: the file that people write, and what was signed of it."""

    layout: Layout
    database: Database

    def draft(self, now: int) -> CatalogDraft:
        """Return the catalog as it is written now, and what was signed last.

        Raises:
            CatalogInvalid: it has faults.
        """
        with reading(self.database, now) as tx:
            return _draft(self.layout, tx.state, now)

    def require_unchanged(self, now: int) -> Catalog:
        """Return the signed catalog, if the catalog file still says the same.

        Raises:
            CatalogChanged: it says something else, or has faults now, or what was signed is no
                longer valid.
            WorkspaceInvalid: none was signed yet.
            FileUnusable, TooLarge: the file cannot be read.
        """
        with reading(self.database, now) as tx:
            _require_unchanged(self.layout, tx.state, now)
            return tx.state.signed_catalog

    def sign(self, signer: Signer, *, who: str, now: int, taking_away: bool = False) -> None:
        """Sign the catalog as it is written now as the next version, and renew the pack.

        Raises:
            CatalogInvalid: it has faults.
            CatalogTakesAway: it takes something away from what was sold.
            TrustError: the key may not sign it.
        """
        with writing(self.database, now, who) as tx:
            written = _draft(self.layout, tx.state, now)
            written.require_nothing_taken(taking_away=taking_away)
            append(tx.ledger, [tx.sign("pack", written.catalog, signer)])
        write_pack(self.layout, self.database, now)


def write_pack(layout: Layout, database: Database, now: int) -> Path:
    """Write the pack from the ledger, and return its path."""
    with reading(database, now) as tx:
        state = tx.state
    path = layout.pack(state.product)
    write_atomically(path, state.pack)
    return path


def _draft(layout: Layout, state: WorkspaceState, now: int) -> CatalogDraft:
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
            text, version=version, issued=now, issuer=state.issuer, others=_others(state)
        )
    except CatalogInvalid as error:
        raise error.at(str(layout.catalog)) from error
    return CatalogDraft(catalog, signed, state.catalog is not None)


def _others(state: WorkspaceState) -> dict[str, Catalog]:
    """Return the catalogs of other issuers, whose licenses a catalog may require."""
    return {
        issuer: catalog.document
        for issuer, catalog in state.trust_store.catalogs.items()
        if issuer != state.issuer
    }


def _require_unchanged(layout: Layout, state: WorkspaceState, now: int) -> None:
    try:
        written = _draft(layout, state, now)
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
            hint="run `licensekit pack` to sign it again",
        )
    if written.is_changed:
        raise CatalogChanged("it was changed since it was signed", where=str(layout.catalog))


def _says_the_same(catalog: Catalog, signed: Catalog) -> bool:
    """Compare everything but version and time."""
    names = set(catalog.__struct_fields__) - {"version", "issued"}
    return all(getattr(catalog, name) == getattr(signed, name) for name in names)
