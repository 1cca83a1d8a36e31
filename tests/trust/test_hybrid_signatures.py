"""Scheme 2: Ed25519 and ML-DSA-65 together, both must verify (`docs/format.md`, "Schemes")."""

import pytest

from licensekit.errors import FrameInvalid, KeyUnknown, LicenseError, SignatureInvalid
from licensekit.trust.roots import KnownRoot
from licensekit.trust.sign import sign
from licensekit.trust.state import start, update_root
from licensekit.trust.verify import verify_bundle
from licensekit.wire import armor, frame
from tests import makers
from tests.makers import NOW, update_trust
from tests.refusals import counts, refused

HYBRID_ROOT = makers.key("root", frame.HYBRID)
HYBRID = makers.key("vendor", frame.HYBRID)
CLASSIC = makers.key("vendor")
ROOT = sign(makers.root(HYBRID_ROOT), HYBRID_ROOT)
TRUST = sign(makers.trust(makers.admitted(HYBRID)), HYBRID_ROOT)
STATE = makers.state_of(ROOT, TRUST)
BUNDLE = sign(makers.bundle(), HYBRID)
OTHER = sign(makers.bundle(sequence=2), HYBRID)
HALF = frame.ED25519_SIGNATURE_BYTES


def signature(token: armor.Token) -> frame.Signature:
    return frame.read(token.frame).signatures[0]


def with_signature(token: armor.Token, scheme: int, key: bytes, data: bytes) -> armor.Token:
    signed = frame.Frame((frame.Signature(scheme, key, data),), makers.payload_of(token))
    return armor.Token(token.type, frame.write(signed))


MINE, ITS = signature(BUNDLE), signature(OTHER)
MESSAGE_AS_CLASSIC = frame.message("bundle", frame.ED25519, HYBRID.verifying_key.key_id, makers.payload_of(BUNDLE))


def test_a_document_under_both_signatures_counts() -> None:
    assert counts(BUNDLE, STATE)
    assert len(MINE.signature) == 64 + 3309


REFUSED: dict[str, tuple[type[LicenseError], armor.Token]] = {
    "the Ed25519 half forged": (SignatureInvalid, makers.forged(BUNDLE)),
    "the ML-DSA half forged": (
        SignatureInvalid,
        with_signature(BUNDLE, 2, MINE.key, MINE.signature[:-1] + bytes([MINE.signature[-1] ^ 1])),
    ),
    "the Ed25519 half of another document": (
        SignatureInvalid,
        with_signature(BUNDLE, 2, MINE.key, ITS.signature[:HALF] + MINE.signature[HALF:]),
    ),
    "the ML-DSA half of another document": (
        SignatureInvalid,
        with_signature(BUNDLE, 2, MINE.key, MINE.signature[:HALF] + ITS.signature[HALF:]),
    ),
    "both halves of another document": (SignatureInvalid, makers.spliced(BUNDLE, OTHER)),
    "the Ed25519 half alone, the rest zeros": (
        SignatureInvalid,
        with_signature(BUNDLE, 2, MINE.key, MINE.signature[:HALF] + bytes(3309)),
    ),
    "the ML-DSA half alone, the rest zeros": (
        SignatureInvalid,
        with_signature(BUNDLE, 2, MINE.key, bytes(HALF) + MINE.signature[HALF:]),
    ),
    "the Ed25519 half alone": (FrameInvalid, with_signature(BUNDLE, 2, MINE.key, MINE.signature[:HALF])),
    "scheme 1 under the hybrid's key id": (KeyUnknown, with_signature(BUNDLE, 1, MINE.key, MINE.signature[:HALF])),
    "scheme 1, signed by the Ed25519 half under the hybrid's key id": (
        KeyUnknown,
        with_signature(BUNDLE, 1, MINE.key, CLASSIC.sign(MESSAGE_AS_CLASSIC)),
    ),
    "scheme 1, by the Ed25519 half as a key of its own": (KeyUnknown, sign(makers.bundle(), CLASSIC)),
    "scheme 3, by the Ed25519 half": (KeyUnknown, sign(makers.bundle(), makers.key("vendor", frame.INSTALLATION))),
}


@pytest.mark.attack("half-of-a-hybrid")
@pytest.mark.parametrize(("error", "token"), REFUSED.values(), ids=REFUSED)
def test_anything_less_than_both_is_refused(error: type[LicenseError], token: armor.Token) -> None:
    refused(error, STATE, lambda: verify_bundle(token, STATE, NOW))


def test_the_two_keys_share_their_first_half_and_nothing_else() -> None:
    """What the downgrades above rest on: a thief of the Ed25519 half is a stranger here."""
    public = HYBRID.verifying_key.public
    assert public[:32] == CLASSIC.verifying_key.public
    assert HYBRID.verifying_key.key_id != CLASSIC.verifying_key.key_id


@pytest.mark.attack("half-of-a-hybrid")
@pytest.mark.attack("one-secret-counted-twice")
def test_one_half_does_not_make_up_a_threshold() -> None:
    """Roots and trust documents under a hybrid root ask for both halves as well."""
    forged = makers.forged(sign(makers.trust(version=2), HYBRID_ROOT))
    refused(SignatureInvalid, STATE, lambda: update_trust(STATE, forged, NOW))
    classic = sign(makers.trust(version=2), makers.key("root"))
    refused(KeyUnknown, STATE, lambda: update_trust(STATE, classic, NOW))


def test_a_root_may_move_to_the_hybrid_scheme_and_back() -> None:
    classic = makers.key("root")
    first = sign(makers.root(classic), classic)
    state = start([first], makers.pin(first))
    state = update_root(state, sign(makers.root(HYBRID_ROOT, version=2), classic, HYBRID_ROOT))
    state = update_root(state, sign(makers.root(classic, version=3), HYBRID_ROOT, classic))

    def schemes(known: KnownRoot) -> list[int]:
        return [scheme for scheme, _ in known.keys]

    assert [schemes(known) for known in state.chain] == [[1], [2], [1]]
