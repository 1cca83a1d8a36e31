"""Why a well-formed document is not to be believed, or the signatures on it are not, or its key is not for it."""

from licensekit.errors.coded import LicenseError


class TrustError(LicenseError):
    """A well-formed document that is not to be believed."""


class RootPinInvalid(TrustError):
    """The root pin is not `lkroot1-` and 52 characters of base32."""

    pin: str


class RootMismatch(TrustError, reasons=True):
    """No root document here has the digest that is pinned."""


class RootGap(TrustError, reasons=True):
    """A root document skips a version."""

    version: int
    """The version of the root that came, or that the trust document names."""
    newest: int
    needed: int
    trust: int | None = None


class Fork(TrustError, reasons=True):
    """Two different documents in one place: of one version, and of lists and catalogs also of one issuer."""

    version: int
    """Of a list its number."""
    issuer: str = ""


class Rollback(TrustError, reasons=True):
    """A document older than the one in force, or than one that was seen before."""

    version: int
    """Of a list its number; 0 if there is none."""
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
