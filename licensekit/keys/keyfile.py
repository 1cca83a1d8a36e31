"""Key files: secret keys encrypted with a passphrase, and public keys (`docs/format.md`, "Key files").

Both are a line of ASCII: a prefix and base64. As in license files, white space and a leading byte order mark are
ignored; otherwise only one spelling is accepted.

    lkkey1. scheme:u8 log2N:u8 salt:16 label public  sealed secret
    lkpub1. scheme:u8 label public  check:4
    label   = length:u16 UTF-8
"""

from secrets import token_bytes
from typing import Final, NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from licensekit import errors, limits
from licensekit.keys import signing, verifying
from licensekit.wire import armor
from licensekit.wire.documents.fields import written_text_fault

SECRET_PREFIX: Final = "lkkey1."  # noqa: S105  # names the format, opens nothing
PUBLIC_PREFIX: Final = "lkpub1."
LOG2_N = 17  # the cost of files that `seal` writes: 128 MiB and about a quarter of a second
_SALT_BYTES: Final = 16
_TAG_BYTES: Final = 16
_CHECK_BYTES: Final = 4
# Each salt gives a new key, which encrypts only once, so the nonce need not vary.
_NONCE: Final = bytes(12)
_WANTED: Final = {SECRET_PREFIX: "a key file", PUBLIC_PREFIX: "a public key"}
_MISSED: Final = {SECRET_PREFIX: "not-a-key-file", PUBLIC_PREFIX: "not-a-public-key"}
_MISTAKEN: Final[tuple[tuple[bytes, str], ...]] = (
    (SECRET_PREFIX.encode(), "secret-key"),
    (PUBLIC_PREFIX.encode(), "public-key"),
    (b"-----BEGIN", "other-form"),
    (b"lk1-", "license-file"),
)


class PublicPart(NamedTuple):
    """A public key and its label; neither proves who owns it."""

    verifying_key: verifying.VerifyingKey
    label: str


class _Sealed(NamedTuple):
    log2_n: int
    salt: bytes
    part: PublicPart
    header: bytes
    secret: bytes


def seal(key: signing.SigningKey, passphrase: bytes, *, label: str) -> str:
    """Return the text of a key file with `key`; raise `PassphraseMissing`, or `KeyInvalid` for an invalid label."""
    if not passphrase:
        raise errors.PassphraseMissing(reason="empty")
    public, salt = key.verifying_key, token_bytes(_SALT_BYTES)
    header = bytes([public.scheme, LOG2_N]) + salt + _label_bytes(label) + public.public
    sealed = _cipher(passphrase, salt, LOG2_N).encrypt(_NONCE, key.reveal_secret(), SECRET_PREFIX.encode() + header)
    return SECRET_PREFIX + armor.encode(header + sealed)


def open_(text: bytes | str, passphrase: bytes) -> signing.SigningKey:
    """Decrypt a key file with `passphrase`; raise `TooLarge`, `KeyFileInvalid` or `PassphraseWrong`."""
    file = _read_sealed(text)
    cipher = _cipher(passphrase, file.salt, file.log2_n)
    try:
        secret = cipher.decrypt(_NONCE, file.secret, SECRET_PREFIX.encode() + file.header)
    except InvalidTag as error:
        raise errors.PassphraseWrong from error
    key = signing.SigningKey.from_secret(file.part.verifying_key.scheme, secret)
    if key.verifying_key != file.part.verifying_key:
        raise errors.KeyFileInvalid(reason="other-public-key")
    return key


def peek(text: bytes | str) -> PublicPart:
    """Return the unencrypted part of a key file, unverified; raise `TooLarge` or `KeyFileInvalid`."""
    return _read_sealed(text).part


def format_public(key: verifying.VerifyingKey, label: str) -> str:
    """Return the text of a public key, without a line end; raise `KeyInvalid` for an invalid label."""
    body = bytes([key.scheme]) + _label_bytes(label) + key.public
    return PUBLIC_PREFIX + armor.encode(body + _check(body))


