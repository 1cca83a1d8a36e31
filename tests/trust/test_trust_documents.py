"""Trust documents: rules R3, T1 and T2 (`docs/format.md`, "Trust")."""

from typing import Any

import pytest

from licensekit.errors import (
    Fork,
    FrameInvalid,
    IssuedAhead,
    KeyIdCollision,
    KeyInvalid,
    KeyUnknown,
    LicenseError,
    NewerReaderNeeded,
    PayloadInvalid,
    Rollback,
    RootGap,
    RootNotNewest,
    SignatureCount,
    SignatureInvalid,
    ThresholdNotMet,
    TrustMissing,
    UnexpectedType,
    WrongProduct,
)
from licensekit.keys.signing import SigningKey
from licensekit.trust.sign import add_signatures, sign
from licensekit.trust.state import TrustState, start, update_root
from licensekit.trust.verify import verify_bundle
from licensekit.wire import armor, frame
from licensekit.wire.documents import AdmittedKey
from tests import makers, rare_keys
from tests.makers import NOW, update_trust
from tests.refusals import counts, refused, trust_seen

A, B, C, D = (makers.key(name) for name in "abcd")
VENDOR = makers.key("vendor")
ROOT = sign(makers.root(A, B, C, threshold=2), A, B)
BARE = start([ROOT], makers.pin(ROOT))


def trust(version: int, *signers: SigningKey, **changes: Any) -> armor.Token:
    """Return a trust document that admits the vendor's key, signed by A and B by default."""
    keys: list[AdmittedKey] = changes.pop("keys", [makers.admitted(VENDOR)])
    document = makers.trust(*keys, version=version, **changes)
    return sign(document, *(signers or (A, B)))


STATE = update_trust(BARE, trust(5), NOW)
ROTATED = update_root(STATE, sign(makers.root(D, version=2), A, B, D))


def version(state: TrustState) -> int | None:
    return state.trust.document.version if state.trust else None


@pytest.mark.parametrize(
    "token",
    [
        pytest.param(trust(6), id="the next version"),
        pytest.param(trust(9), id="a version further on"),
        pytest.param(trust(6, B, C), id="another threshold of the same root"),
        pytest.param(trust(6, C, B, A), id="more signatures than needed"),
        pytest.param(trust(6, keys=[]), id="no key at all"),
        pytest.param(trust(6, issued=NOW + 86_400), id="issued a day ahead"),
        pytest.param(trust(6, fresh_until=NOW - 1), id="past its freshness, which stops nothing"),
    ],
)
def test_a_newer_trust_document_takes_the_place_of_the_old(token: armor.Token) -> None:
    state = update_trust(STATE, token, NOW)
    assert state.trust is not None
    assert state.trust.token == token
    assert trust_seen(state.seen) == (1, state.trust.document.version)
    assert version(STATE) == 5


def test_the_same_trust_document_again_changes_nothing() -> None:
    assert update_trust(STATE, trust(5), NOW) is STATE
    assert update_trust(STATE, trust(5, C, A), NOW) is STATE


def test_a_trust_document_can_be_signed_in_several_sittings() -> None:
    token = trust(6, C)
    error = refused(ThresholdNotMet, STATE, lambda: update_trust(STATE, token, NOW))
    assert (error.needed, error.signed, error.hint) == (2, 1, "1 more must sign")
    whole = add_signatures("trust", frame.read(token.frame), A)
    assert version(update_trust(STATE, whole, NOW)) == 6


