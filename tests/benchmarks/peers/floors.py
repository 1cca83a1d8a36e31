"""The floors: bare signatures over an array in MessagePack. They check nothing but the signatures.

Modules of cases load a peer where it is used, because each process loads what it measures and nothing else.
"""

# ruff: noqa: PLC0415  # see above

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import TYPE_CHECKING

from tests.benchmarks.peers import claims

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.benchmarks.peers.material import Material

SIGNATURE_BYTES = 64
MLDSA_BYTES = 3309
KEY_BYTES = 32

ARRAY = (
    claims.ISSUER,
    claims.PRODUCT,
    claims.SERIAL,
    claims.PART,
    claims.COMPANY,
    0,  # production
    claims.ISSUED,
    claims.STARTS,
    claims.WARNING,
    claims.EXPIRY,
    claims.GRACE,
    claims.MAINTENANCE,
    claims.SYSTEM,
    claims.SITES,
    claims.USERS,
)


def ed25519_keys() -> Material:
    """Return a new Ed25519 key, each half as its 32 bytes."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from tests.benchmarks.peers.material import Material

    key = Ed25519PrivateKey.generate()
    return Material(key.private_bytes_raw(), key.public_key().public_bytes_raw())


def floor_issuer(secret: bytes) -> Callable[[], bytes]:
    """Sign with a loaded key and encode."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from msgspec.msgpack import Encoder

    key, encode = Ed25519PrivateKey.from_private_bytes(secret), Encoder().encode

    def issue() -> bytes:
        payload = encode(ARRAY)
        return urlsafe_b64encode(key.sign(payload) + payload)

    return issue


def floor_verifier(public: bytes) -> Callable[[bytes], object]:
    """Verify with a loaded key and decode."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from msgspec.msgpack import Decoder

    key, decode = Ed25519PublicKey.from_public_bytes(public), Decoder().decode

    def verify(text: bytes) -> object:
        data = urlsafe_b64decode(text)
        payload = data[SIGNATURE_BYTES:]
        key.verify(data[:SIGNATURE_BYTES], payload)
        return decode(payload)

    return verify


def hybrid_keys() -> Material:
    """Return a new Ed25519 key and a new ML-DSA-65 key, one after the other."""
    from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA65PrivateKey

    from tests.benchmarks.peers.material import Material

    ed25519, mldsa = ed25519_keys(), MLDSA65PrivateKey.generate()
    return Material(ed25519.secret + mldsa.private_bytes_raw(), ed25519.public + mldsa.public_key().public_bytes_raw())


def hybrid_floor_issuer(secret: bytes) -> Callable[[], bytes]:
    """Sign twice with loaded keys and encode."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA65PrivateKey
    from msgspec.msgpack import Encoder

    ed25519 = Ed25519PrivateKey.from_private_bytes(secret[:KEY_BYTES])
    mldsa, encode = MLDSA65PrivateKey.from_seed_bytes(secret[KEY_BYTES:]), Encoder().encode

    def issue() -> bytes:
        payload = encode(ARRAY)
        return urlsafe_b64encode(ed25519.sign(payload) + mldsa.sign(payload) + payload)

    return issue


def hybrid_floor_verifier(public: bytes) -> Callable[[bytes], object]:
    """Verify both with loaded keys and decode."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA65PublicKey
    from msgspec.msgpack import Decoder

    ed25519 = Ed25519PublicKey.from_public_bytes(public[:KEY_BYTES])
    mldsa, decode = MLDSA65PublicKey.from_public_bytes(public[KEY_BYTES:]), Decoder().decode
    end = SIGNATURE_BYTES + MLDSA_BYTES

    def verify(text: bytes) -> object:
        data = urlsafe_b64decode(text)
        payload = data[end:]
        ed25519.verify(data[:SIGNATURE_BYTES], payload)
        mldsa.verify(data[SIGNATURE_BYTES:end], payload)
        return decode(payload)

    return verify
