"""An order as a vendor writes it (`docs/orders.md`): TOML, or the same keys from elsewhere."""

from typing import Any, Final, cast

from licensekit import errors, limits
from licensekit.issuer.catalog.tables import read_counts, read_settings
from licensekit.issuer.orders.order import Order, OrderDraft, date_faults
from licensekit.text import values
from licensekit.text.marks import marks_in
from licensekit.text.tables import Table, in_file_order
from licensekit.text.toml import parse_toml
from licensekit.text.values import FaultyValue
from licensekit.wire.documents import BASE, AfterGrace, Use
from licensekit.wire.plain import word

_DAYS: Final = values.whole(0, limits.TERM_DAYS)
_HOURS: Final = values.whole(0, limits.HOURS)


def _serials(value: object) -> tuple[str, ...]:
    """Read serials: an array of texts, or one text with spaces between them."""
    words: object = value.split() if isinstance(value, str) else value
    listed = cast("list[object]", values.typed(words, list, "an array"))
    serials = sorted({values.serial(one) for one in listed})
    if len(serials) > limits.REPLACED:
        raise FaultyValue(errors.TableInvalid(reason="too-many", most=limits.REPLACED))
    return tuple(serials)


_READERS: Final[dict[str, values.Reader[Any]]] = {
    "company": values.line,
    "order": values.order_number,
    "serial": values.serial,
    "part": values.code,
    "sequence": values.whole(1, limits.VERSION),
    "replaces": _serials,
    "use": values.word({word(use): use for use in Use}),
    "starts": values.day,
    "warning": values.day,
    "expiry": values.day,
    "grace": values.day,
    "days": values.whole(1, limits.TERM_DAYS),
    "warning_days": _DAYS,
    "grace_days": _DAYS,
    "maintenance": values.day,
    "next_check": values.day,
    "edition": values.line,
    "installations": values.whole(1, limits.COUNT),
    "facts": values.whole(1, limits.FACTS),
    "after_grace": values.word({word(policy): policy for policy in AfterGrace}),
    "offline_hours": _HOURS,
    "borrow_hours": _HOURS,
}
"""Key of an order to the reader of its value."""
_SELLING_KEYS: Final = ("edition", "system", "sites", "users", "settings")
KEYS: Final = frozenset({*_READERS, *_SELLING_KEYS})
"""Every key that an order may have."""
_OTHER_USES: Final = tuple(f"-{use.word}" for use in Use if use is not Use.PRODUCTION)
_DATE_KEYS: Final = frozenset({"starts", "warning", "expiry", "grace", "days", "warning_days", "grace_days"})


def read_draft(text: bytes) -> OrderDraft:
    """Return what can be read of a TOML file and its faults, for those of `bundle_faults`.

    Raises:
        OrderInvalid: it is no TOML.
    """
    content = parse_toml(text)
    if isinstance(content, errors.SyntaxInvalid):
        raise errors.OrderInvalid(faults=(content,))
    return draft_from(content)._replace(remarks=marks_in(text))


def draft_from(content: object) -> OrderDraft:
    """Return what can be read of a mapping and its faults, for those of `bundle_faults`.

    It has the keys and values of the TOML form; dates may be text: `2027-12-31`.
    """
    if not isinstance(content, dict):
        found = values.what_is(content)
        fault = errors.ValueInvalid(reason="kind", found=found, wanted="an order")
        return OrderDraft(Order(company=""), (fault,))
    table = Table("", cast("dict[str, object]", content), [])
    table.refuse_others(KEYS)
    table.require("company")
    if not any(table.content.get(key) for key in _SELLING_KEYS):
        table.faults.append(errors.OrderIncomplete(reason="sells-nothing"))
    order = _order(table)
    if order.serial in order.replaces:
        itself = errors.OrderSerialInvalid(reason="replaces-itself", serial=order.serial or "")
        table.refuse("replaces", itself)
    if order.part.endswith(_OTHER_USES):
        table.refuse("part", errors.OrderSerialInvalid(reason="part-use", part=order.part))
    if order.replaces and order.part != BASE:
        table.refuse("replaces", errors.OrderSerialInvalid(reason="part-replaces", part=order.part))
    unread = any(fault.where in _DATE_KEYS for fault in table.faults)
    table.faults.extend(date_faults(order, whole=not unread))
    if not table.faults:
        return OrderDraft(order)
    return OrderDraft(order, tuple(in_file_order(table.faults, table.content)))


def _order(table: Table) -> Order:
    given = {key: table.read(key, _READERS[key]) for key in table.content if key in _READERS}
    fields: dict[str, Any] = {key: value for key, value in given.items() if value is not None}
    # The one key that is not called as its field: a file that is an order says `order`.
    number = fields.pop("order", None)
    company = fields.pop("company", "")
    system, sites, users = read_counts(table)
    return Order(company, number, system=system, sites=sites, users=users, settings=read_settings(table), **fields)
