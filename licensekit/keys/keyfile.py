"""Keys as text: secret keys sealed under a passphrase, public keys in the open.

Both are one line of ASCII, a prefix and base64, and read with the tolerance of license files: white
space anywhere, a leading byte order mark, and otherwise exactly one spelling (`docs/format.md`,
"Key files").

    lkkey1. scheme:u8 log2N:u8 salt:16 label public  sealed secret
    lkpub1. scheme:u8 label public  check:4
    label   = length:u16 UTF-8

The secret is sealed by ChaCha20-Poly1305 (RFC 8439) with all that stands before it as associated
data. Its key is scrypt (RFC 7914) of passphrase and salt with r = 8 and p = 1.
"""

from secrets import token_bytes
from typing import Final, NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from licensekit import limits
from licensekit.errors import (
    ArmorInvalid,
    KeyFileInvalid,
    KeyInvalid,
    PassphraseMissing,
    PassphraseWrong,
    TooLarge,
)
from licensekit.keys.digest import sha256
from licensekit.keys.signing import SECRET_BYTES, SigningKey
from licensekit.keys.verifying import PUBLIC_BYTES, VerifyingKey, load
from licensekit.text.spelling import written_text_fault
from licensekit.wire import armor

SECRET_PREFIX: Final = "lkkey1."  # noqa: S105  # names the format, opens nothing
PUBLIC_PREFIX: Final = "lkpub1."

LOG2_N = 17
"""The cost of the files that `seal` makes: 128 MiB and about a quarter of a second."""

_SALT_BYTES: Final = 16
_TAG_BYTES: Final = 16
_CHECK_BYTES: Final = 4
# A salt is never used twice, so the key it leads to seals once and the nonce need not vary.
_NONCE: Final = bytes(12)
_COPY: Final = "copy the whole line again from where it came"

_MISTAKEN: Final = {
    SECRET_PREFIX.encode(): "it is a secret key file; give the public key that belongs to it",
    PUBLIC_PREFIX.encode(): "it is a public key; give the key file that holds the secret",
    b"-----BEGIN": "it is a key of another form; import it first (`licensekit keys import`)",
    b"lk1-": "it is a license file or a pack; give a key",
}


class PublicPart(NamedTuple):
    """A public key and the label that its owner gave it; whose it is, the text does not prove."""

    verifying_key: VerifyingKey
    label: str


class _Sealed(NamedTuple):
    log2_n: int
    salt: bytes
    part: PublicPart
    header: bytes
    secret: bytes


def seal(key: SigningKey, passphrase: bytes, *, label: str) -> str:
    """Return the text of a key file that holds `key` under `passphrase`, without a line end.

    Raises:
        PassphraseMissing: the passphrase is empty.
        KeyInvalid: the label is too long or has characters that may not be shown.
    """
    if not passphrase:
        raise PassphraseMissing("an empty passphrase protects nothing")
    public = key.verifying_key
    salt = token_bytes(_SALT_BYTES)
    cost = bytes([public.scheme, LOG2_N])
    header = cost + salt + _label_bytes(label) + public.public
    cipher = _cipher(passphrase, salt, LOG2_N)
    sealed = cipher.encrypt(_NONCE, key.reveal_secret(), _associated(header))
    return SECRET_PREFIX + armor.encode(header + sealed)


def open_(text: bytes | str, passphrase: bytes) -> SigningKey:
    """Return the secret key that `passphrase` opens.

    Raises:
        TooLarge: longer than `limits.KEY_FILE_BYTES`.
        KeyFileInvalid: no key file or a damaged one, a cost outside `limits`, or one that this
            machine has not the memory for.
        PassphraseWrong: the passphrase is another one, or the file was altered.
    """
    file = _read_sealed(text)
    try:
        secret = _cipher(passphrase, file.salt, file.log2_n).decrypt(
            _NONCE, file.secret, _associated(file.header)
        )
    except InvalidTag as error:
        raise PassphraseWrong("the passphrase does not open this key file") from error
    key = SigningKey.from_secret(file.part.verifying_key.scheme, secret)
    if key.verifying_key != file.part.verifying_key:
        raise KeyFileInvalid("the key file shows another public key than its secret has")
    return key


def peek(text: bytes | str) -> PublicPart:
    """Return what a key file says in the open; nothing of it is proven before `open_`.

    Raises:
        TooLarge, KeyFileInvalid: as for `open_`.
    """
    return _read_sealed(text).part


def format_public(key: VerifyingKey, label: str) -> str:
    """Return the text of a public key that can be handed around, without a line end.

    Raises:
        KeyInvalid: the label is too long or has characters that may not be shown.
    """
    body = bytes([key.scheme]) + _label_bytes(label) + key.public
    return PUBLIC_PREFIX + armor.encode(body + _check(body))


