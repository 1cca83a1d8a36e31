"""What can be wrong with the bytes of a document, before anything is believed."""

from licensekit.errors.coded import LicenseError, Message
from licensekit.errors.faults import Fault

_AGAIN = "ask for the file again and send it as an attachment"


class FormatError(LicenseError):
    """The bytes are not a well-formed document of this format."""


class TooLarge(FormatError):
    """More bytes, tokens or signatures than a bound of `limits` allows."""

    template = {
        "bytes": "more than {limit} bytes, which is too much for {wanted}; check that it is the file that is meant",
        "frame": "a frame of {size} bytes where at most {limit} are read",
        "signatures": "{size} signatures where at most {limit} are read",
        "token": "a token of {size} characters where at most {limit} are read",
        "tokens": "{size} tokens where at most {limit} are read",
    }
    limit: int
    size: int | None = None
    """What was counted; None where reading stopped at the limit."""
    wanted: str = ""


class ArmorInvalid(FormatError):
    """The text is no `lk1` token, or a damaged one."""

    template = {
        "no-token": "this is no license file: it does not begin with `lk1-`",
        "path": "this is the path of a file, and not what is in it; read it first, with `Path(…).read_bytes()`",
        "no-contents": "a token breaks off before its contents",
        "length": "a token is cut short or has a character too many",
        "not-base64": "a token contains characters that are not base64",
        "not-canonical": "a token ends in a character that no writer makes",
        "cut-off": "the {type:document} is cut off behind `{behind}`: its end is missing",
        "foreign": "the {type:document} was altered: behind `{behind}` is {found:quoted}, which no token has",
        "altered": "the {type:document} was altered, or a line in its middle is missing",
        "key-file": "this is a key file, not a license file;"
        " give the license file, and never send a key file to anybody",
        "public-key": "this is a public key, not a license file; give the license file",
        "root-pin": "this is a root pin, not a license file; give it with --root",
        "order": "this is an order, not a license file; `licensekit issue` makes a license file of it",
        "catalog": "this is a catalog, not a license file; `licensekit pack` makes a pack of it",
    }
    hint_template = _AGAIN
    type: str = ""
    found: str = ""
    behind: str = ""
    """The last characters of the token that could be read, to be searched for."""


class FrameInvalid(FormatError):
    """The bytes inside the armor do not divide into signatures and a payload."""

    template = {
        "cut-short": "the document is cut short",
        "no-signature": "the document carries no signature",
        "unknown-scheme": "signature scheme {scheme} is not known",
    }
    hint_template = _AGAIN
    scheme: int | None = None


class RuleBroken(Message):
    """A rule of the format that a field of a document breaks (`docs/format.md`, "Fields")."""

    template = {
        "qualified": "{text:quoted} is neither `code` nor `issuer.code`",
        "value": "{text:quoted} {fault}",
        "ascending": "a list is not sorted, or repeats an item",
        "binding-facts": "a binding needs between one and all of its facts",
        "binding-nobody": "a binding names no installation",
        "replaces-itself": "a bundle cannot replace its own serial",
        "part-replaces": "only a base bundle can replace another serial",
        "no-expiry": "warning and grace need an expiry",
        "dates": "{earlier} is after {later}",
        "threshold": "the threshold is above the number of keys",
        "retired": "a retired key needs the end of its window",
        "window": "a key's window ends before it begins",
        "key-twice": "one public key occurs twice, on its own or as half of another",
        "limited-types": "a key with parts, a highest count or a longest term signs bundles alone",
        "most-without-parts": "a key with a highest count names its parts and one issuer",
        "no-lowest": "a lowest sequence is missing",
        "meter-without-quantity": "only a quantity is there again after a time",
        "setting-not-number": "only numbers have bounds, a sum or a highest",
        "setting-not-text": "only texts are chosen",
        "setting-bounds": "the lowest is above the highest",
        "setting-default": "the default does not fit",
        "closure": "its licenses give more than {most} others in all",
    }
    text: str = ""
    fault: Fault | None = None
    earlier: str = ""
    later: str = ""
    most: int = 0


class PayloadInvalid(FormatError):
    """The payload is no document of the type that its token names."""

    template = "not a valid {type:document}: {what}"
    hint_template = _AGAIN
    type: str
    detail: str
    """What the decoder says, for whoever wrote the document."""
    what: str = ""
    """The same in words: the field that is wrong, or the rule that is broken."""
    rule: RuleBroken | None = None
    """The rule between or within fields that is broken, where it is one."""


class NotCanonical(PayloadInvalid):
    """The payload says something valid in a spelling that is not the only one allowed."""

    template = "this {type:document} is not in its only spelling"
    hint_template = ""
    detail: str = ""


class NewerReaderNeeded(FormatError):
    """The document carries an extension that this reader must understand and does not."""

    template = "this {type:document} needs a reader that knows `{extension:line}`"
    hint_template = "update the application that reads this file"
    type: str
    extension: str


class UnexpectedType(FormatError):
    """A document of another type than the one asked for, none, or several."""

    template = {
        "nothing": "no file was chosen and nothing was pasted",
        "no-bundle": "this is a {type:document}, and holds no bundle; {type:belongs}",
        "bundles": "the file holds {count} bundles; verify them one by one, or activate them on an installation",
        "other": "this is a {type:document}, where a {wanted:document} is meant; {type:belongs}",
        "several": "one {wanted:document} is meant, and the file holds {count} documents",
        "request": "this is a request, where a {wanted:document} is meant; `licensekit answer` takes requests",
        "for-vendor": "this is a {type:document} for the vendor, and is not activated; {type:belongs}",
        "not-in-pack": "this is not a pack: it holds a {type:document}; {type:belongs}",
        "unknown": "this reader knows no document of type {type:quoted}",
        "unsigned": "this holds no root or trust document in signing; give the file that `licensekit keys` has written",
    }
    type: str = ""
    wanted: tuple[str, ...] = ()
    count: int = 1
