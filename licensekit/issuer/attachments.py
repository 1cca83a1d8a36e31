"""Attachments of a license file: the documents that an application shipped long ago lacks.

The oldest application has the first pack. So a file carries every root after the first, the newest
trust document and revocation list if the first pack had another, and the issuer's catalog if what
the bundle grants does not mean there what it means today.
"""

from typing import NamedTuple

from licensekit.catalog import reached
from licensekit.errors import TrustError
from licensekit.issuer.transaction import LedgerTransaction
from licensekit.trust.signed import Verified
from licensekit.trust.verify import verify_catalog
from licensekit.wire.armor import Token
from licensekit.wire.documents import Bundle, Catalog


class Attachments(NamedTuple):
    """The documents for every file, and the catalog that some need."""

    always: tuple[Token, ...]
    catalog: Token | None
    changed: frozenset[str] | None
    """The licenses for which `catalog` is needed; None: all."""

    def beside(self, bundle: Bundle) -> tuple[Token, ...]:
        """Return the tokens that go into a file with `bundle`."""
        if self.catalog is None:
            return self.always
        granted = (*bundle.system, *bundle.sites, *bundle.users)
        if self.changed is not None and self.changed.isdisjoint(granted):
            return self.always
        return (*self.always, self.catalog)


NO_ATTACHMENTS = Attachments((), None, frozenset())
"""For files that carry nothing but the bundle."""


def attachments_of(tx: LedgerTransaction, *, attach: bool = True) -> Attachments:
    """Return the attachments of files that are signed now; none unless `attach`."""
    if not attach:
        return NO_ATTACHMENTS
    state, trust = tx.state, tx.trust
    lacking = [known.verified.token for known in trust.chain[1:]]
    newer = [trust.trust, trust.lists.get(state.issuer)]
    lacking += [one.token for one in newer if one is not None and one.token not in state.first]
    newest = state.catalog
    if newest is None or newest.token in state.first:
        return Attachments(tuple(lacking), None, frozenset())
    shipped = _first_catalog(tx)
    changed = None if shipped is None else _changed(shipped.document, newest.document)
    return Attachments(tuple(lacking), newest.token, changed)


def _first_catalog(tx: LedgerTransaction) -> Verified[Catalog] | None:
    """Return the catalog of the first pack, if it still verifies."""
    for token in tx.state.first:
        if token.type != "catalog":
            continue
        try:
            catalog = verify_catalog(token, tx.trust, tx.now)
        except TrustError:
            continue
        if catalog.document.issuer == tx.state.issuer:
            return catalog
    return None


def _changed(old: Catalog, new: Catalog) -> frozenset[str] | None:
    """Return the licenses that mean something else in `new`; None if logins do."""
    if old.access != new.access:
        return None
    altered = {c for c, license_ in new.licenses.items() if old.licenses.get(c) != license_}
    return frozenset(c for c in new.licenses if not altered.isdisjoint(reached(new, [c])))
