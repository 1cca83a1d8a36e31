"""Import of keys from OpenSSH and PKCS#8, and export to OpenSSH and SubjectPublicKeyInfo."""

from collections.abc import Callable
from typing import Final

from cryptography.exceptions import InternalError, InvalidTag, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from licensekit import errors, limits
from licensekit.keys import signing, verifying
from licensekit.wire.documents.fields import text_fault
from licensekit.wire.frame import ED25519, HYBRID

_Load = Callable[[bytes, bytes | None], object]  # loads a key with a passphrase, or with None if it is not encrypted
_LOADERS: Final[tuple[tuple[bytes, _Load], ...]] = (
    (b"-----BEGIN OPENSSH PRIVATE KEY-----", serialization.load_ssh_private_key),
    (b"PRIVATE KEY-----", serialization.load_pem_private_key),
)
"""A mark in the file, and the loader for such files; a file in DER has no mark."""
_MISTAKEN: Final[tuple[tuple[bytes, str], ...]] = (
    (b"PuTTY-User-Key-File", "import-putty"),
    (b"PUBLIC KEY-----", "import-public"),
    (b"ssh-", "import-public"),
    (b"-----BEGIN CERTIFICATE", "import-certificate"),
    (b"lkkey1.", "import-key-file"),
)
_SAID: Final = (TypeError, ValueError, UnsupportedAlgorithm, InternalError, InvalidTag)


def import_private(data: bytes, passphrase: Callable[[], bytes]) -> signing.SigningKey:
    """Load an OpenSSH or PKCS#8 key (PEM or DER), calling `passphrase` if it is encrypted; raise a `KeyFault`."""
    if len(data) > limits.KEY_FILE_BYTES:
        raise errors.TooLarge(reason="bytes", limit=limits.KEY_FILE_BYTES, size=len(data), wanted="a key")
    load = _loader(data)
    try:
        key = _read(load, data, None)
    except TypeError:  # what cryptography raises for an encrypted file
        key = _opened(load, data, passphrase())
    except UnsupportedAlgorithm as error:
        raise errors.KeyInvalid(reason="unsupported", detail=str(error)) from error
    except (ValueError, InternalError) as error:
        raise errors.KeyFileInvalid(reason="import") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise errors.KeyInvalid(reason="algorithm")
    return signing.SigningKey.from_secret(ED25519, key.private_bytes_raw())


def export_openssh(key: verifying.VerifyingKey, comment: str = "") -> str:
    """Return `key` as a line of OpenSSH, without a line end; raise `KeyInvalid` for a hybrid key or a bad comment."""
    if fault := text_fault(comment):
        raise errors.KeyInvalid(reason="comment", text=comment, fault=fault)
    line = _ed25519(key).public_bytes(serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH).decode()
    return f"{line} {comment}".rstrip(" ")


def export_pem(key: verifying.VerifyingKey) -> str:
    """Return `key` as the PEM of a SubjectPublicKeyInfo (RFC 8410); raise `KeyInvalid` for a hybrid key."""
    pem = _ed25519(key).public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    return pem.decode()


def _ed25519(key: verifying.VerifyingKey) -> Ed25519PublicKey:
    if key.scheme == HYBRID:
        # The composite keys of the LAMPS drafts do not fit: they sign another message.
        raise errors.KeyInvalid(reason="hybrid")
    return Ed25519PublicKey.from_public_bytes(key.public)


def _loader(data: bytes) -> _Load:
    if data.startswith(b"\x30"):  # a SEQUENCE in DER
        return serialization.load_der_private_key
    for mark, load in _LOADERS:
        if mark in data:
            return load
    raise errors.KeyFileInvalid(reason=next((what for mark, what in _MISTAKEN if mark in data), "import-form"))


def _read(load: _Load, data: bytes, secret: bytes | None) -> object:
    try:
        return load(data, secret)
    except BaseException as error:
        # Others occur too: NotImplementedError, and Rust's panic (not an `Exception`) on a cost of 2^31 rounds.
        if isinstance(error, _SAID) or not (isinstance(error, Exception) or type(error).__name__ == "PanicException"):
            raise
        raise errors.KeyFileInvalid(reason="import") from error


def _opened(load: _Load, data: bytes, secret: bytes) -> object:
    try:
        return _read(load, data, secret)
    except UnsupportedAlgorithm as error:
        raise errors.SchemeUnavailable(reason="bcrypt") from error
    except ValueError as error:  # an unknown encryption looks the same as a wrong passphrase
        raise errors.PassphraseWrong(reason="refused", detail=str(error)) from error
    except (TypeError, InvalidTag, InternalError) as error:
        raise errors.PassphraseWrong from error
