"""TOML bytes to a plain mapping, or to the fault that they have, by line."""

import re
import tomllib
from typing import Any, Final

from licensekit import limits
from licensekit.errors import Fault

_PLACED: Final = re.compile(r"(?s)(.*) \(at (?:line (\d+), column (\d+)|end of document)\)")
_SEGMENT: Final = r"""(?:[\w-]+|"[^"\n]*"|'[^'\n]*')[ \t]*\.[ \t]*"""
# The parser's time grows with the square of a key's parts, and no key of ours has more than four.
_LONG_KEY: Final = re.compile(rf"(?m)(?:^|[\[{{,])[ \t]*(?:{_SEGMENT}){{16}}")


def parse_toml(data: bytes) -> dict[str, Any] | Fault:
    """Return what `data` says, or the first reason why it is no TOML (TOML 1.0)."""
    if len(data) > limits.TOML_BYTES:
        return Fault("", f"is larger than {limits.TOML_BYTES} bytes")
    try:
        # Editors on Windows put a byte order mark in front.
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        return Fault(f"line {line}", "is not UTF-8: save the file as UTF-8 text")
    if long_key := _LONG_KEY.search(text):
        return Fault(_last_line(text[: long_key.end()]), "has a key of too many parts")
    return _parse(text)


def _parse(text: str) -> dict[str, Any] | Fault:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        return _syntax_fault(str(error), text)
    except RecursionError:
        return Fault("", "is nested too deeply")
    except ValueError:
        # The one thing that the parser lets through: a decimal number of thousands of digits.
        return Fault("", "holds a number that is too large")


def _syntax_fault(message: str, text: str) -> Fault:
    placed = _PLACED.fullmatch(message)
    why, line, column = placed.groups() if placed else (message, None, None)
    where = f"line {line}, column {column}" if line else _last_line(text.rstrip())
    return Fault(where, why)


def _last_line(text: str) -> str:
    line = text.count("\n") + 1
    return f"line {line}"
