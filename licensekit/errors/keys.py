"""What can be wrong with a key, its file, its token and the passphrase that should open it; and that none is there."""

from licensekit.errors.coded import LicenseError
from licensekit.errors.faults import TextInvalid

_ONLY_ED25519 = "only Ed25519 keys sign licenses; `licensekit keys new` makes one"
_URI = "write pkcs11:token=LABEL;object=KEY?module-path=/path/to/module.so"
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


class KeyFileInvalid(KeyFault):
    """The file is no key file, or a damaged one."""

    template = {
        "not-a-key-file": "this is not a key file: it does not begin with `lkkey1.`;"
        " check the path, or restore the key file from its backup",
        "not-a-public-key": "this is not a public key: it does not begin with `lkpub1.`; copy the whole line",
        "secret-key": "this is a secret key file, not a public key; give the public key that belongs to it",
        "public-key": "this is a public key, not a key file; give the key file that holds the secret",
        "other-form": "this is a key of another form, not a key file; import it first (`licensekit keys import`)",
        "license-file": "this is a license file or a pack, not a key file; give the file of a key",
        "armor": "the key is cut short or damaged",
        "check": "the public key was altered or copied wrongly; copy the whole line",
        "cut-short": "the key file is cut short",
        "unknown-scheme": "the key file is of scheme {scheme}, which is not known",
        "cost": "the key file asks for a cost of 2^{log2_n}, outside the bounds",
        "memory": "a key file of cost 2^{log2_n} needs {mebibytes} MiB of memory;"
        " run this on a machine, or under a limit, that has as much",
        "length": "the key file ends in {length} bytes where {wanted} belong",
        "shown-key-invalid": "the key file shows a public key that is none",
        "other-public-key": "the key file shows another public key than its secret has",
        "label": "the label {text:quoted} {fault}",
        "label-not-utf-8": "the label of the key is not UTF-8",
        "import": "the key file is damaged; export the key again",
        "import-form": "this is neither an OpenSSH nor a PKCS#8 private key;"
        " give the file that begins with `-----BEGIN`, whole and unchanged",
        "import-putty": "this is neither an OpenSSH nor a PKCS#8 private key, but one of PuTTY;"
        " export it from PuTTYgen as an OpenSSH key",
        "import-public": "this is a public key, neither an OpenSSH nor a PKCS#8 private key; give the private key",
        "import-certificate": "this is a certificate, neither an OpenSSH nor a PKCS#8 private key;"
        " give the private key",
        "import-key-file": "this is a key file of this toolkit, neither an OpenSSH nor a PKCS#8 private key;"
        " use it as it is: it needs no import",
    }
    hint_template = "restore the key file from its backup"
    scheme: int | None = None
    log2_n: int | None = None
    """The cost of the key derivation, as the binary logarithm of scrypt's N."""
    mebibytes: int | None = None
    length: int | None = None
    wanted: int | None = None
    text: str = ""
    fault: TextInvalid | None = None


class PassphraseWrong(KeyFault):
    """The passphrase does not open the key file, or the file was altered."""

    template = {
        "wrong": "the passphrase does not open this key file",
        "refused": "the passphrase does not open this key file ({detail:line})",
    }
    hint_template = "check the passphrase; the same message appears if the file was altered"
    reason: str = "wrong"
    detail: str = ""
    """What the library says; an encryption that it does not know looks the same."""


class PassphraseMissing(KeyFault):
    """A passphrase or a PIN is needed and there is no way to ask for it."""

    template = {
        "empty": "an empty {option} protects nothing",
        "not-given": "no {option} was given",
        "token": "this key is in a token, which has a PIN: a passphrase is never sent there",
    }
    hint_template = "give --{option}-file FILE or --{option}-fd N, or run in a terminal"
    option: str = "passphrase"
    """The option that gives it: `passphrase`, `root-passphrase`, `new-passphrase` or `pin`."""


class TextUnreadable(KeyFault):
    """A file of one line whose encoding is not known."""

    template = "the file is neither UTF-8 nor UTF-16 with a byte order mark"
    hint_template = "save it as UTF-8 text"


class SignerUnavailable(KeyFault):
    """A signing key that lives elsewhere, in a PKCS#11 token or another process, cannot be used."""

    template = {
        "package": "python-pkcs11 is not installed; install `licensekit-files[pkcs11]`",
        "module": "the PKCS#11 module cannot be used: {detail:line};"
        " check module-path= of the URI, and that the module suits this machine",
        "no-token": "there is no such token; insert it, or check the URI",
        "several-tokens": "several tokens match; add serial= to the URI",
        "removed": "the token was taken away; put it back and run the command again",
        "mechanism": "the token cannot do Ed25519; use one with the mechanism EDDSA",
        "other": "the PKCS#11 module reports {reported}; see the manual of the token",
        "refused": "the token refuses the PIN; check the PIN; a token locks itself after a few wrong ones",
        "few": "the token refuses the PIN, and few tries are left; check the PIN before you try again",
        "last": "the token has refused PINs, and one more wrong one locks it;"
        " nothing is tried here: log in once by the token's own tool, and it counts again from the start",
        "locked": "the PIN is locked; unlock it with the SO PIN, by the token's own tool",
        "missing": "the token has no such Ed25519 key ({name});"
        " name one key by object= and id= of the URI; without both, one can be made",
        "several": "the token has several such Ed25519 keys ({name}); name one key by object= and id= of the URI",
        "label": "{name:quoted} is no label; give a printable one",
        "label-taken": "the token has an object named `{name:line}` already;"
        " give the new key another label, or use that one by object= of the URI",
        "not-ed25519": "the public key in the token is no Ed25519 key; name or make an Ed25519 key",
        "may-not-sign": "the key of the token may not sign; name or make another",
        "mismatch": "the token signs with another key than its public one;"
        " make the two match again by the token's own tool, or make a new key",
        "changed": "the token has another key in this place than it had;"
        " check which token is inserted, or make a new key",
        "one-process": "this key lives in a token, where one process signs with it; ask for one worker",
        "ended": "a worker process has ended before its work was done;"
        " run it again: what was issued is in the ledger and not issued twice",
    }
    name: str = ""
    """The label of the key, or the kind of object that is missing: `private key`; of a URI the attribute."""
    reported: str = ""
    """The error that the module reports, as python-pkcs11 names it."""
    detail: str = ""


class SignerUriInvalid(SignerUnavailable):
    """The URI of a key in a PKCS#11 token (RFC 7512) is malformed, or says too little."""

    template = {
        "form": "a token is named by a URI: `pkcs11:` and ASCII, the rest as %XX",
        "pin": "a PIN has no place in a URI; leave it out; it is asked for",
        "module": "module-path= is missing, or no absolute path",
        "token": "the URI names no token: token= is missing",
        "type": "only a private key signs; leave type= out of the URI",
        "unknown": "no URI attribute {name:quoted} is known",
        "malformed": "the URI's attribute `{name}` is malformed",
        "not-utf-8": "the URI is not UTF-8",
        "control": "the URI has control characters",
        "key": "the URI names no key: object= or id= is missing",
        "other-label": "the URI names the key {name:quoted}, and {wanted:quoted} is wanted;"
        " leave object= out of the URI",
    }
    hint_template = _URI
    wanted: str = ""
