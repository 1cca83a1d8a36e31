"""Bundles and serials as people name them, found in the ledger."""

import re
from collections.abc import Iterator
from typing import Final

from licensekit.database import Connection
from licensekit.errors import NotIssued
from licensekit.issuer.ledger import bundles, found, serials
from licensekit.issuer.ledger.bundles import Issued

_IDENTITY: Final = re.compile(r"[0-9a-f]{32}")
_SEQUENCE: Final = re.compile(r"[1-9][0-9]{0,9}")


def bundle_named(ledger: Connection, name: str) -> Issued:
    """Give the bundle that `name` means: `1010000014-base-1`, its file's name, or its identity.

    Raises:
        NotIssued: the ledger has none such.
    """
    if _IDENTITY.fullmatch(name):
        issued = bundles.by_identity(ledger, bytes.fromhex(name))
        if issued is not None:
            return issued
    for serial, part, sequence in _readings(name.removesuffix(".lic")):
        issued = bundles.at(ledger, serial, part, sequence)
        if issued is not None:
            return issued
    raise NotIssued(f"no bundle `{name}` was issued here")


def entries_named(ledger: Connection, name: str) -> list[int]:
    """Give the numbers of the entries that `name` means: an entry, a serial, an order, a bundle.

    Raises:
        NotIssued: it means none; the message says if it looks like a mistyped serial.
    """
    ways = (found.of_number, found.of_serial, found.of_order)
    numbers = {number for way in ways for number in way(ledger, name)}
    if numbers:
        return sorted(numbers)
    if serials.is_mistyped(name):
        require_serial(ledger, name)
    try:
        return [bundle_named(ledger, name).number]
    except NotIssued as error:
        raise NotIssued(f"the ledger has no entry, serial, order or bundle `{name}`") from error


def require_serial(ledger: Connection, serial: str) -> None:
    """Refuse a serial that nothing was issued for.

    Raises:
        NotIssued: nothing was; the message says if it looks mistyped.
    """
    if bundles.is_known(ledger, serial):
        return
    if serials.is_mistyped(serial):
        raise NotIssued(f"serial {serial} is mistyped: its last digit does not fit the others")
    raise NotIssued(f"nothing was issued for serial {serial}")


def _readings(name: str) -> Iterator[tuple[str, str, int]]:
    """Give every way to divide `name` into serial, part and sequence; dashes may be in each."""
    head, _, last = name.rpartition("-")
    if not _SEQUENCE.fullmatch(last):
        return
    for place, character in enumerate(head):
        if character == "-":
            yield head[:place], head[place + 1 :], int(last)
