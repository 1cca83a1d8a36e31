"""Whom an installation believes: a pure state machine over roots, trust documents and lists.

Untrusted tokens and `now` (seconds since 1970) go in; a new `TrustState` or an error comes out,
and the state that was there is as it was. The rules, numbered as in `docs/format.md`, "Trust"
(R1 to R4, about roots, are in `licensekit.trust.roots`; F1, about whole files, in
`licensekit.trust.files`):

R5  With a new root, the trust document of the old one is no longer in force.
T1  A trust document is signed by the threshold of the newest root. Every signature on it is by a
    key of that root, and verifies; no key twice.
T2  It names that root's product and version, and is not issued more than a day ahead of now.
T3  Trust documents are ordered by version, which goes on across roots: lists are ordered by it, and
    would stand still if it began again. Lower than one seen is refused; the same one again changes
    nothing; another one of the version in force is a fork.
T4  No two keys of it have one key id.
L1  A revocation list is signed by one admitted key whose scope holds lists of that issuer, is for
    the root's product, and names a trust version that is not above the one in force.
L2  Lists of an issuer are ordered by (trust version, number). Lower is refused; the same one again
    changes nothing; another one of the same list version is a fork.
L3  When a new trust document no longer lets a list's key sign it, the list is no longer in force.
    Its list version stays a floor, and until a later list comes the issuer's bundles are refused:
    once a list has been seen, its absence is not an empty list.
S1  What was seen before (`Seen`) is a floor: a chain or trust document below it is refused, and a
    missing or lower list has the effect of L3.
Absent on purpose: being past `fresh_until` is a notice to administrators and stops nothing.
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from licensekit.errors import (
    KeyUnknown,
    RevocationsAhead,
    RevocationsFork,
    RevocationsRollback,
    RootGap,
    RootNotNewest,
    RootRollback,
    SignatureCount,
    TrustFork,
    TrustMissing,
    TrustRollback,
)
from licensekit.trust.roots import Chain, KnownRoot, first_root, next_root, trust_signing_keys
from licensekit.trust.scope import (
    AdmittedSigner,
    KeyReference,
    load_signers,
    require_not_ahead,
    require_product,
    require_scope,
    require_type,
    still_signed,
)
from licensekit.trust.signed import Verified, open_frame, verified
from licensekit.wire import armor, frame
from licensekit.wire.documents import Revocations, Root, Trust

ListVersion = tuple[int, int]
"""Where a list stands in the order of its issuer's lists: (trust version, number)."""


class Seen(NamedTuple):
    """The highest that was ever in force: the floor below which nothing may fall (S1)."""

    root: int = 0
    trust: int = 0
    lists: Mapping[str, ListVersion] = {}


class TrustState(NamedTuple):
    """What is believed. Create it with `start`; every change returns a new one."""

    chain: Chain
    trust: Verified[Trust] | None
    signers: Mapping[KeyReference, AdmittedSigner]
    lists: Mapping[str, Verified[Revocations]]
    """Issuer to the revocation list in force."""
    seen: Seen

    @property
    def root(self) -> Root:
        """The newest root."""
        return self.chain[-1].verified.document

    def list_missing(self, issuer: str) -> bool:
        """Return whether a list of `issuer` was seen and is not, or no longer, in force (L3)."""
        version = self.seen.lists.get(issuer)
        if version is None:
            return False
        in_force = self.lists.get(issuer)
        return in_force is None or _list_version(in_force.document) < version


def start(tokens: Iterable[armor.Token], pin: str) -> TrustState:
    """Return the state that knows the pinned root and nothing else (R1).

    Raises:
        TrustError: see `roots.first_root`.
    """
    root = first_root(tokens, pin)
    return TrustState((root,), None, {}, {}, Seen(root=root.root.version))


def update_root(state: TrustState, token: armor.Token) -> TrustState:
    """Add a root (R2 to R5).

    Raises:
        TrustError: see `roots.next_root`.
    """
    chain = next_root(state.chain, token)
    if len(chain) == len(state.chain):
        return state
    seen = state.seen._replace(root=chain[-1].root.version)
    return state._replace(chain=chain, trust=None, signers={}, seen=seen)


def update_trust(state: TrustState, token: armor.Token, now: int) -> TrustState:
    """Add a trust document (T1 to T4, L3).

    Raises:
        KeyUnknown, ThresholdNotMet, SignatureInvalid: by T1.
        RootNotNewest: signed by a root that was replaced.
        RootGap: it speaks under a root that is not here yet.
        WrongProduct, IssuedAhead, TrustRollback, TrustFork, KeyInvalid, KeyIdCollision: T2 to T4.
    """
    opened = open_frame(token, Trust)
    known = _root_that_signed(state.chain, opened)
    document = verified(token, opened, Trust, trust_signing_keys(known, opened))
    trust = document.document
    require_product(trust, state.root.product)
    _require_newest_root(state, known, trust)
    if state.trust is not None and state.trust.identity == document.identity:
        return state
    _require_newer_trust(state, trust)
    require_not_ahead(trust.issued, now)
    signers = load_signers(trust)
    return state._replace(
        trust=document,
        signers=signers,
        lists=still_signed(signers, state.lists),
        seen=state.seen._replace(trust=trust.version),
    )


