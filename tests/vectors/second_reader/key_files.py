"""Keys as text, by the steps of "Key files"."""

import base64
import binascii
import hashlib
from typing import Final, NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA65PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from tests.vectors.second_reader.forms import BOUNDS, RefusedError, key, need
from tests.vectors.second_reader.kinds import is_text

_INVALID: Final = "key-file-invalid"
_PUBLIC: Final = {1: 32, 2: 32 + 1952, 3: 32}
_SECRET: Final = {1: 32, 2: 64, 3: 32}


class Shown(NamedTuple):
    """What a key text says in the open."""

    scheme: int
    public: bytes
    label: str


def public_key(text: bytes) -> Shown:
    """Read a public key: steps 1 to 3, 5 and 7."""
    data = _body(text, b"lkpub1.")
    body, check = data[:-4], data[-4:]
    need(check == hashlib.sha256(b"lkpub1." + body).digest()[:4], _INVALID)
    label, public = _label(body[1:])
    key(int.from_bytes(body[:1], "big"), public)
    return Shown(body[0], public, label)


def secret_key(text: bytes, passphrase: bytes) -> tuple[Shown, bytes]:
    """Read a secret key: steps 1, 2 and 4 to 9."""
    data = _body(text, b"lkkey1.")
    need(len(data) > 18, _INVALID)
    scheme, log2_n, salt = data[0], data[1], data[2:18]
    need(scheme in _PUBLIC, _INVALID)
    need(BOUNDS["SCRYPT_LOG2_N_MIN"] <= log2_n <= BOUNDS["SCRYPT_LOG2_N_MAX"], _INVALID)
    label, rest = _label(data[18:])
    need(len(rest) == _PUBLIC[scheme] + _SECRET[scheme] + 16, _INVALID)
    public = rest[: _PUBLIC[scheme]]
    try:
        key(scheme, public)
    except RefusedError:
        raise RefusedError(_INVALID) from None
    sealed = rest[_PUBLIC[scheme] :]
    opener = ChaCha20Poly1305(hashlib.scrypt(passphrase, salt=salt, n=2**log2_n, r=8, p=1, maxmem=2**31 - 1, dklen=32))
    try:
        secret = opener.decrypt(bytes(12), sealed, b"lkkey1." + data[: -len(sealed)])
    except InvalidTag:
        raise RefusedError("passphrase-wrong") from None
    need(_public_of(scheme, secret) == public, _INVALID)
    return Shown(scheme, public, label), secret


def _public_of(scheme: int, secret: bytes) -> bytes:
    """Return the public key of a secret: of a hybrid one, Ed25519's and then ML-DSA-65's."""
    ed25519 = Ed25519PrivateKey.from_private_bytes(secret[:32]).public_key().public_bytes_raw()
    if scheme != 2:
        return ed25519
    return ed25519 + MLDSA65PrivateKey.from_seed_bytes(secret[32:]).public_key().public_bytes_raw()


def _body(text: bytes, prefix: bytes) -> bytes:
    need(len(text) <= BOUNDS["KEY_FILE_BYTES"], "too-large")
    text = text.removeprefix(b"\xef\xbb\xbf").translate(None, b"\x09\x0a\x0b\x0c\x0d\x20")
    need(text.startswith(prefix), _INVALID)
    body = text.removeprefix(prefix)
    try:
        data = base64.b64decode(body + b"=" * (-len(body) % 4), validate=True)
    except binascii.Error:
        raise RefusedError(_INVALID) from None
    need(base64.b64encode(data).rstrip(b"=") == body, _INVALID)
    return data


def _label(data: bytes) -> tuple[str, bytes]:
    end = 2 + int.from_bytes(data[:2], "big")
    need(end <= len(data), _INVALID)
    try:
        label = data[2:end].decode()
    except UnicodeDecodeError:
        raise RefusedError(_INVALID) from None
    need(len(label) <= BOUNDS["NAME_LENGTH"] and is_text(label), _INVALID)
    return label, data[end:]
