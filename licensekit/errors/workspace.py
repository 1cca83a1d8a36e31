"""What a workspace and its keys, catalog and ledger refuse, or why a folder is not one."""

from typing import ClassVar, Final

from licensekit.errors.catalog_faults import SoldReduced
from licensekit.errors.coded import Templates
from licensekit.errors.format import RuleBroken
from licensekit.errors.tree import LicenseError


class WorkspaceError(LicenseError):
    """The vendor's workspace refuses, or is not one."""

    code = "workspace"


class WorkspaceInvalid(WorkspaceError):
    """The folder is not a workspace, or a damaged one."""

    code = "workspace-invalid"
    template: ClassVar[Templates] = {
        "no-ledger": "there is no ledger here, so this is not a workspace",
        "no-url": "this file does not hold the URL of a ledger on a server",
        "no-facts": "this is not the ledger of a workspace: it names no root and no issuer",
        "no-catalog": "no catalog was signed here yet",
    }
    hint_template: ClassVar[Templates] = {
        "no-ledger": "name the workspace with -C DIR, or create one with `licensekit init DIR`",
        "no-url": "write `postgresql://user@host/database` into it, or restore it from a backup",
        "no-facts": "check which database is meant, or restore it from a backup",
        "no-catalog": "run `licensekit pack` to sign it",
    }
    reason: str


_SET_CLOCK: Final = "set the clock, or if it is right say `--clock-is-right`"


class ClockDoubtful(WorkspaceError):
    """The clock disagrees with the newest entry of the ledger, so nothing was signed."""

    code = "clock-doubtful"
    template: ClassVar[Templates] = {
        "behind": "the clock shows {now:time}, and entry {number} of the ledger was made on"
        " {made:time}: one of them is wrong",
        "ahead": "the clock shows {now:time}, long after the newest entry of the ledger, {number} on {made:time}",
        "document": "the clock shows {now:time}, and the {document} is dated {made:time}: one of them is wrong",
    }
    hint_template: ClassVar[Templates] = {
        "behind": _SET_CLOCK,
        "ahead": _SET_CLOCK,
        "document": "set the clock; if it is right, `licensekit pack --clock-is-right` signs catalog and list again,"
        " and `licensekit keys rotate --clock-is-right` the trust document",
    }
    reason: str
    now: int
    """What the clock shows, in seconds since 1970."""
    made: int
    """When the newest entry or document was made, in seconds since 1970."""
    number: int = 0
    """Of the newest entry."""
    document: str = ""


class WorkspaceExists(WorkspaceError):
    """`init` into a folder, or on a ledger, that already holds a workspace."""

    code = "workspace-exists"
    template: ClassVar[Templates] = {
        "folder": "there is a workspace here already",
        "file": "`{name}` is in the way",
        "ledger": "this ledger belongs to a workspace already",
    }
    hint_template: ClassVar[Templates] = {
        "folder": "work in it with -C DIR, or choose another folder",
        "file": "choose another folder, or move it away first",
        "ledger": "give each its own database, or its own schema in one; to work in several"
        " places, copy the folder of the workspace",
    }
    reason: str
    name: str = ""


class PlanRefused(WorkspaceError):
    """A new workspace that cannot be created as planned; nothing was."""

    code = "plan-refused"
    template: ClassVar[Templates] = {
        "no-code": "no product code can be made of the folder's name",
        "name": "the catalog calls its issuer `{written}`, and --name `{planned}`",
        "product": "the catalog is of product `{written}`, and the workspace of `{planned}`",
        "issuer": "the catalog is of issuer `{written}`, and the workspace of `{planned}`",
        "vendor": "`{planned}` is the vendor itself",
        "vendors-product": "the catalog is of product `{written}`, and the vendor's is `{planned}`",
        "root-keys": "{threshold} of {count} root keys cannot be asked for",
        "ledger": "this is not the URL of a ledger on a server",
        "password": "the URL of the ledger has a password in it, and would be kept in the workspace",
    }
    hint_template: ClassVar[Templates] = {
        "no-code": "give one with --product CODE: lower-case letters, digits and dashes",
        "name": "leave out --name, or change the catalog",
        "product": "leave out --product, or change the catalog",
        "issuer": "leave out --issuer, or change the catalog",
        "vendor": "give your own code with --issuer CODE",
        "vendors-product": "change the catalog",
        "root-keys": "at least 1 of at most {most} keys must sign",
        "ledger": "give a URL: postgresql://user@host/database",
        "password": "leave it out and keep it in a password file (PGPASSFILE) or a service file",
    }
    reason: str
    written: str = ""
    """What the catalog says."""
    planned: str = ""
    threshold: int = 0
    count: int = 0
    most: int = 0


