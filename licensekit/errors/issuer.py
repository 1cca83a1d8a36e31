"""Faults of files that people write."""

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
