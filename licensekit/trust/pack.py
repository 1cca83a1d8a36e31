"""Root pin and pack to trust and catalogs: what an application ships, and what later files add.

A pack (`.lkp`) is a file of root, trust, revocations and catalog tokens (`docs/format.md`, "Packs"). Newer ones of each
ride in license files, and the newest of each governs.

The trust documents of a file are taken together (F1 of `docs/format.md`, "Trust"): roots first, then trust documents,
then lists, then catalogs, whatever their order in the file. Of those that a type has, the highest is taken, and what it
supersedes is passed over before anybody asks when it was issued. To pass over a document is safe: whoever sends a file
can leave it out.
"""

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import NamedTuple, TypeVar

from licensekit import errors
from licensekit.trust import order
from licensekit.trust.order import NOTHING_SEEN, Seen, is_news, newest, with_seen
from licensekit.trust.roots import pin_of
from licensekit.trust.scope import may_still_sign
from licensekit.trust.signed import Verified
from licensekit.trust.state import (
    TrustState,
    judge_trust,
    remember,
    require_floor,
    start,
    take_revocations,
    take_trust,
    update_root,
    verify_numbered,
)
from licensekit.wire import armor
from licensekit.wire.documents import Catalog, Revocations, Root, Trust, decode, qualified

D = TypeVar("D", Revocations, Catalog)

TrustDocument = Verified[Root] | Verified[Trust] | Verified[Revocations] | Verified[Catalog]
IN_PACKS = frozenset({"root", "trust", "revocations", "catalog"})
"""Types of the documents that a pack holds."""


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

    @property
    def catalog_documents(self) -> dict[str, Catalog]:
        """Issuer to what its newest catalog says."""
        return {issuer: catalog.document for issuer, catalog in self.catalogs.items()}

    @property
    def documents(self) -> list[TrustDocument]:
        """Everything in force, in reading order."""
        state = self.trust
        found: list[TrustDocument] = [known.verified for known in state.chain]
        found += [] if state.trust is None else [state.trust]
        found += [state.lists[issuer] for issuer in sorted(state.lists)]
        return found + [self.catalogs[issuer] for issuer in sorted(self.catalogs)]

    @property
    def tokens(self) -> tuple[armor.Token, ...]:
        """The tokens of everything in force, in reading order."""
        return tuple(one.token for one in self.documents)

    def qualify(self, issuer: str, code: str) -> str:
        """Return how an application calls a code that `issuer` writes: the vendor's are bare."""
        return qualified(code, issuer, self.issuer)

    def issuer_of(self, code: str) -> str:
        """Return the issuer of a code as an application writes it."""
        return code.rpartition(".")[0] or self.issuer

    def beside(self, code: str, written: Iterable[str]) -> tuple[str, ...]:
        """Return how an application calls codes that the catalog of `code` writes."""
        issuer = self.issuer_of(code)
        return tuple(self.qualify(issuer, one) for one in written)


def open_pack(pack: bytes | str, root: str) -> TrustStore:
    """Open a pack under a root pin, whenever what is in it was issued.

    Raises:
        FormatError: the pack is no file of tokens, or holds something else than a pack may.
        TrustError: the pinned root is not in it, or something in it is not to be believed.
    """
    tokens = armor.read(pack)
    require_in_pack(tokens)
    return extend_trust_store(TrustStore(start(tokens, root), {}), tokens, None)


def require_in_pack(tokens: Iterable[armor.Token]) -> None:
    """Raise `UnexpectedType` for a token of another type than a pack holds."""
    for token in tokens:
        if token.type not in IN_PACKS:
            raise errors.UnexpectedType(reason="not-in-pack", type=token.type)


def pin_in_pack(pack: bytes | str) -> str:
    """Return the pin of the oldest root in a pack, for a first activation without a root pin.

    Whoever made the pack chose it: it protects from the second file on, and not from the first.

    Raises:
        FormatError: the pack is damaged.
        RootMismatch: there is no root in it.
    """
    return pin_of(_oldest_root(pack))


def product_in_pack(pack: bytes | str) -> str:
    """Return the product that a pack names, unverified; raises as `pin_in_pack` does."""
    return decode(Root, _oldest_root(pack)).product


def _oldest_root(pack: bytes | str) -> bytes:
    payloads = [t.payload for t in armor.read(pack) if t.type == "root"]
    if not payloads:
        raise errors.RootMismatch(reason="no-root")
    return min(payloads, key=lambda payload: decode(Root, payload).version)


def extend_trust_store(
    trust_store: TrustStore, tokens: Iterable[armor.Token], now: int | None, seen: Seen = NOTHING_SEEN
) -> TrustStore:
    """Add the roots, trust documents, lists and catalogs among `tokens`: all or none (F1).

    `now` is seconds since 1970; None where it does not matter when they were issued: in a pack, and in what was taken
    before. `seen` is the floor that an installation remembers (S1).

    Raises:
        TrustError: one of them is refused for another reason than being older, or what they establish is below the
            floor.
        FormatError: one of them is damaged.
    """
    return at_floor(add_documents(trust_store, tokens, now, seen), seen)


