"""An order as a vendor writes it (`docs/orders.md`): TOML, or the same keys from elsewhere."""

from typing import Any, Final, cast

from licensekit import limits
from licensekit.errors import Fault, OrderInvalid
from licensekit.vendor import scalars
from licensekit.vendor.fault_list import in_file_order, refusal
from licensekit.vendor.order import Draft, Order, date_faults
from licensekit.vendor.reading import Table
from licensekit.vendor.toml_text import parse_toml
from licensekit.wire.documents import AfterGrace, Use
from licensekit.wire.plain import word

_DAYS: Final = scalars.whole(0, limits.TERM_DAYS)
_HOURS: Final = scalars.whole(0, limits.HOURS)

_READERS: Final[dict[str, scalars.Reader[Any]]] = {
    "company": scalars.line,
    "order": scalars.order_number,
    "serial": scalars.serial,
    "part": scalars.code,
    "sequence": scalars.whole(1, limits.VERSION),
    "replaces": scalars.serial,
    "use": scalars.word({word(use): use for use in Use}),
    "starts": scalars.day,
    "warning": scalars.day,
    "expiry": scalars.day,
    "grace": scalars.day,
    "days": scalars.whole(1, limits.TERM_DAYS),
    "warning_days": _DAYS,
    "grace_days": _DAYS,
    "maintenance": scalars.day,
    "next_check": scalars.day,
    "edition": scalars.code,
    "installations": scalars.whole(1, limits.COUNT),
    "facts": scalars.whole(1, limits.FACTS),
    "after_grace": scalars.word({word(policy): policy for policy in AfterGrace}),
    "offline_hours": _HOURS,
    "borrow_hours": _HOURS,
}
"""Key of an order to the reader of its value."""
_SELLING_KEYS: Final = ("edition", "system", "sites", "users", "values")
KEYS: Final = frozenset({*_READERS, *_SELLING_KEYS})
"""Every key that an order may have."""
_DATE_KEYS: Final = frozenset(
    {"starts", "warning", "expiry", "grace", "days", "warning_days", "grace_days"}
)


def read_order(text: bytes) -> Order:
    """Give the order that a TOML file describes.

    What it orders is held against a catalog later (`licensekit.vendor.bundling`).

    Raises:
        OrderInvalid: with all faults, by key path, or the first fault of the TOML, by line.
    """
    return _sound(read_draft(text))


def order_from(content: object) -> Order:
    """Give the order that a mapping describes, which has the keys and values of the TOML form.

    Dates may be text: `2027-12-31`.

    Raises:
        OrderInvalid: with all faults, by key path.
    """
    return _sound(draft_from(content))


def read_draft(text: bytes) -> Draft:
    """Give what can be read of a TOML file and its faults, to be told with those of `bundling`.

    Raises:
        OrderInvalid: it is no TOML.
    """
    content = parse_toml(text)
    if isinstance(content, Fault):
        raise refusal(OrderInvalid, [content])
    return draft_from(content)


def draft_from(content: object) -> Draft:
    """Give what can be read of a mapping and its faults, to be told with those of `bundling`."""
    if not isinstance(content, dict):
        why = f"is {scalars.what_is(content)}, not an order"
        return Draft(Order(company=""), (Fault("", why),))
    table = Table("", cast("dict[str, object]", content), [])
    table.refuse_others(KEYS)
    table.require("company")
    if not any(table.content.get(key) for key in _SELLING_KEYS):
        table.faults.append(Fault("", "sells nothing: name a license or an edition"))
    order = _order(table)
    if order.serial is not None and order.serial == order.replaces:
        table.refuse("replaces", "is the serial of this order itself")
    unread = any(fault.where in _DATE_KEYS for fault in table.faults)
    table.faults.extend(date_faults(order, whole=not unread))
    if not table.faults:
        return Draft(order)
    return Draft(order, tuple(in_file_order(table.faults, table.content)))


def _order(table: Table) -> Order:
    given = {key: table.read(key, _READERS[key]) for key in table.content if key in _READERS}
    fields: dict[str, Any] = {key: value for key, value in given.items() if value is not None}
    # The one key that is not called as its field: a file that is an order says `order`.
    number = fields.pop("order", None)
    company = fields.pop("company", "")
    system, sites, users = table.counts()
    return Order(
        company,
        number,
        system=system,
        sites=sites,
        users=users,
        values=table.values(),
        **fields,
    )


def _sound(draft: Draft) -> Order:
    if draft.faults:
        raise refusal(OrderInvalid, draft.faults)
    return draft.order
