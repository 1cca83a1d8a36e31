"""What can be wrong with what people write: what one fault of a file is, and the errors that list all of them."""

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
    """A file of users that cannot be used: its faults by line, the first hundred."""

    template = "{faults:count fault|faults}, nothing was changed; correct the file"
    sums_up = True


class SettlementInvalid(FaultsError):
    """A plan that does not settle the deficit, or cannot be read: its faults by line, the first hundred."""

    template = "{faults:count fault|faults} in the plan, nothing was changed; correct it"
    sums_up = True


class SyntaxInvalid(Fault):
    """A file, or one line of it, that cannot be read at all."""

    template = {
        "too-large": "is larger than {most} bytes",
        "not-utf-8": "is not UTF-8; save the file as UTF-8 text",
        "encoding": "is not {wanted}; pass `--encoding {guess}`, or save it as UTF-8 (in Excel: CSV UTF-8)",
        "toml": "{detail:line}",
        "tokens": "is a license file, a pack or an exchange file, and not TOML that a person wrote",
        "key-file": "is a key file, and not TOML that a person wrote",
        "key-parts": "has a key of too many parts",
        "too-deep": "is nested too deeply",
        "number": "holds a number that is too large",
        "csv": "is not valid CSV: a quote is missing or misplaced, or a cell is too long",
        "cells": "has {count:count cell|cells}, and the first line has {most}",
        "json": "is not valid JSON from column {column} on",
        "key-twice": "is not valid JSON: a key is there twice",
    }
    count: int = 0
    most: int = 0
    column: int = 0
    detail: str = ""
    wanted: str = ""
    guess: str = ""


class ColumnInvalid(Fault):
    """A heading of a table that is not one of its columns, or a column that is not there."""

    template = {
        "missing": "there is no column `{name}`; columns are {known:codes}",
        "unknown": "there is no column {name:quoted} in such a table;"
        " say which one it is with `--column`, or leave it out with `--ignore`",
        "near": "there is no column {name:quoted} in such a table; {guess:guess}",
        "twice": "the column `{name}` is there twice",
    }
    name: str
    known: tuple[str, ...] = ()
    guess: str = ""


class TableInvalid(Fault):
    """A key that does not belong where it is, is missing, or has too many entries."""

    template = {
        "unknown": "is not a key of this table; {guess:guess}",
        "missing": "is missing",
        "too-many": "has more than {most} entries",
        "twice": "is there twice",
        "empty": "is empty; name {wanted}",
    }
    guess: str = ""
    most: int = 0
    wanted: str = ""


class ValueInvalid(Fault):
    """A value that is of another kind, or outside what it may be."""

    template = {
        "kind": "is {found}, not {wanted}; {meant:meant}",
        "word-kind": "is {found}, not {words:choice}",
        "word": "is not {words:choice}; {guess:guess}",
        "empty": "is empty",
        "address": "is not an address that begins with https:// or mailto:",
        "web-address": "is not an address that begins with https://",
        "code": "is not a code: at most 64 lower-case letters, digits and inner dashes",
        "serial": "is not a serial: at most 32 letters, digits and inner dashes",
        "date": "is not a date such as 2027-12-31; {meant:meant}",
        "before-1970": "is before 1970",
        "range": "is not from {least} to {most}",
        "none": "is below 1; leave out what is not sold",
        "count": 'is above {most}; write "unrestricted"',
    }
    found: str = ""
    """What is there, in words: `a number`."""
    wanted: str = ""
    """What belongs there, in words: `text in quotes`."""
    words: tuple[str, ...] = ()
    guess: str = ""
    meant: tuple[str, ...] = ()
    """What a date or number that is written as in some countries may mean."""
    least: int = 0
    most: int = 0


class TextInvalid(Fault):
    """A text that cannot be kept, because of its length or of a character in it."""

    template = {
        "too-long": "is longer than {most} characters",
        "control": "has a control character or one that cannot be seen",
        "not-composed": "is not in Unicode normalization form C",
        "half": "has half a character",
    }
    most: int = 0


class UserCellInvalid(Fault):
    """A cell of a file of users that cannot be read, or a user who is there twice."""

    template = {
        "truth": "{text:quoted} is neither yes nor no",
        "kind": "{text:quoted} is no kind of user; there are {known:list}",
        "license": "no catalog has a license `{text}`; {guess:guess}",
        "twice": "{text:quoted} is in line {line} already",
    }
    text: str
    known: tuple[str, ...] = ()
    line: int = 0
    guess: str = ""


