"""Faults of documents, and of files that people write (catalogs: `docs/reference/catalog.md`, "Rules")."""

from typing import ClassVar

from licensekit.errors.coded import LicenseError, Located, Message


class Fault(Located, Message):
    """A fault of a file; `where` is a key path (`licenses.sale.includes`), a line (`line 7`), or empty for all."""


class RuleBroken(Message, reasons=True):
    """A field of a document breaks a rule of the format (`docs/format.md`, "Fields")."""

    text: str = ""
    fault: Fault | None = None
    earlier: str = ""
    later: str = ""
    most: int = 0


class FaultsError(LicenseError):
    """A file that a person wrote has faults; `faults` lists them, each with its place."""

    sums_up: ClassVar[bool] = False  # whether the message is a summary of the faults instead of the first fault
    faults: tuple[Located, ...]  # in the order of the file, at least one


class CatalogInvalid(FaultsError):
    """The catalog file has faults; nothing was signed."""


class OrderInvalid(FaultsError):
    """The order has faults; nothing was signed."""


class OrdersRefused(FaultsError):
    """Some orders of a bulk issue have faults, so none was issued; `faults` lists the first of them."""

    sums_up = True
    count: int


class UsersInvalid(FaultsError):
    """A file of users cannot be used; `faults` lists the first hundred faults, by line."""

    sums_up = True


class SettlementInvalid(FaultsError):
    """A plan does not settle the deficit, or cannot be read; `faults` lists the first hundred faults, by line."""

    sums_up = True


class SyntaxInvalid(Fault, reasons=True):
    """A file, or a line of it, cannot be parsed."""

    count: int = 0
    most: int = 0
    column: int = 0
    detail: str = ""
    wanted: str = ""
    guess: str = ""


class ColumnInvalid(Fault, reasons=True):
    """A table has an unknown column, or lacks a column."""

    name: str
    known: tuple[str, ...] = ()
    guess: str = ""


class TableInvalid(Fault, reasons=True):
    """A key is in the wrong place, is missing, or has too many entries."""

    guess: str = ""
    most: int = 0
    wanted: str = ""


class ValueInvalid(Fault, reasons=True):
    """A value is of the wrong kind, or outside its bounds."""

    found: str = ""  # in words: `a number`
    wanted: str = ""  # in words: `text in quotes`
    words: tuple[str, ...] = ()
    guess: str = ""
    meant: tuple[str, ...] = ()  # what a date or number in a local format may mean
    least: int = 0
    most: int = 0


class TextInvalid(Fault, reasons=True):
    """A text is too long, or contains a character that is not allowed."""

    most: int = 0


class UserCellInvalid(Fault, reasons=True):
    """A cell of a file of users is invalid, or a user is listed twice."""

    text: str
    known: tuple[str, ...] = ()
    line: int = 0
    guess: str = ""


class SettlementRowInvalid(Fault, reasons=True):
    """A row of a plan that settles a deficit is invalid, or its rows about a license are."""

    license: str
    text: str = ""
    known: tuple[str, ...] = ()
    count: int = 0
    needed: int = 0


class OrderIncomplete(Fault, reasons=True):
    """An order lacks something that it needs to be issued."""

    license: str = ""
    requires: tuple[str, ...] = ()
    wanted: int = 0
    count: int = 0
    facts: tuple[str, ...] = ()


class OrderDatesInvalid(Fault, reasons=True):
    """Dates of an order contradict each other, or a renewal cannot end on this date."""

    key: str = ""
    expiry: int | None = None
    present: int | None = None


class OrderSerialInvalid(Fault, reasons=True):
    """A serial or sequence of an order does not fit what was issued before."""

    serial: str = ""
    sequence: int = 0
    last: int = 0
    part: str = ""
    use: str = ""
    other: str = ""


class OrderDoubtful(Fault, reasons=True):
    """An order is likely a mistake, judged by the ledger and the clock; refused unless that is overridden."""

    serial: str = ""
    company: str = ""
    part: str = ""
    other: str = ""
    day: int = 0
    license: str = ""
    requires: tuple[str, ...] = ()
    instead: tuple[str, ...] = ()


class AmendmentInvalid(Fault, reasons=True):
    """An amendment cannot set or remove this key of a sold bundle."""

    key: str
    to: str = ""


class NameUnknown(Fault, reasons=True):
    """No catalog here has or sells this license, issuer, edition or setting, or another issuer signs."""

    name: str
    issuer: str = ""
    guess: str = ""


class KindWrong(Fault, reasons=True):
    """A license is of the wrong kind for its table, or for what it is used for."""

    license: str
    kind: str  # its kind: `system`, `site` or `user`
    wanted: str = ""  # the kind that is needed, the kind that requires it, or the table of its own kind


class CountWrong(Fault, reasons=True):
    """The count of a license does not fit how the license is sold."""

    unit: str = ""


class LicensesCircular(Fault, reasons=True):
    """Licenses include or require each other in a circle."""

    licenses: tuple[str, ...]


class SettingWrong(Fault, reasons=True):
    """A setting contradicts itself, or a value does not fit its setting."""

    wanted: str = ""
    value: str = ""
    bound: int | None = None
    choices: tuple[str, ...] = ()


class NeverHeld(Fault, reasons=True):
    """The requirements of a license can never all be met, whatever is sold and assigned."""

    requires: tuple[str, ...]


class CatalogRefused(Fault):
    """A catalog breaks a rule of the format, so no reader would accept it."""

    why: tuple[RuleBroken, ...]


class SoldReduced(Fault, reasons=True):
    """A new catalog takes something away from bundles already sold."""

    before: str = ""
    after: str = ""
    names: tuple[str, ...] = ()
