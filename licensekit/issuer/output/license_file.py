"""The files that customers get: a signed document, behind the documents attached to it."""

from collections.abc import Callable
from typing import Any, NamedTuple

from licensekit.issuer.attachments import Attachments
from licensekit.issuer.ledger.bundles import BundleToken
from licensekit.issuer.state import file_of
from licensekit.trust.signed import identity_of
from licensekit.wire import armor
from licensekit.wire.armor import Token
from licensekit.wire.documents import Bundle, Reset, decode
from licensekit.wire.frame import read
from licensekit.wire.plain import word


class LicenseFile(NamedTuple):
    """A signed bundle, ready to be sent."""

    bundle: Bundle
    token: Token
    data: bytes
    """The file: the bundle and its attachments."""
    is_repeated: bool
    """Whether the same order was issued before: then this is the same bundle again."""

    @property
    def name(self) -> str:
        """The name of the file: serial, part and sequence."""
        return file_name(self.bundle)

    def plain(self) -> dict[str, Any]:
        """Return what it is as plain JSON values."""
        bundle, token = self.bundle, self.token
        return {
            "identity": identity_of(token.type, read(token.frame).payload).hex(),
            "serial": bundle.serial,
            "part": bundle.part,
            "sequence": bundle.sequence,
            "repeated": self.is_repeated,
            "bytes": len(self.data),
        }


class ResetFile(NamedTuple):
    """A signed reset, ready to be sent."""

    reset: Reset
    token: Token
    data: bytes
    """The file: the reset and its attachments."""
    is_repeated: bool
    """Whether the same request was answered with it before."""

    @property
    def name(self) -> str:
        """The name of the file: the start of the installation's id, and what is reset."""
        return f"{self.reset.installation.hex()[:8]}-{word(self.reset.what)}.lic"


class IssuedFile(NamedTuple):
    """The license file of one of many orders."""

    name: str
    data: bytes
    is_repeated: bool
    """Whether the order was issued before: then it has the same bundle again."""


Approve = Callable[[LicenseFile], object]
"""Checks a license file before its bundle is entered; what it raises undoes the signing."""


def accept_all(_: LicenseFile) -> None:
    """Approve every file."""


def file_name(bundle: Bundle | BundleToken) -> str:
    """Return the name of a bundle's file: `1010000014-base-1.lic`."""
    return f"{bundle.serial}-{bundle.part}-{bundle.sequence}.lic"


def license_file(
    bundle: Bundle, token: Token, attachments: Attachments, *, repeated: bool
) -> LicenseFile:
    """Return the file of a signed bundle."""
    return LicenseFile(bundle, token, file_of([*attachments.beside(bundle), token]), repeated)


def reset_file(token: Token, attachments: Attachments, *, repeated: bool) -> ResetFile:
    """Return the file of a signed reset."""
    reset = decode(Reset, read(token.frame).payload)
    return ResetFile(reset, token, file_of([*attachments.always, token]), repeated)


class BulkFiles:
    """The files of many bundles; attachments, the same for most, are written out once."""

    def __init__(self, attachments: Attachments) -> None:
        self._attachments = attachments
        self._written: dict[tuple[Token, ...], bytes] = {}

    def data(self, token: Token, bundle: Bundle | None = None) -> bytes:
        """Return the file of a bundle; without `bundle`, it is decoded from `token` if needed."""
        beside = self._attachments.always
        if self._attachments.catalog is not None:
            beside = self._attachments.beside(bundle or decode(Bundle, read(token.frame).payload))
        if beside not in self._written:
            self._written[beside] = file_of(beside)
        return b"%b%b\n" % (self._written[beside], armor.write(token).encode("ascii"))
