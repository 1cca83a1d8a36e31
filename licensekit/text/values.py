"""Readers of single values in files that people or programs wrote.

A reader checks a value of TOML or JSON and returns it converted, or raises `FaultyValue`. Texts are normalized to
Unicode normalization form C, because editors write either form.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from datetime import date, datetime, time
from time import strptime
from typing import Final, TypeVar
from unicodedata import normalize

from licensekit import errors, limits
from licensekit.dates import days_of
from licensekit.wire.documents.fields import Value, is_code, is_serial, written_text_fault

T = TypeVar("T")
Reader = Callable[[object], T]  # returns the converted value, or raises `FaultyValue`
Guess = Callable[[str, Iterable[str]], str]  # as `nearest`
UNRESTRICTED: Final = "unrestricted"
FAULTS: Final = 100  # the most faults of a file that are reported
GUESSES: Final = 20  # the most words of a file for which a known one is guessed
_LONGEST_GUESSED: Final = 64  # a guess costs the product of the lengths; no known word is longer
_COUNTED: Final = f'a whole number or "{UNRESTRICTED}"'
_SAFE: Final = ("https://", "mailto:")  # addresses that are safe to click
_DATE: Final = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
_LOCAL_DATES: Final = (
    *("%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y", "%m-%d-%Y", "%Y/%m/%d", "%Y.%m.%d"),
    *("%d.%m.%y", "%d/%m/%y", "%m/%d/%y", "%Y-%m-%d"),
)
_GROUPED: Final = tuple(
    rf"([0-9]{{1,3}}(?:[{group}][0-9]{{3}}){{1,5}}|[0-9]{{1,19}})({point}[0-9]+)?"
    for group, point in ((".'\u2019 \xa0\u202f", ","), (",'\u2019 \xa0\u202f", r"\."))
)
"""Numbers with a decimal comma, and with a decimal point."""
# Subclasses come first: bool before int, datetime before date.
_TYPES: Final[tuple[tuple[type, str], ...]] = (
    (bool, "true or false"),
    (int, "a number"),
    (float, "a decimal number"),
    (str, "text"),
    (datetime, "a date with a time"),
    (date, "a date"),
    (time, "a time"),
    (list, "an array"),
    (dict, "a table"),
)


class FaultyValue(ValueError):
    """A value of a file is faulty; the reader of the file collects `fault`."""

    def __init__(self, fault: "errors.Fault") -> None:
        super().__init__(fault)
        self.fault = fault


def nearest(word: str, known: Iterable[str]) -> str:
    """Return the `known` word that may be meant, or an empty text."""
    from difflib import get_close_matches  # noqa: PLC0415  # needed only after a typing error

    found = get_close_matches(word, known, n=1) if len(word) <= _LONGEST_GUESSED else []
    return found[0] if found else ""


class LimitedNearest:
    """`nearest` for the words of one file, which gives up after `GUESSES`, because a guess is expensive."""

    _left = GUESSES

    def __call__(self, word: str, known: Iterable[str]) -> str:
        """Return a guess, or an empty text."""
        self._left -= 1
        return nearest(word, known) if self._left >= 0 else ""


def what_is(value: object) -> str:
    """Return the kind of a value in words."""
    return next((what for kind, what in _TYPES if isinstance(value, kind)), "nothing")


def typed(value: object, kind: type[T], wanted: str) -> T:
    """Return `value` if it is of `kind`, which errors call `wanted`."""
    if isinstance(value, kind) and (kind is bool or not isinstance(value, bool)):
        return value
    found = what_is(value)
    numbers = _numbers_meant(value) if kind is int and isinstance(value, str) else []
    meant = tuple(number for number in numbers if "." not in number and number != value)
    if numbers and all("." in number for number in numbers):
        found = f"the decimal number {numbers[0]}"
    raise FaultyValue(errors.ValueInvalid(reason="kind", found=found, wanted=wanted, meant=meant))


def line(value: object) -> str:
    """Read a name: a line of text, stripped."""
    return _fitting(_text(typed(value, str, "text in quotes").strip(), limits.NAME_LENGTH), bool, "empty")


def description(value: object) -> str:
    """Read a longer text, which may be empty, and join its lines."""
    lines = typed(value, str, "text in quotes").split("\n")
    return _text(" ".join(part.strip() for part in lines).strip(), limits.TEXT_LENGTH)


def address(value: object) -> str:
    """Read the address of a web page, or a mail address (`mailto:`)."""
    return _fitting(description(value), lambda text: text.startswith(_SAFE) and " " not in text, "address")


def web_address(value: object) -> str:
    """Read the address of a web page."""
    return _fitting(address(value), lambda text: text.startswith("https://"), "web-address")


def code(value: object) -> str:
    """Read a code."""
    return _fitting(typed(value, str, "a code in quotes"), is_code, "code")


def qualified_code(value: object) -> str:
    """Read `code` or `issuer.code`."""
    issuer, dot, bare = typed(value, str, "a code in quotes").rpartition(".")
    return f"{code(issuer)}.{code(bare)}" if dot else code(bare)


def serial(value: object) -> str:
    """Read a serial."""
    return _fitting(typed(value, str, "text in quotes"), is_serial, "serial")


def order_number(value: object) -> str:
    """Read an order number, which may be a number or a line of text."""
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= limits.VALUE:
        return str(value)
    return line(value)


def flag(value: object) -> bool:
    """Read a boolean."""
    return typed(value, bool, "true or false")


def whole(least: int, most: int) -> Reader[int]:
    """Return a reader of whole numbers from `least` to `most`."""

    def read(value: object) -> int:
        number = typed(value, int, "a whole number")
        if not least <= number <= most:
            raise FaultyValue(errors.ValueInvalid(reason="range", least=least, most=most))
        return number

    return read


def word(words: Mapping[str, T]) -> Reader[T]:
    """Return a reader of a key of `words`, which returns its value."""

    def read(value: object) -> T:
        if not isinstance(value, str):
            raise FaultyValue(errors.ValueInvalid(reason="word-kind", found=what_is(value), words=tuple(words)))
        if value not in words:
            guess = nearest(value, words) if len(words) > 1 else ""
            raise FaultyValue(errors.ValueInvalid(reason="word", words=tuple(words), guess=guess))
        return words[value]

    return read


def day(value: object) -> int:
    """Read a date, in quotes or not, as days since 1970."""
    days = days_of(_date(value))
    if days < 0:
        raise FaultyValue(errors.ValueInvalid(reason="before-1970"))
    return days


def count(value: object) -> int | None:
    """Read a count; None is unrestricted."""
    if value == UNRESTRICTED:
        return None
    number = typed(value, int, _COUNTED)
    if number < 1:
        raise FaultyValue(errors.ValueInvalid(reason="none"))
    if number > limits.COUNT:
        raise FaultyValue(errors.ValueInvalid(reason="count", most=limits.COUNT))
    return number


def system_count(value: object) -> int | None:
    """Read the count of a system license: `true`, returned as it is, or a quantity."""
    return True if value is True else count(value)


def setting_text(value: object) -> str:
    """Read the text of a setting."""
    return _text(typed(value, str, "text in quotes"), limits.TEXT_LENGTH)


def setting(value: object) -> Value:
    """Read the value of a setting that is sold."""
    if isinstance(value, str):
        return _text(value, limits.TEXT_LENGTH)
    if isinstance(value, bool):
        return value
    return whole(-limits.VALUE, limits.VALUE)(typed(value, int, "text, a whole number or true or false"))


def _fitting(text: str, fits: Callable[[str], bool], reason: str) -> str:
    """Return `text` if it `fits`, or raise `FaultyValue` with this reason."""
    if not fits(text):
        raise FaultyValue(errors.ValueInvalid(reason=reason))
    return text


def _text(text: str, longest: int) -> str:
    if len(text) <= 4 * longest and not (text.isascii() and text.isprintable()):  # as `names.normal`
        text = normalize("NFC", text)
        if fault := written_text_fault(text):
            raise FaultyValue(fault)
    if len(text) > longest:
        raise FaultyValue(errors.TextInvalid(reason="too-long", most=longest))
    return text


def _date(value: object) -> date:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    text = typed(value, str, "a date such as 2027-12-31")
    try:
        # `fromisoformat` alone accepts week dates, and dates without dashes.
        return date.fromisoformat(text if re.fullmatch(_DATE, text) else "")
    except ValueError:
        raise FaultyValue(errors.ValueInvalid(reason="date", meant=_dates_meant(text))) from None


def _dates_meant(text: str) -> tuple[str, ...]:
    """Return the dates that a text in a local format may mean, in ISO 8601."""
    found: dict[str, None] = {}
    for form in _LOCAL_DATES:
        with suppress(ValueError):
            # A spreadsheet may append the time.
            found[date(*strptime(text.partition(" ")[0], form)[:3]).isoformat()] = None
    return tuple(found)


def _numbers_meant(text: str) -> list[str]:
    """Return the numbers that a text in a local format may mean, with a decimal point."""
    found = (re.fullmatch(form, text) for form in _GROUPED)
    parts = [(re.sub("[^0-9]", "", one[1]), (one[2] or ".")[1:]) for one in found if one]
    return list(dict.fromkeys(f"{whole}.{rest.rstrip('0')}".rstrip(".") for whole, rest in parts))
