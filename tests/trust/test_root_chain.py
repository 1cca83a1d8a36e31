"""The pinned root and the chain from it: rules R1 and R2 (`docs/format.md`, "Trust")."""

from collections.abc import Sequence
from functools import partial
from hashlib import sha256

import pytest

from licensekit.errors import (
    ArmorInvalid,
    Fork,
    FrameInvalid,
    KeyIdCollision,
    KeyInvalid,
    KeyUnknown,
    LicenseError,
    NewerReaderNeeded,
    PayloadInvalid,
    RootGap,
    RootMismatch,
    RootPinInvalid,
    SignatureCount,
    SignatureInvalid,
    ThresholdNotMet,
    UnexpectedType,
    WrongProduct,
)
from licensekit.keys.signing import SigningKey
from licensekit.trust.roots import next_root, parse_pin, pin_of
from licensekit.trust.sign import add_signatures, sign
from licensekit.trust.state import TrustState, start, update_root
from licensekit.wire import armor, frame
from licensekit.wire.documents import Root, RootKey
from tests import makers, rare_keys
from tests.refusals import refused, root_seen

A, B, C, D = (makers.key(name) for name in "abcd")


def root(keys: Sequence[SigningKey], version: int = 1, threshold: int = 1) -> Root:
    return makers.root(*keys, version=version, threshold=threshold)


def pinned(document: Root, *signers: SigningKey) -> TrustState:
    token = sign(document, *signers)
    return start([token], makers.pin(token))


def versions(state: TrustState) -> list[int]:
    return [known.root.version for known in state.chain]


ONE = root([A, B, C], threshold=2)
STATE = pinned(ONE, A, B)


def test_a_pin_is_the_digest_in_base32() -> None:
    pin = pin_of(b"payload")
    assert len(pin) == len("lkroot1-") + 52
    assert pin == "lkroot1-izmdnnzytx7ttg37hiwgkb57tyqitwtxurmwcjtbklb5d2hx5xka"
    assert parse_pin(f"\t\v\f {pin}\r\n") == sha256(b"root\x00payload").digest()


@pytest.mark.parametrize("around", ["\u00a0", "\u2028", "\x1c", "\x85", "\ufeff"])
def test_only_ascii_white_space_around_a_pin_is_dropped(around: str) -> None:
    for pin in (around + pin_of(b"payload"), pin_of(b"payload") + around):
        with pytest.raises(RootPinInvalid):
            parse_pin(pin)


@pytest.mark.parametrize(
    "pin",
    [
        "",
        "lkroot1-",
        "lkroot1-aaaa",
        "lkroot1-" + "a" * 51,
        "lkroot1-" + "a" * 53,
        "lkroot1-" + "a" * 60,
        "lkroot1-" + "a" * 51 + "b",
        "lkroot1-" + "A" * 52,
        "LKROOT1-" + "a" * 52,
        "lkroot2-" + "a" * 52,
        "a" * 52,
        "lkroot1-lkroot1-" + "a" * 52,
        "lkroot1-" + "1" * 52,
        "lkroot1-" + "å" * 52,
        "lkroot1-" + "a" * 48 + "====",
        "lkroot1-" + "a" * 26 + "\n" + "a" * 26,
    ],
)
def test_what_is_not_a_pin_is_refused(pin: str) -> None:
    with pytest.raises(RootPinInvalid):
        start([sign(ONE, A, B)], pin)


def test_the_pinned_root_is_found_among_others() -> None:
    other, mine = sign(root([D]), D), sign(ONE, A, B)
    trust = sign(makers.trust(), A)
    state = start([trust, other, mine], makers.pin(mine))
    assert state.root == ONE
    assert [key.public for key in state.chain[0].verified.keys] == [A.verifying_key.public, B.verifying_key.public]


@pytest.mark.attack("swapped-root")
def test_another_root_in_its_place_is_refused() -> None:
    with pytest.raises(RootMismatch):
        start([sign(root([D]), D)], makers.pin(sign(ONE, A, B)))


def test_no_root_at_all_is_refused() -> None:
    with pytest.raises(RootMismatch):
        start([sign(makers.trust(), A)], makers.pin(sign(ONE, A, B)))


TWO = sign(root([C, D], 2, 2), A, B, C, D)


@pytest.mark.parametrize(
    ("token", "error"),
    [
        pytest.param(sign(ONE, A), ThresholdNotMet, id="threshold short by one"),
        pytest.param(sign(root([C, D], 2, 2), A, B, C), ThresholdNotMet, id="one own key and the root before"),
        pytest.param(sign(root([C, D], 2, 2), A, B), ThresholdNotMet, id="the root before alone"),
        pytest.param(sign(ONE, A, B, D), KeyUnknown, id="a stranger signed too"),
        pytest.param(sign(ONE, A, A), SignatureCount, id="one key twice"),
        pytest.param(makers.forged(sign(ONE, A, B), which=1), SignatureInvalid, id="second one forged"),
        pytest.param(makers.forged(sign(ONE, A, B, C), which=2), SignatureInvalid, id="a third one forged"),
        pytest.param(makers.forged(TWO, which=3), SignatureInvalid, id="one forged beside the root before"),
        pytest.param(makers.seal("root", b"\xc0", A), PayloadInvalid, id="no root"),
        pytest.param(
            makers.seal("root", makers.payload_of(sign(makers.bundle(), A)), A), PayloadInvalid, id="a bundle's payload"
        ),
    ],
)
def test_the_pinned_bytes_must_be_a_sound_root(token: armor.Token, error: type[LicenseError]) -> None:
    """The pin vouches for the bytes and for nothing else about them."""
    with pytest.raises(error):
        start([token], makers.pin(token))


