"""Root pin and pack to trust and catalogs: what an application ships, and what later files add.

A pack (`.lkp`) is a file of root, trust, revocations and catalog tokens (`docs/format.md`,
"Packs"). Newer ones of each ride in license files, and the newest of each governs.
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from licensekit.errors import RootMismatch, UnexpectedType
from licensekit.trust import order
from licensekit.trust.files import extend, still_signed
from licensekit.trust.order import NOTHING_SEEN, Seen, is_news, newest_of_each
from licensekit.trust.roots import pin_of
from licensekit.trust.scope import may_still_sign
from licensekit.trust.signed import Verified
from licensekit.trust.state import TrustState, remember, require_floor, start
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

    def qualify(self, issuer: str, code: str) -> str:
        """Return how an application calls a code that `issuer` writes: the vendor's are bare."""
        owner, _, bare = code.rpartition(".")
        owner = owner or issuer
        return bare if owner == self.issuer else f"{owner}.{bare}"

    def issuer_of(self, code: str) -> str:
        """Return the issuer of a code as an application writes it."""
        return code.rpartition(".")[0] or self.issuer


def open_pack(pack: bytes | str, root: str) -> TrustStore:
    """Open a pack under a root pin, whenever what is in it was issued.

    Raises:
        FormatError: the pack is no file of tokens, or holds something else than a pack may.
        TrustError: the pinned root is not in it, or something in it is not to be believed.
    """
    tokens = armor.read(pack)
    for token in tokens:
        if token.type not in _IN_PACKS:
            raise UnexpectedType(reason="not-in-pack", type=token.type)
    return extend_trust_store(TrustStore(start(tokens, root), {}), tokens, None)


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
    trust_store: TrustStore,
    tokens: Iterable[armor.Token],
    now: int | None,
    seen: Seen = NOTHING_SEEN,
) -> TrustStore:
    """Add the roots, trust documents, lists and catalogs among `tokens`: all or none (F1).

    `now` is seconds since 1970; None where it does not matter when they were issued: in a pack, and
    in what was taken before. `seen` is the floor that an installation remembers (S1).

    Raises:
        TrustError: one of them is refused for another reason than being older, or what they
            establish is below the floor.
        FormatError: one of them is damaged.
    """
    return at_floor(add_documents(trust_store, tokens, now, seen))


def add_documents(
    trust_store: TrustStore,
    tokens: Iterable[armor.Token],
    now: int | None,
    seen: Seen = NOTHING_SEEN,
) -> TrustStore:
    """Add the same, and leave to `at_floor` whether all that was seen is there."""
    tokens = list(tokens)
    trust = extend(remember(trust_store.trust, seen), tokens, now)
    catalogs = dict(trust_store.catalogs)
    if trust.trust is not trust_store.trust.trust:  # C2: without a catalog nothing is granted
        catalogs = {i: c for i, c in catalogs.items() if may_still_sign(trust.signers, c)}
    found = dict(trust.seen.catalogs)
    verified = still_signed(
        (token for token in tokens if token.type == "catalog"),
        lambda token: verify_catalog(token, trust),
    )
    for catalog in newest_of_each(verified, found):
        issuer = catalog.document.issuer
        if is_news(catalog, found.get(issuer), catalogs.get(issuer), now):
            catalogs[issuer], found[issuer] = catalog, order.seen(catalog)
    return TrustStore(trust._replace(seen=trust.seen._replace(catalogs=found)), catalogs)


def at_floor(trust_store: TrustStore) -> TrustStore:
    """Return a trust store without the catalogs that are lower than one that was seen (S1).

    Raises:
        RootFork, RootRollback, TrustFork, TrustRollback, RevocationsFork, CatalogFork: the store is
            below what was seen, or beside it.
    """
    require_floor(trust_store.trust)
    kept: dict[str, Verified[Catalog]] = {}
    for issuer, catalog in trust_store.catalogs.items():
        found, floor = order.seen(catalog), trust_store.trust.seen.catalogs[issuer]
        if order.is_fork(found, floor):
            raise order.fork_of(catalog.document)
        if found == floor:
            kept[issuer] = catalog
    return trust_store._replace(catalogs=kept)
