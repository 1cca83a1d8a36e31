"""Bundles and serials as people name them, found in the ledger."""

import re
from collections.abc import Iterator
from typing import Final

from licensekit.database import Connection
from licensekit.errors import NotIssued
from licensekit.vendor import serials
from licensekit.vendor.ledger import bundles
from licensekit.vendor.ledger.bundles import Issued

_IDENTITY: Final = re.compile(r"[0-9a-f]{32}")
_SEQUENCE: Final = re.compile(r"[1-9][0-9]{0,9}")


def bundle_named(ledger: Connection, name: str) -> Issued:
    """Give the bundle that `name` means: `1010000014-base-1`, its file's name, or its identity.

    Raises:
        NotIssued: the ledger has none such.
    """
    if _IDENTITY.fullmatch(name):
        found = bundles.by_identity(ledger, bytes.fromhex(name))
        if found is not None:
            return found
    for serial, part, sequence in _readings(name.removesuffix(".lic")):
        found = bundles.at(ledger, serial, part, sequence)
        if found is not None:
            return found
    raise NotIssued(f"no bundle `{name}` was issued here")


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
