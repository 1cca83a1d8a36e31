"""Why a well-formed document is not to be believed."""

from licensekit.errors.tree import LicenseError


class TrustError(LicenseError):
    """A well-formed document that is not to be believed."""

    code = "trust"


class RootPinInvalid(TrustError):
    """The root pin is not `lkroot1-` and 52 characters of base32."""

    code = "root-pin-invalid"
    default_hint = "copy the lkroot1-… line that the vendor's documentation gives"


class RootMismatch(TrustError):
    """No root document here has the digest that is pinned."""

    code = "root-mismatch"
    default_hint = "use the pack and the root pin that came with the application"


class RootGap(TrustError):
    """A root document skips a version."""

    code = "root-gap"


class RootRollback(TrustError):
    """The newest root here is older than one seen before."""

    code = "root-rollback"


class RootFork(TrustError):
    """Two different root documents of one version."""

    code = "root-fork"
    default_hint = "stop and call the vendor: two truths were signed by one root"


class RootNotNewest(TrustError):
    """A trust document signed by a root that a later root has replaced."""

    code = "root-not-newest"


class ThresholdNotMet(TrustError):
    """Fewer root keys signed than the root asks for."""

    code = "threshold-not-met"


class DuplicateSignature(TrustError):
    """Two signatures by one key."""

    code = "duplicate-signature"


class SignatureCount(TrustError):
    """Several signatures on a document that carries exactly one."""

    code = "signature-count"


class SignatureInvalid(TrustError):
    """A signature that does not verify: the file was altered, or it is a forgery."""

    code = "signature-invalid"
    default_hint = "the file was altered after it was signed: ask the issuer for it again"


class KeyUnknown(TrustError):
    """A signature by a key that no trusted document names."""

    code = "key-unknown"
    default_hint = "update the application or its pack, or ask the issuer which key signed"


class KeyIdCollision(TrustError):
    """Two different keys of one key id."""

    code = "key-id-collision"


class KeyRevoked(TrustError):
    """The key was revoked: nothing that it signed counts."""

    code = "key-revoked"
    default_hint = "ask the issuer for a newly signed file"


class KeyOutOfWindow(TrustError):
    """The document was issued outside the time in which its key may sign."""

    code = "key-out-of-window"


class KeyOutOfScope(TrustError):
    """The key may not sign this type, issuer, use or term."""

    code = "key-out-of-scope"


class TrustMissing(TrustError):
    """There is no trust document, so no signing key is known."""

    code = "trust-missing"
    default_hint = "use the pack that came with the application"


class TrustRollback(TrustError):
    """A trust document older than the one in force."""

    code = "trust-rollback"


class TrustFork(TrustError):
    """Two different trust documents of one version."""

    code = "trust-fork"
    default_hint = "stop and call the vendor: two truths were signed by one root"


class CatalogFork(TrustError):
    """Two different catalogs of one issuer and version."""

    code = "catalog-fork"


class RevocationsRollback(TrustError):
    """A revocation list older than the one in force."""

    code = "revocations-rollback"


class RevocationsFork(TrustError):
    """Two different revocation lists of one number."""

    code = "revocations-fork"


class RevocationsAhead(TrustError):
    """A revocation list made under a trust document that is not here."""

    code = "revocations-ahead"
    default_hint = "activate the file that brings the newer trust document as well"


class RevocationsMissing(TrustError):
    """A revocation list that was seen before is gone; absence is not an empty list."""

    code = "revocations-missing"
    default_hint = "activate the issuer's newest file, which brings the list again"


class IssuedAhead(TrustError):
    """Issued more than a day ahead of now."""

    code = "issued-ahead"
    default_hint = "check the date and the clock of this machine"


class WrongProduct(TrustError):
    """A document for another product."""

    code = "wrong-product"


class BundleRevoked(TrustError):
    """The issuer has taken this bundle back."""

    code = "bundle-revoked"
    default_hint = "ask the issuer for the bundle that replaces it"
