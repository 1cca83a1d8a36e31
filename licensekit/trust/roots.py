"""The chain of roots, from the pinned one (R1) to the newest (R2) (`docs/format.md`, "Trust").

The checks of each rule run in the order of its text. A root is not decoded before enough signatures by keys of an
earlier root have verified; the pinned root is recognized by its digest.
"""

from base64 import b32decode, b32encode
from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple

from licensekit import errors
from licensekit.keys.verifying import VerifyingKey
from licensekit.trust.order import SeenDocument, fork_of, is_fork
from licensekit.trust.scope import KeyReference, load_keys
from licensekit.trust.signed import Verified, check_signatures, digest_of, identity_of, open_frame, verified
from licensekit.wire import armor, frame
from licensekit.wire.documents import Root, decode

_PIN_PREFIX: Final = "lkroot1-"
DIGEST_BYTES: Final = 32
Keys = Mapping[KeyReference, VerifyingKey]


class KnownRoot(NamedTuple):
    """A root of the chain, with its keys loaded."""

    verified: Verified[Root]
    keys: Keys

    @property
    def root(self) -> Root:
        """The document."""
        return self.verified.document


Chain = tuple[KnownRoot, ...]  # from the pinned root to the newest, without gaps


def pin_of(payload: bytes) -> str:
    """Return the pin of a root: `lkroot1-` and its digest in base32."""
    return _format_pin(digest_of("root", payload))


def parse_pin(text: str) -> bytes:
    """Return the 32-byte digest of a pin; raise `RootPinInvalid`."""
    pin = text.strip(armor.WHITE_SPACE)
    body = pin.removeprefix(_PIN_PREFIX)
    try:
        digest = b32decode(body.upper() + "====")  # 52 characters and padding are 32 bytes
    except ValueError as error:
        raise errors.RootPinInvalid(pin=pin) from error
    if len(digest) != DIGEST_BYTES or pin != _format_pin(digest):
        raise errors.RootPinInvalid(pin=pin)
    return digest


def first_root(tokens: Iterable[armor.Token], pin: str) -> KnownRoot:
    """Find the pinned root among `tokens` (R1); raise `RootPinInvalid`, `RootMismatch`, or why it is invalid."""
    digest = parse_pin(pin)
    for token in tokens:
        if token.type != "root":
            continue
        opened = open_frame(token, Root)
        if digest_of("root", opened.payload) == digest:
            root = decode(Root, opened.payload)
            own = load_keys(root.keys)
            if root.version > 1:  # signatures by keys of earlier roots cannot be checked
                opened = opened._replace(signatures=tuple(s for s in opened.signatures if (s.scheme, s.key) in own))
            return _known(token, opened, root, own, own)
    raise errors.RootMismatch(reason="pinned")


def next_root(chain: Chain, token: armor.Token, floor: SeenDocument | None = None) -> Chain:
    """Append the root in `token` to the chain, unless it is there or older (R2); `floor` is the newest one seen (S1).

    Raises `ThresholdNotMet` if too few keys of any root here signed it, `RootGap` if a root before it is missing,
    `Fork`, and `WrongProduct`.
    """
    opened = open_frame(token, Root)
    identity = identity_of("root", opened.payload)
    if any(known.verified.identity == identity for known in chain):
        return chain
    voucher = _voucher(chain, token, opened)
    root = decode(Root, opened.payload)
    first, newest = chain[0].root, chain[-1].root
    if (root.product, root.issuer) != (newest.product, newest.issuer):
        told: dict[str, Any] = {"product": root.product, "issuer": root.issuer, "version": root.version}
        raise errors.WrongProduct(reason="root", expected=newest.product, expected_issuer=newest.issuer, **told)
    if root.version < first.version:
        return chain
    if root.version <= newest.version or is_fork(SeenDocument((root.version,), identity), floor):
        raise fork_of(root)
    if root.version > newest.version + 1:
        raise errors.RootGap(reason="root", version=root.version, newest=newest.version, needed=newest.version + 1)
    if voucher is not chain[-1]:
        raise short_of(newest, 0, version=root.version)
    own = load_keys(root.keys)
    return (*chain, _known(token, opened, root, own, {**voucher.keys, **own}))


def keys_of_trust(chain: Chain, opened: frame.Frame) -> tuple[KnownRoot, list[VerifyingKey]]:
    """Return the newest root that has all keys that signed a trust document, and these keys, unverified (T1).

    A root whose threshold they reach is preferred.
    """
    references = [(s.scheme, s.key) for s in opened.signatures]
    having = [known for known in reversed(chain) if known.keys.keys() >= set(references)]
    if not having:
        raise errors.KeyUnknown(reason="trust", root=chain[-1].root.version)
    signed = next((known for known in having if len(references) >= known.root.threshold), having[0])
    return signed, [signed.keys[reference] for reference in references]


def _voucher(chain: Chain, token: armor.Token, opened: frame.Frame) -> KnownRoot:
    """Return the newest root whose threshold of keys signed `opened`, after verifying their signatures."""
    best = 0
    for known in reversed(chain):
        pairs = [(s, known.keys.get((s.scheme, s.key))) for s in opened.signatures]
        mine = [(s, key) for s, key in pairs if key is not None]
        best = max(best, len(mine))
        if len(mine) >= known.root.threshold:
            check_signatures(token, frame.Frame(tuple(s for s, _ in mine), opened.payload), [key for _, key in mine])
            return known
    raise short_of(chain[-1].root, best, reason="next-root")


def _known(token: armor.Token, opened: frame.Frame, root: Root, own: Keys, allowed: Keys) -> KnownRoot:
    """Check that only allowed keys signed, that enough of them are the root's own, and that all signatures verify."""
    references = [(s.scheme, s.key) for s in opened.signatures]
    if not allowed.keys() >= set(references):
        raise errors.KeyUnknown(reason="next-root", version=root.version)
    count = sum(reference in own for reference in references)
    if count < root.threshold:
        raise short_of(root, count, version=root.version)
    return KnownRoot(verified(token, opened, Root, [allowed[reference] for reference in references]), own)


def _format_pin(digest: bytes) -> str:
    return _PIN_PREFIX + b32encode(digest).decode("ascii").rstrip("=").lower()


def short_of(root: Root, count: int, *, reason: str = "root", version: int | None = None) -> "errors.ThresholdNotMet":
    """Return the error for a document that only `count` keys of `root` have signed."""
    told: dict[str, Any] = {"needed": root.threshold, "signed": count, "missing": root.threshold - count}
    return errors.ThresholdNotMet(reason=reason, root=root.version, version=version, **told)
