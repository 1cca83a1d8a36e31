"""What rides along in a license file: the documents that an application shipped long ago lacks.

The oldest application has the first pack. So a file carries every root after the first, the newest
trust document and revocation list if the first pack had another, and the issuer's catalog if what
the bundle grants does not mean there what it means today.
"""

from collections.abc import Iterable
from typing import NamedTuple

from licensekit.catalog import reached
from licensekit.errors import TrustError
from licensekit.issuer.state import WorkspaceState
from licensekit.trust.signed import Verified
from licensekit.trust.verify import verify_catalog
from licensekit.wire.armor import Token
from licensekit.wire.documents import Bundle, Catalog


class Attachments(NamedTuple):
    """What every bundle takes along, and what some do."""

    always: tuple[Token, ...]
    catalog: Token | None
    changed: frozenset[str] | None
    """The licenses for which `catalog` is needed; None: all."""

    def beside(self, bundle: Bundle) -> tuple[Token, ...]:
        """Give the tokens that go into a file with `bundle`."""
        if self.catalog is None:
            return self.always
        granted = (*bundle.system, *bundle.sites, *bundle.users)
        if self.changed is not None and self.changed.isdisjoint(granted):
            return self.always
        return (*self.always, self.catalog)


NO_ATTACHMENTS = Attachments((), None, frozenset())
"""For files that carry nothing but the bundle."""


def attachments_of(state: WorkspaceState, now: int) -> Attachments:
    """Give what rides along in files that are signed now."""
    trust = state.trust_store.trust
    lacking = [known.verified.token for known in trust.chain[1:]]
    newer = [trust.trust, trust.lists.get(state.issuer)]
    lacking += [one.token for one in newer if one is not None and one.token not in state.first]
    newest = state.catalog
    if newest is None or newest.token in state.first:
        return Attachments(tuple(lacking), None, frozenset())
    shipped = _first_catalog(state, now)
    changed = None if shipped is None else _changed(shipped.document, newest.document)
    return Attachments(tuple(lacking), newest.token, changed)


def _first_catalog(state: WorkspaceState, now: int) -> Verified[Catalog] | None:
    """Give the catalog of the first pack, if it is still believed."""
    for token in _catalogs(state.first):
        try:
            catalog = verify_catalog(token, state.trust_store.trust, now)
        except TrustError:
            continue
        if catalog.document.issuer == state.issuer:
            return catalog
    return None


def _catalogs(tokens: Iterable[Token]) -> list[Token]:
    return [token for token in tokens if token.type == "catalog"]


def _changed(old: Catalog, new: Catalog) -> frozenset[str] | None:
    """Give the licenses that mean something else in `new`; None if logins do."""
    if old.access != new.access:
        return None
    altered = {c for c, license_ in new.licenses.items() if old.licenses.get(c) != license_}
    return frozenset(c for c in new.licenses if not altered.isdisjoint(reached(new, [c])))
