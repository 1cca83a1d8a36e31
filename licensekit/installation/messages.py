"""What the proposals of an installation have to say, one class a code."""

from licensekit.entitlements.messages import About
from licensekit.errors.coded import Message


class Brought(Message):
    """What a license file brings beside bundles."""

    template = {
        "root": "root {version}",
        "trust": "trust document {version}",
        "revocations": "revocation list {version} of {issuer}",
        "catalog": "catalog {version} of {issuer}",
        "reset": "reset of the {effect}",
    }
    before: int | None = None
    """The version that is here; None: there is none."""
    version: int | None = None
    issuer: str = ""
    effect: str = ""

    @property
    def path(self) -> str:
        """The key path under which a proposal shows it."""
        return ".".join(filter(None, (self.reason, self.issuer, self.effect)))


class WouldBeTaken(About):
    """An installation takes a license file, or has taken all of it."""

    template = {"new": "this installation would take it", "same": "all of it is here already"}
    remedy_template = {"new": "activate {file:typed}"}
    file: str


class ShortLater(Message):
    """More are in use than there will be once the file has its effect."""

    template = "{license}: {in_use} in use, and {total} from {since:time} on"
    hint_template = "release {remove} of those who hold it until then"
    license: str
    in_use: int
    total: int
    remove: int
    since: int


class LicensesEnd(Message):
    """Licenses give less from a moment on: they can be read, or are not granted."""

    # What is left, and from when on.
    template = {
        f"{left}-{start}": f"{what}{since}: {{licenses:list}}"
        for left, what in (("read", "read-only"), ("none", "no longer granted"))
        for start, since in (("now", ""), ("later", " from {since:time} on"))
    }
    licenses: tuple[str, ...]
    since: int | None = None
    """In seconds since 1970; None: as soon as the file is active."""


class ReturnIsFinal(Message):
    """What is given back can never work here again."""

    template = "the active bundles of `{part}` can never work here again: {bundles:list}"
    part: str
    bundles: tuple[str, ...]
    """Serial, part and sequence of each."""


class BootClockMissing(Message):
    """A machine on which nothing but its clock shows that time passes."""

    template = "this machine has no boot clock: only its clock shows that time passes"
    hint_template = "keep its clock right, by a time service"