def parse_public(text: bytes | str) -> PublicPart:
    """Return the key that `format_public` wrote. Compare its key id with its owner by other means.

    Raises:
        TooLarge: longer than `limits.KEY_FILE_BYTES`.
        KeyFileInvalid: no public key text, or one with a slip of the pen in it.
        KeyInvalid: a key that is not to be used, see `verifying.load`.
    """
    data = _read(text, PUBLIC_PREFIX, "a public key")
    body, check = data[:-_CHECK_BYTES], data[-_CHECK_BYTES:]
    if check != _check(body):
        raise KeyFileInvalid(
            "the public key was altered or copied wrongly", hint="copy the whole line"
        )
    label, public = _split_label(body[1:])
    return PublicPart(load(int.from_bytes(body[:1], "big"), public), label)


def _read_sealed(text: bytes | str) -> _Sealed:
    data = _read(text, SECRET_PREFIX, "a key file")
    fixed = 2 + _SALT_BYTES
    if len(data) <= fixed:
        raise KeyFileInvalid("the key file is cut short")
    scheme, log2_n = data[0], data[1]
    if scheme not in SECRET_BYTES:
        raise KeyFileInvalid(f"the key file is of scheme {scheme}, which is not known")
    if not limits.SCRYPT_LOG2_N_MIN <= log2_n <= limits.SCRYPT_LOG2_N_MAX:
        raise KeyFileInvalid(f"the key file asks for a cost of 2^{log2_n}, outside the bounds")
    label, rest = _split_label(data[fixed:])
    wanted = PUBLIC_BYTES[scheme] + SECRET_BYTES[scheme] + _TAG_BYTES
    if len(rest) != wanted:
        raise KeyFileInvalid(f"the key file ends in {len(rest)} bytes where {wanted} belong")
    try:
        key = load(scheme, rest[: PUBLIC_BYTES[scheme]])
    except KeyInvalid as error:
        raise KeyFileInvalid("the key file shows a public key that is none") from error
    end = len(data) - SECRET_BYTES[scheme] - _TAG_BYTES
    part = PublicPart(key, label)
    return _Sealed(log2_n, data[2:fixed], part, data[:end], data[end:])


def _read(text: bytes | str, prefix: str, what: str) -> bytes:
    raw = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
    if len(raw) > limits.KEY_FILE_BYTES:
        raise TooLarge(f"{len(raw)} bytes where {what} has at most {limits.KEY_FILE_BYTES}")
    compact = armor.compact(raw)
    if not compact.startswith(prefix.encode()):
        hints = (hint for start, hint in _MISTAKEN.items() if compact.startswith(start))
        raise KeyFileInvalid(
            f"this is not {what}: it does not begin with `{prefix}`", hint=next(hints, "")
        )
    try:
        return armor.decode(compact[len(prefix) :])
    except ArmorInvalid as error:
        raise KeyFileInvalid(f"this is not {what}, or a damaged one: {error.what}") from error


def _cipher(passphrase: bytes, salt: bytes, log2_n: int) -> ChaCha20Poly1305:
    scrypt = Scrypt(salt, 32, 2**log2_n, limits.SCRYPT_R, limits.SCRYPT_P)
    try:
        return ChaCha20Poly1305(scrypt.derive(passphrase))
    except MemoryError as error:
        raise KeyFileInvalid(
            f"a key file of cost 2^{log2_n} needs {2**log2_n >> 10} MiB of memory",
            hint="run this on a machine, or under a limit, that has as much",
        ) from error


def _associated(header: bytes) -> bytes:
    return SECRET_PREFIX.encode() + header


def _check(body: bytes) -> bytes:
    return sha256(PUBLIC_PREFIX.encode() + body)[:_CHECK_BYTES]


def _label_bytes(label: str) -> bytes:
    if fault := _label_fault(label):
        raise KeyInvalid(f"the label {label!a:.60} {fault}", hint="choose another label")
    encoded = label.encode()
    return len(encoded).to_bytes(2, "big") + encoded


def _split_label(data: bytes) -> tuple[str, bytes]:
    end = 2 + int.from_bytes(data[:2], "big")
    try:
        label = data[2:end].decode()
    except UnicodeDecodeError as error:
        raise KeyFileInvalid("the label of the key is not UTF-8") from error
    if fault := _label_fault(label):
        raise KeyFileInvalid(f"the label {label!a:.60} {fault}")
    return label, data[end:]


def _label_fault(label: str) -> str | None:
    if len(label) > limits.NAME_LENGTH:
        return f"has more than {limits.NAME_LENGTH} characters"
    return written_text_fault(label)
