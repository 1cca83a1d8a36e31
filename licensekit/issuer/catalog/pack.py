"""The catalog of a workspace, its changes since it was signed, and the pack that signs it."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final, NamedTuple

from licensekit import database, dates, errors, files, limits, proposals
from licensekit.catalog.tables import CatalogChange, differences, file_tables, takes_away
from licensekit.issuer import proposal, transaction
from licensekit.issuer.catalog.catalog_file import read_catalog
from licensekit.issuer.keys.revocation import is_fresher, next_list
from licensekit.keys.signing import Signer
from licensekit.text.names import MarksLeftOut, marks_in
from licensekit.wire.documents import Catalog

Keys = Callable[[str], Signer]  # opens the key for a type of document: `catalog`, `revocations`
_SQL: Final = database.read_queries(__file__)
_MOST: Final = 10_000  # the most bundles that are counted, to keep previews fast
_NAMED: Final = 3


class CatalogDraft(NamedTuple):
    """The catalog as it is written now, and the one signed last."""

    catalog: Catalog
    """Has the version that it would be signed with."""
    signed: Catalog | None
    is_in_force: bool = True
    """Whether the one signed last is still valid."""
    remarks: tuple[MarksLeftOut, ...] = ()
    """Invisible marks in the file that were ignored."""
    concerned: tuple[proposal.Concerned, ...] = ()
    """For each license or setting that loses something, the customers with bundles that have it."""

    @property
    def is_changed(self) -> bool:
        """Whether it must be signed: it differs from the signed one, or that is no longer valid."""
        return self.signed is None or not self.is_in_force or file_tables(self.catalog) != file_tables(self.signed)

    @property
    def differences(self) -> list[CatalogChange]:
        """Its differences from the one signed last; empty if there is none."""
        return [] if self.signed is None else differences(self.signed, self.catalog)

    @property
    def taken_away(self) -> list[errors.SoldReduced]:
        """Everything that it takes away from sold bundles."""
        return [] if self.signed is None else takes_away(self.signed, self.catalog)

    def require_nothing_taken(self) -> None:
        """Raise `CatalogChanged`, with every key path, if it takes something away from sold bundles."""
        if taken := self.taken_away:
            raise errors.CatalogChanged(reason="takes-away", faults=tuple(taken), concerned=self.concerned)


@dataclass(frozen=True, kw_only=True, repr=False)
class PackProposal(proposal.SignProposal[Path, Keys]):
    """The documents that would be signed for the pack; the pack itself is always written."""

    draft: CatalogDraft
    signs_catalog: bool


class WorkspaceCatalog(transaction.WorkspacePart):
    """The catalog of a workspace: the file that people write, and the signed one."""

    def draft(self, now: int, text: bytes | None = None) -> CatalogDraft:
        """Return the catalog in the file, or in `text`, and the signed one; raise `CatalogInvalid` with all faults."""
        with self._store.read(now) as tx:
            return _draft(tx, text)

    def require_unchanged(self, now: int) -> Catalog:
        """Return the signed catalog if it is the same as the catalog file.

        Raises `CatalogChanged` if the file differs, or has faults, or the signed catalog is no longer valid,
        `WorkspaceInvalid` if none was signed yet, `FileUnusable` or `TooLarge` if the file cannot be read.
        """
        where = str(self._store.layout.catalog)
        with self._store.read(now) as tx:
            try:
                written = _draft(tx)
            except errors.CatalogInvalid as error:
                raise errors.CatalogChanged(reason="faults", where=where) from error
            if written.is_changed:
                is_void = not written.is_in_force and written.signed is not None
                raise errors.CatalogChanged(reason="key" if is_void else "changed", where=where)
            return tx.state.signed_catalog

    def propose_pack(self, *, now: int, list_fresh_until: int | None = None) -> PackProposal:
        """Propose to sign a changed catalog and documents of a revoked key, and to write the pack.

        With `list_fresh_until` (seconds since 1970) the newest revocation list is signed again to be fresh until then,
        unless it is already. Raises `CatalogInvalid` if the catalog has faults.
        """
        return proposal.propose(self._store, partial(_propose_pack, list_fresh_until=list_fresh_until), now)


def _propose_pack(tx: transaction.LedgerTransaction, list_fresh_until: int | None) -> PackProposal:
    state, draft = tx.state, _draft(tx)
    last = state.last_list
    # Installations refuse documents dated ahead of their clock, so these are signed again.
    signs_catalog = draft.is_changed or (draft.signed is not None and draft.signed.issued > tx.now)
    renews = is_fresher(list_fresh_until, last)
    signs_list = state.lacks_list or renews or (last is not None and last.issued > tx.now)
    fresh_until = list_fresh_until if last is None or renews else last.fresh_until
    changes = [proposals.Change(f"catalog.{one.where}", one.before, one.after) for one in draft.differences]
    if signs_catalog:
        changes.append(proposals.Change("catalog", draft.signed and draft.signed.version, draft.catalog.version))
    if signs_list:
        number = last and last.number
        changes.append(proposals.Change("revocations", number, 1 + (number or 0)))

    def enter(tx: transaction.LedgerTransaction, key: Keys) -> Path:
        if signs_catalog:
            tx.put_in_force([tx.sign("pack", draft.catalog, key("catalog"))])
        if signs_list:
            signed = tx.sign("revoke", next_list(tx, fresh_until=fresh_until), key("revocations"))
            tx.put_in_force([signed._replace(note="signed again")])
        return tx.store.layout.pack(tx.state.product)

    return PackProposal(
        enter=enter,
        changes=tuple(changes),
        warnings=(*draft.remarks, *draft.concerned),
        needs_confirmation=tuple(proposal.TakesAway(fault=one) for one in draft.taken_away),
        about="the pack",
        is_done=not (signs_catalog or signs_list),
        renews_pack=True,
        draft=draft,
        signs_catalog=signs_catalog,
    )


def _draft(tx: transaction.LedgerTransaction, given: bytes | None = None) -> CatalogDraft:
    """Read the catalog file of a workspace, or `given` in its place."""
    state, path = tx.state, tx.store.layout.catalog
    text = files.read_bytes(path, limit=limits.TOML_BYTES, what="a catalog") if given is None else given
    signed = state.last_catalog
    version = 1 if signed is None else signed.version + 1
    under, others = (state.trust.root_version, state.trust.version), state.trust_store.catalog_documents
    try:
        catalog = read_catalog(text, version=version, issued=tx.now, under=under, issuer=state.issuer, others=others)
    except errors.CatalogInvalid as error:
        raise (error.at(str(path)) if given is None else error) from error
    draft = CatalogDraft(catalog, signed, not state.lacks_catalog, marks_in(text))
    if signed is None:
        return draft
    things = dict.fromkeys(".".join(one.where.split(".")[:2]) for one in draft.taken_away)
    return draft._replace(concerned=tuple(_concerned(tx, signed, thing) for thing in things))


def _concerned(tx: transaction.LedgerTransaction, catalog: Catalog, thing: str) -> proposal.Concerned:
    """Return whom a change of `thing` concerns: a license, a setting, a way to log in, or the whole catalog."""
    table, _, code = thing.partition(".")
    codes = {code} if table in {"licenses", "settings"} else {*catalog.licenses}
    if table == "access":
        codes = {*catalog.access[code].all}
    if table != "settings":
        codes |= {had for had, given in catalog.closure.items() if given & codes}
    query = _SQL["of_settings" if table == "settings" else "of_licenses"]
    rows = tx.ledger.rows(query.replace("{codes}", database.marks([*codes])), *codes, dates.day_at(tx.now), _MOST + 1)
    bundles, names = sum(count for _, count in rows), tuple(name for name, _ in rows[:_NAMED])
    reason = "none" if not rows else "some" if bundles <= _MOST else "many"
    return proposal.Concerned(reason=reason, where=thing, bundles=min(bundles, _MOST), customers=len(rows), names=names)
