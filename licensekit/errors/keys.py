"""What can be wrong with a key, and that none is there."""

from licensekit.errors.coded import LicenseError
from licensekit.errors.text_faults import TextInvalid

_ONLY_ED25519 = "only Ed25519 keys sign licenses; `licensekit keys new` makes one"

_DEFAULT = "`{able:line}` may: name it with --key, or make it the default with `licensekit keys default {able:line}`"


class KeyFault(LicenseError):
    """Something is wrong with a key, a key file or its passphrase."""

    code = "key"


class KeyInvalid(KeyFault):
    """A key that cannot be used, or a name that it cannot have."""

    template = {
        "unknown-scheme": "key scheme {scheme} is not known",
        "public-length": "a public key of scheme {scheme} has {wanted} bytes, this one {length}",
        "secret-length": "a secret key of scheme {scheme} has {wanted} bytes, this one {length}",
        "not-canonical": "the Ed25519 key is not in its canonical form",
        "low-order": "the Ed25519 key is a point of low order, under which anything verifies",
        "not-on-curve": "the Ed25519 key is no point of the curve",
        "algorithm": f"a key of another algorithm than Ed25519; {_ONLY_ED25519}",
        "unsupported": "the key cannot be used: {detail:line}; " + _ONLY_ED25519,
        "hybrid": "a hybrid key is two keys, Ed25519 and ML-DSA-65, and no standard form holds the"
        " two as this format uses them; hand it on as the `lkpub1.` line",
        "label": "the label {text:quoted} {fault}; choose another label",
        "comment": "the comment {text:quoted} {fault}; choose another comment",
    }
    scheme: int | None = None
    length: int | None = None
    wanted: int | None = None
    text: str = ""
    fault: TextInvalid | None = None
    detail: str = ""


class SchemeUnavailable(KeyFault):
    """This machine lacks a library that a key needs."""

    template = {
        "ml-dsa": "this machine's cryptography library has no ML-DSA-65;"
        " install the cryptography wheel from PyPI, or one built on OpenSSL 3.5 or later",
        "bcrypt": "bcrypt is not installed, and an encrypted OpenSSH key needs it;"
        " install `licensekit-files[openssh]`, or use `ssh-keygen -p` on a copy of the key",
    }


class KeyMissing(KeyFault):
    """No key file here is the one that was asked for, or may sign what is to be signed."""

    template = {
        "not-given": "there is something to sign, and no key was given;"
        " `licensekit keys list` shows which keys there are",
        "none-fits": "no key here may sign a {type:document} for `{issuer}` now;"
        " `licensekit keys list` shows which keys there are and what each may sign",
        "default-away": f"the default key, which signs where no other is named, is not here; {_DEFAULT}",
        "default-unfit": f"the default key `{{name:line}}` may not sign this {{type:document}}; {_DEFAULT}",
        "no-other": "no other key here may sign what `{name:line}` has signed;"
        " make one with `licensekit keys rotate {name:line}`",
        "no-successor": "no other key here may sign what `{name:line}` has signed;"
        " make one that reaches back with `licensekit keys new --from TIME`",
        "no-file": "there is no key `{name:line}` here; `licensekit keys list` names them",
        "not-admitted": "the trust document names no key `{name:line}`; `licensekit keys list` shows them",
        "ambiguous": "the trust document names {count} keys `{name:line}`;"
        " `licensekit keys list` shows them; a key id is always one key's",
        "no-root-key": "no key of root {version} is here, which must sign the change",
        "none-needed": "no root key is here whose signature is still needed",
        "unsigned": "no root key is here that may sign {document}",
    }
    hint_template = "give the key file, from wherever it is kept, with --root-key FILE"
    type: str = ""
    issuer: str = ""
    name: str = ""
    able: str = ""
    """A key here that may sign it."""
    count: int = 0
    version: int | None = None
    document: str = ""
    """Which document that is, by type and version: `root 2`."""
