"""Public keys that verify signatures (`docs/format.md`, "Schemes").

A key is checked once, when it is loaded. `cryptography` checks only the length of an Ed25519 key, but with a key of low
order any message verifies, so the point is checked here by arithmetic over the field.
"""

from collections.abc import Callable
from typing import Final, NamedTuple

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256, Hash

from licensekit import errors
from licensekit.wire import frame

PUBLIC_BYTES: Final = {
    frame.ED25519: frame.ED25519_KEY_BYTES,
    frame.HYBRID: frame.ED25519_KEY_BYTES + frame.MLDSA65_KEY_BYTES,
    frame.INSTALLATION: frame.ED25519_KEY_BYTES,
}
"""Scheme to the size of its public key in bytes."""

# The field and the curve -x² + y² = 1 + dx²y² (RFC 8032, section 5.1).
_P: Final = 2**255 - 19
_D: Final = -121665 * pow(121666, -1, _P) % _P
_Y_BITS: Final = 2**255 - 1
_Verify = Callable[[bytes, bytes], None]


def sha256(data: bytes) -> bytes:
    """Return the SHA-256 of `data` (FIPS 180-4)."""
    # `hashlib` would load a second cryptographic library, which costs more than the rest of a verification.
    running = Hash(SHA256())
    running.update(data)
    return running.finalize()


class VerifyingKey(NamedTuple):
    """A checked public key, created by `load`; equal by scheme and public bytes."""

    scheme: int  # `frame.ED25519`, `frame.HYBRID` or `frame.INSTALLATION`
    public: bytes  # 32 bytes of Ed25519, followed by 1952 of ML-DSA-65 for the hybrid scheme
    key_id: bytes  # the first 8 bytes of the SHA-256 of scheme byte and key
    reference: bytes  # the key in a frame: the key id, or the key itself for an installation
    check: _Verify  # verifies a signature of a message, or raises as `cryptography` does

    @property
    def fingerprint(self) -> str:
        """The full SHA-256 of scheme byte and key in hex, for people to compare."""
        return sha256(bytes([self.scheme]) + self.public).hex()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, VerifyingKey) and (self.scheme, self.public) == (other.scheme, other.public)

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __hash__(self) -> int:
        return hash((self.scheme, self.public))

    def __repr__(self) -> str:
        return f"VerifyingKey(scheme={self.scheme}, key_id={self.key_id.hex()})"

    def verify(self, message: bytes, signature: bytes) -> None:
        """Raise `SignatureInvalid` unless `signature` is this key's signature of `message`."""
        try:
            self.check(signature, message)
        except InvalidSignature as error:
            raise errors.SignatureInvalid(key_id=self.key_id) from error


def load(scheme: int, public: bytes) -> VerifyingKey:
    """Load and check a public key; raise `SchemeUnavailable` without ML-DSA.

    Raises `KeyInvalid` for an unknown scheme, a wrong length, or an Ed25519 part that is not canonical, not on the
    curve, or of low order (RFC 8032, section 5.1.3).
    """
    if (wanted := PUBLIC_BYTES.get(scheme)) is None:
        raise errors.KeyInvalid(reason="unknown-scheme", scheme=scheme)
    if len(public) != wanted:
        raise errors.KeyInvalid(reason="public-length", scheme=scheme, wanted=wanted, length=len(public))
    verify = _ed25519(public[: frame.ED25519_KEY_BYTES])
    if scheme == frame.HYBRID:
        verify = _both(verify, _mldsa65(public[frame.ED25519_KEY_BYTES :]))
    key_id = sha256(bytes([scheme]) + public)[: frame.KEY_ID_BYTES]
    return VerifyingKey(scheme, public, key_id, public if scheme == frame.INSTALLATION else key_id, verify)


def _ed25519(public: bytes) -> _Verify:
    y = int.from_bytes(public, "little") & _Y_BITS
    if y >= _P:
        raise errors.KeyInvalid(reason="not-canonical")
    # Doubling gives y' = (x² + y²) / (1 - dx²y²), so the points of low order are those with y = 1
    # or -1 (order 1, 2), those that double to them, y = 0 (order 4), and those that double to
    # y = 0, whose x² = -y² makes the equation of the curve dy⁴ + 2y² - 1 = 0 (order 8).
    square = y * y
    if y * (square - 1) * ((_D * square + 2) * square - 1) % _P == 0:
        raise errors.KeyInvalid(reason="low-order")
    # x² = (y² - 1) / (dy² + 1) has a root where the product of the two is a square (Euler). Either
    # sign of x is canonical: x = 0, which has none, is only at y = 1 and -1, refused above.
    if pow((square - 1) * (_D * square + 1), (_P - 1) // 2, _P) != 1:
        raise errors.KeyInvalid(reason="not-on-curve")
    return Ed25519PublicKey.from_public_bytes(public).verify


def _mldsa65(public: bytes) -> _Verify:
    from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA65PublicKey  # noqa: PLC0415  # few have such a key

    # Every value is a canonical key (FIPS 204, `pkDecode`).
    try:
        return MLDSA65PublicKey.from_public_bytes(public).verify
    except UnsupportedAlgorithm as error:
        raise errors.SchemeUnavailable(reason="ml-dsa") from error


def _both(ed25519: _Verify, mldsa65: _Verify) -> _Verify:
    def verify(signature: bytes, message: bytes) -> None:
        ed25519(signature[: frame.ED25519_SIGNATURE_BYTES], message)
        mldsa65(signature[frame.ED25519_SIGNATURE_BYTES :], message)

    return verify
