"""What a verifying key is, once it is loaded."""

import subprocess
import sys
from hashlib import sha256

import pytest
from cryptography.hazmat.backends.openssl.backend import Backend

from licensekit import errors
from licensekit.keys.signing import SigningKey
from licensekit.keys.verifying import PUBLIC_BYTES, load
from licensekit.wire.frame import ED25519, HYBRID, INSTALLATION

SCHEMES = [ED25519, HYBRID, INSTALLATION]
SIGNERS = {scheme: SigningKey.generate(scheme) for scheme in SCHEMES}
HALF = 64


@pytest.mark.parametrize("scheme", SCHEMES)
def test_it_names_its_scheme_its_bytes_and_its_id(scheme: int) -> None:
    key = SIGNERS[scheme].verifying_key
    assert key.scheme == scheme
    assert len(key.public) == PUBLIC_BYTES[scheme]
    assert key.key_id == sha256(bytes([scheme]) + key.public).digest()[:8]


def test_in_a_frame_its_id_stands_for_it_but_an_installation_key_for_itself() -> None:
    for scheme in (ED25519, HYBRID):
        key = SIGNERS[scheme].verifying_key
        assert key.reference == key.key_id
    installation = SIGNERS[INSTALLATION].verifying_key
    assert installation.reference == installation.public


@pytest.mark.attack("algorithm-downgrade")
def test_the_same_bytes_under_two_schemes_are_two_keys() -> None:
    """A key that an installation made can never be taken for an issuer's."""
    public = SIGNERS[ED25519].verifying_key.public
    one, other = load(ED25519, public), load(INSTALLATION, public)
    assert one != other
    assert one.key_id != other.key_id
    assert len({one, other, load(ED25519, public)}) == 2


def test_it_equals_the_same_key_and_no_other_thing() -> None:
    key = SIGNERS[ED25519].verifying_key
    assert key == load(ED25519, key.public)
    assert key != key.public


@pytest.mark.parametrize("name", ["scheme", "public", "key_id", "reference", "check", "new"])
def test_it_never_changes(name: str) -> None:
    key = SIGNERS[ED25519].verifying_key
    before = (key.scheme, key.public, key.key_id, key.reference)
    with pytest.raises(AttributeError):
        setattr(key, name, b"")
    with pytest.raises(AttributeError):
        delattr(key, name)
    assert (key.scheme, key.public, key.key_id, key.reference) == before


def test_its_repr_is_short_and_names_the_id() -> None:
    key = SIGNERS[HYBRID].verifying_key
    assert repr(key) == f"VerifyingKey(scheme=2, key_id={key.key_id.hex()})"


@pytest.mark.attack("algorithm-downgrade")
@pytest.mark.parametrize("scheme", SCHEMES)
def test_it_verifies_what_its_signer_signed_and_nothing_else(scheme: int) -> None:
    key = SIGNERS[scheme].verifying_key
    signature = SIGNERS[scheme].sign(b"message")
    key.verify(b"message", signature)
    with pytest.raises(errors.SignatureInvalid) as caught:
        key.verify(b"messagf", signature)
    assert caught.value.data == {"key_id": key.key_id}
    with pytest.raises(errors.SignatureInvalid):
        SigningKey.generate(scheme).verifying_key.verify(b"message", signature)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_signature_of_another_length_does_not_verify(scheme: int) -> None:
    key = SIGNERS[scheme].verifying_key
    signature = SIGNERS[scheme].sign(b"message")
    lengths = {0, 1, 32, 63, HALF, len(signature) - 1} - {len(signature)}
    wrong = [signature[:length] for length in lengths] + [signature + b"\0", signature * 2]
    for altered in wrong:
        with pytest.raises(errors.SignatureInvalid):
            key.verify(b"message", altered)


@pytest.mark.attack("half-of-a-hybrid")
def test_both_halves_of_a_hybrid_signature_must_verify() -> None:
    key = SIGNERS[HYBRID].verifying_key
    right = SIGNERS[HYBRID].sign(b"message")
    other = SIGNERS[HYBRID].sign(b"another")
    key.verify(b"message", right)
    for mixed in (right[:HALF] + other[HALF:], other[:HALF] + right[HALF:]):
        with pytest.raises(errors.SignatureInvalid):
            key.verify(b"message", mixed)


def test_a_machine_without_mldsa_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    def unsupported(_: Backend) -> bool:
        return False

    public = SIGNERS[HYBRID].verifying_key.public
    monkeypatch.setattr(Backend, "mldsa_supported", unsupported)
    with pytest.raises(errors.SchemeUnavailable, match="cryptography wheel"):
        load(HYBRID, public)
    with pytest.raises(errors.SchemeUnavailable, match="cryptography wheel"):
        SigningKey.generate(HYBRID)


@pytest.mark.process
def test_verifying_ed25519_imports_nothing_that_only_others_need() -> None:
    """Every application pays for these imports at its start."""
    program = "import sys; import licensekit.keys.verifying; print(*sys.modules)"
    result = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    loaded = set(result.stdout.split())
    ours = {name for name in loaded if name.startswith("licensekit.keys")}
    assert ours == {"licensekit.keys", "licensekit.keys.verifying"}
    assert not {name.rpartition(".")[2] for name in loaded} & {"mldsa", "scrypt", "aead", "ssh"}
    assert not loaded & {"pkcs11", "bcrypt", "secrets"}