@pytest.mark.attack("unknown-extension")
def test_a_root_that_needs_a_newer_reader_says_so() -> None:
    document = makers.changed(ONE, extensions={"note": 1})
    payload = makers.payload_of(sign(document, A)).replace(b"\xa4note", b"\xa4!new")
    token = makers.seal("root", payload, A, B)
    with pytest.raises(NewerReaderNeeded):
        start([token], makers.pin(token))


@pytest.mark.attack("low-order-key")
@pytest.mark.parametrize("public", [*rare_keys.LOW_ORDER, *rare_keys.NON_CANONICAL, rare_keys.NO_POINT], ids=bytes.hex)
def test_a_weak_key_in_a_root_is_refused(public: bytes) -> None:
    token = sign(makers.root(A, keys=[*root([A]).keys, RootKey(1, public)]), A)
    with pytest.raises(KeyInvalid):
        start([token], makers.pin(token))


@pytest.mark.attack("algorithm-downgrade")
def test_a_key_of_another_length_than_its_scheme_is_refused() -> None:
    token = sign(makers.root(A, keys=[*root([A]).keys, RootKey(1, bytes(33))]), A)
    with pytest.raises(KeyInvalid):
        start([token], makers.pin(token))


@pytest.mark.attack("one-secret-counted-twice")
def test_two_keys_of_one_id_are_refused() -> None:
    one, other = (RootKey(1, public) for public in rare_keys.COLLIDING)
    token = sign(makers.root(A, keys=[*root([A]).keys, one, other]), A)
    with pytest.raises(KeyIdCollision):
        start([token], makers.pin(token))


def test_a_damaged_root_token_is_refused() -> None:
    token = sign(ONE, A, B)
    with pytest.raises(FrameInvalid):
        start([armor.Token("root", token.frame[:50])], makers.pin(token))


def test_signatures_of_the_root_before_are_not_judged() -> None:
    state = start([TWO], makers.pin(TWO))
    assert versions(state) == [2]
    assert [key.public for key in state.chain[0].verified.keys] == [C.verifying_key.public, D.verifying_key.public]


def test_the_chain_goes_on_from_it() -> None:
    state = start([TWO], makers.pin(TWO))
    assert versions(update_root(state, sign(root([A], 3), C, D, A))) == [2, 3]


def test_an_older_root_changes_nothing() -> None:
    """R2, where the pinned root happens to vouch for the one before it."""
    two = sign(root([A, B], 2), A, B)
    state = start([two], makers.pin(two))
    assert update_root(state, sign(ONE, A, B, C)) is state


@pytest.mark.parametrize(
    "token",
    [
        pytest.param(sign(root([A, B, C], 2, 2), A, B), id="the same keys"),
        pytest.param(sign(root([D], 2), A, B, D), id="all keys new"),
        pytest.param(sign(root([D], 2), D, C, A), id="another threshold of the old ones"),
        pytest.param(sign(root([A, B, C], 2, 3), A, B, C), id="a higher threshold"),
        pytest.param(sign(root([A], 2, 1), A, B), id="a lower threshold"),
        pytest.param(sign(root([A, D], 2, 1), A, B, C, D), id="more signatures than needed"),
    ],
)
def test_the_thresholds_of_both_roots_make_a_rotation(token: armor.Token) -> None:
    state = update_root(STATE, token)
    assert versions(state) == [1, 2]
    assert root_seen(state.seen) == 2
    assert versions(STATE) == [1]


