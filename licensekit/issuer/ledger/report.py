"""Reports: what was sold in a period, what is in force at its end, and who owes a true-up (`docs/how-to/reports.md`).

A report reads `sales`, which grows with days and terms; if it is by customer, or about one, it reads the bundles.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from itertools import groupby
from operator import itemgetter
from typing import Any, Final, NamedTuple

from licensekit import database, dates
from licensekit.issuer.ledger import customers, documents, projection
from licensekit.wire.documents import Kind, MeterPeriod, Use
from licensekit.wire.plain import fields_named, plain_fields

_MONTHS: Final[Mapping[str, int]] = {"month": 1, "quarter": 3, "year": 12}
REPORTED_BY: Final = ("license", "edition", "customer", "issuer", *_MONTHS)
_SQL: Final = database.read_queries(__file__)
_OF_CUSTOMER: Final = "SELECT serial FROM customer_serials WHERE customer ="
_SUMS: Final = 14
_PLAIN: Final = (
    "product issuer group external_id=external use license kind per unrestricted new renewed changed taken_back"
    " in_force lapsed expiring maintenance_due stated_for in_use peak over free"
)
REPORT_FIELDS: Final = tuple(fields_named(_PLAIN))
"""The keys of `ReportRow.plain`, in order."""


class ReportScope(NamedTuple):
    """What a report covers."""

    by: str = "license"
    """One of `REPORTED_BY`."""
    first: date | None = None
    """The first day; None: the first of the year in which the report ends."""
    last: date | None = None
    """The last day; None: today, or `first` if that is later."""
    customer: str | None = None
    """A customer, as `customer_named` finds it."""
    license: str | None = None
    within: int = 90
    """How many days after the period the columns `expiring` and `maintenance_due` cover."""


class ReportRow(NamedTuple):
    """The figures of one license, or of bundles, in one group and period."""

    product: str
    issuer: str
    group: str
    """The edition, customer, issuer or period; empty if the report is by license."""
    external: str | None
    """The external id of the customer."""
    use: Use
    license: str
    """Empty: the figures count bundles."""
    kind: Kind | None
    per: MeterPeriod | None
    unrestricted: bool
    """Whether the figures count bundles that sell the license unrestricted, as these cannot be added up."""
    new: int
    renewed: int
    changed: int
    taken_back: int
    in_force: int
    lapsed: int
    expiring: int
    maintenance_due: int
    stated_for: int | None
    """The count sold to the serials with a statement; None here and below: there is no statement."""
    in_use: int | None
    peak: int | None
    over: int | None
    free: int | None

    def plain(self) -> dict[str, Any]:
        """Return it as plain JSON values, with the keys of `REPORT_FIELDS`."""
        return plain_fields(self, _PLAIN)


def report(
    ledger: database.Connection, state: documents.WorkspaceState, scope: ReportScope, *, today: int
) -> Iterator[ReportRow]:
    """Yield the rows of a report by group, use and license; in constant memory unless it is by period."""
    last = scope.last or max(dates.date_of(today), scope.first or date.min)
    periods = _periods(scope.by, scope.first or last.replace(month=1, day=1), last)
    issuer = "" if state.issuer == state.trust_store.issuer else state.issuer
    found = ledger.stream(_query(ledger, scope, periods), *([] if scope.by == "edition" else [issuer]))
    rows = (
        one
        for key, some in groupby(found, itemgetter(*range(7)))
        if scope.license in {None, key[5]}
        for one in _rows(state, scope.by, [name for name, *_ in periods], key, some)
    )
    yield from sorted(rows, key=itemgetter(2)) if scope.by in _MONTHS else rows


def _periods(by: str, first: date, last: date) -> list[tuple[str, date, date]]:
    """Return the name, first and last day of each period from `first` to `last`; one if it is not by period."""
    months, found = _MONTHS.get(by), list[tuple[str, date, date]]()
    while months is not None and first <= last:
        begin = first.month - 1 - (first.month - 1) % months
        name = {1: f"{first:%Y-%m}", 3: f"{first:%Y}-Q{begin // 3 + 1}", 12: f"{first:%Y}"}[months]
        years, month = divmod(begin + months, 12)
        after = date(first.year + years, month + 1, 1)
        found.append((name, first, min(last, after - timedelta(days=1))))
        first = after
    return found or [("", first, last)]


def _query(ledger: database.Connection, scope: ReportScope, periods: list[tuple[str, date, date]]) -> Any:
    """Return the query of a report; only numbers and fixed parts are inserted into it."""
    days = [(dates.days_of(first), dates.days_of(last)) for _, first, last in periods]
    one = None if scope.customer is None else customers.customer_named(ledger, scope.customer).number
    is_owned = one is not None or scope.by == "customer"
    with_periods, sums = _SQL["with_periods"], _SQL["sums"]
    if scope.by != "edition":
        with_periods, sums = with_periods + _SQL["with_statements"], f"{sums} {_SQL['true_up']}"
    filled = {
        "{periods}": with_periods,
        "{figures}": sums,
        "{days}": ", ".join(f"({place}, {a}, {b})" for place, (a, b) in enumerate([(0, days[0][0] - 1), *days])),
        "{sales}": _SQL["sales_of"].replace("{postings}", projection.POSTINGS) if is_owned else _SQL["sales"],
        "{bundles}": _SQL["bundles_of"] if is_owned else _SQL["bundles"],
        "{which}": "1 = 1" if one is None else f"b.serial IN ({_OF_CUSTOMER} {one})",
        "{customer}": "o.customer" if is_owned else "0",
        "{edition}": "t.edition" if scope.by == "edition" else "''",
        "{within}": str(scope.within),
    }
    query = _SQL["report"]
    for name, part in filled.items():
        query = query.replace(name, part)
    return query


def _rows(
    state: documents.WorkspaceState, by: str, periods: list[str], key: tuple[Any, ...], found: Iterable[database.Row]
) -> Iterator[ReportRow]:
    """Yield the row of a license for each period in which a figure is not zero."""
    name, external, _, edition, use, license_, is_unrestricted = key
    sums = defaultdict[int, list[int]](lambda: [0] * _SUMS)
    known, in_force = state.signed_catalog.licenses.get(license_), 0
    kind, per = (None, None) if known is None else (known.kind, known.per)
    for row in found:
        kind = Kind(row[8]) if row[8] >= 0 else kind
        sums[row[7]] = [a + int(b) for a, b in zip(sums[row[7]], row[9:], strict=True)]
    for place in range(len(periods) + 1):
        new, renewed, changed, taken, net, lapsed, expiring, due, *used, stating = sums[place]
        in_force += net
        stated: list[int | None] = [None] * len(used)
        if stating and (kind is not Kind.SYSTEM or per is not None):
            stated = [None, *used[1:3], None, None] if is_unrestricted else [*used]
        figures = [new, renewed, changed, taken, in_force, lapsed, expiring, due]
        if place and any([*figures, *stated]):
            group = {"edition": edition, "customer": name, "issuer": state.issuer}.get(by) or periods[place - 1]
            whose = external if by == "customer" else None
            about = (state.product, state.issuer, group, whose, Use(use), license_, kind, per)
            yield ReportRow(*about, bool(is_unrestricted), *figures, *stated)
