"""Why the signatures on a well-formed document are not to be believed, or its key not for it."""

from licensekit.errors.trust import TrustError

_KEY = "key `{name}` ({key_id:hex})"
_MAY_NOT = _KEY + " may not sign "
_OTHER = "or have another key sign it"


class DuplicateSignature(TrustError):
    """Two signatures by one key."""

    template = "one key signed this document of type `{document}` twice"
    document: str


class SignatureCount(TrustError):
    """Several signatures on a document that carries exactly one."""

    template = "a document of type `{document}` carries one signature, and this has {count}"
    document: str
    count: int


class SignatureInvalid(TrustError):
    """A signature that does not verify: the file was altered, or it is a forgery."""

    template = "the signature of key {key_id:hex} does not verify"
    hint_template = "the file was altered after it was signed: ask the issuer for it again"
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
