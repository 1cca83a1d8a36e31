"""License files of many bundles: what rides along is the same for most and written out once."""

from typing import NamedTuple

from licensekit.vendor.footing import Footing, file_of
from licensekit.vendor.riders import NONE, riders
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
    """Makes the files of what is signed or handed out on one footing."""

    def __init__(self, stands_on: Footing, now: int, *, bare: bool) -> None:
        self._along = NONE if bare else riders(stands_on, now)
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
