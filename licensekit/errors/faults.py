"""Files that people write: what one fault of a file is, and the errors that list all of them."""

from typing import ClassVar

from licensekit.errors.coded import LicenseError, Located, Message


class Fault(Located, Message):
    """One fault of a file that a person wrote, as a `FaultsError` lists it in `faults`.

    `where` is a key path (`licenses.sale.includes`) or a line (`line 7`); empty: the whole file.
    """


class FaultsError(LicenseError):
    """A file that a person wrote has faults; `faults` has all of them, each with its place."""

    template = "{faults:first more fault|more faults}"
    sums_up: ClassVar[bool] = False
    """Whether the message sums the faults up; otherwise it is the first of them."""
    faults: tuple[Located, ...]
    """In the order of the file; at least one."""


class CatalogInvalid(FaultsError):
    """The catalog file has faults; nothing was signed."""


class OrderInvalid(FaultsError):
    """The order has faults; nothing was signed."""


class OrdersRefused(FaultsError):
    """Some of many orders have faults, so none was issued; `faults` names the first of them."""

    template = "{count:count order is|orders are} not good, so none was issued"
    sums_up = True
    count: int


class UsersInvalid(FaultsError):
    """A file of users that cannot be imported: its faults by line, the first hundred."""

    template = "{faults:count fault|faults}, nothing was imported; correct the file"
    sums_up = True
