"""Terms that many orders share, read and checked once.

Orders in bulk differ in company, number and serial, and share few kinds of terms.
"""

from marshal import dumps
from typing import Any, Final, NamedTuple, cast

from licensekit.chain import canonical_json
from licensekit.issuer.orders.bundle import Fields
from licensekit.issuer.orders.order import Order, OrderDraft, canonical
from licensekit.issuer.orders.order_file import draft_from
from licensekit.text import values

_OWN: Final = frozenset({"order", "company", "serial"})
_PLAIN: Final = 2
"""The version of `marshal` that writes the same for the same, however it is shared."""
KEPT: Final = 2000
"""How many terms are kept."""


class Terms(NamedTuple):
    """The terms of an order that was found without fault."""

    fields: Fields
    before: str
    """The canonical text of an order of these terms and without a serial, up to its company."""
    after: str
    note: str
    """What the ledger keeps of doubts about it that were overridden."""

    @staticmethod
    def of(fields: Fields, order: Order, note: str) -> "Terms":
        """Return the terms of `order`, of whose bundles `fields` makes the fields."""
        # No company has this character, so that nothing else in the text can look like it.
        whole = canonical(order._replace(company="\0", serial=None))
        before, _, after = whole.partition(canonical_json("\0"))
        return Terms(fields, before, after, note)

    def canonical(self, order: Order) -> str:
        """Return the canonical text of an order of these terms."""
        if order.serial is not None:
            return canonical(order)
        return f"{self.before}{canonical_json(order.company)}{self.after}"


class OrderReader:
    """Reads orders as `order_file.draft_from` does, and faster for terms that it has seen."""

    def __init__(self) -> None:
        self._orders: dict[bytes, Order | None] = {}

    def draft(self, content: object) -> OrderDraft:
        """Return what can be read of a mapping, and its faults."""
        if not isinstance(content, dict):
            return draft_from(content)
        given = cast("dict[str, Any]", content)
        try:
            terms = dumps({key: value for key, value in given.items() if key not in _OWN}, _PLAIN)
            return self._known(given, terms) or draft_from(given)
        except ValueError:
            return draft_from(given)

    def _known(self, given: dict[str, Any], terms: bytes) -> OrderDraft | None:
        if terms not in self._orders:
            if len(self._orders) >= KEPT:
                self._orders.clear()
            self._orders[terms] = _shared(given)
        shared = self._orders[terms]
        if shared is None:
            return None
        number, serial = given.get("order"), given.get("serial")
        own = (
            values.line(given.get("company")),
            None if number is None else values.order_number(number),
            None if serial is None else values.serial(serial),
        )
        return OrderDraft(Order._make((*own, *shared[len(own) :])), (), terms)


def _shared(given: dict[str, Any]) -> Order | None:
    """Return the order of these terms; None if they have faults, or depend on the serial."""
    draft = draft_from({**given, "company": "-", "order": None, "serial": None})
    return None if draft.faults or draft.order.replaces else draft.order
