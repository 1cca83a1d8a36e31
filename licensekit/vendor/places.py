"""Serials and sequences, given out within one transaction on the ledger."""

from collections.abc import Iterator

from licensekit.database import Connection
from licensekit.errors import Fault
from licensekit.vendor import serials
from licensekit.vendor.footing import Footing
from licensekit.vendor.ledger import bundles
from licensekit.vendor.order import Order


class Places:
    """What was given out so far, on top of what the ledger has."""

    def __init__(self, ledger: Connection, footing: Footing) -> None:
        self._ledger = ledger
        self._revocations = footing.last_list
        self._makes_serials = not footing.is_partner
        self._last: dict[tuple[str, str], int] = {}

    def serial(self, order: Order) -> str:
        """Give the serial that `order` names, or a new one."""
        return bundles.next_serial(self._ledger) if order.serial is None else order.serial

    def faults(self, order: Order) -> Iterator[Fault]:
        """Give what is wrong with the serials and the sequence that `order` names."""
        for key, serial in (("serial", order.serial), ("replaces", order.replaces)):
            if serial is not None and serials.is_mistyped(serial):
                yield Fault(key, f"{serial} is mistyped: its last digit does not fit the others")
        if order.serial is None:
            if not self._makes_serials:
                yield Fault("serial", "is missing: give the serial that the vendor sold under")
            return
        if self._revocations is not None and order.serial in self._revocations.serials:
            yield Fault("serial", f"{order.serial} was revoked: no bundle of it would be accepted")
        last = self._last_sequence(order.serial, order.part)
        if order.sequence is not None and order.sequence <= last:
            yield Fault("sequence", f"{order.sequence} was issued already; the last one is {last}")

    def sequence(self, order: Order, serial: str) -> int:
        """Give the sequence that `order` names, or the next one of its serial and part."""
        if order.serial is None:
            last = 0
        else:
            last = max(
                self._last_sequence(serial, order.part), self._lowest(serial, order.part) - 1
            )
        given = last + 1 if order.sequence is None else order.sequence
        self._last[serial, order.part] = given
        return given

    def granted_by_other_parts(self, order: Order) -> frozenset[str]:
        """Give the license codes that the other parts of the order's serial grant."""
        if order.serial is None:
            return frozenset()
        others = [
            one.bundle
            for one in bundles.current(self._ledger, order.serial)
            if one.bundle.part != order.part
        ]
        return frozenset(c for b in others for c in (*b.system, *b.sites, *b.users))

    def _last_sequence(self, serial: str, part: str) -> int:
        known = self._last.get((serial, part))
        return bundles.last_sequence(self._ledger, serial, part) if known is None else known

    def _lowest(self, serial: str, part: str) -> int:
        if self._revocations is None:
            return 1
        return self._revocations.lowest.get(serial, {}).get(part, 1)
