"""What is refused for what was issued before: orders, requests, and files that come back."""

from licensekit.errors.coded import LicenseError
from licensekit.errors.workspace import WorkspaceError


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

    order: str | None
    """None: the bundle answers a request, and no order has a number."""
    entry: int
    """The number of what was entered for it."""
    changes: tuple[object, ...] = ()
    """What the orders differ in: `proposals.Change`."""
    bundle: str = ""
    why: tuple[LicenseError, ...] = ()


class RequestAnswered(WorkspaceError, reasons=True):
    """A request that was answered before, with something else or with what is void now."""

    effect: str = ""
    """What the reset puts right: `clock`, `sequence` or `restore`."""
    bundle: str = ""
    """The name of its file."""
    state: str = ""
    changes: tuple[object, ...] = ()
    """What the orders differ in: `proposals.Change`."""


class InstallationsTaken(WorkspaceError, reasons=True):
    """As many installations are bound as the order allows, or the serial is bound to another."""

    bundles: tuple[str, ...]
    """The names of their files."""
    order: str = ""
    count: int = 0
    serial: str = ""
    same: int = 0
    needed: int = 0


class ExchangeFileRefused(WorkspaceError, reasons=True):
    """A receipt or statement by another installation than the one that the record names, or entered before."""

    installation: bytes = b""
    """SHA-256 of the key that signed it."""
    bundle: str = ""
    count: int = 0
    entry: int = 0
    """The number of the first one that was entered."""
    entered: int | None = None


class QrRefused(WorkspaceError, reasons=True):
    """A license file that fits into no QR code, or nothing here that draws one."""

    characters: int = 0
    most: int = 0
