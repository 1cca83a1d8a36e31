"""Digests and identities of documents."""

from hashlib import sha256

from licensekit.trust.identity import digest_of, identity_of


def test_digest_and_identity_are_what_they_always_were() -> None:
    digest = sha256(b"root\x00payload").digest()
    assert digest_of("root", b"payload") == digest
    assert identity_of("root", b"payload") == digest[:16]
