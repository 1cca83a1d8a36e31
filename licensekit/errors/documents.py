"""What is wrong with the bytes of a document, why a well-formed one is not believed, and what is wrong with a key."""

from licensekit.errors.coded import LicenseError
from licensekit.errors.faults import RuleBroken, TextInvalid


class FormatError(LicenseError):
    """The bytes are not a well-formed document of this format."""


class TooLarge(FormatError, reasons=True):
    """More bytes, tokens or signatures than a bound of `limits` allows."""

    limit: int
    size: int | None = None  # what was counted; None where reading stopped at the limit
    wanted: str = ""


class ArmorInvalid(FormatError, reasons=True):
    """The text is no `lk1` token, or a damaged one."""

    type: str = ""
    found: str = ""
    behind: str = ""  # the last characters of the token that could be read, to be searched for


class FrameInvalid(FormatError, reasons=True):
    """The bytes inside the armor do not divide into signatures and a payload."""

    scheme: int | None = None


class PayloadInvalid(FormatError):
    """The payload is no document of the type that its token names."""

    type: str
    detail: str  # what the decoder says, for whoever wrote the document
    what: RuleBroken | None = None  # the same in words: the field that is wrong, or the rule that is broken
    rule: RuleBroken | None = None  # the rule between or within fields that is broken, where it is one


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


class TrustError(LicenseError):
    """A well-formed document that is not to be believed."""


class RootPinInvalid(TrustError):
    """The root pin is not `lkroot1-` and 52 characters of base32."""

    pin: str


class RootMismatch(TrustError, reasons=True):
    """No root document here has the digest that is pinned."""


class RootGap(TrustError, reasons=True):
    """A root document skips a version."""

    version: int  # the version of the root that came, or that the trust document names
    newest: int
    needed: int
    trust: int | None = None


class Fork(TrustError, reasons=True):
    """Two different documents in one place: of one version, and of lists and catalogs also of one issuer."""

    version: int  # of a list its number
    issuer: str = ""


class Rollback(TrustError, reasons=True):
    """A document older than the one in force, or than one that was seen before."""

    version: int  # of a list its number; 0 if there is none
    seen: int
    issuer: str = ""


class RootNotNewest(TrustError, reasons=True):
    """A trust document signed by a root that a later root has replaced."""

    root: int
    newest: int
    version: int | None = None


class ThresholdNotMet(TrustError, reasons=True):
    """Fewer root keys signed than the root asks for."""

    root: int
    needed: int
    signed: int
    missing: int
    version: int | None = None


class TrustMissing(TrustError, reasons=True):
    """There is no trust document, so no signing key is known."""


class DocumentAhead(TrustError, reasons=True):
    """A list or catalog made under a root or trust document that is not here."""

    issuer: str
    root_version: int
    trust_version: int


class RevocationsMissing(TrustError):
    """A revocation list that was seen before is gone; absence is not an empty list."""

    issuer: str


class IssuedAhead(TrustError, reasons=True):
    """Issued more than a day ahead of now."""

    issued: int


class WrongProduct(TrustError, reasons=True):
    """A document for another product."""

    product: str
    expected: str
    issuer: str = ""
    expected_issuer: str = ""
    version: int | None = None


class BundleRevoked(TrustError):
    """The issuer has taken this bundle back."""

    serial: str
    part: str
    use: str
    sequence: int


class NothingToSign(TrustError):
    """A file of documents to be signed in which every signature is there."""


class SignatureCount(TrustError, reasons=True):
    """Two signatures by one key, or several on a document that carries exactly one."""

    document: str
    count: int


class SignatureInvalid(TrustError):
    """A signature that does not verify: the file was altered, or it is a forgery."""

    key_id: bytes


class KeyUnknown(TrustError, reasons=True):
    """A signature by a key that no trusted document names."""

    key_id: bytes | None = None
    root: int | None = None
    version: int | None = None
    document: str = ""


class KeyIdCollision(TrustError, reasons=True):
    """Two different keys of one key id."""


class KeyRevoked(TrustError):
    """The key was revoked: nothing that it signed counts."""

    key_id: bytes
    name: str


class KeyOutOfWindow(TrustError):
    """The document was issued outside the time in which its key may sign."""

    key_id: bytes
    name: str
    issued: int


class KeyOutOfScope(TrustError, reasons=True):
    """The key may not sign this type or issuer, or a bundle that grants so much."""

    key_id: bytes
    name: str
    document: str = ""
    issuer: str = ""
    use: str = ""
    part: str = ""
    license: str = ""
    most: int | None = None
    longest: int | None = None


class KeyFault(LicenseError):
    """Something is wrong with a key, a key file or its passphrase."""

    code = "key"


class KeyInvalid(KeyFault, reasons=True):
    """A key that cannot be used, or a name that it cannot have."""

    scheme: int | None = None
    length: int | None = None
    wanted: int | None = None
    text: str = ""
    fault: TextInvalid | None = None
    detail: str = ""


class SchemeUnavailable(KeyFault, reasons=True):
    """This machine lacks a library that a key needs."""


class KeyMissing(KeyFault, reasons=True):
    """No key file here is the one that was asked for, or may sign what is to be signed."""

    type: str = ""
    issuer: str = ""
    name: str = ""
    able: str = ""  # a key here that may sign it
    count: int = 0
    version: int | None = None


class KeyFileInvalid(KeyFault, reasons=True):
    """The file is no key file, or a damaged one."""

    scheme: int | None = None
    log2_n: int | None = None  # the cost of the key derivation, as the binary logarithm of scrypt's N
    mebibytes: int | None = None
    length: int | None = None
    wanted: int | None = None
    text: str = ""
    fault: TextInvalid | None = None


class PassphraseWrong(KeyFault, reasons=True):
    """The passphrase does not open the key file, or the file was altered."""

    reason: str = "wrong"
    detail: str = ""  # what the library says; an encryption that it does not know looks the same


class PassphraseMissing(KeyFault, reasons=True):
    """A passphrase or a PIN is needed and there is no way to ask for it."""

    option: str = "passphrase"  # the option that gives it: `passphrase`, `root-passphrase`, `new-passphrase` or `pin`


class TextUnreadable(KeyFault):
    """A file of one line whose encoding is not known."""


class SignerUnavailable(KeyFault, reasons=True):
    """A signing key that lives elsewhere, in a PKCS#11 token or another process, cannot be used."""

    name: str = ""  # the label of the key, or the kind of object that is missing: `private key`; of a URI the attribute
    reported: str = ""  # the error that the module reports, as python-pkcs11 names it
    detail: str = ""


class SignerUriInvalid(SignerUnavailable, reasons=True):
    """The URI of a key in a PKCS#11 token (RFC 7512) is malformed, or says too little."""

    wanted: str = ""
