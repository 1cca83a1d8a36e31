"""The trust state: the roots, trust document and revocation lists in force, as an immutable value.

Each function takes untrusted tokens and returns a new `TrustState` or raises. Rules are numbered as in
`docs/format.md`, "Trust", and checked in the order of its text: R1 and R2 (roots) are in `roots`, O1 (order) in
`order`, and catalogs in `pack`. `now` is in seconds since 1970, or None where the time of issue is not checked: for a
pack, and for documents accepted before. Nothing stops working after `fresh_until`.
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple, TypeVar

from licensekit import errors
from licensekit.trust import order, scope
from licensekit.trust.order import NOTHING_SEEN, ROOTS, TRUST, Seen, full_version, is_fork, merge, seen, with_seen
from licensekit.trust.roots import Chain, first_root, keys_of_trust, next_root, short_of
from licensekit.trust.signed import Verified, check_signatures, open_frame, verified
from licensekit.wire import armor, frame
from licensekit.wire.documents import Bundle, Catalog, Reset, Revocations, Root, Trust

S = TypeVar("S", Revocations, Catalog, Bundle, Reset)
N = TypeVar("N", Revocations, Catalog)


class TrustState(NamedTuple):
    """The roots, trust document and lists in force, created by `start`."""

    chain: Chain
    trust: Verified[Trust] | None
    signers: Mapping[scope.KeyReference, scope.AdmittedSigner]
    lists: Mapping[str, Verified[Revocations]]  # issuer to the revocation list in force
    seen: Seen

    @property
    def root(self) -> Root:
        """The newest root."""
        return self.chain[-1].verified.document

    @property
    def pair(self) -> tuple[int, int]:
        """The versions of the newest root and of the trust document in force, or 0 without one."""
        return self.root.version, 0 if self.trust is None else self.trust.document.version

    def list_missing(self, issuer: str) -> bool:
        """Return whether a list of `issuer` was seen, but none is in force (L2)."""
        return ("revocations", issuer) in self.seen and issuer not in self.lists


def start(tokens: Iterable[armor.Token], pin: str) -> TrustState:
    """Return the state with only the pinned root (R1); raises as `first_root`."""
    root = first_root(tokens, pin)
    return TrustState((root,), None, {}, {}, with_seen(NOTHING_SEEN, root.verified))


def update_root(state: TrustState, token: armor.Token) -> TrustState:
    """Add a root (R2), and remove the trust document of the old one (R3); raises as `next_root`."""
    chain = next_root(state.chain, token, state.seen.get(ROOTS))
    if len(chain) == len(state.chain):
        return state
    found = merge(state.seen, with_seen(NOTHING_SEEN, chain[-1].verified))
    return state._replace(chain=chain, trust=None, signers={}, seen=found)


def judge_trust(state: TrustState, token: armor.Token) -> Verified[Trust]:
    """Verify a trust document (T1); raise a `TrustError` unless the newest root signed it."""
    opened = open_frame(token, Trust)
    known, keys = keys_of_trust(state.chain, opened)
    if len(keys) < known.root.threshold:
        check_signatures(token, opened, keys)
        raise short_of(known.root, len(keys), reason="trust")
    if known is not state.chain[-1]:
        check_signatures(token, opened, keys)
        raise errors.RootNotNewest(reason="signed", root=known.root.version, newest=state.root.version)
    document = verified(token, opened, Trust, keys)
    scope.require_product(document.document, state.root.product)
    root, version, newest = document.document.root_version, document.document.version, state.root.version
    if root > newest:
        raise errors.RootGap(reason="trust", version=root, newest=newest, needed=newest + 1, trust=version)
    if root < newest:
        raise errors.RootNotNewest(reason="names", version=version, root=root, newest=newest)
    return document


def take_trust(state: TrustState, document: Verified[Trust], now: int | None) -> TrustState:
    """Put a trust document in force (T2), and remove lists that its keys may not sign (L2); raises by O1."""
    if not order.is_news(document, state.seen.get(TRUST), state.trust, now):
        return state
    signers = scope.load_signers(document.document)
    lists = {i: v for i, v in state.lists.items() if scope.may_still_sign(signers, v)}
    return state._replace(trust=document, signers=signers, lists=lists, seen=with_seen(state.seen, document))


def verify_numbered(state: TrustState, token: armor.Token, kind: type[N]) -> Verified[N]:
    """Verify a list or a catalog, which may be an older one (L1, C1); raises as `verify_signed`, or `DocumentAhead`."""
    document = verify_signed(token, kind, state)
    issuer, root, trust = document.document.issuer, document.document.root_version, document.document.trust_version
    if (root, trust) > state.pair:
        raise errors.DocumentAhead(reason=token.type, issuer=issuer, root_version=root, trust_version=trust)
    return document


def take_revocations(state: TrustState, document: Verified[Revocations], now: int | None) -> TrustState:
    """Put a revocation list in force; raises `IssuedAhead`, `Fork` and `Rollback` by O1."""
    issuer = document.document.issuer
    if not order.is_news(document, state.seen.get(("revocations", issuer)), state.lists.get(issuer), now):
        return state
    return state._replace(lists={**state.lists, issuer: document}, seen=with_seen(state.seen, document))


def remember(state: TrustState, floor: Seen) -> TrustState:
    """Raise the seen documents of `state` to `floor`, which wins at equal height; remove lists below it."""
    merged = merge(floor, state.seen)
    lists = {i: v for i, v in state.lists.items() if full_version(v.document) >= merged["revocations", i].version}
    return state._replace(lists=lists, seen=merged)


def require_floor(state: TrustState, floor: Seen) -> None:
    """Raise `Fork` or `Rollback` for a state that contradicts `floor` or is older (S1); missing lists are L2's."""
    root, trust = state.seen.get(ROOTS), state.seen.get(TRUST)
    for known in state.chain:
        if is_fork(seen(known.verified), floor.get(ROOTS, root)):
            raise order.fork_of(known.root)
    if root is not None and (state.root.version,) < root.version:
        raise errors.Rollback(reason="root", version=state.root.version, seen=root.version[0])
    if trust is not None and state.pair < trust.version:
        raise errors.Rollback(reason="stored", version=state.pair[1], seen=trust.version[-1])
    if state.trust is not None and is_fork(seen(state.trust), trust):
        raise order.fork_of(state.trust.document)
    for issuer, in_force in state.lists.items():
        if is_fork(seen(in_force), state.seen.get(("revocations", issuer))):
            raise order.fork_of(in_force.document)


