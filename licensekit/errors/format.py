"""What can be wrong with the bytes of a document, before anything is believed."""

from licensekit.errors.tree import LicenseError


class FormatError(LicenseError):
    """The bytes are not a well-formed document of this format."""

    code = "format"


class TooLarge(FormatError):
    """More bytes, tokens or entries than a bound of `limits` allows."""

    code = "too-large"


class ArmorInvalid(FormatError):
    """The text is no `lk1` token, or a damaged one."""

    code = "armor-invalid"
    default_hint = "ask for the file again and send it as an attachment"


class FrameInvalid(FormatError):
    """The bytes inside the armor do not divide into signatures and a payload."""

    code = "frame-invalid"
    default_hint = "ask for the file again and send it as an attachment"


class PayloadInvalid(FormatError):
    """The payload is no document of the type that its token names."""

    code = "payload-invalid"


class NotCanonical(PayloadInvalid):
    """The payload says something valid in a spelling that is not the only one allowed."""

    code = "not-canonical"


class NewerReaderNeeded(FormatError):
    """The document carries an extension that this reader must understand and does not."""

    code = "newer-reader-needed"
    default_hint = "update the application that reads this file"


class UnexpectedType(FormatError):
    """A document of another type than the one asked for."""

    code = "unexpected-type"


class NoBundle(FormatError):
    """A file without a license bundle where one is needed."""

    code = "no-bundle"


class SeveralBundles(FormatError):
    """More than one bundle where exactly one is meant."""

    code = "several-bundles"