REFUSED: dict[str, tuple[type[LicenseError], armor.Token]] = {
    "threshold short by one": (ThresholdNotMet, trust(6, A)),
    "a stranger makes up the threshold": (KeyUnknown, trust(6, A, D)),
    "a stranger signed too": (KeyUnknown, trust(6, A, B, D)),
    "signed by an admitted key": (KeyUnknown, trust(6, VENDOR)),
    "one key twice": (SignatureCount, trust(6, A, A)),
    "a signature forged": (SignatureInvalid, makers.forged(trust(6), which=1)),
    "a signature beyond the threshold forged": (SignatureInvalid, makers.forged(trust(6, A, B, C), which=2)),
    "the signatures of another trust document": (SignatureInvalid, makers.spliced(trust(6), trust(7))),
    "a delegation to a thief under genuine signatures": (
        SignatureInvalid,
        makers.spliced(trust(6, keys=[makers.admitted(makers.key("thief"))]), trust(6)),
    ),
    "another product": (WrongProduct, trust(6, product="other")),
    "under a root to come": (RootGap, trust(6, root_version=2)),
    "issued more than a day ahead": (IssuedAhead, trust(6, issued=NOW + 86_401)),
    "rollback": (Rollback, trust(4)),
    "fork": (Fork, trust(5, keys=[])),
    "a key of low order": (KeyInvalid, trust(6, keys=[makers.admitted(VENDOR, public=rare_keys.LOW_ORDER[2])])),
    "a key in a second spelling": (
        KeyInvalid,
        trust(6, keys=[makers.admitted(VENDOR, public=rare_keys.NON_CANONICAL[0])]),
    ),
    "a key of another scheme's length": (KeyInvalid, trust(6, keys=[makers.admitted(VENDOR, scheme=frame.HYBRID)])),
    "two keys of one id": (
        KeyIdCollision,
        trust(6, keys=[makers.admitted(VENDOR, public=key) for key in rare_keys.COLLIDING]),
    ),
    "no trust document": (PayloadInvalid, makers.seal("trust", b"\x90", A, B)),
    "made for a newer reader": (
        NewerReaderNeeded,
        makers.seal(
            "trust", makers.payload_of(trust(6, extensions={"note": 1})).replace(b"\xa4note", b"\xa4!new"), A, B
        ),
    ),
    "cut short": (FrameInvalid, armor.Token("trust", trust(6).frame[:100])),
    "a root": (UnexpectedType, ROOT),
    "a root labeled as a trust document": (SignatureInvalid, makers.relabeled(ROOT, "trust")),
    "a root's payload signed as a trust document": (
        PayloadInvalid,
        makers.seal("trust", makers.payload_of(ROOT), A, B),
    ),
}


@pytest.mark.attack("genuine-delegation-with-another-keys-signature")
@pytest.mark.parametrize(("error", "token"), REFUSED.values(), ids=REFUSED)
def test_anything_else_is_refused(error: type[LicenseError], token: armor.Token) -> None:
    refused(error, STATE, lambda: update_trust(STATE, token, NOW))


def test_a_document_under_a_root_to_come_says_which_root_is_needed() -> None:
    error = refused(RootGap, STATE, lambda: update_trust(STATE, trust(6, root_version=2), NOW))
    assert (error.reason, error.version, error.newest, error.needed, error.trust) == ("trust", 2, 1, 2, 6)


def test_with_a_new_root_the_old_trust_document_is_no_longer_in_force() -> None:
    """R3: keys that the old root admitted sign nothing until the new root admits them."""
    bundle = sign(makers.bundle(), VENDOR)
    assert counts(bundle, STATE)
    assert (version(ROTATED), ROTATED.signers) == (None, {})
    refused(TrustMissing, ROTATED, lambda: verify_bundle(bundle, ROTATED, NOW))


@pytest.mark.attack("trust-version-run-up")
@pytest.mark.parametrize("number", [1, 5, 6, 2**32 - 1])
def test_the_new_root_may_begin_with_any_version(number: int) -> None:
    """Its first trust document is above all that an older root could sign."""
    state = update_trust(ROTATED, trust(number, D, root_version=2), NOW)
    assert version(state) == number
    assert counts(sign(makers.bundle(), VENDOR), state)


@pytest.mark.parametrize(
    ("error", "token"),
    [
        pytest.param(RootNotNewest, trust(6), id="under the old root"),
        pytest.param(RootNotNewest, trust(6, root_version=2), id="by the old keys, for the new"),
        pytest.param(RootNotNewest, trust(6, D, root_version=1), id="by the new key, for the old"),
        pytest.param(RootNotNewest, trust(2**32 - 1), id="a huge version under the old root"),
        pytest.param(RootGap, trust(6, D, root_version=3), id="under a root to come"),
        pytest.param(KeyUnknown, trust(6, A, D, root_version=2), id="by keys of both"),
    ],
)
def test_after_a_rotation_only_the_newest_root_speaks(error: type[LicenseError], token: armor.Token) -> None:
    refused(error, ROTATED, lambda: update_trust(ROTATED, token, NOW))


def test_a_root_with_the_same_keys_and_a_higher_threshold_is_another_root() -> None:
    """A trust document that one key signed under root 1 is not one of root 2, which asks for 2."""
    one = sign(makers.root(A, B), A)
    state = start([one], makers.pin(one))
    state = update_root(state, sign(makers.root(A, B, version=2, threshold=2), A, B))
    refused(RootNotNewest, state, lambda: update_trust(state, trust(1, A), NOW))
    refused(RootNotNewest, state, lambda: update_trust(state, trust(1, A, B), NOW))
    assert version(update_trust(state, trust(1, A, B, root_version=2), NOW)) == 1
