"""What a license file may be written over: an older or equal one of its own, and nothing else."""

import os
from pathlib import Path

from licensekit.errors import FormatError, OutputTaken
from licensekit.files import read_bytes, require_plain_file
from licensekit.limits import FILE_BYTES
from licensekit.wire import armor
from licensekit.wire.documents import Bundle, Reset, decode


def require_replaceable(path: Path, document: Bundle | Reset) -> None:
    """Refuse to write a license file over anything but an older or equal one of the same serial and part.

    The file of a reset takes the place of one for the same installation; an empty file is in nobody's way.

    Raises:
        OutputTaken: something else is there.
        FileUnusable: it cannot be read, or is no plain file.
    """
    if not os.path.lexists(path):
        return
    require_plain_file(path, path.lstat().st_mode, "a file to be replaced")
    data = read_bytes(path, limit=FILE_BYTES, what="a license file")
    there = _license_in(data) if data else document
    if there is None:
        raise OutputTaken(reason="no-license", where=str(path))
    if _line(there) != _line(document):
        if isinstance(there, Reset):
            raise OutputTaken(reason="reset", where=str(path))
        raise OutputTaken(reason="other", bundle=there.label, company=there.company, where=str(path))
    if isinstance(there, Bundle) and isinstance(document, Bundle) and _order(there) > _order(document):
        raise OutputTaken(reason="newer", bundle=there.label, company=there.company, where=str(path))


def _license_in(data: bytes) -> Bundle | Reset | None:
    """Return the one bundle or reset of a file; None if it is no such file."""
    try:
        tokens = [token for token in armor.read(data) if token.type in {"bundle", "reset"}]
        [token] = tokens
        return decode(Bundle, token.payload) if token.type == "bundle" else decode(Reset, token.payload)
    except (FormatError, ValueError):  # it is another file, or holds none or several of them
        return None


def _line(document: Bundle | Reset) -> tuple[str | bytes, ...]:
    """Return what the files that may take each other's place have in common."""
    if isinstance(document, Reset):
        return document.issuer, document.installation
    return document.issuer, document.product, document.serial, document.part


def _order(bundle: Bundle) -> tuple[int, int]:
    return -bundle.use, bundle.sequence
