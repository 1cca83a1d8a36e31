"""TOML bytes to a plain mapping, or to the fault that they have, by line."""

import re
import tomllib
from typing import Any, Final

from licensekit import limits
from licensekit.errors.faults import SyntaxInvalid
from licensekit.text.marks import without_marks

_PLACED: Final = re.compile(r"(?s)(.*) \(at (?:line (\d+), column (\d+)|end of document)\)")
_SEGMENT: Final = r"""(?:[\w-]+|"[^"\n]*"|'[^'\n]*')[ \t]*\.[ \t]*"""
_IN_WORDS: Final = (
    ("Expected '=' after", "`=` is missing behind a key"),
    ("Expected ']", "`]` is missing at the end of a table's name"),
    ("Expected newline", "there is more behind the value than a line may hold"),
    ("Invalid date", "this is not a date or a time"),
    ("Invalid initial", "a key is missing, or begins with a character that no key has"),
    ("Invalid statement", "this is neither a key nor a table"),
    ("Invalid value", "a value is missing, or is not in quotes, a number, a date, true or false"),
    ("Unclosed array", "`]` is missing at the end of an array"),
    ("Unclosed inline table", "`}` is missing at the end of a table"),
    ("Unterminated", "the quote at the end of a text is missing"),
    ("Expected", "the quote at the end of a text is missing"),
    ("Unescaped", "`\\` in a text in double quotes stands for itself only as `\\\\`"),
    ("Invalid hex", "what follows `\\u` in a text is not a character"),
    ("Escaped", "what follows `\\u` in a text is not a character"),
    ("Found invalid", "a character that may not be here"),
    ("Illegal", "a character that may not be here"),
    ("Cannot", "a key or a table that is there already"),
    ("Duplicate", "a key or a table that is there already"),
    ("", "this is not TOML"),
)
"""How what the parser says begins, and what is wrong then."""
# The parser's time grows with the square of a key's parts, and no key of ours has more than four.
_LONG_KEY: Final = re.compile(rf"(?m)(?:^|[\[{{,])[ \t]*(?:{_SEGMENT}){{16}}")

MISTAKEN: Final = (("lk1-", "tokens"), ("lkkey1.", "key-file"))
"""How files begin that a person takes for TOML or for a table, and what they are."""


def parse_toml(data: bytes) -> dict[str, Any] | SyntaxInvalid:
    """Return what `data` says, or the first reason why it is no TOML (TOML 1.0).

    Marks that nobody sees are left out; `marks.marks_in` reports them.
    """
    if len(data) > limits.TOML_BYTES:
        return SyntaxInvalid(reason="too-large", most=limits.TOML_BYTES)
    try:
        # Editors on Windows put a byte order mark in front.
        text = without_marks(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        return SyntaxInvalid(reason="not-utf-8", where=f"line {line}")
    if long_key := _LONG_KEY.search(text):
        return SyntaxInvalid(reason="key-parts", where=_last_line(text[: long_key.end()]))
    mistaken = next((what for start, what in MISTAKEN if text.lstrip().startswith(start)), None)
    return SyntaxInvalid(reason=mistaken) if mistaken else _parse(text)


def _parse(text: str) -> dict[str, Any] | SyntaxInvalid:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        return _syntax_fault(str(error), text)
    except RecursionError:
        return SyntaxInvalid(reason="too-deep")
    except ValueError:
        # The one thing that the parser lets through: a decimal number of thousands of digits.
        return SyntaxInvalid(reason="number")


def _syntax_fault(message: str, text: str) -> SyntaxInvalid:
    placed = _PLACED.fullmatch(message)
    why, line, column = placed.groups() if placed else (message, None, None)
    where = f"line {line}, column {column}" if line else _last_line(text.rstrip())
    detail = next((words for begin, words in _IN_WORDS if why.startswith(begin)))
    return SyntaxInvalid(reason="toml", detail=detail, where=where)


def _last_line(text: str) -> str:
    line = text.count("\n") + 1
    return f"line {line}"
