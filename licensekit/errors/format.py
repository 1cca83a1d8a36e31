"""What can be wrong with the bytes of a document, before anything is believed."""

from licensekit.errors.coded import LicenseError, Message
from licensekit.errors.faults import Fault


class FormatError(LicenseError):
    """The bytes are not a well-formed document of this format."""


class TooLarge(FormatError, reasons=True):
    """More bytes, tokens or signatures than a bound of `limits` allows."""

    limit: int
    size: int | None = None
    """What was counted; None where reading stopped at the limit."""
    wanted: str = ""


class ArmorInvalid(FormatError, reasons=True):
    """The text is no `lk1` token, or a damaged one."""

    type: str = ""
    found: str = ""
    behind: str = ""
    """The last characters of the token that could be read, to be searched for."""


class FrameInvalid(FormatError, reasons=True):
    """The bytes inside the armor do not divide into signatures and a payload."""

    scheme: int | None = None


class RuleBroken(Message, reasons=True):
    """A rule of the format that a field of a document breaks (`docs/format.md`, "Fields")."""

    text: str = ""
    fault: Fault | None = None
    earlier: str = ""
    later: str = ""
    most: int = 0


class PayloadInvalid(FormatError):
    """The payload is no document of the type that its token names."""

    type: str
    detail: str
    """What the decoder says, for whoever wrote the document."""
    what: str = ""
    """The same in words: the field that is wrong, or the rule that is broken."""
    rule: RuleBroken | None = None
    """The rule between or within fields that is broken, where it is one."""


class NotCanonical(PayloadInvalid):
    """The payload says something valid in a spelling that is not the only one allowed."""

    detail: str = ""


class NewerReaderNeeded(FormatError):
    """The document carries an extension that this reader must understand and does not."""

    type: str
    extension: str


class UnexpectedType(FormatError, reasons=True):
    """A document of another type than the one asked for, none, or several."""

    type: str = ""
    wanted: tuple[str, ...] = ()
    count: int = 1
