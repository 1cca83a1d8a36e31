"""Serial numbers made on demand: ten digits of which the last checks the others (ISO/IEC 7812-1).

Other serials are taken as they are; but ten digits whose last one does not fit are one of these, mistyped. The check
digit shows every single wrong digit and nearly every pair in the wrong order.
"""

from typing import Final

from licensekit.database import Connection

FIRST: Final = 101_000_001
"""The number, without its check digit, of the first serial that a workspace makes."""

_DIGITS: Final = 10
_DOUBLED: Final = str.maketrans("0123456789", "0246813579")


def make(number: int) -> str:
    """Return the serial of `number`: its nine digits and the check digit."""
    body = str(number)
    return body + _check_digit(body)


def number_of(serial: str) -> int | None:
    """Return the number that `make` gave `serial` for; None for a serial of another kind."""
    return int(serial[:-1]) if _is_ten_digits(serial) and not is_mistyped(serial) else None


def taken_between(connection: Connection, first: str, last: str) -> set[str]:
    """Return the serials from `first` to `last`, by code point, that anything was issued for."""
    rows = connection.rows("SELECT DISTINCT serial FROM bundles WHERE serial BETWEEN ? AND ?", first, last)
    return {serial for (serial,) in rows}


def is_mistyped(serial: str) -> bool:
    """Return whether `serial` looks like one of these and has a wrong digit in it."""
    return _is_ten_digits(serial) and serial[-1] != _check_digit(serial[:-1])


def _is_ten_digits(serial: str) -> bool:
    return len(serial) == _DIGITS and serial.isascii() and serial.isdecimal()


def _check_digit(body: str) -> str:
    # Every second digit from the last is doubled, and a sum of two digits is their own.
    return str(-sum(map(int, body[-2::-2] + body[::-2].translate(_DOUBLED))) % 10)
