"""The pinned root and the chain of roots that grows from it (`docs/format.md`, "Trust").

R1  The first root is the one whose digest is pinned. It alone is decoded before a signature of it
    is verified; then the threshold of its own keys must have signed it. If it is not version 1,
    it may also carry signatures by keys of the root before, which nobody here can judge: the pin
    says all that they would say.
R2  Root n+1 is signed by the threshold of root n and by the threshold of its own keys, and speaks
    for the same product and issuer.
R3  Every signature on a later root is by a key of the root that vouches for it or of its own, and
    verifies; no key signs twice.
R4  Another root of a version already in the chain is a fork; a version above n+1 is a gap; one
    below the first changes nothing.
"""

from base64 import b32decode, b32encode
from collections.abc import Iterable, Mapping
from typing import Any, Final, Literal, NamedTuple

from licensekit.errors import (
    KeyIdCollision,
    KeyUnknown,
    RootFork,
    RootGap,
    RootMismatch,
    RootPinInvalid,
    ThresholdNotMet,
    WrongProduct,
)
from licensekit.keys.verifying import VerifyingKey, load
from licensekit.trust.scope import KeyReference
from licensekit.trust.signed import (
    Verified,
    check_signatures,
    digest_of,
    identity_of,
    open_frame,
    verified,
)
from licensekit.wire import armor, frame
from licensekit.wire.documents import Root, RootKey, decode

_PIN_PREFIX: Final = "lkroot1-"
DIGEST_BYTES: Final = 32


class KnownRoot(NamedTuple):
    """A root of the chain with its keys loaded."""

    verified: Verified[Root]
    keys: Mapping[KeyReference, VerifyingKey]

    @property
    def root(self) -> Root:
        """The document."""
        return self.verified.document


Chain = tuple[KnownRoot, ...]
"""From the pinned root to the newest, without a gap."""


def pin_of(payload: bytes) -> str:
    """Return the pin of the root with this payload: `lkroot1-` and its digest in base32."""
    return _format_pin(digest_of("root", payload))


def parse_pin(text: str) -> bytes:
    """Parse a pin into its 32-byte digest.

    Raises:
        RootPinInvalid: not a pin in its one spelling.
    """
    pin = text.strip(armor.WHITE_SPACE)
    body = pin.removeprefix(_PIN_PREFIX)
    try:
        digest = b32decode(body.upper() + "====")  # 52 characters and padding are 32 bytes
    except ValueError as error:
        raise RootPinInvalid(pin=pin) from error
    if len(digest) != DIGEST_BYTES or pin != _format_pin(digest):
        raise RootPinInvalid(pin=pin)
    return digest


def first_root(tokens: Iterable[armor.Token], pin: str) -> KnownRoot:
    """Find the pinned root among `tokens` (R1).

    Raises:
        RootPinInvalid: `pin` is no pin.
        RootMismatch: none of the tokens is the pinned root.
        ThresholdNotMet, SignatureInvalid, KeyUnknown: it is not signed as R1 asks.
        PayloadInvalid, KeyInvalid, KeyIdCollision: it is the pinned one, and no sound root.
    """
    digest = parse_pin(pin)
    for token in tokens:
        if token.type != "root":
            continue
        opened = open_frame(token, Root)
        if digest_of("root", opened.payload) == digest:
            return _pinned(token, opened)
    raise RootMismatch(reason="pinned")


def next_root(chain: Chain, token: armor.Token) -> Chain:
    """Return the chain with the root in `token` at its end, or unchanged (R2 to R4).

    Raises:
        ThresholdNotMet: too few keys of the newest root, or of its own, have signed it.
        RootGap, RootFork: by R4.
        WrongProduct: it speaks for another product or issuer.
        SignatureInvalid, KeyUnknown, PayloadInvalid, KeyInvalid: it is not sound.
    """
    opened = open_frame(token, Root)
    identity = identity_of("root", opened.payload)
    if any(known.verified.identity == identity for known in chain):
        return chain
    voucher = _voucher(chain, token, opened)
    root = decode(Root, opened.payload)
    own = load_keys(root.keys)
    known = _known(token, opened, root, own, {**voucher.keys, **own})
    first, newest = chain[0].root, chain[-1].root
    if (root.product, root.issuer) != (newest.product, newest.issuer):
        raise WrongProduct(
            reason="root",
            product=root.product,
            expected=newest.product,
            issuer=root.issuer,
            expected_issuer=newest.issuer,
            version=root.version,
        )
    if root.version < first.version:
        return chain
    if root.version <= newest.version:
        raise RootFork(version=root.version)
    if root.version > newest.version + 1:
        raise RootGap(
            reason="root",
            version=root.version,
            newest=newest.version,
            needed=newest.version + 1,
        )
    if voucher is not chain[-1]:
        raise _short(newest, 0, version=root.version)
    return (*chain, known)