def add_documents(
    trust_store: TrustStore, tokens: Iterable[armor.Token], now: int | None, seen: Seen = NOTHING_SEEN
) -> TrustStore:
    """Add the same, and leave to `at_floor` whether all that was seen is there."""
    tokens = list(tokens)
    trust = extend(remember(trust_store.trust, seen), tokens, now)
    catalogs = dict(trust_store.catalogs)
    if trust.trust is not trust_store.trust.trust:  # C2: without a catalog nothing is granted
        catalogs = {i: c for i, c in catalogs.items() if may_still_sign(trust.signers, c)}
    found = trust.seen
    verified = _still_signed(
        (token for token in tokens if token.type == "catalog"), partial(verify_numbered, trust, kind=Catalog)
    )
    for catalog in newest(verified, found):
        issuer = catalog.document.issuer
        if is_news(catalog, found.get(("catalog", issuer)), catalogs.get(issuer), now):
            catalogs[issuer], found = catalog, with_seen(found, catalog)
    return TrustStore(trust._replace(seen=found), catalogs)


def extend(state: TrustState, tokens: Iterable[armor.Token], now: int | None) -> TrustState:
    """Add the roots, trust documents and lists of a file, or none of them (F1, 1 to 5).

    Other types are left alone. `now` is seconds since 1970; None where it does not matter when they were issued. Raises
    as `extend_trust_store`.
    """
    by_type: dict[str, list[armor.Token]] = {"root": [], "trust": [], "revocations": []}
    for token in tokens:
        by_type.get(token.type, []).append(token)
    state, older_roots = _extend_roots(state, by_type["root"])
    judged, older_trust = _judge_trust(state, by_type["trust"])
    for trust in newest(judged, state.seen):
        state = take_trust(state, trust, now)
    passed_over = older_roots + older_trust
    if state.trust is None:
        raise passed_over[0] if passed_over else errors.TrustMissing(reason="newest-root")
    lists = _still_signed(by_type["revocations"], partial(verify_numbered, state, kind=Revocations))
    for revocations in newest(lists, state.seen):
        state = take_revocations(state, revocations, now)
    return state


def _still_signed(tokens: Iterable[armor.Token], verify: Callable[[armor.Token], Verified[D]]) -> list[Verified[D]]:
    """Verify tokens, and pass over those by a key that was revoked since."""
    verified: list[Verified[D]] = []
    for token in tokens:
        try:
            verified.append(verify(token))
        except errors.KeyRevoked:
            continue
    return verified


def _extend_roots(state: TrustState, tokens: list[armor.Token]) -> tuple[TrustState, list[errors.TrustError]]:
    """Add roots in any order; return the errors of those that are older than the pin (F1, 1)."""
    while True:
        waiting: list[armor.Token] = []
        gaps: list[errors.TrustError] = []
        unvouched: list[errors.TrustError] = []
        for token in tokens:
            try:
                state = update_root(state, token)
            except errors.RootGap as error:
                waiting.append(token)
                gaps.append(error)
            except errors.ThresholdNotMet as error:
                if error.reason != "next-root":  # a root here vouches for it
                    raise
                waiting.append(token)
                unvouched.append(error)
        if len(waiting) == len(tokens):
            break
        tokens = waiting
    refused = gaps if _is_pinned_above_first(state) else gaps + unvouched
    if refused:
        raise refused[0]
    return state, unvouched


def _judge_trust(state: TrustState, tokens: list[armor.Token]) -> tuple[list[Verified[Trust]], list[errors.TrustError]]:
    """Verify trust documents; return the errors of those that are older than the pin (F1, 2)."""
    judged: list[Verified[Trust]] = []
    older: list[errors.TrustError] = []
    for token in tokens:
        try:
            judged.append(judge_trust(state, token))
        except errors.RootNotNewest:
            continue
        except (errors.ThresholdNotMet, errors.KeyUnknown) as error:
            if not _is_pinned_above_first(state):
                raise
            older.append(error)
    return judged, older


def _is_pinned_above_first(state: TrustState) -> bool:
    """Return whether there may be documents that are older than the pinned root."""
    return state.chain[0].root.version > 1


def at_floor(trust_store: TrustStore, floor: Seen) -> TrustStore:
    """Return a trust store without the catalogs that are lower than one that was seen (S1).

    Raises as `require_floor`, and `Fork`.
    """
    require_floor(trust_store.trust, floor)
    kept: dict[str, Verified[Catalog]] = {}
    for issuer, catalog in trust_store.catalogs.items():
        found, highest = order.seen(catalog), trust_store.trust.seen["catalog", issuer]
        if order.is_fork(found, highest):
            raise order.fork_of(catalog.document)
        if found == highest:
            kept[issuer] = catalog
    return trust_store._replace(catalogs=kept)
