"""Keys: key files of ours, public keys, and keys in other people's forms."""

from collections.abc import Callable, Iterator, Sequence
from typing import Final, NoReturn

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from licensekit.errors import PassphraseMissing
from licensekit.keys import formats, keyfile
from licensekit.wire import armor
from tests import makers
from tests.fuzz import kit


def keys(data: bytes) -> None:
    """Read what the first byte says: a public key, what a key file says in the open, or a key of another program."""
    _READERS[data[0] % len(_READERS) if data else 0](data[1:])


def _public(data: bytes) -> None:
    found = keyfile.parse_public(data)
    assert keyfile.format_public(found.verifying_key, found.label).encode() == armor.compact(data)


def _peek(data: bytes) -> None:
    # Never opened: what a passphrase costs is what the file asks for, within a bound (`limits.SCRYPT_LOG2_N_MAX`).
    assert keyfile.peek(data).verifying_key


def _imported(data: bytes) -> None:
    # What is encrypted is left there, for the same reason, and the forms have no bound: the passphrase is the owner's.
    key = formats.import_private(data, _not_given).verifying_key
    assert formats.export_openssh(key, "x")
    assert formats.export_pem(key)


def _not_given() -> NoReturn:
    raise PassphraseMissing(reason="empty")


def _exported(data: bytes) -> None:
    line = formats.export_openssh(makers.key("vendor").verifying_key, data.decode(errors="surrogateescape"))
    assert "\n" not in line


_READERS: Final[Sequence[Callable[[bytes], None]]] = (_public, _peek, _imported, _exported)


def keys_seeds() -> Iterator[bytes]:
    """Yield key files of the kit, and one key in each form that others write."""
    yield from (b"\0" + text for text in kit.texts("key_file", "text"))
    yield from (b"\1" + text for text in kit.texts("key_file", "text"))
    own = ed25519.Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
    pkcs8, openssh = serialization.PrivateFormat.PKCS8, serialization.PrivateFormat.OpenSSH
    pem, der, none = serialization.Encoding.PEM, serialization.Encoding.DER, serialization.NoEncryption()
    yield b"\2" + own.private_bytes(pem, pkcs8, none)
    yield b"\2" + own.private_bytes(der, pkcs8, none)
    yield b"\2" + own.private_bytes(pem, openssh, none)
    yield b"\2" + ec.generate_private_key(ec.SECP256R1()).private_bytes(pem, openssh, none)
    yield b"\2" + rsa.generate_private_key(65537, 1024).private_bytes(pem, pkcs8, none)  # noqa: S505  # none to be used
    yield b"\2PuTTY-User-Key-File-3: ssh-ed25519\n"
    yield b"\2-----BEGIN CERTIFICATE-----\n"
    yield b"\3a comment"