def trust_signing_keys(known: KnownRoot, opened: frame.Frame) -> list[VerifyingKey]:
    """Return the key of `known` for each signature on a trust document (T1).

    All of them must be its keys, and enough of them. Nothing is verified here yet.

    Raises:
        KeyUnknown: a signature by another key.
        ThresholdNotMet: too few.
    """
    found = _keys_of(opened, known.keys, reason="trust", root=known.root.version)
    if len(found) < known.root.threshold:
        raise _short(known.root, len(found), reason="trust")
    return found


def _keys_of(
    opened: frame.Frame, allowed: Mapping[KeyReference, VerifyingKey], **about: Any
) -> list[VerifyingKey]:
    """Return the key of each signature; raise `KeyUnknown` if one is not `allowed`."""
    keys = [allowed.get((s.scheme, s.key)) for s in opened.signatures]
    found = [key for key in keys if key is not None]
    if len(found) < len(keys):
        raise KeyUnknown(**about)
    return found


def _voucher(chain: Chain, token: armor.Token, opened: frame.Frame) -> KnownRoot:
    """Return the newest root whose threshold signed `opened`, those signatures verified."""
    best = 0
    for known in reversed(chain):
        pairs = [(s, known.keys.get((s.scheme, s.key))) for s in opened.signatures]
        mine = [(s, key) for s, key in pairs if key is not None]
        best = max(best, len(mine))
        if len(mine) >= known.root.threshold:
            part = frame.Frame(tuple(s for s, _ in mine), opened.payload)
            check_signatures(token, part, [key for _, key in mine])
            return known
    raise _short(chain[-1].root, best, reason="next-root")


def _pinned(token: armor.Token, opened: frame.Frame) -> KnownRoot:
    """Check the pinned root's signatures by its own keys, and load its keys (R1)."""
    root = decode(Root, opened.payload)
    own = load_keys(root.keys)
    if root.version > 1:
        mine = tuple(s for s in opened.signatures if (s.scheme, s.key) in own)
        opened = opened._replace(signatures=mine)
    return _known(token, opened, root, own, own)


def _known(
    token: armor.Token,
    opened: frame.Frame,
    root: Root,
    own: Mapping[KeyReference, VerifyingKey],
    allowed: Mapping[KeyReference, VerifyingKey],
) -> KnownRoot:
    """Check that only allowed keys signed, and enough of the root's own (R3)."""
    found = _keys_of(opened, allowed, reason="next-root", version=root.version)
    count = sum((s.scheme, s.key) in own for s in opened.signatures)
    if count < root.threshold:
        raise _short(root, count, version=root.version)
    return KnownRoot(verified(token, opened, Root, found), own)


def load_keys(keys: Iterable[RootKey]) -> dict[KeyReference, VerifyingKey]:
    """Load public keys.

    Raises:
        KeyInvalid: one is malformed, non-canonical or of low order.
        KeyIdCollision: two have one key id.
    """
    loaded = [load(key.scheme, key.public) for key in keys]
    if len({key.key_id for key in loaded}) < len(loaded):
        raise KeyIdCollision(reason="root")
    return {(key.scheme, key.key_id): key for key in loaded}


def _format_pin(digest: bytes) -> str:
    return _PIN_PREFIX + b32encode(digest).decode("ascii").rstrip("=").lower()


def _short(
    root: Root,
    count: int,
    *,
    reason: Literal["root", "next-root", "trust"] = "root",
    version: int | None = None,
) -> ThresholdNotMet:
    return ThresholdNotMet(
        reason=reason,
        root=root.version,
        needed=root.threshold,
        signed=count,
        missing=root.threshold - count,
        version=version,
    )
