"""Secret keys, and the protocol of everything that signs (`Signer`)."""

from collections.abc import Callable
from secrets import token_bytes
from typing import Final, Protocol

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from licensekit.errors import KeyInvalid, SchemeUnavailable
from licensekit.keys.verifying import VerifyingKey, load
from licensekit.wire.frame import ED25519, HYBRID, INSTALLATION

SEED_BYTES: Final = 32
SECRET_BYTES: Final = {ED25519: SEED_BYTES, HYBRID: 2 * SEED_BYTES, INSTALLATION: SEED_BYTES}
"""Scheme to the size of its secret: an Ed25519 seed, followed by an ML-DSA-65 seed for the hybrid."""


class Signer(Protocol):
    """Anything that signs: a key in memory, or one in a PKCS#11 token."""

    @property
    def verifying_key(self) -> VerifyingKey:
        """The key that verifies the signatures."""
        ...

    def sign(self, message: bytes) -> bytes:
        """Return the signature of `message` in the form of the key's scheme; raise `SignerUnavailable`."""
        ...


class SigningKey:
    """A secret key in memory, created by `SigningKey.generate` or `SigningKey.from_secret`."""

    __slots__ = ("_secret", "_sign", "verifying_key")

    def __init__(self, secret: bytes, verifying_key: VerifyingKey, sign: Callable[[bytes], bytes]) -> None:
        self._secret = secret
        self.verifying_key: Final = verifying_key
        self._sign = sign

    @staticmethod
    def generate(scheme: int) -> "SigningKey":
        """Return a new key of `scheme` from the system's randomness; raises as `from_secret`."""
        return SigningKey.from_secret(scheme, token_bytes(_secret_bytes(scheme)))

    @staticmethod
    def from_secret(scheme: int, secret: bytes) -> "SigningKey":
        """Return the key with this secret; raise `KeyInvalid`, or `SchemeUnavailable` without ML-DSA."""
        wanted = _secret_bytes(scheme)
        if len(secret) != wanted:
            raise KeyInvalid(reason="secret-length", scheme=scheme, wanted=wanted, length=len(secret))
        ed25519 = Ed25519PrivateKey.from_private_bytes(secret[:SEED_BYTES])
        public = ed25519.public_key().public_bytes_raw()
        if scheme != HYBRID:
            return SigningKey(secret, load(scheme, public), ed25519.sign)

        from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA65PrivateKey  # noqa: PLC0415  # few have one

        try:
            mldsa = MLDSA65PrivateKey.from_seed_bytes(secret[SEED_BYTES:])
        except UnsupportedAlgorithm as error:
            raise SchemeUnavailable(reason="ml-dsa") from error
        public += mldsa.public_key().public_bytes_raw()

        def sign(message: bytes) -> bytes:
            return ed25519.sign(message) + mldsa.sign(message)

        return SigningKey(secret, load(scheme, public), sign)

    def sign(self, message: bytes) -> bytes:
        """Return the signature of `message`."""
        return self._sign(message)

    def reveal_secret(self) -> bytes:
        """Return the secret itself, with which anybody can sign as this key."""
        return self._secret

    def __repr__(self) -> str:
        return f"SigningKey(scheme={self.verifying_key.scheme}, secret=hidden)"


def _secret_bytes(scheme: int) -> int:
    if (wanted := SECRET_BYTES.get(scheme)) is None:
        raise KeyInvalid(reason="unknown-scheme", scheme=scheme)
    return wanted
