"""The attachments of a bundle: documents that the customer's application lacks.

What the application holds is known from its pack or from the installation's last file; else it is assumed to be the
oldest application in the field. Missing roots and the newest trust document are always attached; list and catalog only
if they matter to the bundle (`docs/reference/orders.md`, "Attachments").
"""

from collections.abc import Iterator
from functools import cache, partial
from itertools import pairwise
from typing import NamedTuple

from licensekit import database, errors
from licensekit.issuer.ledger import bundles, documents, exchange_files, projection
from licensekit.issuer.transaction import LedgerTransaction
from licensekit.trust.order import full_version
from licensekit.trust.pack import HOLDS, Held, held_in, lowest, open_pack, pin_in_pack, read_held
from licensekit.wire.armor import Token
from licensekit.wire.documents import UPDATE, Bundle, Catalog, Reset, Revocations, SignedType, decode

Attach = bool | Held
"""What the application holds that attachments are for; True: as the ledger knows; False: no attachments."""


class Attachments(NamedTuple):
    """The documents that an application lacks."""

    always: tuple[Token, ...]
    revocations: Token | None
    concerned: frozenset[str]  # the serials and companies (as `company_key`) whose files need `revocations`
    catalog: Token | None
    changed: frozenset[str] | None
    """The licenses and settings (`settings.CODE`) whose files need `catalog`; None: all."""
    fits_oldest: bool  # whether the oldest application in the field lacks nothing else

    def beside(self, bundle: Bundle) -> tuple[Token, ...]:
        """Return the tokens to attach to `bundle`."""
        found = self.always
        if self.revocations is not None:
            customer = (bundle.serial, *bundle.replaces, projection.company_key(bundle.company))
            found += () if self.concerned.isdisjoint(customer) else (self.revocations,)
        if self.catalog is not None:
            granted = (*bundle.system, *bundle.sites, *bundle.users, *map(_setting, bundle.settings))
            is_changed = self.changed is None or not self.changed.isdisjoint(granted)
            found += (self.catalog,) if is_changed else ()
        return found


class AttachmentSource:
    """Finds the attachments for the files of one transaction."""

    def __init__(self, tx: LedgerTransaction, attach: Attach) -> None:
        self.product = tx.state.product
        self._tx = tx
        self._oldest = oldest_held(tx)
        # Installations report what they hold of the vendor's documents, not of a partner's.
        self._asks = attach is True and not tx.state.is_partner and exchange_files.exist(tx.ledger)
        self._written = cache(documents.file_of)
        self._lacking = cache(partial(_lacking, tx, self._oldest))
        held = self._oldest if attach is True else attach or held_in(tx.state.trust_store, tx.state.issuer)
        self._usual = self._lacking(held)

    def attachments(self, document: Bundle | Reset) -> Attachments:
        """Return what the application lacks that `document` is for."""
        if not self._asks:
            return self._usual
        serial, bound = (None, document) if isinstance(document, Reset) else (document.serial, document.binding)
        said = exchange_files.last_of_each(self._tx.ledger, serial, None if bound is None else bound.installation)
        known = [read_held(one.extensions.get(HOLDS)) for one in said]
        # The file must suit each of several installations.
        return self._lacking(lowest([one or self._oldest for one in known])) if known else self._usual

    def file(self, beside: tuple[Token, ...], *tokens: Token) -> bytes:
        """Return the file with the attachments `beside` (written once, for most files have the same) and `tokens`."""
        return self._written(beside) + documents.file_of(tokens)


def held_by_pack(state: documents.WorkspaceState, pack: bytes) -> Held:
    """Return what an application with `pack` holds; raises as `Workspace.held_by_pack`."""
    trust_store = open_pack(pack, pin_in_pack(pack))
    ours = {known.verified.identity for known in state.trust_store.trust.chain}
    if ours.isdisjoint(known.verified.identity for known in trust_store.trust.chain):
        raise errors.RootMismatch(reason="other-pack")
    return held_in(trust_store, state.issuer)


