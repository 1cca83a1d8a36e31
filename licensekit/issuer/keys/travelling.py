"""Changes of keys that travel for signatures: known to the workspace by their files, and given up."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from shutil import move
from typing import Any, NamedTuple

from licensekit import limits
from licensekit.errors import LicenseError
from licensekit.files import PRIVATE_FOLDER, read_bytes, unusable
from licensekit.issuer.keys.ceremony import Ceremony, read
from licensekit.issuer.keys.keyring import list_key_files
from licensekit.issuer.layout import Layout
from licensekit.issuer.state import WorkspaceState
from licensekit.keys.verifying import VerifyingKey, sha256
from licensekit.wire.documents import AdmittedKey, Root, RootKey, Trust, encode


class Travelling(NamedTuple):
    """A change of keys in a file that is still to be signed, or to be put in force."""

    path: Path
    ceremony: Ceremony

    def plain(self) -> dict[str, Any]:
        """Return it as plain JSON values."""
        labels = [one.label for one in self.ceremony.pending]
        return {"file": str(self.path), "documents": labels, "missing": self.ceremony.missing}


def under_way(layout: Layout, state: WorkspaceState) -> Iterator[Travelling]:
    """Yield the changes in the folder of a workspace that follow what is in force; others are no longer of use."""
    for path in sorted(layout.folder.glob("*.signing")):
        with suppress(LicenseError):  # also a file that is none, or damaged
            one = read_travelling(path)
            one.ceremony.require_current(state.trust_store.trust.root, state.trust)
            yield one


def read_travelling(path: Path) -> Travelling:
    """Read a file that travels; raises as `ceremony.read` and `files.read_bytes`."""
    return Travelling(path, read(read_bytes(path, limit=limits.FILE_BYTES, what="a document in signing")))


def abandon(layout: Layout, path: Path, state: WorkspaceState) -> list[Path]:
    """Move a change in signing into the folder `abandoned`, with the keys that were made for it alone.

    Nothing is deleted: somebody may have another copy of the file, and sign it. Returns where the files are now.

    Raises:
        FormatError, TrustError: it is no such file.
        FileUnusable: a file cannot be moved; another run continues with the rest.
    """
    ceremony = read_travelling(path).ceremony
    named = _keys_of(*(one.document for one in ceremony.pending))
    named -= _keys_of(state.trust, *(known.root for known in state.trust_store.trust.chain))
    files = (*list_key_files(layout.keys), *list_key_files(layout.root))
    made = [file.path for file in files if _reference(file.part.verifying_key) in named]
    digest = sha256(b"".join(encode(one.document) for one in ceremony.pending)).hex()[:8]
    folder = layout.abandoned / f"{ceremony.file_name.removesuffix('.signing')}-{digest}"
    try:
        for one in (layout.abandoned, folder):
            one.mkdir(PRIVATE_FOLDER, exist_ok=True)
        # The file comes last: without it nothing shows what belongs to it.
        return [Path(move(one, folder / one.name)) for one in (*made, path)]
    except OSError as error:
        raise unusable(folder, "a folder for what is abandoned", error) from error


def _keys_of(*documents: Root | Trust) -> set[tuple[int, bytes]]:
    return {_reference(key) for document in documents for key in document.keys}


def _reference(key: VerifyingKey | RootKey | AdmittedKey) -> tuple[int, bytes]:
    return key.scheme, key.public
