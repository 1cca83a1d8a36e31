"""Reading of orders (`docs/reference/orders.md`): TOML, or a mapping with the same keys.

Values may also come as text: a cell of a table, or `users.windows=50` in a command. Text that is neither a number nor
`true` or `false` is left to the reader of the key.
"""

from contextlib import suppress
from marshal import dumps
from typing import Any, Final, NamedTuple, cast

from licensekit import errors, limits
from licensekit.issuer.catalog.catalog_file import read_counts, read_settings
from licensekit.issuer.orders.order import OWN, SETTINGS, TABLES, Order, OrderDraft, date_faults
from licensekit.text import names, tables, values
from licensekit.wire import documents, plain

_MARSHALLED: Final = 2  # the last version of `marshal` whose output does not depend on shared references
KEPT: Final = 2000  # the most terms that are cached for orders in bulk


def _serials(value: object) -> tuple[str, ...]:
    """Read serials: an array, or one text with spaces between them."""
    words: object = value.split() if isinstance(value, str) else value
    listed = cast("list[object]", values.typed(words, list, "an array"))
    serials = sorted({values.serial(one) for one in listed})
    if len(serials) > limits.REPLACED:
        raise values.FaultyValue(errors.TableInvalid(reason="too-many", most=limits.REPLACED))
    return tuple(serials)


_WHOLE: Final = {
    "sequence": values.whole(1, limits.VERSION),
    "days": values.whole(1, limits.TERM_DAYS),
    **dict.fromkeys(("warning_days", "grace_days"), values.whole(0, limits.TERM_DAYS)),
    "installations": values.whole(1, limits.COUNT),
    "facts": values.whole(1, limits.FACTS),
    **dict.fromkeys(("offline_hours", "borrow_hours"), values.whole(0, limits.HOURS)),
}
READERS: Final[dict[str, values.Reader[Any]]] = {
    **_WHOLE,
    **dict.fromkeys(("starts", "warning", "expiry", "grace", "maintenance", "next_check"), values.day),
    "company": values.line,
    **dict.fromkeys(("order", "customer", "purchase_order"), values.order_number),
    "serial": values.serial,
    "part": values.code,
    "replaces": _serials,
    "use": values.word({plain.word(use): use for use in documents.Use}),
    "edition": values.line,
    "after_grace": values.word({plain.word(policy): policy for policy in documents.AfterGrace}),
}
"""Key of an order to the reader of its value."""
_SELLING_KEYS: Final = ("edition", *TABLES)
KEYS: Final = frozenset({*READERS, *_SELLING_KEYS})  # every key that an order may have
_OTHER_USES: Final = tuple(f"-{use.word}" for use in documents.Use if use is not documents.Use.PRODUCTION)
_TRUTH: Final = {**dict.fromkeys(("true", "yes", "x", "1"), True), **dict.fromkeys(("false", "no", "0"), False)}
"""Case does not matter: Excel writes `FALSE`."""
_DIGITS: Final = 19  # a longer number is above every bound, and is left to the reader to refuse
_DATE_KEYS: Final = frozenset({"starts", "warning", "expiry", "grace", "days", "warning_days", "grace_days"})


def read_draft(text: bytes) -> OrderDraft:
    """Read an order in TOML, as `draft_from`; raise `OrderInvalid` if it is not TOML."""
    content = tables.parse_toml(text)
    if isinstance(content, errors.SyntaxInvalid):
        raise errors.OrderInvalid(faults=(content,))
    return draft_from(content)._replace(remarks=names.marks_in(text))


def draft_from(content: object) -> OrderDraft:
    """Read an order from a mapping, and return it with its faults; `check_order` finds those against the catalog.

    It has the keys and values of the TOML form; dates may be text: `2027-12-31`.
    """
    if not isinstance(content, dict):
        fault = errors.ValueInvalid(reason="kind", found=values.what_is(content), wanted="an order")
        return OrderDraft(Order(company=""), (fault,))
    table = tables.Table("", cast("dict[str, object]", content), [])
    table.refuse_others(KEYS)
    if "customer" not in table.content:
        table.require("company")
    if not any(table.content.get(key) for key in _SELLING_KEYS):
        table.faults.append(errors.OrderIncomplete(reason="sells-nothing"))
    order = _order(table)
    if order.serial in order.replaces:
        table.refuse("replaces", errors.OrderSerialInvalid(reason="replaces-itself", serial=order.serial or ""))
    if order.part.endswith(_OTHER_USES):
        table.refuse("part", errors.OrderSerialInvalid(reason="part-use", part=order.part))
    if order.replaces and order.part != documents.BASE:
        table.refuse("replaces", errors.OrderSerialInvalid(reason="part-replaces", part=order.part))
    table.faults.extend(date_faults(order, whole=not any(fault.where in _DATE_KEYS for fault in table.faults)))
    return OrderDraft(order, tuple(tables.in_file_order(table.faults, table.content)) if table.faults else ())


