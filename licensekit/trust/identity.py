"""Digest and identity of a document (`docs/format.md`, "Identities"): stored nowhere inside it."""

from licensekit.keys.digest import sha256


def digest_of(kind: str, payload: bytes) -> bytes:
    """Give the 32 bytes of SHA-256 over type, a zero byte and payload."""
    return sha256(kind.encode() + b"\x00" + payload)


def identity_of(kind: str, payload: bytes) -> bytes:
    """Give the identity of a document: the first 16 bytes of its digest."""
    return digest_of(kind, payload)[:16]
