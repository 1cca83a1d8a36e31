"""What a workspace and its keys, catalog and ledger refuse, or why a folder is not one."""

from licensekit.errors.catalog_faults import SoldReduced
from licensekit.errors.coded import LicenseError
from licensekit.errors.format import RuleBroken


class WorkspaceError(LicenseError):
    """The vendor's workspace refuses, or is not one."""


class WorkspaceInvalid(WorkspaceError):
    """The folder is not a workspace, or a damaged one."""

    template = {
        "no-ledger": "there is no ledger here, so this is not a workspace;"
        " name the workspace with -C DIR, or create one with `licensekit init DIR`",
        "no-url": "this file does not hold the URL of a ledger on a server;"
        " write `postgresql://user@host/database` into it, or restore it from a backup",
        "no-facts": "this is not the ledger of a workspace: it names no root and no issuer;"
        " check which database is meant, or restore it from a backup",
        "no-catalog": "no catalog was signed here yet; run `licensekit pack` to sign it",
    }


class ClockDoubtful(WorkspaceError):
    """The clock disagrees with the newest entry of the ledger, so nothing was signed."""

    template = {
        "behind": "the clock shows {now:time}, and entry {number} of the ledger was made on"
        " {made:time}: one of them is wrong",
        "ahead": "the clock shows {now:time}, long after the newest entry of the ledger, {number} on {made:time}",
        "document": "the clock shows {now:time}, and the {document} is dated {made:time}: one of them is wrong;"
        " set the clock; if it is right, `licensekit pack --clock-is-right` signs catalog and list again,"
        " and `licensekit keys rotate --clock-is-right` the trust document",
    }
    hint_template = "set the clock, or if it is right say `--clock-is-right`"
    now: int
    made: int
    number: int = 0
    document: str = ""


class LedgerRestored(WorkspaceError):
    """The ledger lacks what it held before: it was restored from a backup, or cut. Nothing is signed."""

    template = {
        "behind": "the ledger was restored or cut: it ends with entry {newest}, and entry {number} was there before",
        "other": "the ledger was restored or cut: its entry {number} is not the one that was there before",
    }
    hint_template = (
        "take back what it lost with `licensekit ledger absorb FILES`; without FILES that accepts the ledger as it is"
    )
    number: int
    """Of the entry that is missing."""
    newest: int = 0


class WorkspaceExists(WorkspaceError):
    """`init` into a folder, or on a ledger, that already holds a workspace."""

    template = {
        "folder": "there is a workspace here already; work in it with -C DIR, or choose another folder",
        "file": "`{name}` is in the way; choose another folder, or move it away first",
        "ledger": "this ledger belongs to a workspace already; give each its own database, or its own schema"
        " in one; to work in several places, copy the folder of the workspace",
    }
    name: str = ""


class PlanRefused(WorkspaceError):
    """A new workspace that cannot be created as planned; nothing was."""

    template = {
        "no-code": "no product code can be made of the folder's name;"
        " give one with --product CODE: lower-case letters, digits and dashes",
        "name": "the catalog calls its issuer `{written}`, and --name `{planned}`;"
        " leave out --name, or change the catalog",
        "product": "the catalog is of product `{written}`, and the workspace of `{planned}`;"
        " leave out --product, or change the catalog",
        "issuer": "the catalog is of issuer `{written}`, and the workspace of `{planned}`;"
        " leave out --issuer, or change the catalog",
        "vendor": "`{planned}` is the vendor itself; give your own code with --issuer CODE",
        "vendors-product": "the catalog is of product `{written}`, and the vendor's is `{planned}`; change the catalog",
        "root-keys": "{threshold} of {count} root keys cannot be asked for;"
        " at least 1 of at most {most} keys must sign",
        "ledger": "this is not the URL of a ledger on a server; give a URL: postgresql://user@host/database",
        "password": "the URL of the ledger has a password in it, and would be kept in the workspace;"
        " leave it out and keep it in a password file (PGPASSFILE) or a service file",
    }
    written: str = ""
    planned: str = ""
    threshold: int = 0
    count: int = 0
    most: int = 0


class VendorOnly(WorkspaceError):
    """Something that only the vendor's own workspace can do."""

    template = {
        "keys": "the root here is that of `{vendor}`, which alone can change keys;"
        " make a key with `licensekit keys new` and ask the vendor to admit it",
        "reset": "only the vendor resets an installation; send the request to the vendor of the product",
    }
    vendor: str


class KeyChangeRefused(WorkspaceError):
    """A change of a key that its present state does not allow."""

    template = {
        "named": "the trust document names this key already, as `{key}`",
        "name-taken": "the trust document names a key `{key}` already; choose another name, or retire that key first",
        "retired": "key `{key}` is retired already",
        "revoked": "key `{key}` is revoked already",
        "lost": "the key that signs now is the lost one, {key};"
        " make another with `licensekit keys rotate`, or name one with --key KEY",
        "not-a-file-name": "`{key}` cannot be the name of a key file;"
        " choose a name without slashes that does not start with a dot",
        "in-token": "key `{key}` is in a token, and has no passphrase; change the PIN by the token's own tool",
        "permission": "key `{key}` cannot be admitted in this way: {why:messages}",
        "window": "key `{key}` signs from {starts:time} on, and the first of these bundles was issued at {issued:time};"
        " admit a key that may with `licensekit keys new --from {issued:time}`",
    }
    key: str
    """Its name or id."""
    starts: int = 0
    issued: int = 0
    why: tuple[RuleBroken, ...] = ()


class ChangeInSigning(WorkspaceError):
    """A change of keys in signing that is in the way of another, or that would undo what came between."""

    template = {
        "another": "another change is in signing, and both cannot count;"
        " have it signed first, or give it up with `licensekit keys abandon FILE`",
        "replaced": "{document} is out of date: {by} was signed at {issued:time} and is in force;"
        " make the change again; `licensekit keys abandon FILE` puts this one away",
        "in-force": "{document} is in force already; this file is no longer needed",
    }
    document: str = ""
    """The one in signing, by type and version: `trust document 2`."""
    by: str = ""
    """The one in force."""
    issued: int = 0
    """When the trust document in force was signed, in seconds since 1970."""


class RevocationsFull(WorkspaceError):
    """The next revocation list would be longer than a list may be."""

    template = (
        "a revocation list holds at most {most} bundles, as many serials, and as many serials with a lowest sequence"
    )
    hint_template = "revoke whole serials instead of their bundles"
    most: int


class CatalogChanged(WorkspaceError):
    """`catalog.toml` differs from the catalog that was last signed, or takes away from bundles already sold."""

    template = {
        "changed": "it was changed since it was signed; run `licensekit pack` to sign the new catalog",
        "faults": "it was changed since it was signed, and has faults now; `licensekit catalog check` names them",
        "key": "the key that signed it may not sign it any more; run `licensekit pack` to sign it again",
        "takes-away": "it takes something away from bundles that were sold: {faults:list};"
        " put it back, or sign it all the same with `licensekit pack --yes`",
    }
    faults: tuple[SoldReduced, ...] = ()


class LedgerDamaged(WorkspaceError):
    """The ledger's chain is broken: an entry was altered, inserted or removed."""

    template = {
        "missing": "entry {number} is missing",
        "altered": "entry {number} was altered, or one before it was removed",
        "not-genuine": "entry {number} is not genuine: {why}",
        "table": "entry {number} is not what the table `{table}` says",
    }
    hint_template = "compare with a backup, and with the head that was noted before"
    number: int
    why: LicenseError | None = None
    table: str = ""