def update_revocations(state: TrustState, token: armor.Token, now: int) -> TrustState:
    """Add a revocation list (L1, L2).

    Raises:
        TrustMissing, KeyUnknown, KeyRevoked, KeyOutOfScope, KeyOutOfWindow: by L1.
        WrongProduct, RevocationsAhead, RevocationsRollback, RevocationsFork: by L1 and L2.
        SignatureInvalid, PayloadInvalid: it is not sound.
    """
    opened = open_frame(token, Revocations)
    signer = find_signer(state, opened, "revocations")
    document = verified(token, opened, Revocations, [signer.key])
    revocations = document.document
    require_not_ahead(revocations.issued, now)
    require_scope(signer, revocations)
    require_product(revocations, state.root.product)
    if state.trust is None or revocations.trust_version > state.trust.document.version:
        raise RevocationsAhead(trust_version=revocations.trust_version)
    issuer, version = revocations.issuer, _list_version(revocations)
    in_force = state.lists.get(issuer)
    if in_force is not None and in_force.identity == document.identity:
        return state
    _require_later_list(issuer, version, state.seen.lists.get(issuer), in_force)
    return state._replace(
        lists={**state.lists, issuer: document},
        seen=state.seen._replace(lists={**state.seen.lists, issuer: version}),
    )


def require_seen(state: TrustState, seen: Seen) -> TrustState:
    """Check `state` against what was seen before (S1), and return it with that floor.

    Raises:
        RootRollback, TrustRollback: it is below the floor.
    """
    if state.seen.root < seen.root:
        raise RootRollback(version=state.seen.root, seen=seen.root)
    if state.seen.trust < seen.trust:
        raise TrustRollback(reason="stored", version=state.seen.trust, seen=seen.trust)
    lists = dict(state.seen.lists)
    for issuer, version in seen.lists.items():
        lists[issuer] = max(version, lists.get(issuer, version))
    return state._replace(seen=state.seen._replace(lists=lists))


def find_signer(state: TrustState, opened: frame.Frame, kind: str) -> AdmittedSigner:
    """Return the admitted key of a frame with one signature, if it may sign `kind` (step 4).

    Raises:
        SignatureCount: several signatures.
        TrustMissing: no trust document is in force.
        KeyUnknown: no admitted key has this key id and scheme.
        KeyRevoked, KeyOutOfScope: the key may not sign this type.
    """
    first, *more = opened.signatures
    if more:
        raise SignatureCount(document=kind, count=len(more) + 1)
    signer = state.signers.get((first.scheme, first.key))
    if signer is None:
        if state.trust is None:
            raise TrustMissing(reason="no-signers")
        raise KeyUnknown(reason="signature", key_id=first.key)
    require_type(signer, kind)
    return signer


def _root_that_signed(chain: Chain, opened: frame.Frame) -> KnownRoot:
    """Return the newest root whose threshold is named by the signatures, else the newest of all."""
    references = {(s.scheme, s.key) for s in opened.signatures}
    for known in reversed(chain):
        if len(references) >= known.root.threshold and references <= known.keys.keys():
            return known
    return chain[-1]


def _require_newest_root(state: TrustState, known: KnownRoot, trust: Trust) -> None:
    newest = state.root.version
    if known is state.chain[-1] and trust.root_version == newest:
        return
    if known is state.chain[-1] and trust.root_version > newest:
        raise RootGap(
            reason="trust",
            version=trust.root_version,
            newest=newest,
            needed=newest + 1,
            trust=trust.version,
        )
    raise RootNotNewest(
        version=trust.version,
        root=min(known.root.version, trust.root_version),
        newest=newest,
    )


def _require_newer_trust(state: TrustState, trust: Trust) -> None:
    if state.trust is not None and trust.version == state.trust.document.version:
        raise TrustFork(version=trust.version)
    if trust.version <= state.seen.trust:
        raise TrustRollback(reason="added", version=trust.version, seen=state.seen.trust)


def _require_later_list(
    issuer: str,
    version: ListVersion,
    seen: ListVersion | None,
    in_force: Verified[Revocations] | None,
) -> None:
    if seen is not None and version < seen:
        raise RevocationsRollback(issuer=issuer, number=version[1], trust_version=version[0])
    if in_force is not None and version == _list_version(in_force.document):
        raise RevocationsFork(issuer=issuer, number=version[1], trust_version=version[0])


def _list_version(revocations: Revocations) -> ListVersion:
    return revocations.trust_version, revocations.number
