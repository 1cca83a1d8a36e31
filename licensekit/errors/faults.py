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
    """A file of users that cannot be imported: its faults by line, the first hundred."""

    template = "{faults:count fault|faults}, nothing was imported; correct the file"
    sums_up = True


class SyntaxInvalid(Fault):
    """A file, or one line of it, that cannot be read at all."""

    template = {
        "too-large": "is larger than {most} bytes",
        "not-utf-8": "is not UTF-8; save the file as UTF-8 text",
        "encoding": "is not {wanted}; pass `--encoding {guess}`, or save it as UTF-8 (in Excel: CSV UTF-8)",
        "toml": "{detail:line}",
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
