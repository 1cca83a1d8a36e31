"""Why a well-formed document is not to be believed, or the signatures on it are not, or its key is not for it."""

from licensekit.errors.coded import LicenseError

_STOP = "stop and call the vendor: one root signed two different documents"
_FORK = "ask the issuer for its newest file, and which of the two it signed"
_RESTORE = "restore the newer documents, or activate the issuer's newest file"
_KEY = "key `{name}` ({key_id:hex})"
_MAY_NOT = _KEY + " may not sign "
_OTHER = "or have another key sign it"


class TrustError(LicenseError):
    """A well-formed document that is not to be believed."""


class RootPinInvalid(TrustError):
    """The root pin is not `lkroot1-` and 52 characters of base32."""

    template = "{pin:quoted} is not a root pin; copy the lkroot1-… line that the vendor's documentation gives"
    pin: str


class RootMismatch(TrustError):
    """No root document here has the digest that is pinned."""

    template = {
        "pinned": "the pinned root is not among these documents",
        "untrusted": "no trusted root vouches for this one",
        "no-root": "there is no root in this pack",
        "other-pack": "this pack grows from another root than this workspace;"
        " give a pack that this workspace has written, and an application of it ships",
    }
    hint_template = "use the pack and the root pin of the application"


class RootGap(TrustError):
    """A root document skips a version."""

    template = {
        "root": "root {version} cannot follow root {newest}",
        "trust": "trust document {trust} belongs to root {version}, and the newest root here is {newest}",
    }
    hint_template = "bring root {needed} as well"
    version: int
    """The version of the root that came, or that the trust document names."""
    newest: int
    needed: int
    trust: int | None = None


class Fork(TrustError):
    """Two different documents in one place: of one version, and of lists and catalogs also of one issuer."""

    template = {
        "root": f"there are two roots of version {{version}}; {_STOP}",
        "trust": f"there are two trust documents of version {{version}}; {_STOP}",
        "revocations": f"there are two revocation lists {{version}} of `{{issuer}}`; {_FORK}",
        "catalog": f"there are two catalogs of `{{issuer}}` of version {{version}}; {_FORK}",
    }
    version: int
    """Of a list its number."""
    issuer: str = ""


class Rollback(TrustError):
    """A document older than the one in force, or than one that was seen before."""

    template = {
        "root": f"root {{version}} is the newest here, and root {{seen}} was seen before; {_RESTORE}",
        "stored": f"trust document {{version}} is the newest here, and {{seen}} was seen before; {_RESTORE}",
        "added": "trust document {version} is not newer than {seen}, which was seen before",
        "revocations": "revocation list {version} of `{issuer}` is older than one seen before",
    }
    version: int
    """Of a list its number; 0 if there is none."""
    seen: int
    issuer: str = ""


class RootNotNewest(TrustError):
    """A trust document signed by a root that a later root has replaced."""

    template = {
        "signed": "a trust document is signed by root {root}, which root {newest} has replaced",
        "names": "trust document {version} belongs to root {root}, which root {newest} has replaced",
    }
    root: int
    newest: int
    version: int | None = None


class ThresholdNotMet(TrustError):
    """Fewer root keys signed than the root asks for."""

    # `next-root` is a root that is not read before they are there.
    template = {
        "root": "root {version} is signed by {signed} of the {needed} keys that root {root} needs",
        "next-root": "a root is signed by {signed} of the {needed} keys that root {root} needs",
        "trust": "a trust document is signed by {signed} of the {needed} keys that root {root} needs",
    }
    hint_template = "{missing} more must sign"
    root: int
    needed: int
    signed: int
    missing: int
    version: int | None = None


class TrustMissing(TrustError):
    """There is no trust document, so no signing key is known."""

    template = {
        "newest-root": "there is no trust document of the newest root",
        "no-signers": "no trust document is in force, so no signing key is known",
    }
    hint_template = "use the pack that came with the application"


class DocumentAhead(TrustError):
    """A list or catalog made under a root or trust document that is not here."""

    template = {
        "revocations": "the revocation list was made under root {root_version}, trust document {trust_version}",
        "catalog": "the catalog of `{issuer}` was made under root {root_version}, trust document {trust_version}",
    }
    hint_template = "activate the file that brings the newer trust document as well"
    issuer: str
    root_version: int
    trust_version: int


class RevocationsMissing(TrustError):
    """A revocation list that was seen before is gone; absence is not an empty list."""

    template = "the revocation list of `{issuer}` was seen before and is gone"
    hint_template = "activate the issuer's newest file, which brings the list again"
    issuer: str


class IssuedAhead(TrustError):
    """Issued more than a day ahead of now."""

    template = {
        "document": "issued on {issued:time}, which is in the future; check the date and the clock of this machine",
        "request": "the installation's clock shows {issued:time}, which is in the future;"
        " answer with `--reset clock` first, then let it make another request",
    }
    issued: int


