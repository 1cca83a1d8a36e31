"""The files that customers get: a signed document, behind the documents attached to it; and what they may replace."""

import os
from pathlib import Path
from typing import Any, NamedTuple

from licensekit.errors import FormatError, PlaceTaken
from licensekit.files import read_bytes, require_plain_file
from licensekit.issuer.output.attachments import AttachmentSource
from licensekit.limits import FILE_BYTES
from licensekit.trust.signed import identity_of
from licensekit.wire import armor
from licensekit.wire.armor import Token
from licensekit.wire.documents import Bundle, Reset, decode
from licensekit.wire.plain import plain_fields, word


class LicenseFile(NamedTuple):
    """A signed bundle, ready to be sent."""

    bundle: Bundle
    token: Token
    data: bytes
    """The file: the bundle and its attachments."""
    is_repeated: bool
    """Whether the same order was issued before: then this is the same bundle again."""
    fits_oldest: bool
    """Whether the oldest application in the field takes it, and not just a newer one (`attachments`)."""

    @property
    def name(self) -> str:
        """The name of the file: product, serial, part, use if it is not production, and sequence."""
        return file_name(self.bundle)

    def plain(self) -> dict[str, Any]:
        """Return what it is as plain JSON values."""
        identity = identity_of(self.token.type, self.token.payload).hex()
        named = plain_fields(self.bundle, "serial part use sequence")
        file = {"repeated": self.is_repeated, "bytes": len(self.data), "fits_oldest": self.fits_oldest}
        return {"identity": identity, **named, **file}


class ResetFile(NamedTuple):
    """A signed reset, ready to be sent."""

    product: str
    reset: Reset
    token: Token
    data: bytes
    """The file: the reset and its attachments."""
    is_repeated: bool
    """Whether the same request was answered with it before."""
    fits_oldest: bool
    """As of a license file."""

    @property
    def name(self) -> str:
        """The name of the file: product, the start of the installation's id, and what is reset."""
        return f"{self.product}-{self.reset.installation.hex()[:8]}-{word(self.reset.what)}.lic"


def file_name(bundle: Bundle) -> str:
    """Return the name of a bundle's file: `acme-1010000014-base-1.lic`, product and label with dashes."""
    return f"{bundle.product}-{bundle.label.replace(' ', '-')}.lic"


def license_file(source: AttachmentSource, bundle: Bundle, token: Token, *, repeated: bool) -> LicenseFile:
    """Return the file of a signed bundle."""
    lacking = source.attachments(bundle)
    data = source.file(lacking.beside(bundle), token)
    return LicenseFile(bundle, token, data, repeated, lacking.fits_oldest)


def reset_file(source: AttachmentSource, token: Token, *, repeated: bool) -> ResetFile:
    """Return the file of a signed reset."""
    reset = decode(Reset, token.payload)
    lacking = source.attachments(reset)
    data = source.file(lacking.always, token)
    return ResetFile(source.product, reset, token, data, repeated, lacking.fits_oldest)


def require_replaceable(path: Path, document: Bundle | Reset) -> None:
    """Refuse to write a license file over anything but an older or equal one of the same serial and part.

    The file of a reset takes the place of one for the same installation; an empty file is in nobody's way.

    Raises:
        PlaceTaken: something else is there.
        FileUnusable: it cannot be read, or is no plain file.
    """
    data = present_at(path)
    if data is None:
        return
    there = _license_in(data) if data else document
    if there is None:
        raise PlaceTaken(reason="no-license", where=str(path))
    if _line(there) != _line(document):
        if isinstance(there, Reset):
            raise PlaceTaken(reason="reset", where=str(path))
        raise PlaceTaken(reason="other", bundle=there.label, company=there.company, where=str(path))
    if isinstance(there, Bundle) and isinstance(document, Bundle) and _order(there) > _order(document):
        raise PlaceTaken(reason="newer", bundle=there.label, company=there.company, where=str(path))


def present_at(path: Path) -> bytes | None:
    """Return what is in the file that a license file is to replace; None: there is none.

    Raises:
        FileUnusable: it cannot be read, or is no plain file.
    """
    if not os.path.lexists(path):
        return None
    require_plain_file(path, path.lstat().st_mode, "a file to be replaced")
    return read_bytes(path, limit=FILE_BYTES, what="a license file")


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
