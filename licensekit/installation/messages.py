"""What the proposals of an installation have to say, one class a code."""

from licensekit.entitlements.messages import About
from licensekit.errors.coded import Message


class Brought(Message, reasons=True):
    """What a license file brings beside bundles."""

    before: int | None = None
    """The version that is here; None: there is none."""
    version: int | None = None
    issuer: str = ""
    effect: str = ""

    @property
    def path(self) -> str:
        """The key path under which a proposal shows it."""
        return ".".join(filter(None, (self.reason, self.issuer, self.effect)))


class WouldBeTaken(About, reasons=True):
    """An installation takes a license file, or has taken all of it."""

    file: str


class ShortLater(Message):
    """More are in use than there will be once the file has its effect."""

    license: str
    in_use: int
    total: int
    remove: int
    since: int


class LicensesEnd(Message, reasons=True):
    """Licenses give less from a moment on: they can be read, or are not granted."""

    licenses: tuple[str, ...]
    since: int | None = None
    """In seconds since 1970; None: as soon as the file is active."""


class ReturnIsFinal(Message):
    """What is given back can never work here again."""

    part: str
    bundles: tuple[str, ...]
    """Serial, part and sequence of each."""


class UsersLeave(Message):
    """Users are retired by a sync: they have left the directory, or their accounts are disabled there."""

    users: int


class BootClockMissing(Message):
    """A machine on which nothing but its clock shows that time passes."""
