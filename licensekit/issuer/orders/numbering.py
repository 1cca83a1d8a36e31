"""The assignment of serials, sequences and pickups, within one transaction on the ledger.

A new serial has ten digits, the last of which is a check digit (ISO/IEC 7812-1). It reveals every single wrong digit
and nearly every transposed pair. Other serials are accepted as they are, except ten digits with a wrong check digit.
"""

from collections.abc import Callable, Iterator
from itertools import count
from typing import Final

from licensekit import database, limits
from licensekit.errors import Fault, OrderIncomplete, OrderSerialInvalid
from licensekit.issuer.ledger import bundles, documents, entries
from licensekit.issuer.orders.order import Order
from licensekit.issuer.transaction import LedgerTransaction
from licensekit.wire.documents import PICKUP, PICKUP_BYTES, UPDATE, Value

EXAMPLE: Final = "1010000014"  # the serial in examples
_LOWEST: Final = 100_000_000
_DRAWN: Final = 800_000_000  # how many start numbers there are; higher ones are reached by counting
_RISE: Final = 1_000_000
_DIGITS: Final = 10
_DOUBLED: Final = str.maketrans("0123456789", "0246813579")
_AHEAD: Final = 500  # how many serials are looked up together


def serial_of(number: int) -> str:
    """Return the serial of a `number` of nine digits: these and the check digit."""
    body = str(number)
    return body + _check_digit(body)


def anywhere(draw: Callable[[int], bytes]) -> int:
    """Return a random number to count serials from."""
    return _LOWEST + int.from_bytes(draw(8)) % _DRAWN


def jump(connection: database.Connection, draw: Callable[[int], bytes]) -> None:
    """Let sequences continue far above those that a restored ledger may have lost."""
    rise = 1 + int.from_bytes(draw(8)) % _RISE
    documents.put_fact(connection, documents.RESTORED, f"{entries.head(connection).number} {rise}")


def is_mistyped(serial: str) -> bool:
    """Return whether `serial` has ten digits and a wrong check digit."""
    return has_form(serial) and serial[-1] != _check_digit(serial[:-1])


def has_form(serial: str) -> bool:
    """Return whether `serial` has ten digits."""
    return len(serial) == _DIGITS and serial.isascii() and serial.isdecimal()


def _check_digit(body: str) -> str:
    # Every second digit from the last is doubled, and 9 subtracted from a result above 9.
    return str(-sum(map(int, body[-2::-2] + body[::-2].translate(_DOUBLED))) % 10)


class Numbering:
    """Assigns serials and sequences that are neither in the ledger nor, by `waits`, about to be entered."""

    def __init__(self, tx: LedgerTransaction, waits: Callable[[str], bool] = lambda _: False) -> None:
        self._ledger = tx.ledger
        self._waits = waits
        self._revocations = tx.state.last_list
        self._draw = tx.store.draw
        catalog = tx.state.catalog
        self._has_pickups = catalog is not None and UPDATE in catalog.document.urls
        self._makes_serials = not tx.state.is_partner or tx.state.is_reseller
        accepted = documents.fact(tx.ledger, documents.RESTORED) or "0 0"  # zeros: never restored
        self._restored, self._rise = map(int, accepted.split())
        self._new = self._new_serials()
        self._ahead = "", ""  # the first and last serial of the block that was looked up
        self._taken = set[str]()  # the taken serials in it

    def serial(self, order: Order) -> str:
        """Return the serial that `order` names, or a new one."""
        if order.serial is None:
            return next(self._new)
        first, last = self._ahead
        if first <= order.serial <= last:
            self._taken.add(order.serial)
        return order.serial

    def faults(self, order: Order) -> Iterator[Fault]:
        """Yield the faults of the serials and the sequence that `order` names."""
        for key, serial in [("serial", order.serial), *(("replaces", serial) for serial in order.replaces)]:
            if serial is not None and is_mistyped(serial):
                yield OrderSerialInvalid(reason="mistyped", serial=serial, where=key)
        for serial in order.replaces:
            use = min((one.bundle.use for one in bundles.active(self._ledger, serial)), default=order.use)
            if use < order.use:  # a bundle of the order's use cannot replace a higher one
                own, other = order.use.word, use.word
                yield OrderSerialInvalid(reason="use-replaces", serial=serial, use=own, other=other, where="replaces")
        if order.serial is None:
            if not self._makes_serials:
                yield OrderIncomplete(reason="no-serial", where="serial")
            return
        serial, sequence = order.serial, order.sequence
        if self._revocations is not None and serial in self._revocations.serials:
            yield OrderSerialInvalid(reason="revoked", serial=serial, where="serial")
        last = bundles.last_sequence(self._ledger, serial, order.part, order.use)
        if sequence is not None and sequence <= last:
            yield OrderSerialInvalid(reason="sequence", serial=serial, sequence=sequence, last=last, where="sequence")
        if self.sequence(order, serial) > limits.VERSION:
            yield OrderSerialInvalid(reason="used-up", serial=serial, last=limits.VERSION, where="sequence")

    def sequence(self, order: Order, serial: str) -> int:
        """Return the sequence that `order` names, or the next one of its serial, part and use."""
        if order.sequence is not None:
            return order.sequence
        if order.serial is None:
            return 1
        last = bundles.last_sequence(self._ledger, serial, order.part, order.use)
        listed = 1 if self._revocations is None else self._revocations.lowest_of(serial, order.part, order.use)
        lowest = max(last + 1, listed)
        if self._rise and not bundles.is_issued_since(self._ledger, serial, order.part, order.use, self._restored):
            return lowest + self._rise  # bundles that a restored ledger lost may have the next sequences
        return lowest

    def pickup(self, order: Order, serial: str) -> dict[str, Value]:
        """Return the extension with the pickup of a serial, which is drawn once; empty without one."""
        issued = () if order.serial is None else reversed(bundles.of_serial(self._ledger, serial))
        known = next((one.pickup for one in issued if one.pickup is not None), None)
        if known is None and self._has_pickups:
            known = self._draw(PICKUP_BYTES)
        return {} if known is None else {PICKUP: known.hex()}

    def granted_by_other_parts(self, order: Order) -> frozenset[str]:
        """Return the license codes that the other parts of the order's serial grant."""
        if order.serial is None:
            return frozenset()
        others = [one.bundle for one in bundles.active(self._ledger, order.serial) if one.bundle.part != order.part]
        return frozenset(c for b in others for c in (*b.system, *b.sites, *b.users))

    def _new_serials(self) -> Iterator[str]:
        # Each transaction counts from a random start, so that a copy of the workspace, a workspace of another product,
        # or a restored ledger does not make the same serials.
        for first in count(anywhere(self._draw), _AHEAD):
            self._ahead = serial_of(first), serial_of(first + _AHEAD - 1)
            taken = "SELECT DISTINCT serial FROM bundles WHERE serial BETWEEN ? AND ?"
            self._taken = {serial for (serial,) in self._ledger.rows(taken, *self._ahead)}
            made = map(serial_of, range(first, first + _AHEAD))
            yield from (one for one in made if one not in self._taken and not self._waits(one))
