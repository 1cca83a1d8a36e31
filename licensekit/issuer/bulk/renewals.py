"""Renewals of many: what ends, what it would become, and the same list edited in a spreadsheet.

Each row names the bundle that it renews and the dates that it is to have, so that a list that is taken back later still
means what was shown. Its order number follows from the bundle, unless somebody gives it one, and is issued once.
"""

import re
from collections.abc import Generator, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, NamedTuple

from licensekit.database import Connection
from licensekit.dates import format_days
from licensekit.files import open_plain
from licensekit.issuer.bulk.lines import OrderLine, Orders, columns_of, faulty, pieces_of
from licensekit.issuer.ledger import bundles, lookup
from licensekit.issuer.ledger.lookup import Filters
from licensekit.issuer.orders.amendment import Amendment, later_ends
from licensekit.issuer.orders.order import Order, OrderDraft
from licensekit.issuer.orders.order_file import READERS, OrderKey
from licensekit.text import values
from licensekit.text.columns import AS_WRITTEN, TableOptions, read_table
from licensekit.text.tables import Table
from licensekit.wire.documents import BASE, Bundle, Catalog
from licensekit.wire.plain import plain_fields

_PAGE: Final = 1000
_OF_BUNDLE: Final = ("order", "serial", "part", "sequence", "days")
"""What a row says of the bundle that it renews and how, beside the values that it sets."""
_TOLD: Final = ("ends", "until")
"""Columns for who reads the list; nothing follows from them."""
_DOTTED: Final = re.compile(r"([0-9]{1,2})\.([0-9]{1,2})\.([0-9]{4})")
"""A date as spreadsheets of many countries write it, and all of them in the same order."""


class Renewal(NamedTuple):
    """A bundle whose term or maintenance ends, and its dates once it is renewed; in days since 1970."""

    company: str
    serial: str
    part: str
    sequence: int
    ends: str
    """What ends: `term`, or `maintenance` alone."""
    until: int
    expiry: int | None
    """None: it stays as it is."""
    maintenance: int | None
    """None: it stays as it is."""

    @property
    def line(self) -> OrderLine:
        """The renewal as `Workspace.issue_bulk` signs it."""
        said = {key: value for key, value in self.plain().items() if value is not None}
        return _line(said, str(said["order"]), 0)

    def plain(self) -> dict[str, Any]:
        """Return it as plain JSON values, by `RENEWAL_FIELDS`."""
        number = _number_for(self.serial, self.part, self.sequence)
        said = plain_fields(self, "company serial part sequence ends")
        return {"order": number, **said, "until": format_days(self.until), **plain_fields(self, "expiry maintenance")}


RENEWAL_FIELDS: Final = ("order", "company", "serial", "part", "sequence", *_TOLD, "expiry", "maintenance")
"""The names of what a renewal says as plain data, in order: the columns of the list."""


def renewals(ledger: Connection, filters: Filters, *, days: int, today: int) -> Iterator[Renewal]:
    """Yield what `lookup.ending` finds, renewed by this many days."""
    numbers = lookup.ending(ledger, filters, today=today)
    last = today + (filters.expiring_within or 0)
    for first in range(0, len(numbers), _PAGE):
        some = numbers[first : first + _PAGE]
        found = {one.number: one.bundle for one in bundles.numbered(ledger, some)}
        yield from (_renewed(found[number], days, today, last) for number in some)


def _renewed(bundle: Bundle, days: int, today: int, last: int) -> Renewal:
    becomes = later_ends(bundle, days, today)
    is_term = bundle.expiry is not None and today <= bundle.expiry <= last
    ends, until = ("term", bundle.expiry) if is_term else ("maintenance", bundle.maintenance)
    expiry = becomes["expiry"] if is_term else None
    named = bundle.company, bundle.serial, bundle.part, bundle.sequence
    return Renewal(*named, ends, until or 0, expiry, becomes.get("maintenance"))


@contextmanager
def open_renewals(path: Path, catalog: Catalog, options: TableOptions = AS_WRITTEN) -> Generator[Orders]:
    """Open a list of renewals in a file; each row is read when its turn comes.

    Raises:
        FileUnusable: it cannot be read.
    """
    stream, size = open_plain(path, what="a list of renewals")
    with stream:
        yield Orders(renewal_lines(pieces_of(stream), str(path), catalog, options), size)


def renewal_lines(
    data: Iterable[bytes], name: str, catalog: Catalog, options: TableOptions = AS_WRITTEN
) -> Iterator[OrderLine]:
    """Yield the renewals of a table, which comes in pieces: `RENEWAL_FIELDS`, and any key that an amendment can set.

    An empty cell keeps what is. What is wrong with the headings is one draft, and the only one.
    """
    columns = columns_of(catalog, ("serial", "sequence"), _TOLD)
    for row in read_table(data, columns, options):
        where = f"{name}:{row.line}"
        line = OrderLine(where, faulty(*row.faults), 0) if row.faults else _line(_values(row.cells), where, row.size)
        yield line._replace(draft=line.draft._replace(remarks=row.marks))


def _values(cells: Mapping[OrderKey, str]) -> dict[str, object]:
    return {column.path: column.read(_dated(column, text)) for column, text in cells.items() if text}


def _dated(column: OrderKey, text: str) -> str:
    dotted = _DOTTED.fullmatch(text) if READERS.get(column.path) is values.day else None
    return f"{dotted[3]}-{dotted[2]:0>2}-{dotted[1]:0>2}" if dotted else text


def _line(said: Mapping[str, object], where: str, size: int) -> OrderLine:
    """Return the renewal of one row: its values by key path."""
    table = Table("", said, [])
    table.require("serial", "sequence")
    own: dict[str, Any] = {key: table.read(key, READERS[key]) for key in _OF_BUNDLE}
    if table.faults:
        return OrderLine(where, OrderDraft(Order("", where), tuple(table.faults)), size)
    serial, part, sequence = own["serial"], own["part"] or BASE, own["sequence"]
    number = own["order"] or _number_for(serial, part, sequence)
    sets = {key: value for key, value in said.items() if key not in {*_OF_BUNDLE, *_TOLD}}
    change = Amendment("renew", serial, part, sets, own["days"], number, sequence=sequence)
    return OrderLine(where, OrderDraft(Order(str(said.get("company", "")), number, serial, part)), size, change)


def _number_for(serial: str, part: str, sequence: int) -> str:
    return f"R-{serial}-{part}-{sequence}"
