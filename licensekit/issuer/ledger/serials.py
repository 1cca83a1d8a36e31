"""Serial numbers made on demand: ten digits of which the last checks the others (ISO/IEC 7812-1).

Other serials are taken as they are; but ten digits whose last one does not fit are one of these, mistyped. The check
digit shows every single wrong digit and nearly every pair in the wrong order.
"""

from collections.abc import Callable
from typing import Final

from licensekit.database import Connection
from licensekit.issuer.ledger import documents
from licensekit.issuer.ledger.entries import head

EXAMPLE: Final = "1010000014"
"""The serial in examples."""

_LOWEST: Final = 100_000_000
_DRAWN: Final = 800_000_000
"""How many first numbers there are; those above are left to count on."""
_RISE: Final = 1_000_000
_DIGITS: Final = 10
_DOUBLED: Final = str.maketrans("0123456789", "0246813579")


def make(number: int) -> str:
    """Return the serial of `number`: its nine digits and the check digit."""
    body = str(number)
    return body + _check_digit(body)


def anywhere(draw: Callable[[int], bytes]) -> int:
    """Return a random number to count serials from."""
    return _LOWEST + int.from_bytes(draw(8)) % _DRAWN


def jump(connection: Connection, draw: Callable[[int], bytes]) -> None:
    """Make sequences continue where a restored ledger cannot have given any since its backup."""
    rise = 1 + int.from_bytes(draw(8)) % _RISE
    documents.put_fact(connection, documents.RESTORED, f"{head(connection).number} {rise}")


def rise(connection: Connection) -> tuple[int, int]:
    """Return the newest entry when a restored ledger was accepted, and by how much sequences rise; zeros if never."""
    known = documents.fact(connection, documents.RESTORED)
    number, by = (0, 0) if known is None else map(int, known.split())
    return number, by


def taken_between(connection: Connection, first: str, last: str) -> set[str]:
    """Return the serials from `first` to `last`, by code point, that anything was issued for."""
    rows = connection.rows("SELECT DISTINCT serial FROM bundles WHERE serial BETWEEN ? AND ?", first, last)
    return {serial for (serial,) in rows}


def is_mistyped(serial: str) -> bool:
    """Return whether `serial` looks like one of these and has a wrong digit in it."""
    is_one = len(serial) == _DIGITS and serial.isascii() and serial.isdecimal()
    return is_one and serial[-1] != _check_digit(serial[:-1])


def _check_digit(body: str) -> str:
    # Every second digit from the last is doubled, and a sum of two digits is their own.
    return str(-sum(map(int, body[-2::-2] + body[::-2].translate(_DOUBLED))) % 10)