class SettlementRowInvalid(Fault):
    """A row of a plan that settles a deficit, or all its rows about one license."""

    template = {
        "holder": "{text:quoted} has no row for `{license}` in the plan, or two; leave this one out",
        "word": "{text:quoted} is not {known:choice}, which are possible for `{license}`",
        "short": "`{license}`: {count:count holder loses|holders lose} it, and {needed} must",
    }
    license: str
    text: str = ""
    known: tuple[str, ...] = ()
    count: int = 0
    needed: int = 0


class OrderIncomplete(Fault):
    """An order without something that it needs where it is issued."""

    template = {
        "sells-nothing": "sells nothing; name a license or an edition",
        "no-number": "is missing; in bulk, each order has a number",
        "no-serial": "is missing; give the serial that the vendor sold under",
        "number-for-installations": "are counted by the order's number; give one in `order`",
        "required": "`{license}` requires {requires:codes}, which neither this order nor another part of the serial"
        " grants",
        "facts": "asks for {wanted} facts of the machine, and the request has {count}{facts:led : }",
    }
    license: str = ""
    requires: tuple[str, ...] = ()
    wanted: int = 0
    count: int = 0
    facts: tuple[str, ...] = ()


class OrderDatesInvalid(Fault):
    """Dates of an order that contradict each other, or an end that a renewal cannot have."""

    template = {
        "twice": "says again what `{key}` says; give one of them",
        "no-term": "needs an `expiry`, or a term in `days`",
        "beside-days": "cannot be a date beside `days`; give `{key}`",
        "before": "is before `{key}`",
        "before-term": "is before the term begins",
        "term": "its term is not within the years 1970 to 9999",
        "both": "give a date, or a number of days, and not both",
        "perpetual": "is perpetual, so there is nothing to renew; `licensekit amend` gives it an end",
        "earlier": "{expiry:day} is before the present one, {present:day}; `licensekit amend` shortens",
        "years": "is not within the years 1970 to 9999",
    }
    key: str = ""
    expiry: int | None = None
    present: int | None = None


class OrderSerialInvalid(Fault):
    """A serial or sequence of an order that does not fit what was issued before."""

    template = {
        "mistyped": "{serial} is mistyped: its last digit does not fit the others",
        "revoked": "{serial} was suspended or revoked: no bundle of it would be accepted;"
        " `licensekit reinstate serial {serial}` lets it count again",
        "replaces-itself": "would replace its own serial {serial}",
        "part-replaces": "is for orders of the part `base`, and this one is of `{part}`",
        "use-replaces": "{serial} is a {other} license, whose place a {use} license cannot take",
        "part-use": "`{part}` ends like a license of another use: its files would be called alike",
        "sequence": "{sequence} was issued already, and the last one is {last}",
        "used-up": "{serial} has no sequence after {last}, which is the highest that there is;"
        ' issue an order of the part `base` for a new serial, with `replaces = ["{serial}"]`',
        "installed": "is not {serial}, which the installation has and which the order does not replace",
        "own-each": "are each of a serial of their own; leave out `serial`",
    }
    serial: str = ""
    sequence: int = 0
    last: int = 0
    part: str = ""
    use: str = ""
    other: str = ""


class OrderDoubtful(Fault):
    """What is likely a slip, by what ledger and clock say: refused unless that is overridden."""

    template = {
        "other-company": "{serial} was issued to {company}",
        "unknown-replaced": "{serial} is not in the ledger: nothing was issued for it",
        "new-part": "{serial} has no part `{part}`, but `{other}`",
        "expired": "the term ended on {day:day}: it would grant nothing",
        "required": "`{license}` of part `{part}` requires {requires:codes}, which this takes away",
    }
    hint_template = "if it is meant, say `--{reason}`"
    serial: str = ""
    company: str = ""
    part: str = ""
    other: str = ""
    day: int = 0
    license: str = ""
    requires: tuple[str, ...] = ()


class AmendmentInvalid(Fault):
    """A key that no change of a sold bundle can set or take out."""

    template = {
        **dict.fromkeys(("serial", "replaces"), "stays: another serial is another order"),
        "part": "stays: another part is another order",
        "sequence": "is counted on by itself",
        "order": "is the number of an order, which `--order` gives",
        **dict.fromkeys(("installations", "facts"), "stays: answer with another order"),
        "table": "is a table; name what is in it, `{key}.CODE`",
        "absent": "is not there, so it cannot be taken out",
        "lower-use": "cannot become {to}: what was bought would still count before it",
    }
    key: str
    to: str = ""
