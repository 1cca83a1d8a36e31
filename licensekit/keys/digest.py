"""SHA-256, from the library that verifies signatures.

`hashlib` would load a second cryptographic library into every process that verifies a file, which
costs it more time than everything else in this package.
"""

from cryptography.hazmat.primitives.hashes import SHA256, Hash


def sha256(data: bytes) -> bytes:
    """Return the 32 bytes of SHA-256 over `data` (FIPS 180-4)."""
    running = Hash(SHA256())
    running.update(data)
    return running.finalize()
