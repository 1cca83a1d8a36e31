"""Making a bundle from an order and a catalog, and converting a bundle back to an order."""

from collections.abc import Callable, Collection, Iterator, Mapping
from itertools import islice
from typing import Any, Final, NamedTuple

from licensekit import limits, proposals
from licensekit.catalog.rules import Counts, as_numbers, counts_faults, missing_quantities, settings_faults
from licensekit.dates import day_at
from licensekit.errors import Fault, NameUnknown, OrderDatesInvalid, OrderIncomplete, OrderInvalid
from licensekit.issuer.orders.order import Order, OrderDraft, canonical, flat, term, usual_warning
from licensekit.issuer.orders.order_file import KEYS
from licensekit.text import columns, values
from licensekit.wire import chain
from licensekit.wire.documents import Bundle, Catalog, Edition, Kind, Value, compose
from licensekit.wire.plain import plain

_COUNTED: Final = frozenset(kind.plural for kind in Kind)
Fields = Callable[[str, int, str, Mapping[str, Value]], tuple[object, ...]]
"""Returns every field of a bundle, in order, for a serial, sequence, company and extensions."""


class CheckedOrder(NamedTuple):
    """An order without faults, and what it grants, including its edition."""

    order: Order
    issuer: str
    product: str
    counts: Counts
    settings: Mapping[str, Value]
    note: str = ""  # for the ledger: the doubts that were overridden

    @property
    def codes(self) -> frozenset[str]:
        """The codes of the licenses that it grants."""
        return frozenset[str]().union(*self.counts)


def check_order(draft: OrderDraft, catalog: Catalog, already: Collection[str] = ()) -> CheckedOrder:
    """Check a draft; raise `OrderInvalid` with all faults. `already` are codes that other parts grant."""
    order = draft.order
    if found := [*draft.faults, *bundle_faults(order, catalog, already)]:
        raise OrderInvalid(faults=tuple(found))
    counts, settings = _granted(order, catalog)
    return CheckedOrder(order, catalog.issuer, catalog.product, counts, settings)


def bundle_faults(order: Order, catalog: Catalog, already: Collection[str] = ()) -> list[Fault]:
    """Return every fault of `order` by the rules of `catalog`, located by key path."""
    # A hidden license may be sold: it is only hidden from the lists for assigning licenses. Requirements of an included
    # license may be missing: a plan is also sold to customers without the module for one of its rights. Requirements of
    # other issuers are checked in the installation, which has their bundles.
    guess = values.LimitedNearest()
    ordered = _named(order)
    of_counts = islice(counts_faults(ordered, catalog, "", guess), values.FAULTS)
    found: list[Fault] = [*of_counts, *missing_quantities(order.system, catalog.licenses)]
    of_settings = settings_faults(order.settings, catalog.settings, "", guess)
    if order.edition is not None and order.edition not in catalog.editions:
        named = {columns.caseless(one.name): code for code, one in catalog.editions.items()}
        near = values.nearest(columns.caseless(order.edition), [*catalog.editions, *named])
        no_edition = NameUnknown(reason="edition", name=order.edition, guess=named.get(near, near), where="edition")
        # Requirements are not checked: the right edition may meet them.
        return [no_edition, *found, *of_settings]
    for code, missing in missing_requirements(_granted(order, catalog)[0], catalog, already):
        where = next((f"{k.plural}.{code}" for k in Kind if code in ordered[k]), "edition")
        found.append(OrderIncomplete(reason="required", license=code, requires=missing, where=where))
    return [*found, *of_settings]


def form(checked: CheckedOrder, *, issued: int) -> Fields:
    """Return a function for the fields of the bundle; raise `OrderInvalid` if a date is not in 1970 to 9999."""
    order, counts = checked.order, checked.counts
    dates = term(order, day_at(issued))
    if not all(day is None or 0 <= day <= limits.DAYS for day in dates):
        raise OrderInvalid(faults=(OrderDatesInvalid(reason="term"),))
    term_fields = (order.starts, dates.warning, dates.expiry, dates.grace, order.maintenance, order.next_check)
    granted = (as_numbers(counts.system), dict(counts.sites), dict(counts.users), dict(checked.settings))
    rules = (order.after_grace, order.offline_hours, order.borrow_hours)
    first = checked.issuer, checked.product
    replaces, rest = list(order.replaces), (order.use, issued, *term_fields, *granted, None, *rules)

    def fields(serial: str, sequence: int, company: str, extensions: Mapping[str, Value]) -> tuple[object, ...]:
        return (*first, serial, order.part, sequence, replaces, company, *rest, dict(extensions))

    return fields