@pytest.mark.attack("self-supplied-key")
@pytest.mark.parametrize(
    ("token", "error"),
    [
        pytest.param(sign(root([D], 2), A, D), ThresholdNotMet, id="old root short by one"),
        pytest.param(sign(root([D], 2), D), ThresholdNotMet, id="old root not at all"),
        pytest.param(sign(root([D], 2), A, B), ThresholdNotMet, id="new root not at all"),
        pytest.param(sign(root([C, D], 2, 2), A, B, D), ThresholdNotMet, id="new root short by one"),
        pytest.param(sign(root([D], 2), A, B, D, makers.key("e")), KeyUnknown, id="a stranger signed too"),
        pytest.param(sign(root([D], 2), A, A, D), SignatureCount, id="one key twice"),
        pytest.param(makers.forged(sign(root([D], 2), A, B, D), which=0), SignatureInvalid, id="old key forged"),
        pytest.param(makers.forged(sign(root([D], 2), A, B, D), which=2), SignatureInvalid, id="new key forged"),
        pytest.param(
            makers.forged(sign(root([D], 2), A, B, C, D), which=2),
            SignatureInvalid,
            id="a signature beyond the threshold forged",
        ),
        pytest.param(
            makers.spliced(sign(root([D], 2), A, B, D), sign(root([D, C], 2), A, B, D)),
            SignatureInvalid,
            id="signatures of another root",
        ),
        pytest.param(sign(makers.root(D, version=2, product="other"), A, B, D), WrongProduct, id="another product"),
        pytest.param(sign(makers.root(D, version=2, issuer="other"), A, B, D), WrongProduct, id="another vendor"),
        pytest.param(sign(root([D], 3), A, B, D), RootGap, id="gap"),
        pytest.param(sign(root([A, B, C], 1), A, B), Fork, id="fork of the first"),
        pytest.param(makers.seal("root", b"\xc0", A, B), PayloadInvalid, id="no root"),
        pytest.param(
            sign(makers.root(D, version=2, keys=[RootKey(1, rare_keys.LOW_ORDER[0])]), A, B),
            KeyInvalid,
            id="a weak key",
        ),
        pytest.param(
            sign(makers.root(D, version=2, keys=[RootKey(1, key) for key in rare_keys.COLLIDING]), A, B),
            KeyIdCollision,
            id="two keys of one id",
        ),
        pytest.param(sign(makers.trust(), A, B), UnexpectedType, id="a trust document"),
        pytest.param(
            makers.relabeled(sign(makers.trust(), A, B), "root"),
            SignatureInvalid,
            id="a trust document labeled as a root",
        ),
    ],
)
def test_anything_less_is_refused(token: armor.Token, error: type[LicenseError]) -> None:
    refused(error, STATE, lambda: update_root(STATE, token))


def test_a_shortage_says_how_many_are_missing() -> None:
    token = sign(root([D], 2), A, D)
    error = refused(ThresholdNotMet, STATE, lambda: update_root(STATE, token))
    assert (error.needed, error.signed) == (2, 1)
    assert error.hint == "1 more must sign"


def test_a_root_can_be_signed_in_several_sittings() -> None:
    document = root([D], 2)
    token = sign(document, D)
    for signer in (B, A):
        token = add_signatures("root", frame.read(token.frame), signer)
    assert versions(update_root(STATE, token)) == [1, 2]


def test_the_same_root_again_changes_nothing() -> None:
    state = update_root(STATE, sign(root([D], 2), A, B, D))
    assert update_root(state, sign(ONE, A, B)) is state
    assert update_root(state, sign(root([D], 2), C, B, D)) is state


ROTATED = update_root(STATE, sign(root([D], 2), A, B, D))


@pytest.mark.attack("replaced-root-key")
@pytest.mark.parametrize(
    ("token", "error"),
    [
        pytest.param(sign(root([A, B], 2), A, B), Fork, id="another root of its version"),
        pytest.param(sign(root([A, B], 3), A, B), ThresholdNotMet, id="the next root"),
        pytest.param(sign(root([A, B], 4), A, B), RootGap, id="a root far ahead"),
    ],
)
def test_keys_of_a_root_that_was_replaced_speak_for_nothing(token: armor.Token, error: type[LicenseError]) -> None:
    refused(error, ROTATED, lambda: update_root(ROTATED, token))


def test_a_chain_is_the_same_from_any_root_that_was_ever_pinned() -> None:
    tokens = [
        sign(root([A], 1), A),
        sign(root([B, C], 2, 2), A, B, C),
        sign(root([C, D], 3), B, C, D),
        sign(root([A, D], 4, 2), D, A),
    ]
    for first in range(len(tokens)):
        state = start(tokens, makers.pin(tokens[first]))
        for token in tokens[first + 1 :]:
            state = update_root(state, token)
        assert versions(state) == [1, 2, 3, 4][first:]


def test_a_pin_is_not_a_document() -> None:
    with pytest.raises(ArmorInvalid):
        armor.read(pin_of(b""))


def test_another_root_of_any_version_in_the_chain_is_a_fork() -> None:
    """Whoever has the newest keys cannot replace an earlier root either."""
    three = update_root(ROTATED, sign(root([A], 3), D, A))
    for version in (2, 3):
        other = sign(root([A, B], version), A, B)
        refused(Fork, three, partial(update_root, three, other))


def test_another_root_of_the_newest_version_is_a_fork_where_no_floor_is_remembered() -> None:
    other = sign(root([A, B], 1), A, B)
    refused(Fork, STATE, lambda: next_root(STATE.chain, other))


def test_a_shortage_is_one_of_the_newest_root() -> None:
    """Whatever an older one would say, and as many as the best of them has."""
    by_older = sign(root([A, B], 3), A, B)
    error = refused(ThresholdNotMet, ROTATED, lambda: update_root(ROTATED, by_older))
    assert (error.root, error.version, error.needed, error.signed, error.missing) == (2, 3, 1, 0, 1)
    by_none = sign(root([makers.key("e")], 3), A, makers.key("e"))
    error = refused(ThresholdNotMet, ROTATED, lambda: update_root(ROTATED, by_none))
    assert (error.root, error.version, error.needed, error.signed, error.missing) == (2, None, 1, 1, 0)
