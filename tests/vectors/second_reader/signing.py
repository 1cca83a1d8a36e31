"""Documents to signed tokens ("Requirements for writers")."""

import base64
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.vectors.second_reader import fields
from tests.vectors.second_reader.forms import Key, Signed, Token, divide, message_of, need


def sign(kind: str, document: Any, seeds: list[bytes], scheme: int) -> str:
    """Return a token, with its line feed, that Ed25519 keys have signed in the order of their seeds."""
    payload = fields.write(kind, document)
    need(kind in {"root", "trust"} or len(seeds) == 1, "signature-count")
    signatures = [_signed(kind, payload, seed, scheme) for seed in seeds]
    parts = [bytes([one.scheme]) + one.key + one.signature for one in signatures]
    token = Token(kind, bytes([len(parts)]) + b"".join(parts) + payload)
    divide(token, kind)
    return f"lk1-{kind}.{base64.b64encode(token.frame).decode().rstrip('=')}\n"


def _signed(kind: str, payload: bytes, seed: bytes, scheme: int) -> Signed:
    key = Ed25519PrivateKey.from_private_bytes(seed)
    public = key.public_key().public_bytes_raw()
    reference = public if scheme == 3 else Key(scheme, public).reference[1]
    return Signed(scheme, reference, key.sign(message_of(kind, scheme, reference, payload)))
