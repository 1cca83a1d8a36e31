"""What can be wrong with a key, and that none is there."""

from typing import ClassVar

from licensekit.errors.coded import Templates
from licensekit.errors.text_faults import TextInvalid
from licensekit.errors.tree import LicenseError

_ONLY_ED25519 = "only Ed25519 keys sign licenses; `licensekit keys new` makes one"
_ROOT_KEY = "give the key file, from wherever it is kept, with --root-key FILE"


class KeyFault(LicenseError):
    """Something is wrong with a key, a key file or its passphrase."""

    code = "key"


class KeyInvalid(KeyFault):
    """A key that cannot be used, or a name that it cannot have."""

    template: ClassVar[Templates] = {
        "unknown-scheme": "key scheme {scheme} is not known",
        "public-length": "a public key of scheme {scheme} has {wanted} bytes, this one {length}",
        "secret-length": "a secret key of scheme {scheme} has {wanted} bytes, this one {length}",
        "not-canonical": "the Ed25519 key is not in its canonical form",
        "low-order": "the Ed25519 key is a point of low order, under which anything verifies",
        "not-on-curve": "the Ed25519 key is no point of the curve",
        "algorithm": "a key of another algorithm than Ed25519",
        "unsupported": "the key cannot be used: {detail:line}",
        "hybrid": "a hybrid key is two keys, Ed25519 and ML-DSA-65, and no standard form holds the"
        " two as this format uses them",
        "label": "the label {text:quoted} {fault}",
        "comment": "the comment {text:quoted} {fault}",
    }
    hint_template: ClassVar[Templates] = {
        "algorithm": _ONLY_ED25519,
        "unsupported": _ONLY_ED25519,
        "hybrid": "hand it on as the `lkpub1.` line",
        "label": "choose another label",
        "comment": "choose another comment",
    }
    reason: str
    scheme: int | None = None
    length: int | None = None
    wanted: int | None = None
    """The bytes that a key of this scheme has."""
    text: str = ""
    fault: TextInvalid | None = None
    """Why the text is refused."""
    detail: str = ""
    """What the library says."""


class SchemeUnavailable(KeyFault):
    """This machine lacks a library that a key needs."""

    template: ClassVar[Templates] = {
        "ml-dsa": "this machine's cryptography library has no ML-DSA-65",
        "bcrypt": "bcrypt is not installed, and an encrypted OpenSSH key needs it",
    }
    hint_template: ClassVar[Templates] = {
        "ml-dsa": "install the cryptography wheel from PyPI, or one built on OpenSSL 3.5 or later",
        "bcrypt": "install `licensekit-files[openssh]`, or use `ssh-keygen -p` on a copy of the key",
    }
    reason: str


class KeyMissing(KeyFault):
    """No key file here is the one that was asked for, or may sign what is to be signed."""

    template: ClassVar[Templates] = {
        "not-given": "there is something to sign, and no key was given",
        "none-fits": "no key here may sign a {type:document} for `{issuer}` now",
        "no-other": "no other key here may sign what `{name:line}` has signed",
        "no-successor": "no other key here may sign what `{name:line}` has signed",
        "no-file": "there is no key `{name:line}` here",
        "not-admitted": "the trust document names no key `{name:line}`",
        "ambiguous": "the trust document names {count} keys `{name:line}`",
        "no-root-key": "no key of root {version} is here, which must sign the change",
        "none-needed": "no root key is here whose signature is still needed",
        "unsigned": "no root key is here that may sign {document}",
    }
    hint_template: ClassVar[Templates] = {
        "not-given": "`licensekit keys list` shows which keys there are",
        "none-fits": "`licensekit keys list` shows which keys there are and what each may sign",
        "no-other": "make one with `licensekit keys rotate {name:line}`",
        "no-successor": "make one that reaches back with `licensekit keys new --from TIME`",
        "no-file": "`licensekit keys list` names them",
        "not-admitted": "`licensekit keys list` shows them",
        "ambiguous": "`licensekit keys list` shows them; a key id is always one key's",
        "no-root-key": _ROOT_KEY,
        "none-needed": _ROOT_KEY,
        "unsigned": _ROOT_KEY,
    }
    reason: str
    type: str = ""
    """The type of the document that is to be signed."""
    issuer: str = ""
    name: str = ""
    count: int = 0
    version: int | None = None
    """The version of the root whose key is missing."""
    document: str = ""
    """Which document that is, by type and version: `root 2`."""
