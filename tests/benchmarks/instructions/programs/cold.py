"""A process that imports licensekit and verifies one file, and one that does the bare work.

What each imports is a part of what is measured, so it is imported where it is used.
"""


def ours() -> None:
    """Import, read, and verify."""
    from datetime import UTC, datetime  # noqa: PLC0415  # see above

    from licensekit import Verifier  # noqa: PLC0415  # see above

    verifier = Verifier(root=_read("root").decode(), pack=_read("pack.lkp"))
    verifier.verify(_read("license.lic"), now=datetime(2026, 11, 1, tzinfo=UTC))


def floor() -> None:
    """Import, read, verify one Ed25519 signature and decode with msgspec."""
    from base64 import b64decode  # noqa: PLC0415  # see above

    import msgspec  # noqa: PLC0415  # see above
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey  # noqa: PLC0415  # see above

    body = _read("license.lic").strip().partition(b".")[2]
    b64decode(body + b"=" * (-len(body) % 4))
    payload = _read("payload")
    Ed25519PublicKey.from_public_bytes(_read("public")).verify(_read("signature"), payload)
    msgspec.msgpack.decode(payload)


def _read(name: str) -> bytes:
    with open(name, "rb") as file:  # noqa: PTH123  # pathlib is not for free
        return file.read()
