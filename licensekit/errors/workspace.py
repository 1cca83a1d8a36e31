"""Errors of the vendor's workspace: its folder, keys, catalog, ledger, and conflicts with what was issued before."""

from licensekit.errors.coded import LicenseError, Message
from licensekit.errors.faults import RuleBroken, SoldReduced


class WorkspaceError(LicenseError):
    """The vendor's workspace refuses an operation, or is not a workspace."""


class WorkspaceInvalid(WorkspaceError, reasons=True):
    """The folder is not a workspace, or is a damaged one."""


class ClockDoubtful(WorkspaceError, reasons=True):
    """The clock disagrees with the newest entry of the ledger, so nothing was signed."""

    now: int
    made: int
    number: int = 0
    document: str = ""


class LedgerRestored(WorkspaceError, reasons=True):
    """The ledger lacks entries that it had before: it was restored from a backup, or truncated. Nothing is signed."""

    number: int  # of the missing entry
    newest: int = 0


class WorkspaceExists(WorkspaceError, reasons=True):
    """The folder or ledger already contains a workspace, so `init` cannot create one."""

    name: str = ""


class PlanRefused(WorkspaceError, reasons=True):
    """A new workspace cannot be created as planned; nothing was created."""

    written: str = ""
    planned: str = ""
    threshold: int = 0
    count: int = 0
    most: int = 0


class VendorOnly(WorkspaceError, reasons=True):
    """Only the vendor's own workspace can do this."""

    vendor: str


class KeyChangeRefused(WorkspaceError, reasons=True):
    """The present state of a key does not allow this change."""

    key: str  # its name or id
    starts: int = 0
    issued: int = 0
    why: tuple[RuleBroken, ...] = ()


class ChangeInSigning(WorkspaceError, reasons=True):
    """A change of keys that is being signed blocks another, or would undo a later one."""

    document: str = ""  # the document that is being signed: `trust document 2`
    by: str = ""  # the document in force
    issued: int = 0  # when the trust document in force was signed, in seconds since 1970


class RevocationsFull(WorkspaceError):
    """The next revocation list would be too long."""

    most: int


class CatalogChanged(WorkspaceError, reasons=True):
    """`catalog.toml` differs from the catalog last signed, or takes something away from bundles already sold."""

    faults: tuple[SoldReduced, ...] = ()
    concerned: tuple[Message, ...] = ()  # who is affected, for each thing taken away


class LedgerDamaged(WorkspaceError, reasons=True):
    """The ledger's chain is broken: an entry was altered, inserted or removed."""

    number: int
    why: LicenseError | None = None
    table: str = ""


class NotIssued(WorkspaceError, reasons=True):
    """The ledger has no such bundle or serial."""

    name: str
    part: str = ""
    parts: tuple[str, ...] = ()


class NotCurrent(WorkspaceError, reasons=True):
    """The bundle to be changed is not in force: it was revoked, returned, or replaced."""

    bundle: str


class NotReinstated(WorkspaceError, reasons=True):
    """Removing a bundle from the revocation list would not bring it back into force."""

    bundle: str
    serial: str


class OrderConflict(WorkspaceError, reasons=True):
    """An order number was issued before, with other contents or as a bundle that is void now."""

    order: str | None  # None if the bundle answers a request instead of an order
    entry: int  # the number of its ledger entry
    changes: tuple[object, ...] = ()  # differences between the orders: `proposals.Change`
    bundle: str = ""
    why: tuple[LicenseError, ...] = ()


class RequestAnswered(WorkspaceError, reasons=True):
    """A request was answered before, with something else or with a bundle that is void now."""

    effect: str = ""  # what the reset repairs: `clock`, `sequence` or `restore`
    bundle: str = ""  # the name of its file
    state: str = ""
    changes: tuple[object, ...] = ()  # differences between the orders: `proposals.Change`


class InstallationsTaken(WorkspaceError, reasons=True):
    """The order allows no more installations, or the serial is bound to another one."""

    bundles: tuple[str, ...]  # the names of the files
    order: str = ""
    count: int = 0
    serial: str = ""
    same: int = 0
    needed: int = 0


class ExchangeFileRefused(WorkspaceError, reasons=True):
    """A receipt or statement is from another installation than the recorded one, or was entered before."""

    installation: bytes = b""  # SHA-256 of the key that signed it
    bundle: str = ""
    count: int = 0
    entry: int = 0  # the number of the earlier entry
    entered: int | None = None


class QrRefused(WorkspaceError, reasons=True):
    """A license file is too large for a QR code, or the package that draws QR codes is missing."""

    characters: int = 0
    most: int = 0
