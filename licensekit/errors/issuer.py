"""What can be wrong on the vendor's side: files that people write, and the workspace."""

from collections.abc import Sequence
from typing import NamedTuple, Self

from licensekit.errors.tree import LicenseError


class Fault(NamedTuple):
    """One fault of a file that a person wrote."""

    where: str
    """The key path (`licenses.sale.includes`) or the line (`line 7`); empty: the whole file."""
    why: str
    """What is wrong there and what would be right."""

    def __str__(self) -> str:
        return f"{self.where}: {self.why}" if self.where else self.why


class FaultsError(LicenseError):
    """A file that a person wrote has faults; `faults` lists all of them."""

    code = "faults"

    @classmethod
    def of(cls, faults: Sequence[Fault]) -> Self:
        """Return the error that carries `faults`, of which there is at least one.

        Each fault says where it is; the error's own `where` is for the file that has them.
        """
        first, more = faults[0], len(faults) - 1
        tail = f" (and {more} more {'fault' if more == 1 else 'faults'})" if more else ""
        return cls(f"{first}{tail}", faults=tuple(faults))

    @property
    def faults(self) -> tuple[Fault, ...]:
        """Every fault, in the order of the file."""
        return tuple(self.data.get("faults", ()))


class CatalogInvalid(FaultsError):
    """The catalog file has faults; nothing was signed."""

    code = "catalog-invalid"


class OrderInvalid(FaultsError):
    """The order has faults; nothing was signed."""

    code = "order-invalid"


class OrdersRefused(FaultsError):
    """Some of many orders have faults, so none was issued; `faults` names the first of them."""

    code = "orders-refused"


class WorkspaceError(LicenseError):
    """The vendor's workspace refuses, or is not one."""

    code = "workspace"


class WorkspaceInvalid(WorkspaceError):
    """The folder is no workspace, or a damaged one."""

    code = "workspace-invalid"


class WorkspaceExists(WorkspaceError):
    """`init` into a folder that already holds a workspace."""

    code = "workspace-exists"


class CatalogChanged(WorkspaceError):
    """`catalog.toml` differs from the catalog that was last signed."""

    code = "catalog-changed"
    default_hint = "run `licensekit pack` to sign the new catalog"


class CatalogTakesAway(WorkspaceError):
    """The new catalog takes something away from bundles already sold."""

    code = "catalog-takes-away"


class LedgerDamaged(WorkspaceError):
    """The ledger's chain is broken: an entry was altered, inserted or removed."""

    code = "ledger-damaged"


class NotIssued(WorkspaceError):
    """The ledger has no such bundle, or nothing of such a serial."""

    code = "not-issued"
    default_hint = "`licensekit ledger list` shows what was issued"


class NotCurrent(WorkspaceError):
    """What was to be changed is not in force: revoked, returned, or replaced meanwhile."""

    code = "not-current"


class RequestAnswered(WorkspaceError):
    """A request that was answered before, with something else or with what counts no more."""

    code = "request-answered"
    default_hint = "let the installation make a new request"


class InstallationsTaken(WorkspaceError):
    """As many installations are bound as the order allows, or the serial is bound to another."""

    code = "installations-taken"
    default_hint = "have it returned (`licensekit accept`), or revoke it, and answer again"


class ExchangeFileRefused(WorkspaceError):
    """A receipt or statement by another installation than the one that the record names."""

    code = "exchange-file-refused"


class ExchangeFileKnown(WorkspaceError):
    """A receipt or statement that was entered before."""

    code = "exchange-file-known"


class QrRefused(WorkspaceError):
    """A license file that fits into no QR code, or nothing here that draws one."""

    code = "qr-refused"


class OrderConflict(WorkspaceError):
    """An order number that was issued before: with other contents, or as what counts no more."""

    code = "order-conflict"
