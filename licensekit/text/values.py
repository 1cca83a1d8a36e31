"""Single values of files that people or programs wrote: each reader gives one or says why not.

A reader takes what TOML or JSON gave and raises `ValueError` whose text says what is wrong. Texts
are brought to Unicode normalization form C, for editors write either form.
"""

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import date, datetime, time
from difflib import get_close_matches
from typing import Final, TypeVar
from unicodedata import normalize

from licensekit import limits
from licensekit.dates import days_of
from licensekit.wire.documents.fields import is_code, is_serial, written_text_fault

T = TypeVar("T")

Reader = Callable[[object], T]
"""Returns what a value says, or raises `ValueError` with the reason."""

Value = str | int | bool
"""A setting that is sold."""

UNRESTRICTED: Final = "unrestricted"
NOT_A_CODE: Final = "is not a code: lower-case letters, digits, inner dashes"

_LONGEST_GUESSED: Final = 64
"""Comparing costs the product of the lengths; no word that we know is longer."""
_COUNTED: Final = f'a whole number or "{UNRESTRICTED}"'
_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
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


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return `; did you mean …?` with the nearest of the `known` words, or nothing."""
    nearest = get_close_matches(word, known, n=1) if len(word) <= _LONGEST_GUESSED else []
    return f"; did you mean `{nearest[0]}`?" if nearest else ""


def what_is(value: object) -> str:
    """Return in words what kind of value this is."""
    return next((what for kind, what in _TYPES if isinstance(value, kind)), "nothing")


def typed(value: object, kind: type[T], wanted: str) -> T:
    """Return `value` if it is of `kind`; `wanted` says in words what that is."""
    if isinstance(value, kind) and (kind is bool or not isinstance(value, bool)):
        return value
    raise ValueError(f"is {what_is(value)}, not {wanted}")


def line(value: object) -> str:
    """Read a name: a line of text, without the spaces around it."""
    text = _text(typed(value, str, "text in quotes").strip(), limits.NAME_LENGTH)
    if not text:
        raise ValueError("is empty")
    return text


def description(value: object) -> str:
    """Read a longer text, which may be empty; its lines are joined to one."""
    lines = typed(value, str, "text in quotes").split("\n")
    return _text(" ".join(part.strip() for part in lines).strip(), limits.TEXT_LENGTH)


def address(value: object) -> str:
    """Read the address of a page, or one for mail: the schemes that are safe to click."""
    text = description(value)
    if not text.startswith(("https://", "mailto:")) or " " in text:
        raise ValueError("is not an address that begins with https:// or mailto:")
    return text


def code(value: object) -> str:
    """Read a code."""
    text = typed(value, str, "a code in quotes")
    if not is_code(text):
        raise ValueError(NOT_A_CODE)
    return text


def qualified_code(value: object) -> str:
    """Read `code` or `issuer.code`."""
    issuer, dot, bare = typed(value, str, "a code in quotes").rpartition(".")
    return f"{code(issuer)}.{code(bare)}" if dot else code(bare)


def serial(value: object) -> str:
    """Read a serial."""
    text = typed(value, str, "text in quotes")
    if not is_serial(text):
        raise ValueError("is not a serial: letters, digits, inner dashes")
    return text


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
            raise ValueError(f"is not from {least} to {most}")
        return number

    return read


def word(words: Mapping[str, T]) -> Reader[T]:
    """Return a reader of one of `words`, which gives what the word stands for."""

    def read(value: object) -> T:
        text = typed(value, str, _one_of(words))
        if text not in words:
            guess = did_you_mean(text, words) if len(words) > 1 else ""
            raise ValueError(f"is not {_one_of(words)}{guess}")
        return words[text]

    return read


def day(value: object) -> int:
    """Read a date, in quotes or not, as days since 1970."""
    days = days_of(_date(value))
    if days < 0:
        raise ValueError("is before 1970")
    return days


def count(value: object) -> int | None:
    """Read a count; None is unrestricted."""
    if value == UNRESTRICTED:
        return None
    number = typed(value, int, _COUNTED)
    if number < 1:
        raise ValueError("is below 1: leave out what is not sold")
    if number > limits.COUNT:
        raise ValueError(f'is above {limits.COUNT}: write "{UNRESTRICTED}"')
    return number


def system_count(value: object) -> int | None:
    """Read the count of a system license: `true`, which is kept, or a quantity."""
    return True if value is True else count(value)


def setting(value: object) -> Value:
    """Read what a setting that is sold is set to."""
    if isinstance(value, str):
        return _text(value, limits.TEXT_LENGTH)
    if isinstance(value, bool):
        return value
    number = typed(value, int, "text, a whole number or true or false")
    if abs(number) > limits.VALUE:
        raise ValueError(f"is not from {-limits.VALUE} to {limits.VALUE}")
    return number


def _text(text: str, longest: int) -> str:
    if not text.isascii():
        text = normalize("NFC", text)
    if fault := written_text_fault(text):
        raise ValueError(fault)
    if len(text) > longest:
        raise ValueError(f"is longer than {longest} characters")
    return text


def _date(value: object) -> date:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    text = typed(value, str, "a date such as 2027-12-31")
    try:
        # `fromisoformat` alone would take weeks, and dates without dashes.
        return date.fromisoformat(text if _DATE.fullmatch(text) else "")
    except ValueError:
        raise ValueError("is not a date such as 2027-12-31") from None


def _one_of(words: Collection[str]) -> str:
    *others, last = (f'"{one}"' for one in words)
    return f"{', '.join(others)} or {last}" if others else last
