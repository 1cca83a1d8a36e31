"""Secret keys that sign, and the one protocol of everything that can (`Signer`)."""

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
"""Scheme to the bytes of its secret: an Ed25519 seed, for the hybrid and then an ML-DSA-65 seed."""


class Signer(Protocol):
    """Whatever can sign: a key in memory, a token behind PKCS#11."""

    @property
    def verifying_key(self) -> VerifyingKey:
        """The key that verifies what this signs."""
        ...

    def sign(self, message: bytes) -> bytes:
        """Return the signature over `message`, in the form of the key's scheme, or raise `SignerUnavailable`."""
        ...


class SigningKey:
    """A secret key in memory. Made by `SigningKey.generate` or `SigningKey.from_secret`."""

    __slots__ = ("_secret", "_sign", "verifying_key")

    def __init__(self, secret: bytes, verifying_key: VerifyingKey, sign: Callable[[bytes], bytes]) -> None:
        self._secret = secret
        self.verifying_key: Final = verifying_key  # the key that verifies what this signs
        self._sign = sign

    @staticmethod
    def generate(scheme: int) -> "SigningKey":
        """Return a new key of `scheme` from the system's randomness; raises as `from_secret`."""
        return SigningKey.from_secret(scheme, token_bytes(_secret_bytes(scheme)))

    @staticmethod
    def from_secret(scheme: int, secret: bytes) -> "SigningKey":
        """Return the key that `secret` stands for; raise `KeyInvalid`, or `SchemeUnavailable` without ML-DSA."""
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
        """Return the signature over `message`."""
        return self._sign(message)

    def reveal_secret(self) -> bytes:
        """Return the secret itself. Whoever has it signs in this key's name."""
        return self._secret

    def __repr__(self) -> str:
        return f"SigningKey(scheme={self.verifying_key.scheme}, secret=hidden)"


def _secret_bytes(scheme: int) -> int:
    if (wanted := SECRET_BYTES.get(scheme)) is None:
        raise KeyInvalid(reason="unknown-scheme", scheme=scheme)
    return wanted
