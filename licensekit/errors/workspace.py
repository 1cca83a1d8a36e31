"""What a workspace refuses, or why a folder is not one."""

from collections.abc import Mapping
from typing import ClassVar, Literal

from licensekit.errors.issuer import Fault
from licensekit.errors.tree import CodedError


class WorkspaceError(CodedError):
    """The vendor's workspace refuses, or is not one."""

    code = "workspace"


class WorkspaceInvalid(WorkspaceError):
    """The folder is not a workspace, or a damaged one."""

    code = "workspace-invalid"
    template: ClassVar[str | Mapping[str, str]] = {
        "no-ledger": "there is no ledger here, so this is not a workspace",
        "no-url": "this file does not hold the URL of a ledger on a server",
        "no-facts": "this is not the ledger of a workspace: it names no root and no issuer",
        "no-catalog": "no catalog was signed here yet",
    }
    hint_template: ClassVar[str | Mapping[str, str]] = {
        "no-ledger": "name the workspace with -C DIR, or create one with `licensekit init DIR`",
        "no-catalog": "run `licensekit pack` to sign it",
    }
    reason: Literal["no-ledger", "no-url", "no-facts", "no-catalog"]


class WorkspaceExists(WorkspaceError):
    """`init` into a folder, or on a ledger, that already holds a workspace."""

    code = "workspace-exists"
    template: ClassVar[str | Mapping[str, str]] = {
        "folder": "there is a workspace here already",
        "file": "`{name}` is in the way",
        "ledger": "this ledger belongs to a workspace already",
    }
    hint_template: ClassVar[str | Mapping[str, str]] = {
        "file": "choose another folder, or move it away first",
        "ledger": "give each its own database, or its own schema in one; to work in several"
        " places, copy the folder of the workspace",
    }
    reason: Literal["folder", "file", "ledger"]
    name: str = ""


