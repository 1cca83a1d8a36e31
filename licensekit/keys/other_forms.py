"""Keys in other people's forms: OpenSSH and PKCS#8 in, OpenSSH and SubjectPublicKeyInfo out.

A file is taken out of its armor here and only the contents go on to `cryptography`, so what was checked (the form, the
cost of its key derivation) is what is loaded.
"""

import re
from binascii import Error as Base64Error
from binascii import a2b_base64, b2a_base64
from collections.abc import Callable, Iterator
from math import prod
from typing import Final, NamedTuple

from cryptography.exceptions import InternalError, InvalidTag, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from licensekit import limits
from licensekit.errors import KeyFileInvalid, KeyInvalid, PassphraseWrong, SchemeUnavailable, TooLarge
from licensekit.keys.signing import SigningKey
from licensekit.keys.verifying import VerifyingKey
from licensekit.wire.documents.fields import text_fault
from licensekit.wire.frame import ED25519, HYBRID

_BEGIN: Final = re.compile(rb"-----BEGIN ([A-Z0-9 ]{1,40})-----\s")
_PKCS8: Final = (b"PRIVATE KEY", b"ENCRYPTED PRIVATE KEY")
_OPENSSH: Final = b"OPENSSH PRIVATE KEY"
_OPENSSH_MAGIC: Final = b"openssh-key-v1\0"
_ALGORITHM_BYTES: Final = 1024
_SCRYPT_OID: Final = bytes.fromhex("06092b06010401da47040b")
_INTEGER: Final = 0x02
_SEQUENCE: Final = 0x30
_CONSTRUCTED: Final = 0x20

_MISTAKEN: Final[tuple[tuple[bytes, str], ...]] = (
    (b"PuTTY-User-Key-File", "import-putty"),
    (b"PUBLIC KEY-----", "import-public"),
    (b"ssh-", "import-public"),
    (b"-----BEGIN CERTIFICATE", "import-certificate"),
    (b"lkkey1.", "import-key-file"),
)


class _Form(NamedTuple):
    load: Callable[[bytes, bytes | None], object]
    refuse_costly: Callable[[bytes], None]


def import_private(data: bytes, passphrase: Callable[[], bytes]) -> SigningKey:
    """Return the Ed25519 key of an OpenSSH or PKCS#8 file (PEM or DER).

    `passphrase` is asked only if the file is encrypted.

    Raises:
        TooLarge: longer than `limits.KEY_FILE_BYTES`.
        KeyFileInvalid: neither of the two forms, damaged, or its key derivation costs too much.
        KeyInvalid: a key of another algorithm.
        PassphraseWrong: the passphrase does not open it.
        SchemeUnavailable: an encrypted OpenSSH file, and bcrypt is not installed.
    """
    if len(data) > limits.KEY_FILE_BYTES:
        raise TooLarge(reason="bytes", limit=limits.KEY_FILE_BYTES, size=len(data), wanted="a key")
    form, contents = _unwrap(data)
    form.refuse_costly(contents)
    try:
        key = _load(form, contents, passphrase)
    except UnsupportedAlgorithm as error:
        raise KeyInvalid(reason="unsupported", detail=str(error)) from error
    if not isinstance(key, Ed25519PrivateKey):
        raise KeyInvalid(reason="algorithm")
    return SigningKey.from_secret(ED25519, key.private_bytes_raw())


def export_openssh(key: VerifyingKey, comment: str = "") -> str:
    """Return `key` as the line of an OpenSSH public key file, without a line end.

    Raises:
        KeyInvalid: a hybrid key, or a comment that would break the line.
    """
    if fault := text_fault(comment):
        raise KeyInvalid(reason="comment", text=comment, fault=fault)
    line = _ed25519(key).public_bytes(serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH).decode()
    return f"{line} {comment}".rstrip(" ")


def export_pem(key: VerifyingKey) -> str:
    """Return `key` as the PEM of a SubjectPublicKeyInfo (RFC 8410).

    Raises:
        KeyInvalid: a hybrid key.
    """
    pem = _ed25519(key).public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    return pem.decode()


def _ed25519(key: VerifyingKey) -> Ed25519PublicKey:
    if key.scheme == HYBRID:
        # The composite keys of the LAMPS drafts are none: they sign another message than ours.
        raise KeyInvalid(reason="hybrid")
    return Ed25519PublicKey.from_public_bytes(key.public)


