"""What a workspace and its keys, catalog and ledger refuse, or why a folder is not one."""

from licensekit.errors.catalog_faults import SoldReduced
from licensekit.errors.coded import LicenseError
from licensekit.errors.format import RuleBroken


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

    number: int
    """Of the entry that is missing."""
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

    key: str
    """Its name or id."""
    starts: int = 0
    issued: int = 0
    why: tuple[RuleBroken, ...] = ()


class ChangeInSigning(WorkspaceError, reasons=True):
    """A change of keys in signing that is in the way of another, or that would undo what came between."""

    document: str = ""
    """The one in signing, by type and version: `trust document 2`."""
    by: str = ""
    """The one in force."""
    issued: int = 0
    """When the trust document in force was signed, in seconds since 1970."""


class RevocationsFull(WorkspaceError):
    """The next revocation list would be longer than a list may be."""

    most: int


class CatalogChanged(WorkspaceError, reasons=True):
    """`catalog.toml` differs from the catalog that was last signed, or takes away from bundles already sold."""

    faults: tuple[SoldReduced, ...] = ()


class LedgerDamaged(WorkspaceError, reasons=True):
    """The ledger's chain is broken: an entry was altered, inserted or removed."""

    number: int
    why: LicenseError | None = None
    table: str = ""
