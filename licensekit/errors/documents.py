"""Errors of documents and keys: malformed bytes, documents that are not trusted, unusable keys."""

from licensekit.errors.coded import LicenseError
from licensekit.errors.faults import RuleBroken, TextInvalid


class FormatError(LicenseError):
    """The bytes are not a well-formed document of this format."""


class TooLarge(FormatError, reasons=True):
    """More bytes, tokens or signatures than a bound of `limits` allows."""

    limit: int
    size: int | None = None  # None if reading stopped at the limit
    wanted: str = ""


class ArmorInvalid(FormatError, reasons=True):
    """The text is not an `lk1` token, or is a damaged one."""

    type: str = ""
    found: str = ""
    behind: str = ""  # the last readable characters of the token, to search for


class FrameInvalid(FormatError, reasons=True):
    """The bytes of a token cannot be divided into signatures and a payload."""

    scheme: int | None = None


class PayloadInvalid(FormatError):
    """The payload is not a document of the type that its token names."""

    type: str
    detail: str  # the decoder's own message
    what: RuleBroken | None = None  # the same in plain words: the wrong field, or the broken rule
    rule: RuleBroken | None = None  # if the fields are well-formed and break a rule


class NotCanonical(PayloadInvalid):
    """The payload is valid, but its encoding is not the one that the format allows."""

    detail: str = ""


class NewerReaderNeeded(FormatError):
    """The document has an extension that a reader must understand, and this one does not."""

    type: str
    extension: str


class UnexpectedType(FormatError, reasons=True):
    """There is no document of the wanted type, or there are several, or it is of another type."""

    type: str = ""
    wanted: tuple[str, ...] = ()
    count: int = 1


class TrustError(LicenseError):
    """A well-formed document cannot be trusted."""


class RootPinInvalid(TrustError):
    """The root pin is not `lkroot1-` and 52 characters of base32."""

    pin: str


class RootMismatch(TrustError, reasons=True):
    """No root document here has the pinned digest."""


class RootGap(TrustError, reasons=True):
    """A root document skips a version."""

    version: int  # of the new root, or of the one that the trust document names
    newest: int
    needed: int
    trust: int | None = None


class Fork(TrustError, reasons=True):
    """Two different documents have the same version; lists and catalogs also the same issuer."""

    version: int  # or the number of a list
    issuer: str = ""


class Rollback(TrustError, reasons=True):
    """A document is older than the one in force, or than one that was seen before."""

    version: int  # or the number of a list; 0 if the document is missing
    seen: int
    issuer: str = ""


class RootNotNewest(TrustError, reasons=True):
    """A trust document was signed by a root that a later root has replaced."""

    root: int
    newest: int
    version: int | None = None


class ThresholdNotMet(TrustError, reasons=True):
    """Fewer root keys signed than the root's threshold."""

    root: int
    needed: int
    signed: int
    missing: int
    version: int | None = None


class TrustMissing(TrustError, reasons=True):
    """There is no trust document, so no signing key is known."""


class DocumentAhead(TrustError, reasons=True):
    """A list or catalog was made under a root or trust document that is not here."""

    issuer: str
    root_version: int
    trust_version: int


class RevocationsMissing(TrustError):
    """A revocation list that was seen before is missing, which is not the same as an empty list."""

    issuer: str


class IssuedAhead(TrustError, reasons=True):
    """A document was issued more than a day in the future."""

    issued: int


class WrongProduct(TrustError, reasons=True):
    """A document is for another product."""

    product: str
    expected: str
    issuer: str = ""
    expected_issuer: str = ""
    version: int | None = None


class BundleRevoked(TrustError):
    """The issuer has revoked this bundle."""

    serial: str
    part: str
    use: str
    sequence: int


class NothingToSign(TrustError):
    """Every document in a file to be signed already has all its signatures."""


class SignatureCount(TrustError, reasons=True):
    """A document has two signatures by one key, or several where exactly one is allowed."""

    document: str
    count: int


class SignatureInvalid(TrustError):
    """A signature does not verify: the file was altered, or it is a forgery."""

    key_id: bytes


class KeyUnknown(TrustError, reasons=True):
    """A signature is by a key that no trusted document names."""

    key_id: bytes | None = None
    root: int | None = None
    version: int | None = None
    document: str = ""


class KeyIdCollision(TrustError, reasons=True):
    """Two different keys have the same key id."""


class KeyRevoked(TrustError):
    """The key was revoked, and with it everything that it signed."""

    key_id: bytes
    name: str


class KeyOutOfWindow(TrustError):
    """The document was issued outside the time in which its key may sign."""

    key_id: bytes
    name: str
    issued: int


class KeyOutOfScope(TrustError, reasons=True):
    """The key may not sign this type of document, for this issuer, or a bundle that grants this much."""

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
    """A key cannot be used, or cannot have this name."""

    scheme: int | None = None
    length: int | None = None
    wanted: int | None = None
    text: str = ""
    fault: TextInvalid | None = None
    detail: str = ""


class SchemeUnavailable(KeyFault, reasons=True):
    """This machine lacks a library that a key needs."""


class KeyMissing(KeyFault, reasons=True):
    """No key file here is the wanted one, or may sign this document."""

    type: str = ""
    issuer: str = ""
    name: str = ""
    able: str = ""  # a key here that may sign the document
    count: int = 0
    version: int | None = None


class KeyFileInvalid(KeyFault, reasons=True):
    """The file is not a key file, or is a damaged one."""

    scheme: int | None = None
    log2_n: int | None = None  # the binary logarithm of scrypt's N
    mebibytes: int | None = None
    length: int | None = None
    wanted: int | None = None
    text: str = ""
    fault: TextInvalid | None = None


class PassphraseWrong(KeyFault, reasons=True):
    """The passphrase does not open the key file, or the file was altered."""

    reason: str = "wrong"
    detail: str = ""  # the library's own message, as an unknown encryption looks like a wrong passphrase


class PassphraseMissing(KeyFault, reasons=True):
    """A passphrase or PIN is needed, and there is no way to ask for it."""

    option: str = "passphrase"  # the option to pass: `passphrase`, `root-passphrase`, `new-passphrase` or `pin`


class TextUnreadable(KeyFault):
    """The encoding of a one-line file is not known."""


class SignerUnavailable(KeyFault, reasons=True):
    """A signing key in a PKCS#11 token or another process cannot be used."""

    name: str = ""  # the key's label, the kind of the missing object (`private key`), or an attribute of a URI
    reported: str = ""  # the module's error, as python-pkcs11 names it
    detail: str = ""


class SignerUriInvalid(SignerUnavailable, reasons=True):
    """The URI of a key in a PKCS#11 token (RFC 7512) is malformed or incomplete."""

    wanted: str = ""
