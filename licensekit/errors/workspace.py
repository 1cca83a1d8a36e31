"""What the vendor's workspace refuses: of its folder, keys, catalog and ledger, and for what was issued before."""

from licensekit.errors.coded import LicenseError, Message
from licensekit.errors.faults import RuleBroken, SoldReduced


class WorkspaceError(LicenseError):
    """The vendor's workspace refuses, or is not one."""


class WorkspaceInvalid(WorkspaceError, reasons=True):
    """The folder is not a workspace, or a damaged one."""


class ClockDoubtful(WorkspaceError, reasons=True):
    """The clock disagrees with the newest entry of the ledger, so nothing was signed."""

    now: int
    made: int
    number: int = 0
    document: str = ""


class LedgerRestored(WorkspaceError, reasons=True):
    """The ledger lacks what it held before: it was restored from a backup, or cut. Nothing is signed."""

    number: int  # of the entry that is missing
    newest: int = 0


class WorkspaceExists(WorkspaceError, reasons=True):
    """`init` into a folder, or on a ledger, that already holds a workspace."""

    name: str = ""


class PlanRefused(WorkspaceError, reasons=True):
    """A new workspace that cannot be created as planned; nothing was."""

    written: str = ""
    planned: str = ""
    threshold: int = 0
    count: int = 0
    most: int = 0


class VendorOnly(WorkspaceError, reasons=True):
    """Something that only the vendor's own workspace can do."""

    vendor: str


class KeyChangeRefused(WorkspaceError, reasons=True):
    """A change of a key that its present state does not allow."""

    key: str  # its name or id
    starts: int = 0
    issued: int = 0
    why: tuple[RuleBroken, ...] = ()


class ChangeInSigning(WorkspaceError, reasons=True):
    """A change of keys in signing that is in the way of another, or that would undo what came between."""

    document: str = ""  # the one in signing, by type and version: `trust document 2`
    by: str = ""  # the one in force
    issued: int = 0  # when the trust document in force was signed, in seconds since 1970


class RevocationsFull(WorkspaceError):
    """The next revocation list would be longer than a list may be."""

    most: int


class CatalogChanged(WorkspaceError, reasons=True):
    """`catalog.toml` differs from the catalog that was last signed, or takes away from bundles already sold."""

    faults: tuple[SoldReduced, ...] = ()
    concerned: tuple[Message, ...] = ()  # from whom it takes away, by what that is


class LedgerDamaged(WorkspaceError, reasons=True):
    """The ledger's chain is broken: an entry was altered, inserted or removed."""

    number: int
    why: LicenseError | None = None
    table: str = ""


class NotIssued(WorkspaceError, reasons=True):
    """The ledger has no such bundle, or nothing of such a serial."""

    name: str
    part: str = ""
    parts: tuple[str, ...] = ()


class NotCurrent(WorkspaceError, reasons=True):
    """What was to be changed is not in force: revoked, returned, or replaced."""

    bundle: str


class NotReinstated(WorkspaceError, reasons=True):
    """A bundle that does not come back by being taken off the revocation list."""

    bundle: str
    serial: str


class OrderConflict(WorkspaceError, reasons=True):
    """An order number that was issued before: with other contents, or as what is void now."""

    order: str | None  # None: the bundle answers a request, and no order has a number
    entry: int  # the number of what was entered for it
    changes: tuple[object, ...] = ()  # what the orders differ in: `proposals.Change`
    bundle: str = ""
    why: tuple[LicenseError, ...] = ()


class RequestAnswered(WorkspaceError, reasons=True):
    """A request that was answered before, with something else or with what is void now."""

    effect: str = ""  # what the reset puts right: `clock`, `sequence` or `restore`
    bundle: str = ""  # the name of its file
    state: str = ""
    changes: tuple[object, ...] = ()  # what the orders differ in: `proposals.Change`


class InstallationsTaken(WorkspaceError, reasons=True):
    """As many installations are bound as the order allows, or the serial is bound to another."""

    bundles: tuple[str, ...]  # the names of their files
    order: str = ""
    count: int = 0
    serial: str = ""
    same: int = 0
    needed: int = 0


class ExchangeFileRefused(WorkspaceError, reasons=True):
    """A receipt or statement by another installation than the one that the record names, or entered before."""

    installation: bytes = b""  # SHA-256 of the key that signed it
    bundle: str = ""
    count: int = 0
    entry: int = 0  # the number of the first one that was entered
    entered: int | None = None


class QrRefused(WorkspaceError, reasons=True):
    """A license file that fits into no QR code, or nothing here that draws one."""

    characters: int = 0
    most: int = 0
