"""What can be wrong with what people write, and with fields of documents: each fault, and the errors that list them.

Those of a catalog follow `docs/reference/catalog.md`, "Rules".
"""

from typing import ClassVar

from licensekit.errors.coded import LicenseError, Located, Message


class Fault(Located, Message):
    """One fault of a file that a person wrote, as a `FaultsError` lists it in `faults`.

    `where` is a key path (`licenses.sale.includes`) or a line (`line 7`); empty: the whole file.
    """


class RuleBroken(Message, reasons=True):
    """A rule of the format that a field of a document breaks (`docs/format.md`, "Fields")."""

    text: str = ""
    fault: Fault | None = None
    earlier: str = ""
    later: str = ""
    most: int = 0


class FaultsError(LicenseError):
    """A file that a person wrote has faults; `faults` has all of them, each with its place."""

    sums_up: ClassVar[bool] = False  # whether the message sums the faults up; otherwise it is the first of them
    faults: tuple[Located, ...]  # in the order of the file; at least one


class CatalogInvalid(FaultsError):
    """The catalog file has faults; nothing was signed."""


class OrderInvalid(FaultsError):
    """The order has faults; nothing was signed."""


class OrdersRefused(FaultsError):
    """Some of many orders have faults, so none was issued; `faults` names the first of them."""

    sums_up = True
    count: int


class UsersInvalid(FaultsError):
    """A file of users that cannot be used: its faults by line, the first hundred."""

    sums_up = True


class SettlementInvalid(FaultsError):
    """A plan that does not settle the deficit, or cannot be read: its faults by line, the first hundred."""

    sums_up = True


class SyntaxInvalid(Fault, reasons=True):
    """A file, or one line of it, that cannot be read at all."""

    count: int = 0
    most: int = 0
    column: int = 0
    detail: str = ""
    wanted: str = ""
    guess: str = ""


class ColumnInvalid(Fault, reasons=True):
    """A heading of a table that is not one of its columns, or a column that is not there."""

    name: str
    known: tuple[str, ...] = ()
    guess: str = ""


class TableInvalid(Fault, reasons=True):
    """A key that does not belong where it is, is missing, or has too many entries."""

    guess: str = ""
    most: int = 0
    wanted: str = ""


class ValueInvalid(Fault, reasons=True):
    """A value that is of another kind, or outside what it may be."""

    found: str = ""  # what is there, in words: `a number`
    wanted: str = ""  # what belongs there, in words: `text in quotes`
    words: tuple[str, ...] = ()
    guess: str = ""
    meant: tuple[str, ...] = ()  # what a date or number that is written as in some countries may mean
    least: int = 0
    most: int = 0


class TextInvalid(Fault, reasons=True):
    """A text that cannot be kept, because of its length or of a character in it."""

    most: int = 0


class UserCellInvalid(Fault, reasons=True):
    """A cell of a file of users that cannot be read, or a user who is there twice."""

    text: str
    known: tuple[str, ...] = ()
    line: int = 0
    guess: str = ""


class SettlementRowInvalid(Fault, reasons=True):
    """A row of a plan that settles a deficit, or all its rows about one license."""

    license: str
    text: str = ""
    known: tuple[str, ...] = ()
    count: int = 0
    needed: int = 0


class OrderIncomplete(Fault, reasons=True):
    """An order without something that it needs where it is issued."""

    license: str = ""
    requires: tuple[str, ...] = ()
    wanted: int = 0
    count: int = 0
    facts: tuple[str, ...] = ()


class OrderDatesInvalid(Fault, reasons=True):
    """Dates of an order that contradict each other, or an end that a renewal cannot have."""

    key: str = ""
    expiry: int | None = None
    present: int | None = None


class OrderSerialInvalid(Fault, reasons=True):
    """A serial or sequence of an order that does not fit what was issued before."""

    serial: str = ""
    sequence: int = 0
    last: int = 0
    part: str = ""
    use: str = ""
    other: str = ""


class OrderDoubtful(Fault, reasons=True):
    """What is likely a slip, by what ledger and clock say: refused unless that is overridden."""

    serial: str = ""
    company: str = ""
    part: str = ""
    other: str = ""
    day: int = 0
    license: str = ""
    requires: tuple[str, ...] = ()
    instead: tuple[str, ...] = ()


class AmendmentInvalid(Fault, reasons=True):
    """A key that no change of a sold bundle can set or take out."""

    key: str
    to: str = ""


class NameUnknown(Fault, reasons=True):
    """A license, issuer, edition or setting that no catalog known here has or sells, or another issuer than signs."""

    name: str
    issuer: str = ""
    guess: str = ""


class KindWrong(Fault, reasons=True):
    """A license of another kind than its place, or what is said of it, asks for."""

    license: str
    kind: str  # what it is: `system`, `site` or `user`
    wanted: str = ""  # the kind that is asked for, the kind that requires it, or the table of its own kind


class CountWrong(Fault, reasons=True):
    """A number of a license that has none, or no number of one that is sold by quantity."""

    unit: str = ""


class LicensesCircular(Fault, reasons=True):
    """Licenses that include or require one another in a circle."""

    licenses: tuple[str, ...]


class SettingWrong(Fault, reasons=True):
    """A setting that contradicts itself, or a value that does not fit one."""

    wanted: str = ""
    value: str = ""
    bound: int | None = None
    choices: tuple[str, ...] = ()


class NeverHeld(Fault, reasons=True):
    """A license whose requirements can never all hold, whatever is sold and assigned."""

    requires: tuple[str, ...]


class CatalogRefused(Fault):
    """A catalog that breaks a rule of the format, so that no reader would take it."""

    why: tuple[RuleBroken, ...]


class SoldReduced(Fault, reasons=True):
    """Something that a new catalog takes away from bundles already sold."""

    before: str = ""
    after: str = ""
    names: tuple[str, ...] = ()