class VendorOnly(WorkspaceError):
    """Something that only the vendor's own workspace can do."""

    code = "vendor-only"
    template: ClassVar[Templates] = {
        "keys": "the root here is that of `{vendor}`, which alone can change keys",
        "reset": "only the vendor resets an installation",
    }
    hint_template: ClassVar[Templates] = {
        "keys": "make a key with `licensekit keys new` and ask the vendor to admit it",
        "reset": "send the request to the vendor of the product",
    }
    reason: str
    vendor: str


class KeyChangeRefused(WorkspaceError):
    """A change of a key that its present state does not allow."""

    code = "key-change-refused"
    template: ClassVar[Templates] = {
        "named": "the trust document names this key already, as `{key}`",
        "name-taken": "the trust document names a key `{key}` already",
        "retired": "key `{key}` is retired already",
        "revoked": "key `{key}` is revoked already",
        "lost": "the key that signs now is the lost one, {key}",
        "not-a-file-name": "`{key}` cannot be the name of a key file",
        "permission": "key `{key}` cannot be admitted in this way: {why:messages}",
        "window": "key `{key}` signs from {starts:time} on, and the first of these bundles was issued at {issued:time}",
    }
    hint_template: ClassVar[Templates] = {
        "name-taken": "choose another name, or retire that key first",
        "lost": "make another with `licensekit keys rotate`, or name one with --key KEY",
        "not-a-file-name": "choose a name without slashes that does not start with a dot",
        "window": "admit a key that may with `licensekit keys new --from {issued:time}`",
    }
    reason: str
    key: str
    """Its name or id."""
    starts: int = 0
    """From when on it signs, in seconds since 1970."""
    issued: int = 0
    """When the first bundle was issued that it should sign, in seconds since 1970."""
    why: tuple[RuleBroken, ...] = ()
    """What no trust document may say of a key."""


class ChangeInSigning(WorkspaceError):
    """Another change of keys travels already: the signatures on it are not thrown away."""

    code = "change-in-signing"
    template = "another change is in signing, and both cannot count"
    hint_template = "have it signed first, or move the file away to give it up"


class RevocationsFull(WorkspaceError):
    """The next revocation list would be longer than a list may be."""

    code = "revocations-full"
    template = (
        "a revocation list holds at most {most} bundles, as many serials, and as many serials with a lowest sequence"
    )
    hint_template = "revoke whole serials instead of their bundles"
    most: int


class CatalogChanged(WorkspaceError):
    """`catalog.toml` differs from the catalog that was last signed."""

    code = "catalog-changed"
    template: ClassVar[Templates] = {
        "changed": "it was changed since it was signed",
        "faults": "it was changed since it was signed, and has faults now",
        "key": "the key that signed it may not sign it any more",
    }
    hint_template: ClassVar[Templates] = {
        "changed": "run `licensekit pack` to sign the new catalog",
        "faults": "`licensekit catalog check` names them",
        "key": "run `licensekit pack` to sign it again",
    }
    reason: str


class CatalogTakesAway(WorkspaceError):
    """The new catalog takes something away from bundles already sold."""

    code = "catalog-takes-away"
    template = "it takes something away from bundles that were sold: {faults:list}"
    hint_template = "put it back, or sign it all the same with `licensekit pack --yes`"
    faults: tuple[SoldReduced, ...]


class LedgerDamaged(WorkspaceError):
    """The ledger's chain is broken: an entry was altered, inserted or removed."""

    code = "ledger-damaged"
    template: ClassVar[Templates] = {
        "missing": "entry {number} is missing",
        "altered": "entry {number} was altered, or one before it was removed",
        "not-genuine": "entry {number} is not genuine: {why}",
        "table": "entry {number} is not what the table `{table}` says",
    }
    hint_template = "compare with a backup, and with the head that was noted before"
    reason: str
    number: int
    why: LicenseError | None = None
    """Why the document in the entry is not believed."""
    table: str = ""
