"""What the ledger holds, found by the names that people use: numbers, serials, orders, bundles."""

import json
import re
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from licensekit.database import Connection
from licensekit.errors import NotIssued
from licensekit.issuer.ledger import bundles, serials
from licensekit.issuer.ledger.bundles import Issued
from licensekit.issuer.ledger.entries import LedgerEntry, entry
from licensekit.issuer.ledger.states import StateChange, plain_change
from licensekit.trust.signed import identity_of
from licensekit.wire.documents import CLASS_OF, Document, Use, decode
from licensekit.wire.frame import read
from licensekit.wire.plain import plain

_NUMBER: Final = re.compile(r"[1-9][0-9]{0,17}")
_IDENTITY: Final = re.compile(r"[0-9a-f]{32}")
_SEQUENCE: Final = re.compile(r"[1-9][0-9]{0,9}")
# An entry; everything of an order, void or not; the bundles of a serial, and what its installations have sent.
_NAMED: Final = (
    "SELECT number FROM entries WHERE number = ? UNION SELECT number FROM entries WHERE order_number = ?"
    " UNION SELECT number FROM bundles WHERE serial = ? UNION SELECT signed FROM bundles WHERE serial = ?"
    " UNION SELECT number FROM exchange_files WHERE serial = ? UNION SELECT f.number FROM exchange_files AS f"
    " JOIN bundles AS b ON b.identity = f.bundle WHERE b.serial = ? ORDER BY 1"
)


class LookupResult(NamedTuple):
    """An entry, what its document says, and the state of a bundle."""

    entry: LedgerEntry
    document: Document
    identity: bytes
    key: bytes
    """The id of the key that signed it first, or the public key of the installation that did."""
    state: str | None
    """Of a bundle; None for every other document."""
    change: StateChange | None
    """What took the bundle back or reinstated it last."""

    def plain(self) -> dict[str, Any]:
        """Return it as plain JSON values: the entry, and what its document says."""
        return {
            **self.entry.plain(),
            "ordered": None if self.entry.order is None else json.loads(self.entry.order),
            "type": self.entry.token.type,
            "identity": self.identity.hex(),
            "key": self.key.hex(),
            "state": self.state,
            **plain_change(self.change),
            "document": plain(self.document),
        }


def bundle_named(ledger: Connection, name: str) -> Issued:
    """Return the bundle that `name` means: `1010000014-base-1`, its file's name, or its identity.

    One that is not of production has its use in its name: `1010000014-base-trial-1`.

    Raises:
        NotIssued: the ledger has none such.
    """
    if _IDENTITY.fullmatch(name):
        issued = bundles.by_identity(ledger, bytes.fromhex(name))
        if issued is not None:
            return issued
    stem = name.removesuffix(".lic")
    dashes = (place for place, character in enumerate(stem) if character == "-")
    for product, rest in [("", stem), *((stem[:place], stem[place + 1 :]) for place in dashes)]:
        for place in _readings(rest):
            issued = bundles.at(ledger, *place)
            if issued is not None and product in {"", issued.bundle.product}:
                return issued
    raise NotIssued(reason="bundle", name=name)


def entries_named(ledger: Connection, name: str) -> list[int]:
    """Return the numbers of the entries that `name` means: an entry, a serial, an order, a bundle.

    Raises:
        NotIssued: it means none; the message says if it looks like a mistyped serial.
    """
    number = int(name) if _NUMBER.fullmatch(name) else 0
    if found := ledger.rows(_NAMED, number, *[name] * 5):
        return [number for (number,) in found]
    if serials.is_mistyped(name):
        raise NotIssued(reason="mistyped", name=name)
    try:
        return [bundle_named(ledger, name).number]
    except NotIssued as error:
        raise NotIssued(reason="name", name=name) from error


def require_serial(ledger: Connection, serial: str) -> None:
    """Raise `NotIssued` for a serial of which nothing was issued; it says if it looks mistyped."""
    if ledger.one("SELECT 1 FROM bundles WHERE serial = ? LIMIT 1", serial) is None:
        raise NotIssued(reason="mistyped" if serials.is_mistyped(serial) else "serial", name=serial)


def lookup(ledger: Connection, number: int) -> LookupResult:
    """Return everything about the entry of this number; raise `NotIssued` if there is none."""
    known = entry(ledger, number)
    if known is None:
        raise NotIssued(reason="entry", name=str(number))
    opened = read(known.token.frame)
    issued = bundles.signed_in(ledger, number)
    return LookupResult(
        known,
        decode(CLASS_OF[known.token.type], opened.payload),
        identity_of(known.token.type, opened.payload),
        opened.signatures[0].key,
        issued and issued.state,
        issued and issued.change,
    )


def _readings(name: str) -> Iterator[tuple[str, str, Use, int]]:
    """Yield every way to divide `name` into serial, part, use and sequence.

    Dashes may be in serial and part.
    """
    head, _, last = name.rpartition("-")
    if not _SEQUENCE.fullmatch(last):
        return
    for use in Use:
        named = head if use is Use.PRODUCTION else head.removesuffix(f"-{use.word}")
        if use is not Use.PRODUCTION and named == head:
            continue
        for place, character in enumerate(named):
            if character == "-":
                yield named[:place], named[place + 1 :], use, int(last)
