"""An order of one company: its fields, dates and canonical text."""

import json
from collections.abc import Iterator, Mapping
from enum import IntEnum
from itertools import pairwise
from typing import Any, Final, NamedTuple

from licensekit import errors, proposals
from licensekit.catalog.rules import as_numbers
from licensekit.dates import format_days
from licensekit.errors.coded import Located, Message
from licensekit.wire import chain, documents, plain

SETTINGS: Final = "settings"
TABLES: Final = frozenset({*(kind.plural for kind in documents.Kind), SETTINGS})
"""The keys of an order that are tables of codes."""
_WARNING_DAYS: Final = 30
_WARNING_PART: Final = 4  # the last quarter of a term


class Order(NamedTuple):
    """One order. Dates are in days since 1970; None: absent."""

    company: str
    number: str | None = None  # the issuer's own number for it: an order with one number is issued once
    serial: str | None = None  # None: a new one
    customer: str | None = None  # external id or name; None: the customer of the serial, or with the company's name
    purchase_order: str | None = None  # the customer's own number for it, kept in the ledger and in no document
    part: str = "base"
    sequence: int | None = None  # None: the next one of the serial and part
    replaces: tuple[str, ...] = ()
    use: documents.Use = documents.Use.PRODUCTION
    starts: int | None = None
    warning: int | None = None
    expiry: int | None = None
    grace: int | None = None
    days: int | None = None  # the term, from `starts` or else the day of issue
    warning_days: int | None = None  # the warning comes this many days before the expiry; 0: none
    grace_days: int | None = None  # grace ends this many days after the expiry
    maintenance: int | None = None
    next_check: int | None = None
    edition: str | None = None  # grants its contents; the order's own values override and extend them
    system: Mapping[str, int | None] = {}  # `True`: 1, and no number was given
    sites: Mapping[str, int | None] = {}
    users: Mapping[str, int | None] = {}
    settings: Mapping[str, documents.Value] = {}
    installations: int | None = None  # how many installations may be bound; None: one
    facts: int | None = None  # how many machine facts must match, beside the key; None: only the key
    after_grace: documents.AfterGrace = documents.AfterGrace.READ_ONLY
    offline_hours: int = 24
    borrow_hours: int = 0


OWN: Final = ("company", "order", "serial", "customer", "purchase_order")
"""The keys in which orders with the same terms differ: the first fields."""


class OrderDraft(NamedTuple):
    """An order as far as it could be read, and the faults of the rest."""

    order: Order
    faults: tuple[Located, ...] = ()
    terms: bytes | None = None  # the same for orders that differ only in `OWN`; None: unknown
    remarks: tuple[Message, ...] = ()  # such as marks that were left out


class Term(NamedTuple):
    """The dates of an order once the day of issue is known, in days since 1970."""

    warning: int | None
    expiry: int | None
    grace: int | None


def term(order: Order, issued: int) -> Term:
    """Return the dates of `order` if it is issued on the day `issued`."""
    begins = issued if order.starts is None else order.starts
    expiry = order.expiry if order.days is None else begins + order.days
    if expiry is None:
        return Term(None, None, None)
    warning, grace = order.warning, order.grace
    if order.warning_days:
        warning = expiry - order.warning_days
    elif order.warning_days is None and warning is None:
        warning = usual_warning(begins, expiry)
    if order.grace_days is not None:
        grace = expiry + order.grace_days
    return Term(warning, expiry, grace)


def usual_warning(begins: int, expiry: int) -> int | None:
    """Return the default warning of a term, in days since 1970; None for a term of a few days."""
    days = min(_WARNING_DAYS, (expiry - begins) // _WARNING_PART)
    return expiry - days if days > 0 else None


def date_faults(order: Order, *, whole: bool = True) -> list[errors.OrderDatesInvalid]:
    """Return the faults of the dates; not `whole`: some could not be read, so an absent date is not a fault."""
    return (list(_contradictions(order)) if whole else []) or list(_wrong_sequence(order))


def _contradictions(order: Order) -> Iterator[errors.OrderDatesInvalid]:
    if order.expiry is not None and order.days is not None:
        yield errors.OrderDatesInvalid(reason="twice", key="expiry", where="days")
    ends = order.expiry is not None or order.days is not None
    for key, day, days in (("warning", order.warning, order.warning_days), ("grace", order.grace, order.grace_days)):
        counted = f"{key}_days"
        used = key if days is None else counted
        if day is not None and days is not None:
            yield errors.OrderDatesInvalid(reason="twice", key=key, where=used)
        elif (day is not None or days is not None) and not ends:
            yield errors.OrderDatesInvalid(reason="no-term", where=used)
        elif day is not None and order.days is not None:
            yield errors.OrderDatesInvalid(reason="beside-days", key=counted, where=key)


def _wrong_sequence(order: Order) -> Iterator[errors.OrderDatesInvalid]:
    """Yield the dates that come too early; without `starts`, a term in days begins on day 0."""
    begins = 0 if order.starts is None and order.days is not None else order.starts
    warning, expiry, grace = term(order, 0)
    is_usual = order.warning is None and order.warning_days is None
    dates = (
        ("starts", begins),
        ("warning" if order.warning_days is None else "warning_days", None if is_usual else warning),
        ("expiry" if order.days is None else "days", expiry),
        ("grace" if order.grace_days is None else "grace_days", grace),
    )
    for (earlier, first), (later, second) in pairwise([(key, day) for key, day in dates if day is not None]):
        if first > second:
            reason = "before-term" if earlier == "starts" and order.starts is None else "before"
            yield errors.OrderDatesInvalid(reason=reason, key=earlier, where=later)


_DEFAULTS: Final = Order(company="")
_DATES: Final = frozenset({"starts", "warning", "expiry", "grace", "maintenance", "next_check"})


def canonical(order: Order) -> str:
    """Return the values of `order` that differ from the defaults, as JSON with sorted keys."""
    fields = zip(Order._fields, order, _DEFAULTS, strict=True)
    said = {name: _plain(name, value) for name, value, usual in fields if value != usual and name != "number"}
    return chain.canonical_json(said)


def difference(before: str, after: str) -> tuple[proposals.Change, ...]:
    """Return the differences between two canonical texts, by key path."""
    texts = (flat(json.loads(text)).items() for text in (before, after))
    old, new = ({path: _shown(path.partition(".")[0], value) for path, value in said} for said in texts)
    return proposals.changes_between(old, new)


def flat(content: Mapping[str, Any]) -> dict[str, object]:
    """Return the values of an order or a change by key path, such as `users.windows`."""
    found: dict[str, object] = {}
    for key, value in content.items():
        found |= {f"{key}.{code}": one for code, one in value.items()} if key in {*TABLES, "set"} else {key: value}
    return found


def _plain(name: str, value: Any) -> Any:
    return as_numbers(value) if name == "system" else plain.word(value) if isinstance(value, IntEnum) else value


def _shown(name: str, value: Any) -> object:
    return format_days(value) if name in _DATES else "unrestricted" if value is None else value