def verify_signed(token: armor.Token, kind: type[S], state: TrustState, now: int | None = None) -> Verified[S]:
    """Verify a document signed by an admitted key: steps 3 to 8; for a reset, which names no product, to 7.

    A bundle activated before is passed without `now`. Whether it was revoked since is not checked here
    (`docs/evaluation.md`, "Bundles that govern").
    """
    opened = open_frame(token, kind)  # step 3
    signer = find_signer(state, opened, token.type)  # step 4
    document = verified(token, opened, kind, (signer.key,))  # steps 5 and 6
    if now is not None:
        scope.require_not_ahead(document.document.issued, now)  # step 7
    scope.require_scope(signer, document.document)
    if not isinstance(document.document, Reset):
        scope.require_product(document.document, state.root.product)  # step 8
    return document


def find_signer(state: TrustState, opened: frame.Frame, kind: str) -> scope.AdmittedSigner:
    """Return the admitted key that signed a frame; raise a `TrustError` unless it may sign `kind` (step 4)."""
    first, *more = opened.signatures
    if more:
        raise errors.SignatureCount(reason="several", document=kind, count=len(more) + 1)
    if (signer := state.signers.get((first.scheme, first.key))) is None:
        if state.trust is None:
            raise errors.TrustMissing(reason="no-signers")
        raise errors.KeyUnknown(reason="signature", key_id=first.key)
    scope.require_type(signer, kind)
    return signer


def extend(state: TrustState, tokens: Iterable[armor.Token], now: int | None) -> TrustState:
    """Add the roots, trust documents and lists among `tokens`, all or none (F1, 1 to 5); raises a `TrustError`."""
    by_type: dict[str, list[armor.Token]] = {"root": [], "trust": [], "revocations": []}
    for token in tokens:
        by_type.get(token.type, []).append(token)
    state, older_roots = _extend_roots(state, by_type["root"])
    judged, older_trust = _judge_trust(state, by_type["trust"])
    for trust in order.newest(judged, state.seen):
        state = take_trust(state, trust, now)
    passed_over = older_roots + older_trust
    if state.trust is None:
        raise passed_over[0] if passed_over else errors.TrustMissing(reason="newest-root")
    for revocations in order.newest(still_signed(state, by_type["revocations"], Revocations), state.seen):
        state = take_revocations(state, revocations, now)
    return state


def still_signed(state: TrustState, tokens: Iterable[armor.Token], kind: type[N]) -> list[Verified[N]]:
    """Verify revocation lists or catalogs, and skip those by a revoked key."""
    found: list[Verified[N]] = []
    for token in tokens:
        try:
            found.append(verify_numbered(state, token, kind))
        except errors.KeyRevoked:
            continue
    return found


def _extend_roots(state: TrustState, tokens: list[armor.Token]) -> tuple[TrustState, list[Exception]]:
    """Add roots in any order; return the errors of those that are older than the pin (F1, 1)."""
    while True:
        waiting: list[armor.Token] = []
        gaps: list[Exception] = []
        unvouched: list[Exception] = []
        for token in tokens:
            try:
                state = update_root(state, token)
            except errors.RootGap as error:
                waiting.append(token)
                gaps.append(error)
            except errors.ThresholdNotMet as error:
                if error.reason != "next-root":  # keys of a root here signed it
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


def _judge_trust(state: TrustState, tokens: list[armor.Token]) -> tuple[list[Verified[Trust]], list[Exception]]:
    """Verify trust documents; return the errors of those that are older than the pin (F1, 2)."""
    judged: list[Verified[Trust]] = []
    older: list[Exception] = []
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
