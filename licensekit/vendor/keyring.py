"""Key files in a folder: listed, opened, written."""

from pathlib import Path
from typing import NamedTuple

from licensekit import limits
from licensekit.errors import KeyFault
from licensekit.files import read_bytes, write_atomically
from licensekit.keys.keyfile import PublicPart, open_, peek, seal
from licensekit.keys.signing import SigningKey

SUFFIX = ".key"


class KeyFile(NamedTuple):
    """A key file and what it says in the open."""

    path: Path
    part: PublicPart

    @property
    def name(self) -> str:
        """The file's name without its ending."""
        return self.path.stem


def listed(folder: Path) -> list[KeyFile]:
    """Give the key files of a folder by name; none if there is no such folder.

    Raises:
        KeyFileInvalid: one is no key file, or damaged.
        FileUnusable: one cannot be read.
    """
    return [KeyFile(path, _peek(path)) for path in sorted(folder.glob(f"*{SUFFIX}"))]


def open_key(path: Path, passphrase: bytes) -> SigningKey:
    """Give the secret key in a file.

    Raises:
        PassphraseWrong, KeyFileInvalid: as `keyfile.open_`.
        FileUnusable: it cannot be read.
    """
    text = _read(path)
    try:
        return open_(text, passphrase)
    except KeyFault as error:
        raise error.at(str(path)) from error


def write_key(path: Path, key: SigningKey, passphrase: bytes) -> None:
    """Write a new key file, readable by its owner alone and labelled by its name.

    Raises:
        FileTaken: there is such a file already.
        FileUnusable: it cannot be written.
    """
    text = seal(key, passphrase, label=path.stem)
    write_atomically(path, f"{text}\n".encode(), mode=0o600, replace=False)


def _peek(path: Path) -> PublicPart:
    text = _read(path)
    try:
        return peek(text)
    except KeyFault as error:
        raise error.at(str(path)) from error


def _read(path: Path) -> bytes:
    return read_bytes(path, limit=limits.KEY_FILE_BYTES, what="a key file")
