"""Why a signing key that lives elsewhere, in a token or another process, does not sign."""

from licensekit.errors.keys import KeyFault

_URI = "write pkcs11:token=LABEL;object=KEY?module-path=/path/to/module.so"


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
