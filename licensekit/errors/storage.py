"""What can be wrong with a file, a folder, an installation's home or what serves it."""

from typing import ClassVar, Literal

from licensekit.errors.coded import Templates
from licensekit.errors.tree import LicenseError

_PATH = "check the path"


class StateError(LicenseError):
    """A file, folder or database that cannot be used as it is."""

    code = "state"


class FileUnusable(StateError):
    """A path that is missing, not a plain file, or not readable or writable."""

    code = "file-unusable"
    template: ClassVar[Templates] = {
        "missing": "there is no such file",
        "not-in-folder": "there is no such file: a part of the path is no folder",
        "no-folder": "the folder for this file is not there",
        "folder-missing": "there is no such folder",
        "permission": "this account may not use it",
        "link-loop": "its symbolic links lead in a circle",
        "name-too-long": "its name is too long",
        "disk-full": "the disk is full",
        "quota": "the disk quota is used up",
        "read-only": "the file system may not be written",
        "disk-error": "the disk refuses to read or write",
        "too-many-files": "too many files are open",
        "link-broken": "this symbolic link leads nowhere",
        "not-plain": "this is a {kind}, and not {wanted}",
        "not-a-folder": "this is a file, and not a folder",
        "no-database": "there is no database here",
        "empty-database": "this database is empty",
        "not-set-up": "no {wanted} was set up here yet",
        "no-orders": "there is no order in this folder",
        "other": "it cannot be used ({detail:line})",
    }
    hint_template: ClassVar[Templates] = dict.fromkeys(template, _PATH) | {
        "no-folder": "create it first",
        "folder-missing": "create it first, or choose another",
        "permission": "ask its owner for the permission",
        "name-too-long": "choose a shorter one",
        "disk-full": "make room; nothing was changed",
        "quota": "make room; nothing was changed",
        "read-only": "choose another folder",
        "disk-error": "check the disk; nothing was changed",
        "too-many-files": "close some, or raise the limit (ulimit -n), and try again",
        "link-broken": "mount or create what it points to",
        "not-plain": "give the path of a plain file",
        "not-a-folder": "choose another path",
        "no-orders": "orders end in .toml",
    }
    reason: str
    wanted: str = ""
    """What the path was to be: `a license file`."""
    kind: Literal["", "folder", "pipe", "socket", "symbolic link", "device"] = ""
    """What is there instead of a plain file."""
    detail: str = ""
    """What the system says."""


class FileTaken(StateError):
    """A file that would be overwritten, where only a new one is wanted."""

    code = "file-taken"
    template = "there is such a file already"
    hint_template = "choose another name, or move the file away first"


class OutputTaken(StateError):
    """A path at which something else is than an older or equal file of the same license."""

    code = "output-taken"
    template: ClassVar[Templates] = {
        "other": "there is another license, {bundle} of {company:quoted}",
        "newer": "there is a newer file of this license, {bundle}",
        "no-license": "what is there is not a license file",
    }
    hint_template = "write to another path with -o, or move that file away first"
    reason: str
    bundle: str = ""
    company: str = ""


class HomeInvalid(StateError):
    """The home is no installation, or holds another product's."""

    code = "home-invalid"
    template: ClassVar[Templates] = {
        "not-a-folder": "a home is a folder, and this is a file",
        "other-root": "this installation belongs to another root",
        "key-lost": "the installation has lost its key",
        "scheme": "an installation is a folder or a postgresql:// URL",
        "no-user-folder": "this account has no folder of its own",
        "several": "there are installations of several products: {products:codes}",
        "pack-altered": "the recorded pack was altered",
    }
    hint_template: ClassVar[Templates] = {
        "not-a-folder": "give the folder that holds the installation, or one that is not there yet",
        "other-root": "use the root pin that it was activated with, or another home",
        "key-lost": "restore it from a backup",
        "scheme": "give a folder, or a URL that begins with postgresql://",
        "no-user-folder": "set LICENSEKIT_HOME or give `--home DIR`",
        "several": "give the one that you mean with `--home DIR`",
        "pack-altered": "give the vendor's pack",
    }
    reason: str
    recorded: str = ""
    """The root pin that the installation was activated with."""
    products: tuple[str, ...] = ()
    """Codes of the products that have an installation here."""


class DocumentMissing(StateError):
    """The database has lost a document that its journal names."""

    code = "document-missing"
    template: ClassVar[Templates] = {
        "gone": "the database has lost {document}",
        "other": "the database holds another document in the place of {document}",
    }
    hint_template = "activate its file again, or a newer one"
    reason: str
    document: str
    """The label of the bundle."""


class OtherInstallation(StateError):
    """Another installation, or an older state of this one, took the place of the open one."""

    code = "other-installation"
    template: ClassVar[Templates] = {
        "other": "another installation took its place while it was open",
        "older": "an older or altered state of it took its place while it was open",
    }
    hint_template: ClassVar[Templates] = {
        "other": "put it back (is its file system mounted?), or start this program again to use what is there",
        "older": "if a backup was restored on purpose, start this program again",
    }
    reason: str


class HomeTaken(StateError):
    """An installation is where another one should go."""

    code = "home-taken"
    template = "there is an installation here already"
    hint_template = "choose a folder or schema where nothing is yet"


class AuditDamaged(StateError):
    """The audit log's chain is broken, or tables contradict each other."""

    code = "audit-damaged"
    template: ClassVar[Templates] = {
        "chain": "the audit log does not hold from entry {entry} on",
        "slots": "{there:count assignment|assignments} of `{license}` are there, and do not have"
        " the slots from 1 to {there} one by one",
    }
    hint_template: ClassVar[Templates] = {
        "chain": "somebody changed it: compare with a backup and with the statements sent",
        "slots": "somebody changed the tables: compare with a backup, or run `users prefer"
        " {license}` (`sites prefer`), which numbers them again",
    }
    reason: str
    entry: int | None = None
    """The first entry that does not hold."""
    license: str = ""
    there: int = 0


class ConsoleUnavailable(StateError):
    """The web console cannot be served: packages, address or certificate are missing."""

    code = "console-unavailable"
    template: ClassVar[Templates] = {
        "package": "the console needs the package {package}",
        "address": "the address cannot be taken: {detail:line}",
        "certificate": "the certificate or its key cannot be used: {detail:line}",
    }
    hint_template: ClassVar[Templates] = {
        "package": "install its extra: pip install 'licensekit-files[console]'",
        "address": "choose another port, or stop what has it",
        "certificate": "give both in PEM, and the key without a passphrase",
    }
    reason: str
    package: str = ""
    detail: str = ""
    """What the system says."""