class WrongProduct(TrustError):
    """A document for another product."""

    template = {
        "document": "this is for `{product}`, and the product here is `{expected}`",
        "request": "the request is for `{product}`, and the product here is `{expected}`",
        "root": "root {version} is for `{product}` of `{issuer}`,"
        " and the root here for `{expected}` of `{expected_issuer}`",
    }
    product: str
    expected: str
    issuer: str = ""
    expected_issuer: str = ""
    version: int | None = None


class BundleRevoked(TrustError):
    """The issuer has taken this bundle back."""

    template = "{serial} {part} {use:use}{sequence} was suspended or revoked by its issuer"
    hint_template = "ask the issuer, who may reinstate or replace it"
    serial: str
    part: str
    use: str
    sequence: int


class NothingToSign(TrustError):
    """A file of documents to be signed in which every signature is there."""

    template = "every document in this file has all its signatures"
    hint_template = "`licensekit pack FILE` puts it in force in the vendor's workspace"


class SignatureCount(TrustError):
    """Two signatures by one key, or several on a document that carries exactly one."""

    template = {
        "twice": "one key signed this document of type `{document}` twice",
        "several": "a document of type `{document}` carries one signature, and this has {count}",
    }
    document: str
    count: int


class SignatureInvalid(TrustError):
    """A signature that does not verify: the file was altered, or it is a forgery."""

    template = "the signature of key {key_id:hex} does not verify"
    hint_template = "the file was altered, or a line in its middle is missing: ask the issuer for it again"
    key_id: bytes


class KeyUnknown(TrustError):
    """A signature by a key that no trusted document names."""

    # `signer` is a key here that the trust document lacks.
    template = {
        "signature": "signed by key {key_id:hex}, which the trust document does not name",
        "signer": "key {key_id:hex} is not in the trust document;"
        " sign the trust document that admits it first (`licensekit keys list`)",
        "trust": "a trust document is signed by a key that root {root} does not name",
        "next-root": "root {version} is signed by a key that no root here names",
        "next-trust": "trust document {version} is signed by a key that no root here names",
        "installation": "a {document} is signed by an installation's key, and this one is not",
    }
    hint_template = "update the application or its pack, or ask the issuer which key signed"
    key_id: bytes | None = None
    root: int | None = None
    version: int | None = None
    document: str = ""


class KeyIdCollision(TrustError):
    """Two different keys of one key id."""

    template = {"root": "two keys of a root have one key id", "trust": "two keys of the trust document have one key id"}


class KeyRevoked(TrustError):
    """The key was revoked: nothing that it signed counts."""

    template = _KEY + " was revoked"
    hint_template = "ask the issuer for a newly signed file"
    key_id: bytes
    name: str


class KeyOutOfWindow(TrustError):
    """The document was issued outside the time in which its key may sign."""

    template = _KEY + " could not sign on {issued:time}"
    key_id: bytes
    name: str
    issued: int


class KeyOutOfScope(TrustError):
    """The key may not sign this type or issuer, or a bundle that grants so much."""

    template = {
        "type": _MAY_NOT + "documents of type `{document}`",
        "issuer": _MAY_NOT + "for issuer `{issuer}`",
        "use": _MAY_NOT + "a {use} license",
        "part": _MAY_NOT + "for part `{part}`",
        "replaces": f"{_MAY_NOT}a bundle that takes the place of another serial;"
        f" leave `replaces` out of the order, {_OTHER}",
        "unrestricted": _MAY_NOT + "`{license}` without a limit; order a number of it, " + _OTHER,
        "most": _MAY_NOT + "more than {most} of `{license}`; order at most {most} of it, " + _OTHER,
        "meter": _MAY_NOT + "more than {most} of `{license}` over the term of a bundle;"
        f" order less of it or a shorter term, {_OTHER}",
        "settings": f"{_MAY_NOT}settings; leave `settings` out of the order, {_OTHER}",
        "term": _MAY_NOT + "a term of more than {longest:count day|days};"
        f" order a term that ends earlier, grace included, {_OTHER}",
        "after-grace": _KEY + " may sign only bundles that block after grace;"
        f' write `after_grace = "block"` in the order, {_OTHER}',
        "hours": _MAY_NOT + "more offline or borrow hours than {longest:count day|days} have;"
        f" order fewer hours, {_OTHER}",
    }
    hint_template = "`licensekit keys list` shows what each key may sign"
    key_id: bytes
    name: str
    document: str = ""
    issuer: str = ""
    use: str = ""
    part: str = ""
    license: str = ""
    most: int | None = None
    longest: int | None = None
