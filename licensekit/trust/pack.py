"""Root pin and pack to trust and catalogs: what an application ships, and what later files add.

A pack (`.lkp`) is a file of root, trust, revocations and catalog tokens (`docs/format.md`,
"Packs"). Newer ones of each ride in license files, and the newest of each governs.
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from licensekit.errors import (
    CatalogFork,
    KeyRevoked,
    RootMismatch,
    TrustMissing,
    UnexpectedType,
)
from licensekit.trust.files import extend
from licensekit.trust.roots import pin_of
from licensekit.trust.scope import still_signed
from licensekit.trust.signed import Verified
from licensekit.trust.state import Seen, TrustState, require_seen, start
from licensekit.trust.verify import verify_catalog
from licensekit.wire import armor, frame
from licensekit.wire.documents import Catalog, Root, decode

_IN_PACKS = frozenset({"root", "trust", "revocations", "catalog"})


class TrustStore(NamedTuple):
    """Whom to believe, and what the license codes mean."""

    trust: TrustState
    catalogs: Mapping[str, Verified[Catalog]]
    """Issuer to its newest catalog."""

    @property
    def product(self) -> str:
        """The product that the pinned root speaks for."""
        return self.trust.root.product

    @property
    def issuer(self) -> str:
        """The vendor: the issuer whose codes need no prefix."""
        return self.trust.root.issuer


def open_pack(pack: bytes | str, root: str, now: int) -> TrustStore:
    """Open a pack under a root pin; `now` is seconds since 1970.

    Raises:
        FormatError: the pack is no file of tokens, or holds something else than a pack may.
        TrustError: the pinned root is not in it, or something in it is not to be believed.
    """
    tokens = armor.read(pack)
    for token in tokens:
        if token.type not in _IN_PACKS:
            raise UnexpectedType(reason="not-in-pack", type=token.type)
    return extend_trust_store(TrustStore(start(tokens, root), {}), tokens, now)


def pin_in_pack(pack: bytes | str) -> str:
    """Return the pin of the oldest root in a pack, for a first activation without a root pin.

    Whoever made the pack chose it: it protects from the second file on, and not from the first.

    Raises:
        FormatError: the pack is damaged.
        RootMismatch: there is no root in it.
    """
    payloads = [frame.read(t.frame).payload for t in armor.read(pack) if t.type == "root"]
    if not payloads:
        raise RootMismatch(reason="no-root")
    return pin_of(min(payloads, key=lambda payload: decode(Root, payload).version))


def extend_trust_store(
    trust_store: TrustStore, tokens: Iterable[armor.Token], now: int, seen: Seen | None = None
) -> TrustStore:
    """Add the roots, trust documents, lists and catalogs among `tokens`: all or none.

    `seen` is the floor that an installation remembers (rule S1 of `docs/format.md`).

    Raises:
        TrustError: one of them is refused for another reason than being older.
        FormatError: one of them is damaged.
    """
    tokens = list(tokens)
    trust = extend(trust_store.trust, tokens, now)
    if trust.trust is None:
        raise TrustMissing(reason="newest-root")
    if seen is not None:
        trust = require_seen(trust, seen)
    catalogs = trust_store.catalogs
    if trust is not trust_store.trust:
        # A key may have been revoked since; without a catalog nothing of it is granted.
        catalogs = still_signed(trust.signers, catalogs)
    for token in tokens:
        if token.type == "catalog":
            catalogs = _newer_catalog(catalogs, token, trust, now)
    return TrustStore(trust, catalogs)


def _newer_catalog(
    catalogs: Mapping[str, Verified[Catalog]], token: armor.Token, trust: TrustState, now: int
) -> Mapping[str, Verified[Catalog]]:
    try:
        catalog = verify_catalog(token, trust, now)
    except KeyRevoked:
        # An old file may carry it; without a newer one its licenses are shown and not granted.
        return catalogs
    issuer, version = catalog.document.issuer, catalog.document.version
    known = catalogs.get(issuer)
    if known is not None and known.identity != catalog.identity:
        if version == known.document.version:
            raise CatalogFork(issuer=issuer, version=version)
        if version < known.document.version:
            return catalogs
    return {**catalogs, issuer: catalog}