class PlanRefused(WorkspaceError):
    """A new workspace that cannot be created as planned; nothing was."""

    code = "plan-refused"
    template: ClassVar[str | Mapping[str, str]] = {
        "no-code": "no product code can be made of the folder's name",
        "name": "the catalog calls its issuer `{written}`, and --name `{planned}`",
        "product": "the catalog is of product `{written}`, and the workspace of `{planned}`",
        "issuer": "the catalog is of issuer `{written}`, and the workspace of `{planned}`",
        "vendor": "`{planned}` is the vendor itself",
        "vendors-product": "the catalog is of product `{written}`, and the vendor's is `{planned}`",
        "root-keys": "{threshold} of {count} root keys cannot be asked for",
        "ledger": "this is not the URL of a ledger on a server",
        "password": "the URL of the ledger has a password in it, and would be kept in the"
        " workspace",
    }
    hint_template: ClassVar[str | Mapping[str, str]] = {
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
    reason: Literal[
        "no-code",
        "name",
        "product",
        "issuer",
        "vendor",
        "vendors-product",
        "root-keys",
        "ledger",
        "password",
    ]
    written: str = ""
    """What the catalog says."""
    planned: str = ""
    threshold: int = 0
    count: int = 0
    most: int = 0


class VendorOnly(WorkspaceError):
    """Something that only the vendor's own workspace can do."""

    code = "vendor-only"
    template: ClassVar[str | Mapping[str, str]] = {
        "keys": "the root here is that of `{vendor}`, which alone can change keys",
        "reset": "only the vendor resets an installation",
    }
    hint_template: ClassVar[str | Mapping[str, str]] = {
        "keys": "make a key with `licensekit keys new` and ask the vendor to admit it",
        "reset": "send the request to the vendor of the product",
    }
    reason: Literal["keys", "reset"]
    vendor: str


class KeyChangeRefused(WorkspaceError):
    """A change of a key that its present state does not allow."""

    code = "key-change-refused"
    template: ClassVar[str | Mapping[str, str]] = {
        "named": "the trust document names this key already, as `{key}`",
        "name-taken": "the trust document names a key `{key}` already",
        "retired": "key `{key}` is retired already",
        "revoked": "key `{key}` is revoked already",
        "lost": "the key that signs now is the lost one, {key}",
        "not-a-file-name": "`{key}` cannot be the name of a key file",
    }
    hint_template: ClassVar[str | Mapping[str, str]] = {
        "name-taken": "choose another name, or retire that key first",
        "lost": "make another with `licensekit keys rotate`, or name one with --key KEY",
        "not-a-file-name": "choose a name without slashes that does not start with a dot",
    }
    reason: Literal["named", "name-taken", "retired", "revoked", "lost", "not-a-file-name"]
    key: str
    """Its name or id."""


class ChangeInSigning(WorkspaceError):
    """Another change of keys travels already: the signatures on it are not thrown away."""

    code = "change-in-signing"
    template = "another change is in signing, and both cannot count"
    hint_template = "have it signed first, or move the file away to give it up"


class RevocationsFull(WorkspaceError):
    """The next revocation list would be longer than a list may be."""

    code = "revocations-full"
    template = (
        "a revocation list holds at most {most} bundles, as many serials, and as many serials"
        " with a lowest sequence"
    )
    hint_template = "revoke whole serials instead of their bundles"
    most: int


class CatalogChanged(WorkspaceError):
    """`catalog.toml` differs from the catalog that was last signed."""

    code = "catalog-changed"
    template: ClassVar[str | Mapping[str, str]] = {
        "changed": "it was changed since it was signed",
        "faults": "it was changed since it was signed, and has faults now",
        "key": "the key that signed it may not sign it any more",
    }
    hint_template: ClassVar[str | Mapping[str, str]] = {
        "changed": "run `licensekit pack` to sign the new catalog",
        "faults": "`licensekit catalog check` names them",
        "key": "run `licensekit pack` to sign it again",
    }
    reason: Literal["changed", "faults", "key"]


class CatalogTakesAway(WorkspaceError):
    """The new catalog takes something away from bundles already sold."""

    code = "catalog-takes-away"
    template = "it takes something away from bundles that were sold: {faults:list}"
    hint_template = "put it back, or sign it all the same with `licensekit pack --yes`"
    faults: tuple[Fault, ...]


class LedgerDamaged(WorkspaceError):
    """The ledger's chain is broken: an entry was altered, inserted or removed."""

    code = "ledger-damaged"
    template: ClassVar[str | Mapping[str, str]] = {
        "missing": "entry {number} is missing",
        "altered": "entry {number} was altered, or one before it was removed",
        "not-genuine": "entry {number} is not genuine: {detail:line}",
        "table": "entry {number} is not what the table `{table}` says",
    }
    hint_template = "compare with a backup, and with the head that was noted before"
    reason: Literal["missing", "altered", "not-genuine", "table"]
    number: int
    detail: str = ""
    table: str = ""


class NotIssued(WorkspaceError):
    """The ledger has no such bundle, or nothing of such a serial."""

    code = "not-issued"
    template: ClassVar[str | Mapping[str, str]] = {
        "bundle": "no bundle {name:quoted} was issued here",
        "receipt": "the receipt is for bundle {name}, not issued here",
        "name": "the ledger has no entry, serial, order or bundle {name:quoted}",
        "entry": "there is no entry {name}",
        "not-a-bundle": "entry {name} is not a bundle's",
        "serial": "nothing was issued for serial {name}",
        "mistyped": "serial {name} is mistyped: its last digit does not fit the others",
        "part": "serial {name} has no part `{part}`, but {parts:list}",
    }
    hint_template = "`licensekit ledger list` shows what was issued"
    reason: Literal[
        "bundle", "receipt", "name", "entry", "not-a-bundle", "serial", "mistyped", "part"
    ]
    name: str
    """What was looked for."""
    part: str = ""
    parts: tuple[str, ...] = ()


class NotCurrent(WorkspaceError):
    """What was to be changed is not in force: revoked, returned, or replaced."""

    code = "not-current"
    template: ClassVar[str | Mapping[str, str]] = {
        "replaced": "{bundle} was replaced by another serial: nothing of this part is in force",
        "revoked": "{bundle} was revoked: nothing of this part is in force",
        "returned": "{bundle} was returned: nothing of this part is in force",
    }
    hint_template = "`licensekit issue` with a new order sells it again"
    reason: Literal["replaced", "revoked", "returned"]
    bundle: str


class RequestAnswered(WorkspaceError):
    """A request that was answered before, with something else or with what is void now."""

    code = "request-answered"
    template: ClassVar[str | Mapping[str, str]] = {
        "installation": "another installation has signed this very request, and was answered",
        "license": "this request was answered with a license",
        "reset": "this request was answered with a reset ({what_reset})",
        "revoked": "this request was answered with {bundle}, which was revoked since",
        "returned": "this request was answered with {bundle}, which was returned since",
        "order": "this request was answered with {bundle}, for another order:"
        " {changes:list another order number}",
    }
    hint_template = "let the installation make a new request"
    reason: Literal["installation", "license", "reset", "revoked", "returned", "order"]
    what_reset: str = ""
    bundle: str = ""
    """The name of its file."""
    changes: tuple[object, ...] = ()
    """What the orders differ in: `proposals.Change`."""


class InstallationsTaken(WorkspaceError):
    """As many installations are bound as the order allows, or the serial is bound to another."""

    code = "installations-taken"
    template: ClassVar[str | Mapping[str, str]] = {
        "order": "order {order} is for {count:count installation|installations}, bound by"
        " {bundles:list}",
        "serial": "serial {serial} is bound to another installation, by {bundles:list}",
        "machine": "{bundles:list} is bound to this installation on another machine: {same} of its"
        " facts are the same, and {needed} must be",
    }
    hint_template = "have it returned (`licensekit accept`), or revoke it, and answer again"
    reason: Literal["order", "serial", "machine"]
    bundles: tuple[str, ...]
    """The names of their files."""
    order: str = ""
    count: int = 0
    serial: str = ""
    same: int = 0
    needed: int = 0


class ExchangeFileRefused(WorkspaceError):
    """A receipt or statement by another installation than the one that the record names."""

    code = "exchange-file-refused"
    template: ClassVar[str | Mapping[str, str]] = {
        "returned": "{bundle} was returned before, by entry {entry} of the ledger",
        "receipt": "the receipt is signed by another installation than the one that {bundle} is"
        " bound to",
        "request": "the receipt names another request than {bundle} answers",
        "bound": "it is signed by another installation than the one that {bundle} is bound to",
        "unknown": "the request names no serial, and nothing ever came from its installation",
    }
    hint_template: ClassVar[str | Mapping[str, str]] = {
        "unknown": "activate a license there first",
    }
    reason: Literal["returned", "receipt", "request", "bound", "unknown"]
    installation: bytes
    """SHA-256 of the key that signed it."""
    bundle: str = ""
    entry: int = 0


class ExchangeFileKnown(WorkspaceError):
    """A receipt or statement that was entered before."""

    code = "exchange-file-known"
    template = (
        "{count:count document was|documents were} entered before, as entry {entry} of the ledger,"
        " on {entered:time}"
    )
    hint_template = "if the pack could not be written then, `licensekit pack` renews it"
    count: int
    entry: int
    """The number of the first one."""
    entered: int
    """When that was, in seconds since 1970."""


class QrRefused(WorkspaceError):
    """A license file that fits into no QR code, or nothing here that draws one."""

    code = "qr-refused"
    template: ClassVar[str | Mapping[str, str]] = {
        "long": "the license file has {characters} characters, and a QR code holds at most {most}",
        "attachments": "the license file has {characters} characters, and a QR code holds at most"
        " {most}",
        "no-segno": "a QR code needs segno",
    }
    hint_template: ClassVar[str | Mapping[str, str]] = {
        "long": "send it as a file",
        "attachments": "`--no-attachments` leaves out the trust documents",
        "no-segno": 'run `pip install "licensekit-files[qr]"`',
    }
    reason: Literal["long", "attachments", "no-segno"]
    characters: int = 0
    most: int = 0


class OrderConflict(WorkspaceError):
    """An order number that was issued before: with other contents, or as what is void now."""

    code = "order-conflict"
    template: ClassVar[str | Mapping[str, str]] = {
        "bound": "order {order} was bound to the installation that asked for it",
        "not-bound": "order {order} was issued without a binding",
        "other": "there is another order {order} already: {changes:list}",
        "void": "order {order} was issued as {bundle}, which is no longer valid: {why:messages}",
    }
    hint_template: ClassVar[str | Mapping[str, str]] = {
        "bound": "`licensekit answer` binds it; give what is not bound its own number",
        "not-bound": "give what is bound an order of its own number",
        "other": "give a changed order its own number",
        "void": "give the order a number of its own, or send what was signed in its place",
    }
    reason: Literal["bound", "not-bound", "other", "void"]
    order: str | None
    entry: int
    """The number of what was entered for it."""
    changes: tuple[object, ...] = ()
    """What the orders differ in: `proposals.Change`."""
    bundle: str = ""
    why: tuple[CodedError, ...] = ()
    """Why it is void."""
