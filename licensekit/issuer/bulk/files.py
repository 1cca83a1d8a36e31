"""License files of many bundles: what rides along is the same for most and written out once."""

from typing import NamedTuple

from licensekit.issuer.attachments import NO_ATTACHMENTS, attachments_of
from licensekit.issuer.state import WorkspaceState, file_of
from licensekit.wire import armor
from licensekit.wire.armor import Token
from licensekit.wire.documents import Bundle, decode
from licensekit.wire.frame import read


class IssuedFile(NamedTuple):
    """A license file for one of many orders."""

    name: str
    data: bytes
    is_repeated: bool
    """Whether the order was issued before: then it has the same bundle again."""


class FileMaker:
    """Makes the files of what is signed or handed out on one state."""

    def __init__(self, state: WorkspaceState, now: int, *, bare: bool) -> None:
        self._along = NO_ATTACHMENTS if bare else attachments_of(state, now)
        self._written: dict[tuple[Token, ...], bytes] = {}

    def data(self, token: Token, bundle: Bundle | None = None) -> bytes:
        """Give the file of a bundle, which is `token`'s and read from there if it is not told."""
        beside = self._along.always
        if self._along.catalog is not None:
            known = bundle or decode(Bundle, read(token.frame).payload)
            beside = self._along.beside(known)
        if beside not in self._written:
            self._written[beside] = file_of(beside)
        return b"%b%b\n" % (self._written[beside], armor.write(token).encode("ascii"))