def _order(table: tables.Table) -> Order:
    given = {key: table.read(key, READERS[key]) for key in table.content if key in READERS}
    fields: dict[str, Any] = {key: value for key, value in given.items() if value is not None}
    # The only key that differs from its field: the file says `order`.
    number = fields.pop("order", None)
    company = fields.pop("company", "")
    system, sites, users = read_counts(table)
    return Order(company, number, system=system, sites=sites, users=users, settings=read_settings(table), **fields)


class OrderKey(NamedTuple):
    """The key of a value in an order, perhaps in one of its tables."""

    table: str  # empty: none
    key: str
    type: documents.SettingType | None = None  # of a setting in the catalog

    @property
    def path(self) -> str:
        """The key path: `users.windows`."""
        return f"{self.table}.{self.key}" if self.table else self.key

    def read(self, text: str) -> object:
        """Return the value of `text` under this key."""
        if self.type is documents.SettingType.BOOLEAN:
            return _TRUTH.get(text.lower(), text)
        if self.type is documents.SettingType.TEXT or not (self.table or self.key in _WHOLE):
            return text
        digits = text.removeprefix("-")
        is_number = digits.isascii() and digits.isdecimal() and len(digits) <= _DIGITS
        number = int(text) if is_number else text
        # For a system license, 1 may be a quantity, and 0 means false.
        is_truth = self.table == documents.Kind.SYSTEM.plural and not (isinstance(number, int) and number)
        return _TRUTH.get(text.lower(), number) if is_truth else number

    def put(self, order: dict[str, Any], value: object) -> None:
        """Set the value in an order's content; None removes it."""
        held = order.setdefault(self.table, {}) if self.table else order
        if value is None:
            held.pop(self.key, None)
        else:
            held[self.key] = value


def parse_key(title: str, catalog: documents.Catalog) -> OrderKey:
    """Parse a key, a key path, or the bare code of a license."""
    table, dot, code = title.partition(".")
    if table == SETTINGS and code in catalog.settings:
        return OrderKey(table, code, catalog.settings[code].type)
    if not dot and title in catalog.licenses:
        return OrderKey(catalog.licenses[title].kind.plural, title)
    return OrderKey(table, code) if table in TABLES and code else OrderKey("", title)


class OrderReader:
    """Reads orders as `draft_from` does, with a cache for terms that it has seen."""

    def __init__(self) -> None:
        self._orders: dict[bytes, Order | None] = {}

    def draft(self, content: object) -> OrderDraft:
        """Read an order from a mapping, as `draft_from`."""
        if not isinstance(content, dict):
            return draft_from(content)
        given = cast("dict[str, Any]", content)
        with suppress(ValueError):  # a faulty value, or a type that `marshal` does not support
            terms = dumps({key: value for key, value in given.items() if key not in OWN}, _MARSHALLED)
            return self._known(given, terms) or draft_from(given)
        return draft_from(given)

    def _known(self, given: dict[str, Any], terms: bytes) -> OrderDraft | None:
        if terms not in self._orders:
            if len(self._orders) >= KEPT:
                self._orders.clear()
            # Not cached: terms with faults, and those that depend on the serial.
            draft = draft_from({**given, **dict.fromkeys(OWN), "company": "-"})
            self._orders[terms] = None if draft.faults or draft.order.replaces else draft.order
        shared = self._orders[terms]
        if shared is None:
            return None
        own = [READERS[key](given[key]) if given.get(key) is not None else None for key in OWN]
        return OrderDraft(Order._make((*own, *shared[len(OWN) :])), (), terms) if own[0] else None
