"""Secret keys in memory."""

import pickle

import pytest

from licensekit import errors
from licensekit.keys.signing import SECRET_BYTES, Signer, SigningKey
from licensekit.wire.frame import ED25519, ED25519_SIGNATURE_BYTES, HYBRID, INSTALLATION, MLDSA65_SIGNATURE_BYTES

SIGNATURE_BYTES = {
    ED25519: ED25519_SIGNATURE_BYTES,
    HYBRID: ED25519_SIGNATURE_BYTES + MLDSA65_SIGNATURE_BYTES,
    INSTALLATION: ED25519_SIGNATURE_BYTES,
}
SCHEMES = sorted(SIGNATURE_BYTES)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_new_key_signs_in_the_length_of_its_scheme(scheme: int) -> None:
    signer: Signer = SigningKey.generate(scheme)
    signature = signer.sign(b"message")
    assert len(signature) == SIGNATURE_BYTES[scheme]
    signer.verifying_key.verify(b"message", signature)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_two_new_keys_are_two(scheme: int) -> None:
    assert SigningKey.generate(scheme).verifying_key != SigningKey.generate(scheme).verifying_key


@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_key_comes_back_from_its_secret(scheme: int) -> None:
    key = SigningKey.generate(scheme)
    assert len(key.reveal_secret()) == SECRET_BYTES[scheme]
    again = SigningKey.from_secret(scheme, key.reveal_secret())
    assert again.verifying_key == key.verifying_key
    again.verifying_key.verify(b"message", key.sign(b"message"))


def test_an_ed25519_secret_is_the_seed_of_rfc_8032() -> None:
    """Section 7.1, test 1."""
    seed = bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
    public = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"
    key = SigningKey.from_secret(ED25519, seed)
    assert key.verifying_key.public.hex() == public
    assert key.sign(b"").hex().startswith("e5564300c360ac729086e2cc806e828a")


def test_the_halves_of_a_hybrid_secret_are_independent() -> None:
    one = SigningKey.from_secret(HYBRID, bytes(32) + bytes([1]) * 32).verifying_key.public
    other = SigningKey.from_secret(HYBRID, bytes(32) + bytes([2]) * 32).verifying_key.public
    alone = SigningKey.from_secret(ED25519, bytes(32)).verifying_key.public
    assert one[:32] == other[:32] == alone
    assert one[32:] != other[32:]


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("change", [-1, 1])
def test_a_secret_of_another_length_is_refused(scheme: int, change: int) -> None:
    with pytest.raises(errors.KeyInvalid, match=f"has {SECRET_BYTES[scheme]} bytes"):
        SigningKey.from_secret(scheme, bytes(SECRET_BYTES[scheme] + change))


@pytest.mark.parametrize("scheme", [0, 4, -1])
def test_an_unknown_scheme_is_refused(scheme: int) -> None:
    with pytest.raises(errors.KeyInvalid, match="not known"):
        SigningKey.generate(scheme)
    with pytest.raises(errors.KeyInvalid, match="not known"):
        SigningKey.from_secret(scheme, bytes(32))


@pytest.mark.attack("secret-in-a-traceback")
@pytest.mark.parametrize("scheme", SCHEMES)
def test_neither_repr_nor_refusal_shows_the_secret(scheme: int) -> None:
    secret = bytes(range(1, SECRET_BYTES[scheme] + 1))
    key = SigningKey.from_secret(scheme, secret)
    with pytest.raises(errors.KeyInvalid) as caught:
        SigningKey.from_secret(scheme, secret[:-1])
    shown = f"{key!r} {key} {caught.value!r} {caught.value} {caught.value.data}"
    assert "0102030405" not in shown
    assert r"\x01\x02\x03\x04\x05" not in shown


@pytest.mark.attack("secret-in-a-traceback")
@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_signing_key_does_not_pickle(scheme: int) -> None:
    """No cache, queue or child process gets a copy of the secret by accident."""
    with pytest.raises((TypeError, AttributeError, pickle.PicklingError), match="pickle"):
        pickle.dumps(SigningKey.generate(scheme))
