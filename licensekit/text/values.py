"""Single values of files that people or programs wrote: each reader gives one or says why not.

A reader takes what TOML or JSON gave and raises `FaultyValue`, which says what is wrong. Texts are brought to Unicode
normalization form C, for editors write either form.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import date, datetime, time
from time import strptime
from typing import Final, TypeVar
from unicodedata import normalize

from licensekit import errors, limits
from licensekit.dates import days_of
from licensekit.wire.documents.fields import Value, is_code, is_serial, written_text_fault

T = TypeVar("T")
Reader = Callable[[object], T]  # returns what a value says, or raises `FaultyValue`
Guess = Callable[[str, Iterable[str]], str]  # as `nearest`
UNRESTRICTED: Final = "unrestricted"
FAULTS: Final = 100  # how many faults of a file are reported at most
GUESSES: Final = 20  # for how many words of a file it is guessed which ones are meant
_LONGEST_GUESSED: Final = 64  # comparing costs the product of the lengths; no word that we know is longer
_COUNTED: Final = f'a whole number or "{UNRESTRICTED}"'
_SAFE: Final = ("https://", "mailto:")  # how addresses begin that are safe to click
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
# bool before int and datetime before date, of which they are subclasses.
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
    """Raised for one value of a file; whoever reads the file adds `fault` to those of the rest."""

    def __init__(self, fault: "errors.Fault") -> None:
        super().__init__(fault)
        self.fault = fault


def nearest(word: str, known: Iterable[str]) -> str:
    """Return the `known` word that may be meant; empty if none is near."""
    from difflib import get_close_matches  # noqa: PLC0415  # what has no slip needs no guess

    found = get_close_matches(word, known, n=1) if len(word) <= _LONGEST_GUESSED else []
    return found[0] if found else ""


def guess_while(left: Iterator[int], word: str, known: Iterable[str]) -> str:
    """Return `nearest` while there are numbers `left`, one a word, as a guess helps with a slip, and costs."""
    return nearest(word, known) if next(left, None) is not None else ""


def what_is(value: object) -> str:
    """Return in words what kind of value this is."""
    return next((what for kind, what in _TYPES if isinstance(value, kind)), "nothing")


def typed(value: object, kind: type[T], wanted: str) -> T:
    """Return `value` if it is of `kind`; `wanted` says in words what that is."""
    if isinstance(value, kind) and (kind is bool or not isinstance(value, bool)):
        return value
    found = what_is(value)
    numbers = _numbers_meant(value) if kind is int and isinstance(value, str) else []
    meant = tuple(number for number in numbers if "." not in number and number != value)
    if numbers and all("." in number for number in numbers):
        found = f"the decimal number {numbers[0]}"
    raise FaultyValue(errors.ValueInvalid(reason="kind", found=found, wanted=wanted, meant=meant))


def line(value: object) -> str:
    """Read a name: a line of text, without the spaces around it."""
    return _fitting(_text(typed(value, str, "text in quotes").strip(), limits.NAME_LENGTH), bool, "empty")


def description(value: object) -> str:
    """Read a longer text, which may be empty; its lines are joined to one."""
    lines = typed(value, str, "text in quotes").split("\n")
    return _text(" ".join(part.strip() for part in lines).strip(), limits.TEXT_LENGTH)


def address(value: object) -> str:
    """Read the address of a page, or one for mail."""
    return _fitting(description(value), lambda text: text.startswith(_SAFE) and " " not in text, "address")


def web_address(value: object) -> str:
    """Read the address of a page."""
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
    """Read the number of an order, which may be a number or a line of text."""
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
    """Return a reader of one of `words`, which gives what the word stands for."""

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
    """Read the count of a system license: `true`, which is kept, or a quantity."""
    return True if value is True else count(value)


def setting_text(value: object) -> str:
    """Read a text that a setting can be set to."""
    return _text(typed(value, str, "text in quotes"), limits.TEXT_LENGTH)


def setting(value: object) -> Value:
    """Read what a setting that is sold is set to."""
    if isinstance(value, str):
        return _text(value, limits.TEXT_LENGTH)
    if isinstance(value, bool):
        return value
    return whole(-limits.VALUE, limits.VALUE)(typed(value, int, "text, a whole number or true or false"))


def _fitting(text: str, fits: Callable[[str], bool], reason: str) -> str:
    """Return a text; raise `FaultyValue` of this reason unless it `fits`."""
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
        # `fromisoformat` alone would take weeks, and dates without dashes.
        return date.fromisoformat(text if re.fullmatch(_DATE, text) else "")
    except ValueError:
        raise FaultyValue(errors.ValueInvalid(reason="date", meant=_dates_meant(text))) from None


def _dates_meant(text: str) -> tuple[str, ...]:
    """Return the dates that a text may be in some country, as they are written here."""
    found: dict[str, None] = {}
    for form in _LOCAL_DATES:
        with suppress(ValueError):
            # A spreadsheet may write the time behind it.
            found[date(*strptime(text.partition(" ")[0], form)[:3]).isoformat()] = None
    return tuple(found)


def _numbers_meant(text: str) -> list[str]:
    """Return the numbers that a text may be in some country, as they are written here."""
    found = (re.fullmatch(form, text) for form in _GROUPED)
    parts = [(re.sub("[^0-9]", "", one[1]), (one[2] or ".")[1:]) for one in found if one]
    return list(dict.fromkeys(f"{whole}.{rest.rstrip('0')}".rstrip(".") for whole, rest in parts))