def oldest_held(tx: LedgerTransaction) -> Held:
    """Return what the oldest application in the field holds: the pack that the vendor has named, or the first root."""
    # A partner may name no pack, and the vendor's applications may be older than its workspace.
    return read_held(documents.fact(tx.ledger, documents.OLDEST_PACK)) or Held((tx.trust.chain[0].root.version, 0))


def _lacking(tx: LedgerTransaction, oldest: Held, held: Held) -> Attachments:
    state, trust, fits_oldest = tx.state, tx.trust, not held.is_beyond(oldest)
    always = [known.verified.token for known in trust.chain if (known.root.version,) > held.trust[:1]]
    if full_version(state.trust) > held.trust:
        always.append(state.verified_trust.token)
    revocations, concerned = None, frozenset[str]()
    newest = trust.lists.get(state.issuer)
    if newest is not None and full_version(newest.document) > held.revocations:
        # An installation with a list by a key that was revoked since accepts no bundle without a newer list (L2).
        is_overtaken = held.revocations[:2] < state.overtaken.get(SignedType.REVOCATIONS, ())
        # Installations remind of a list with a freshness date, so they get each newer one.
        if is_overtaken or (held.revocations and newest.document.fresh_until is not None):
            always.append(newest.token)
        else:
            revocations, concerned = newest.token, frozenset(_concerned(tx.ledger, newest.document, held))
    catalog = state.catalog
    if catalog is None or full_version(catalog.document) <= held.catalog:
        return Attachments(tuple(always), revocations, concerned, None, None, fits_oldest)
    changed = _changed(_held_catalog(tx, held), catalog.document)
    return Attachments(tuple(always), revocations, concerned, catalog.token, changed, fits_oldest)


def _concerned(ledger: database.Connection, newest: Revocations, held: Held) -> Iterator[str]:
    """Yield the serials and companies on a list, or on one since the list that the application holds."""
    yield from newest.serials
    yield from newest.lowest
    for serial, company in bundles.revoked_customers(ledger):
        yield from (serial, company)
    number = held.revocations[-1] if held.revocations else 0
    for version in documents.reinstating(ledger, newest.issuer, number):
        pair = (documents.numbered(ledger, "revocations", newest.issuer, one) for one in (version - 1, version))
        for older, newer in pairwise(decode(Revocations, one.payload) for one in pair if one is not None):
            yield from set(older.serials) - set(newer.serials)
            yield from (serial for serial in older.lowest if older.lowest[serial] != newer.lowest.get(serial))
            given_back = (bundles.by_identity(ledger, one) for one in set(older.identities) - set(newer.identities))
            yield from (one.bundle.serial for one in given_back if one is not None)


def _held_catalog(tx: LedgerTransaction, held: Held) -> Catalog | None:
    """Return the catalog that an application holds, unless it must be replaced in any case."""
    # An installation that has seen a thief's catalog accepts no older one, not even the shipped one.
    if not held.catalog or held.catalog[:2] < tx.state.overtaken.get(SignedType.CATALOG, ()):
        return None
    token = documents.numbered(tx.ledger, "catalog", tx.state.issuer, held.catalog[-1])
    catalog = None if token is None else decode(Catalog, token.payload)
    return catalog if catalog is not None and full_version(catalog) == held.catalog else None


def _changed(old: Catalog | None, new: Catalog) -> frozenset[str] | None:
    """Return the licenses and settings that differ in `new`; None if ways to log in or the update address do."""
    if old is None or old.access != new.access or old.urls.get(UPDATE) != new.urls.get(UPDATE):
        return None
    altered = {c for c, license_ in new.licenses.items() if old.licenses.get(c) != license_}
    settings = (_setting(c) for c, setting in new.settings.items() if old.settings.get(c) != setting)
    return frozenset(c for c in new.licenses if not altered.isdisjoint(new.reached([c]))).union(settings)


def _setting(code: str) -> str:
    return f"settings.{code}"
