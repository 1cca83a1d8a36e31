"""What can be wrong with a key, its file, its token and the passphrase that should open it; and that none is there."""

from licensekit.errors.coded import LicenseError
from licensekit.errors.faults import TextInvalid


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
    able: str = ""
    """A key here that may sign it."""
    count: int = 0
    version: int | None = None


class KeyFileInvalid(KeyFault, reasons=True):
    """The file is no key file, or a damaged one."""

    scheme: int | None = None
    log2_n: int | None = None
    """The cost of the key derivation, as the binary logarithm of scrypt's N."""
    mebibytes: int | None = None
    length: int | None = None
    wanted: int | None = None
    text: str = ""
    fault: TextInvalid | None = None


class PassphraseWrong(KeyFault, reasons=True):
    """The passphrase does not open the key file, or the file was altered."""

    reason: str = "wrong"
    detail: str = ""
    """What the library says; an encryption that it does not know looks the same."""


class PassphraseMissing(KeyFault, reasons=True):
    """A passphrase or a PIN is needed and there is no way to ask for it."""

    option: str = "passphrase"
    """The option that gives it: `passphrase`, `root-passphrase`, `new-passphrase` or `pin`."""


class TextUnreadable(KeyFault):
    """A file of one line whose encoding is not known."""


class SignerUnavailable(KeyFault, reasons=True):
    """A signing key that lives elsewhere, in a PKCS#11 token or another process, cannot be used."""

    name: str = ""
    """The label of the key, or the kind of object that is missing: `private key`; of a URI the attribute."""
    reported: str = ""
    """The error that the module reports, as python-pkcs11 names it."""
    detail: str = ""


class SignerUriInvalid(SignerUnavailable, reasons=True):
    """The URI of a key in a PKCS#11 token (RFC 7512) is malformed, or says too little."""

    wanted: str = ""
