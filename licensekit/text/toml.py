"""TOML bytes to a plain mapping, or to the fault that they have, by line."""

import re
import tomllib
from collections.abc import Mapping
from typing import Any, Final, cast

from licensekit import limits
from licensekit.errors.coded import messages_beside
from licensekit.errors.faults import SyntaxInvalid
from licensekit.text.marks import without_marks

_PLACED: Final = re.compile(r"(?s)(.*) \(at (?:line (\d+), column (\d+)|end of document)\)")
_SEGMENT: Final = r"""(?:[\w-]+|"[^"\n]*"|'[^'\n]*')[ \t]*\.[ \t]*"""
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
    in_words = cast("Mapping[str, str]", messages_beside(__name__)["toml-syntax"]["message"])
    detail = next(words for begin, words in in_words.items() if why.startswith(begin))
    return SyntaxInvalid(reason="toml", detail=detail, where=where)


def _last_line(text: str) -> str:
    line = text.count("\n") + 1
    return f"line {line}"