class Terms(NamedTuple):
    """The checked terms that many orders share."""

    fields: Fields
    before: str  # the canonical text of an order with these terms and without a serial, up to its company
    after: str  # the rest of that text
    note: str  # for the ledger: the doubts that were overridden

    @staticmethod
    def of(fields: Fields, order: Order, note: str) -> "Terms":
        """Return the terms of `order`; `fields` is from `form`."""
        # No other text of an order contains this character.
        whole = canonical(order._replace(company="\0", serial=None, customer=None, purchase_order=None))
        before, _, after = whole.partition(chain.canonical_json("\0"))
        return Terms(fields, before, after, note)

    def canonical(self, order: Order) -> str:
        """Return the canonical text of an order with these terms."""
        if any((order.serial, order.customer, order.purchase_order)):
            return canonical(order)
        return f"{self.before}{chain.canonical_json(order.company)}{self.after}"


def make_bundle(
    checked: CheckedOrder, *, serial: str, sequence: int, issued: int, extensions: Mapping[str, Value] = {}
) -> Bundle:
    """Make the bundle for an order, issued at `issued` (seconds since 1970); raises as `form`."""
    fields = form(checked, issued=issued)
    return compose(Bundle, fields(serial, sequence, checked.order.company, extensions))[0]


def _named(one: Order | Edition) -> Counts:
    return Counts(one.system, one.sites, one.users)


def _granted(order: Order, catalog: Catalog) -> tuple[Counts, Mapping[str, Value]]:
    """Return the counts and settings of the edition, overridden and extended by those of the order."""
    if order.edition is None:
        return _named(order), order.settings
    edition = catalog.editions[order.edition]
    counts = ({**usual, **own} for usual, own in zip(_named(edition), _named(order), strict=True))
    return Counts(*counts), {**edition.settings, **order.settings}


def missing_requirements(
    counts: Counts, catalog: Catalog, already: Collection[str]
) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield each license, with those that it requires of its own issuer and neither `counts` nor `already` have."""
    present = {*already, *counts.system, *counts.sites, *counts.users}
    licenses = catalog.licenses
    asking = {code: one.requires for t in counts for code in t if (one := licenses.get(code)) and one.requires}
    if asking:
        present |= catalog.reached(present)
    for code, requires in asking.items():
        if missing := tuple(own for own in requires if own not in present and "." not in own):
            yield code, missing


def content_of(bundle: Bundle) -> dict[str, Any]:
    """Convert a bundle to an order; a usual warning is left out, so that it follows a changed term."""
    content = _said(bundle)
    if bundle.expiry is not None:
        begins = day_at(bundle.issued) if bundle.starts is None else bundle.starts
        if bundle.warning == usual_warning(begins, bundle.expiry):
            content.pop("warning", None)
        elif bundle.warning is None:
            content["warning_days"] = 0
    return content


def _said(bundle: Bundle) -> dict[str, Any]:
    fields = ((key, value) for key, value in plain(bundle).items() if key in KEYS and key != "sequence")
    return {key: as_ordered(key, value) for key, value in fields if value not in (None, {}, [])}


def differences(before: Bundle | None, after: Bundle) -> tuple[proposals.Change, ...]:
    """Return the differences between two bundles by key path, in the order of the keys."""
    return proposals.changes_between({} if before is None else flat(_said(before)), flat(_said(after)))


def as_ordered(key: str, value: Any) -> Any:
    """Return the value of `key` in a document as orders write it, with `unrestricted` for a count of None."""
    if key not in _COUNTED:
        return value
    return {code: values.UNRESTRICTED if n is None else n for code, n in value.items()}
