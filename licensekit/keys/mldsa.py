"""ML-DSA-65 (FIPS 204), the second half of the hybrid scheme.

A module of its own because it is imported only when a hybrid key is met: every application pays for imports, and most
of them never meet one.
"""

from collections.abc import Callable

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA65PrivateKey, MLDSA65PublicKey

from licensekit.errors import SchemeUnavailable


def verifier(public: bytes) -> Callable[[bytes, bytes], None]:
    """Return the check `(signature, message)` of the 1952 bytes `public`; no context string.

    Every value of those bytes is a canonical key (FIPS 204, `pkDecode`), so there is no more to check.

    Raises:
        SchemeUnavailable: cryptography was built without ML-DSA.
    """
    try:
        return MLDSA65PublicKey.from_public_bytes(public).verify
    except UnsupportedAlgorithm as error:
        raise SchemeUnavailable(reason="ml-dsa") from error


def secret_key(seed: bytes) -> MLDSA65PrivateKey:
    """Return the secret key that the 32 bytes `seed` expand to; raises as `verifier`."""
    try:
        return MLDSA65PrivateKey.from_seed_bytes(seed)
    except UnsupportedAlgorithm as error:
        raise SchemeUnavailable(reason="ml-dsa") from error
