"""Reading orders of which many are alike: what they have in common is read once.

Orders among many differ in company, number and serial, and share few kinds of terms.
"""

from marshal import dumps
from typing import Any, Final, cast

from licensekit.issuer.orders.order import Order, OrderDraft
from licensekit.issuer.orders.order_file import draft_from
from licensekit.text import values

_OWN: Final = frozenset({"order", "company", "serial"})
_PLAIN: Final = 2
"""The version of `marshal` that writes the same for the same, however it is shared."""
_KEPT: Final = 2000
"""Terms that are remembered at a time."""


class Reader:
    """Gives what `order_file.draft_from` gives, and faster for terms that it has seen."""

    def __init__(self) -> None:
        self._orders: dict[bytes, Order | None] = {}

    def draft(self, content: object) -> OrderDraft:
        """Give what can be read of a mapping, and its faults."""
        if not isinstance(content, dict):
            return draft_from(content)
        told = cast("dict[str, Any]", content)
        try:
            terms = dumps({key: value for key, value in told.items() if key not in _OWN}, _PLAIN)
            return self._alike(told, terms) or draft_from(told)
        except ValueError:
            return draft_from(told)

    def _alike(self, told: dict[str, Any], terms: bytes) -> OrderDraft | None:
        if terms not in self._orders:
            if len(self._orders) >= _KEPT:
                self._orders.clear()
            self._orders[terms] = _common(told)
        common = self._orders[terms]
        if common is None:
            return None
        number, serial = told.get("order"), told.get("serial")
        own = (
            values.line(told.get("company")),
            None if number is None else values.order_number(number),
            None if serial is None else values.serial(serial),
        )
        return OrderDraft(Order._make((*own, *common[len(own) :])), (), terms)


def _common(told: dict[str, Any]) -> Order | None:
    """Give the order of these terms; None if they have faults, or depend on the serial."""
    draft = draft_from({**told, "company": "-", "order": None, "serial": None})
    return None if draft.faults or draft.order.replaces is not None else draft.order
