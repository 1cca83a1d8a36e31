"""Whom an installation believes: a pure state machine over roots, trust documents and lists.

Untrusted tokens go in; a new `TrustState` or an error comes out, and the state that was there is as it was. Rules are
numbered as in `docs/format.md`, "Trust": R1 and R2, about roots, are in `licensekit.trust.roots`, the order (O1) in
`licensekit.trust.order`, whole files (F1) and catalogs in `licensekit.trust.pack`. Each function goes through the
checks of its rule in the order of the text.

`now` is seconds since 1970, and None where it does not matter when a document was issued: for a pack, and for what was
taken before.

Absent on purpose: being past `fresh_until` is a notice to administrators and stops nothing.
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
    """What is believed. Create it with `start`; every change returns a new one."""

    chain: Chain
    trust: Verified[Trust] | None
    signers: Mapping[scope.KeyReference, scope.AdmittedSigner]
    lists: Mapping[str, Verified[Revocations]]
    """Issuer to the revocation list in force."""
    seen: Seen

    @property
    def root(self) -> Root:
        """The newest root."""
        return self.chain[-1].verified.document

    @property
    def pair(self) -> tuple[int, int]:
        """The versions of the newest root and of the trust document in force; 0 for none."""
        return self.root.version, 0 if self.trust is None else self.trust.document.version

    def list_missing(self, issuer: str) -> bool:
        """Return whether a list of `issuer` was seen and is not, or no longer, in force (L2)."""
        return ("revocations", issuer) in self.seen and issuer not in self.lists


def start(tokens: Iterable[armor.Token], pin: str) -> TrustState:
    """Return the state that knows the pinned root and nothing else (R1); raises as `first_root`."""
    root = first_root(tokens, pin)
    return TrustState((root,), None, {}, {}, with_seen(NOTHING_SEEN, root.verified))


def update_root(state: TrustState, token: armor.Token) -> TrustState:
    """Add a root (R2): the trust document of the old one falls (R3). Raises as `next_root`."""
    chain = next_root(state.chain, token, state.seen.get(ROOTS))
    if len(chain) == len(state.chain):
        return state
    found = merge(state.seen, with_seen(NOTHING_SEEN, chain[-1].verified))
    return state._replace(chain=chain, trust=None, signers={}, seen=found)


def judge_trust(state: TrustState, token: armor.Token) -> Verified[Trust]:
    """Verify a trust document (T1).

    Raises:
        KeyUnknown, SignatureInvalid, ThresholdNotMet: no root here has signed it.
        RootNotNewest: signed by a root that was replaced, or made for one.
        RootGap: it names a root that is not here yet.
        WrongProduct: it is another product's.
        FrameInvalid, PayloadInvalid: it is not sound.
    """
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
    _require_newest_root(document.document, state.root.version)
    return document


def take_trust(state: TrustState, document: Verified[Trust], now: int | None) -> TrustState:
    """Put a trust document in force (T2), and lists out of force that its keys may not sign (L2).

    Raises:
        IssuedAhead, Fork, Rollback: by O1.
        KeyInvalid, KeyIdCollision: a key that it admits is not sound, or two have one id.
    """
    if not order.is_news(document, state.seen.get(TRUST), state.trust, now):
        return state
    signers = scope.load_signers(document.document)
    return state._replace(
        trust=document,
        signers=signers,
        lists={i: v for i, v in state.lists.items() if scope.may_still_sign(signers, v)},
        seen=with_seen(state.seen, document),
    )


def verify_numbered(state: TrustState, token: armor.Token, kind: type[N]) -> Verified[N]:
    """Verify a revocation list or a catalog, whether or not it is the newest (L1, C1).

    Raises:
        DocumentAhead: made under a root or trust document that is not here; else as `verify_signed`.
    """
    document = verify_signed(token, kind, state)
    root_version, trust_version = document.document.root_version, document.document.trust_version
    if (root_version, trust_version) > state.pair:
        raise errors.DocumentAhead(
            reason=token.type, issuer=document.document.issuer, root_version=root_version, trust_version=trust_version
        )
    return document


def take_revocations(state: TrustState, document: Verified[Revocations], now: int | None) -> TrustState:
    """Put a revocation list in force.

    Raises:
        IssuedAhead, Fork, Rollback: by O1.
    """
    issuer = document.document.issuer
    if not order.is_news(document, state.seen.get(("revocations", issuer)), state.lists.get(issuer), now):
        return state
    return state._replace(lists={**state.lists, issuer: document}, seen=with_seen(state.seen, document))


def remember(state: TrustState, floor: Seen) -> TrustState:
    """Raise what `state` has seen to `floor`, which decides where both have as high.

    A list that is now below what was seen is no longer in force.
    """
    merged = merge(floor, state.seen)
    lists = {i: v for i, v in state.lists.items() if full_version(v.document) >= merged["revocations", i].version}
    return state._replace(lists=lists, seen=merged)


def require_floor(state: TrustState, floor: Seen) -> None:
    """Refuse a state that is below what was seen, or beside it (S1).

    `floor` is what was seen before these documents. A list that is missing has the effect of L2: it is not judged here.

    Raises:
        Fork, Rollback: as their names say.
    """
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
    """Verify what an admitted key has signed: steps 3 to 8, but 8 of a reset, which names an installation by its key.

    A bundle that was taken before holds others back while this succeeds, also one that was revoked since; whether it
    grants anything is judged when it is asked (`docs/evaluation.md`, "Bundles that govern").

    Raises as `find_signer`, `verified`, `require_scope` and `require_product`; `IssuedAhead` if there is a `now`.
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
    """Return the admitted key of a frame with one signature, if it may sign `kind` (step 4).

    Raises:
        SignatureCount: several signatures.
        TrustMissing: no trust document is in force.
        KeyUnknown: no admitted key has this key id and scheme.
        KeyRevoked, KeyOutOfScope: the key may not sign this type.
    """
    first, *more = opened.signatures
    if more:
        raise errors.SignatureCount(reason="several", document=kind, count=len(more) + 1)
    signer = state.signers.get((first.scheme, first.key))
    if signer is None:
        if state.trust is None:
            raise errors.TrustMissing(reason="no-signers")
        raise errors.KeyUnknown(reason="signature", key_id=first.key)
    scope.require_type(signer, kind)
    return signer


def _require_newest_root(trust: Trust, newest: int) -> None:
    if trust.root_version > newest:
        raise errors.RootGap(
            reason="trust", version=trust.root_version, newest=newest, needed=newest + 1, trust=trust.version
        )
    if trust.root_version < newest:
        raise errors.RootNotNewest(reason="names", version=trust.version, root=trust.root_version, newest=newest)