def _load(form: _Form, contents: bytes, passphrase: Callable[[], bytes]) -> object:
    try:
        return form.load(contents, None)
    except TypeError:  # how cryptography says that a file is encrypted
        secret = passphrase()
    except (ValueError, InternalError) as error:
        raise KeyFileInvalid(reason="import") from error
    try:
        return form.load(contents, secret)
    except ValueError as error:  # also an encryption that is not known; the reason tells
        raise PassphraseWrong(reason="refused", detail=str(error)) from error
    except (TypeError, InvalidTag, InternalError) as error:
        raise PassphraseWrong from error


def _unwrap(data: bytes) -> tuple[_Form, bytes]:
    if data[:1] == bytes([_SEQUENCE]):
        return _PKCS8_FORM, data
    begin = _BEGIN.search(data)
    if begin:
        label = begin[1]
        if label in _FORMS:
            body, end, _ = data[begin.end() :].partition(b"-----END %b-----" % label)
            return _FORMS[label], _contents(body if end else b"")
        if label.endswith(b" PRIVATE KEY"):
            raise KeyInvalid(reason="algorithm")
    mistaken = (what for mark, what in _MISTAKEN if mark in data)
    raise KeyFileInvalid(reason=next(mistaken, "import-form"))


def _contents(body: bytes) -> bytes:
    try:
        return a2b_base64(b"".join(body.split()), strict_mode=True)
    except Base64Error as error:
        raise KeyFileInvalid(reason="import") from error


def _load_openssh(contents: bytes, passphrase: bytes | None) -> object:
    armor = b"-----BEGIN %b-----\n%b-----END %b-----\n"
    try:
        return serialization.load_ssh_private_key(armor % (_OPENSSH, b2a_base64(contents), _OPENSSH), passphrase)
    except UnsupportedAlgorithm as error:
        if passphrase is None:
            raise
        raise SchemeUnavailable(reason="bcrypt") from error


def _refuse_costly_openssh(contents: bytes) -> None:
    if not contents.startswith(_OPENSSH_MAGIC):
        raise KeyFileInvalid(reason="import")
    _, rest = _string(contents[len(_OPENSSH_MAGIC) :])
    _, rest = _string(rest)
    options, _ = _string(rest)
    _, rounds = _string(options)
    _refuse_above(limits.BCRYPT_ROUNDS, int.from_bytes(rounds, "big"))


def _string(data: bytes) -> tuple[bytes, bytes]:
    end = 4 + int.from_bytes(data[:4], "big")
    return data[4:end], data[end:]


def _refuse_costly_pkcs8(contents: bytes) -> None:
    """Check the product of all numbers in the encryption's parameters against a bound.

    Only an EncryptedPrivateKeyInfo (RFC 5958) begins with a sequence in a sequence.
    """
    algorithm = _first(_first(contents, _SEQUENCE), _SEQUENCE)
    if len(algorithm) > _ALGORITHM_BYTES:
        raise KeyFileInvalid(reason="import")
    bound = limits.SCRYPT_WORK if _SCRYPT_OID in algorithm else limits.PBKDF2_WORK
    _refuse_above(bound, prod(max(1, number) for number in _integers(algorithm)))


def _refuse_above(bound: int, work: int) -> None:
    if work > bound:
        raise KeyFileInvalid(reason="import-cost")


def _integers(der: bytes) -> Iterator[int]:
    pending = [der]
    while pending:
        for tag, content in _elements(pending.pop()):
            if tag == _INTEGER:
                yield int.from_bytes(content, "big")
            elif tag & _CONSTRUCTED:
                pending.append(content)


def _first(der: bytes, wanted: int) -> bytes:
    tag, content = next(_elements(der), (0, b""))
    return content if tag == wanted else b""


def _elements(der: bytes) -> Iterator[tuple[int, bytes]]:
    """Divide `der` as far as it goes; what is malformed, `cryptography` refuses in its turn."""
    while len(der) > 1:
        tag, length, start = der[0], der[1], 2
        if length & 0x80:
            start += length & 0x7F
            length = int.from_bytes(der[2:start], "big")
        yield tag, der[start : start + length]
        der = der[start + length :]


_PKCS8_FORM: Final = _Form(serialization.load_der_private_key, _refuse_costly_pkcs8)
_OPENSSH_FORM: Final = _Form(_load_openssh, _refuse_costly_openssh)
_FORMS: Final = {_OPENSSH: _OPENSSH_FORM, **dict.fromkeys(_PKCS8, _PKCS8_FORM)}
