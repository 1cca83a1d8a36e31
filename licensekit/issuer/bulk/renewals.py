"""Renewals in bulk: a list of the bundles that end, with their new dates, to be edited in a spreadsheet and read back.

Each row names the bundle that it renews and its new dates, so a list that is read back later means what it showed. The
order number is derived from the bundle unless the row has one, and is issued once.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from heapq import merge
from operator import attrgetter
from typing import Any, Final, NamedTuple

from licensekit.database import Connection
from licensekit.dates import format_days
from licensekit.issuer.bulk.lines import OrderLine, columns_of, faulty
from licensekit.issuer.ledger import lookup, states
from licensekit.issuer.orders import amendment, order, order_file
from licensekit.text import tables, values
from licensekit.text.columns import AS_WRITTEN, TableOptions, read_table
from licensekit.wire.documents import BASE, Bundle, Catalog, Use
from licensekit.wire.plain import plain_fields

_OF_RENEWAL: Final = ("order", "serial", "part", "sequence", "days", "purchase_order")
"""The columns about the renewal itself; the others set values."""
_TOLD: Final = ("ends", "until")  # columns for the reader, ignored when read back
_DOTTED: Final = re.compile(r"([0-9]{1,2})\.([0-9]{1,2})\.([0-9]{4})")
"""Day, month, year: how spreadsheets of many countries write a date."""
RENEWAL_FIELDS: Final = (
    *("order", "company", "serial", "part", "sequence", "ends", "until", "expiry", "maintenance", "purchase_order"),
)
"""The keys of `Renewal.plain`, in order: the columns of the list."""


class Renewal(NamedTuple):
    """A bundle whose term or maintenance ends, and its dates after the renewal, in days since 1970."""

    bundle: Bundle
    ends: str
    """What ends: `term`, or `maintenance` alone."""
    until: int
    expiry: int | None
    """None: unchanged."""
    maintenance: int | None
    """None: unchanged."""

    @property
    def line(self) -> OrderLine:
        """The renewal for `Workspace.issue_bulk`."""
        said = {key: value for key, value in self.plain().items() if value is not None}
        return _line(said, str(said["order"]), 0)

    def plain(self) -> dict[str, Any]:
        """Return it as plain JSON values, with the keys of `RENEWAL_FIELDS`."""
        named = plain_fields(self.bundle, "company serial part sequence")
        dates = {"until": format_days(self.until), **plain_fields(self, "expiry maintenance")}
        number = f"R-{self.bundle.label.replace(' ', '-')}"
        return {"order": number, **named, "ends": self.ends, **dates, "purchase_order": None}


def renewals(ledger: Connection, filters: lookup.Filters, *, days: int, today: int) -> Iterator[Renewal]:
    """Yield the renewal by `days` of each bundle that ends within `filters.expiring_within` days, earliest first."""
    within = filters.expiring_within or 0
    terms = filters._replace(state=None, expiring_within=within)
    maintained = terms._replace(expiring_within=None, maintenance_within=within)

    def renewed(asked: lookup.Filters, ends: str, key: str) -> Iterator[Renewal]:
        for one in lookup.listed(ledger, asked, today=today):
            bundle, becomes = one.bundle, amendment.later_ends(one.bundle, days, today)
            if one.state != states.ACTIVE or bundle.use is not Use.PRODUCTION:  # trials and demos are not sold again
                continue
            if bundle.expiry is None or bundle.expiry > today + within:
                becomes.pop("expiry", None)
            if ("expiry" in becomes) == (asked is terms):
                yield Renewal(bundle, ends, getattr(bundle, key), becomes.get("expiry"), becomes.get("maintenance"))

    found = (renewed(terms, "term", "expiry"), renewed(maintained, "maintenance", "maintenance"))
    return merge(*found, key=attrgetter("until"))


def renewal_lines(
    data: Iterable[bytes], name: str, catalog: Catalog, options: TableOptions = AS_WRITTEN
) -> Iterator[OrderLine]:
    """Yield the renewals of a table, which comes in pieces: `RENEWAL_FIELDS`, and any key that an amendment can set.

    An empty cell changes nothing. If the headings are wrong, the only draft has their faults.
    """
    for row in read_table(data, columns_of(catalog, ("serial", "sequence"), _TOLD), options):
        where = f"{name}:{row.line}"
        said = {column.path: _read(column, text) for column, text in row.cells.items() if text}
        line = OrderLine(where, faulty(*row.faults), 0) if row.faults else _line(said, where, row.size)
        yield line._replace(draft=line.draft._replace(remarks=row.marks))


def _read(column: order_file.OrderKey, text: str) -> object:
    dotted = _DOTTED.fullmatch(text) if order_file.READERS.get(column.path) is values.day else None
    return f"{dotted[3]}-{dotted[2]:0>2}-{dotted[1]:0>2}" if dotted else column.read(text)


def _line(said: Mapping[str, object], where: str, size: int) -> OrderLine:
    """Return the renewal of one row, given as key path to value."""
    table = tables.Table("", said, [])
    table.require("serial", "sequence")
    own: dict[str, Any] = {key: table.read(key, order_file.READERS[key]) for key in _OF_RENEWAL}
    if table.faults:
        return OrderLine(where, order.OrderDraft(order.Order("", where), tuple(table.faults)), size)
    serial, part, sequence = own["serial"], own["part"] or BASE, own["sequence"]
    number = own["order"] or f"R-{serial}-{part}-{sequence}"
    sets = {key: value for key, value in said.items() if key not in {*_OF_RENEWAL, *_TOLD}}
    change = amendment.Amendment("renew", serial, part, sets, own["days"], number, own["purchase_order"], sequence)
    return OrderLine(where, order.OrderDraft(order.Order(str(said.get("company", "")), number, serial)), size, change)