def parse_public(text: bytes | str) -> PublicPart:
    """Parse the text that `format_public` returns; raise `TooLarge`, `KeyFileInvalid` or `KeyInvalid`."""
    data = _read(text, PUBLIC_PREFIX)
    body, check = data[:-_CHECK_BYTES], data[-_CHECK_BYTES:]
    if check != _check(body):
        raise errors.KeyFileInvalid(reason="check")
    label, public = _split_label(body[1:])
    return PublicPart(verifying.load(int.from_bytes(body[:1], "big"), public), label)


def _read_sealed(text: bytes | str) -> _Sealed:
    data = _read(text, SECRET_PREFIX)
    fixed = 2 + _SALT_BYTES
    if len(data) <= fixed:
        raise errors.KeyFileInvalid(reason="cut-short")
    scheme, log2_n = data[0], data[1]
    if scheme not in signing.SECRET_BYTES:
        raise errors.KeyFileInvalid(reason="unknown-scheme", scheme=scheme)
    if not limits.SCRYPT_LOG2_N_MIN <= log2_n <= limits.SCRYPT_LOG2_N_MAX:
        raise errors.KeyFileInvalid(reason="cost", log2_n=log2_n)
    label, rest = _split_label(data[fixed:])
    wanted = verifying.PUBLIC_BYTES[scheme] + signing.SECRET_BYTES[scheme] + _TAG_BYTES
    if len(rest) != wanted:
        raise errors.KeyFileInvalid(reason="length", length=len(rest), wanted=wanted)
    try:
        key = verifying.load(scheme, rest[: verifying.PUBLIC_BYTES[scheme]])
    except errors.KeyInvalid as error:
        raise errors.KeyFileInvalid(reason="shown-key-invalid") from error
    end = len(data) - signing.SECRET_BYTES[scheme] - _TAG_BYTES
    return _Sealed(log2_n, data[2:fixed], PublicPart(key, label), data[:end], data[end:])


def _read(text: bytes | str, prefix: str) -> bytes:
    raw = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
    if len(raw) > limits.KEY_FILE_BYTES:
        raise errors.TooLarge(reason="bytes", limit=limits.KEY_FILE_BYTES, size=len(raw), wanted=_WANTED[prefix])
    compact = armor.compact(raw)
    if not compact.startswith(prefix.encode()):
        mistaken = (what for start, what in _MISTAKEN if compact.startswith(start))
        raise errors.KeyFileInvalid(reason=next(mistaken, _MISSED[prefix]))
    try:
        return armor.decode(compact[len(prefix) :])
    except errors.ArmorInvalid as error:
        raise errors.KeyFileInvalid(reason="armor") from error


def _cipher(passphrase: bytes, salt: bytes, log2_n: int) -> ChaCha20Poly1305:
    scrypt = Scrypt(salt, 32, 2**log2_n, limits.SCRYPT_R, limits.SCRYPT_P)
    try:
        return ChaCha20Poly1305(scrypt.derive(passphrase))
    except MemoryError as error:
        raise errors.KeyFileInvalid(reason="memory", log2_n=log2_n, mebibytes=2**log2_n >> 10) from error


def _check(body: bytes) -> bytes:
    return verifying.sha256(PUBLIC_PREFIX.encode() + body)[:_CHECK_BYTES]


def _label_bytes(label: str) -> bytes:
    if fault := _label_fault(label):
        raise errors.KeyInvalid(reason="label", text=label, fault=fault)
    encoded = label.encode()
    return len(encoded).to_bytes(2, "big") + encoded


def _split_label(data: bytes) -> tuple[str, bytes]:
    end = 2 + int.from_bytes(data[:2], "big")
    if end > len(data):
        raise errors.KeyFileInvalid(reason="cut-short")
    try:
        label = data[2:end].decode()
    except UnicodeDecodeError as error:
        raise errors.KeyFileInvalid(reason="label-not-utf-8") from error
    if fault := _label_fault(label):
        raise errors.KeyFileInvalid(reason="label", text=label, fault=fault)
    return label, data[end:]


def _label_fault(label: str) -> errors.TextInvalid | None:
    if len(label) > limits.NAME_LENGTH:
        return errors.TextInvalid(reason="too-long", most=limits.NAME_LENGTH)
    return written_text_fault(label)
