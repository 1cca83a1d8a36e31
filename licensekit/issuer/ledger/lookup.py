"""Looking up entries and bundles by the names that people use; and lists, filtered and in pages.

Every filter has an index in the order of the list, with the columns of the other filters; the most selective one leads.
So the cost of a page does not depend on the size of the ledger.
"""

import json
import re
from collections.abc import Iterator
from typing import Any, Final, LiteralString, NamedTuple

from licensekit.database import Connection, Value, read_queries
from licensekit.errors import NotCurrent, NotIssued
from licensekit.issuer.ledger import bundles, customers, exchange_files, installations, projection, states
from licensekit.issuer.ledger.bundles import COLUMNS, Issued, read_row
from licensekit.issuer.ledger.entries import LedgerEntry, entry
from licensekit.issuer.orders import numbering
from licensekit.trust.signed import identity_of
from licensekit.wire import documents, frame
from licensekit.wire.plain import plain, plain_fields

_NUMBER: Final = re.compile(r"[1-9][0-9]{0,17}")
_IDENTITY: Final = re.compile(r"[0-9a-f]{32}")
_SEQUENCE: Final = re.compile(r"[1-9][0-9]{0,9}")
_SQL: Final = read_queries(__file__, COLUMNS)
EXPIRED: Final = "expired"
LISTED_STATES: Final = (*states.LEDGER_STATES, EXPIRED)
"""The states of bundles at one moment: an active bundle whose last day has passed is expired."""

_LAST: Final = "\U0010ffff"
_PAGE: Final = 1000
_Condition = tuple[LiteralString, tuple[Value, ...]]  # a filter in SQL, and its parameters


class LookupResult(NamedTuple):
    """An entry, its document, and the state of a bundle."""

    entry: LedgerEntry
    document: documents.Document
    identity: bytes
    key: bytes
    """The id of the key that signed it first, or the public key of the installation that did."""
    state: str | None
    """None if it is not a bundle."""
    change: states.StateChange | None
    """The last entry that took the bundle back or reinstated it."""
    send: str | None
    """The bundle whose file to send instead: its successor, or the same one with a newer signature."""
    installation: tuple[str, ...]
    """The name of the installation that signed it, or that it is bound to, if anybody named it."""

    def plain(self) -> dict[str, Any]:
        """Return it as plain JSON values: the entry and its document."""
        ordered = None if self.entry.order is None else json.loads(self.entry.order)
        entered = {**self.entry.plain(), "ordered": ordered, "type": self.entry.token.type}
        about = {**plain_fields(self, "identity key state"), **states.plain_change(self.change), "send": self.send}
        installation = next(iter(self.installation), None)
        return {**entered, **about, "installation": installation, "document": plain(self.document)}


def bundle_named(ledger: Connection, name: str) -> Issued:
    """Return the bundle called `name`: `1010000014-base-1`, also with spaces; or its file name or identity.

    Unless it is for production, the name has its use: `1010000014-base-trial-1`. Raises `NotIssued` if there is none.
    """
    if _IDENTITY.fullmatch(name) and (issued := bundles.by_identity(ledger, bytes.fromhex(name))):
        return issued
    stem = name.removesuffix(".lic").replace(" ", "-")
    for product, rest in [("", stem), *_divided(stem)]:
        for place in _readings(rest):
            issued = bundles.at(ledger, *place)
            if issued is not None and product in {"", issued.bundle.product}:
                return issued
    raise NotIssued(reason="bundle", name=name)


def bundles_to_send(ledger: Connection, name: str) -> list[Issued]:
    """Return the bundle called `name`, whatever its state; or the active bundles of a serial or order.

    Raises `NotIssued` if there is nothing with this name, `NotCurrent` if the serial or order has no active bundle.
    """
    issued = bundles.of_serial(ledger, name) or bundles.of_order(ledger, name)
    if not issued:
        return [bundle_named(ledger, name)]
    found = {heir.number: heir for one in issued if (heir := bundles.successor(ledger, one)) is not None}
    if not found:
        raise NotCurrent(reason=issued[-1].state, bundle=issued[-1].label)
    return list(found.values())


def _entries_named(ledger: Connection, name: str) -> list[int]:
    """Return the entry numbers for `name`: that of an entry, serial, order or bundle."""
    number = int(name) if _NUMBER.fullmatch(name) else 0
    identity = bytes.fromhex(name) if _IDENTITY.fullmatch(name) else b""
    if found := ledger.rows(_SQL["named"], number, *[name] * 5, identity):
        return [number for (number,) in found]
    if numbering.is_mistyped(name):
        raise NotIssued(reason="mistyped", name=name)
    try:
        return [bundle_named(ledger, name).number]
    except NotIssued as error:
        raise NotIssued(reason="name", name=name) from error


def look_up(ledger: Connection, name: str) -> list[LookupResult]:
    """Return the entries of `name` (an entry, serial, order or bundle), oldest first."""
    return [_result(ledger, number) for number in _entries_named(ledger, name)]


def require_serial(ledger: Connection, serial: str) -> None:
    """Raise `NotIssued` if nothing was issued for a serial; its reason tells if the serial looks mistyped."""
    if ledger.one("SELECT 1 FROM bundles WHERE serial = ? LIMIT 1", serial) is None:
        raise NotIssued(reason="mistyped" if numbering.is_mistyped(serial) else "serial", name=serial)


def _result(ledger: Connection, number: int) -> LookupResult:
    known = entry(ledger, number)
    opened = frame.read(known.token.frame)
    document = documents.decode(documents.CLASS_OF[known.token.type], opened.payload)
    binding = document.binding if isinstance(document, documents.Bundle) else None
    installation = exchange_files.signer_of(known.token) if binding is None else binding.installation
    identity = identity_of(known.token.type, opened.payload)
    issued = bundles.by_identity(ledger, identity)
    heir = issued and bundles.successor(ledger, issued)
    state, change = (issued.state, issued.change) if issued else (None, None)
    send = heir.bundle.name if heir and heir.token != known.token else None
    key, names = opened.signatures[0].key, installations.names_of(ledger, installation)
    return LookupResult(known, document, identity, key, state, change, send, names)


def _readings(name: str) -> Iterator[tuple[str, str, documents.Use, int]]:
    """Yield every way to divide `name` into serial, part, use and sequence; the first two may contain dashes."""
    head, _, last = name.rpartition("-")
    if not _SEQUENCE.fullmatch(last):
        return
    for use in documents.Use:
        named = head if use is documents.Use.PRODUCTION else head.removesuffix(f"-{use.word}")
        if use is not documents.Use.PRODUCTION and named == head:
            continue
        yield from ((serial, part, use, int(last)) for serial, part in _divided(named))


def _divided(name: str) -> Iterator[tuple[str, str]]:
    """Yield the texts before and after each dash."""
    return ((name[:place], name[place + 1 :]) for place, character in enumerate(name) if character == "-")


class Filters(NamedTuple):
    """The filters of a list; None: not filtered."""

    company: str | None = None
    """The start of the company's name; neither case nor accents matter."""
    customer: str | None = None
    """A customer, as `customer_named` finds it."""
    serial: str | None = None
    order: str | None = None
    state: str | None = None
    """One of `LISTED_STATES`."""
    expiring_within: int | None = None
    """Bundles whose term ends today or within this many days, if nothing takes over without a gap
    (`docs/evaluation.md`, "Coverage")."""
    maintenance_within: int | None = None
    """Active bundles whose maintenance ends today or within this many days; not together with `expiring_within`."""
    since: int | None = None
    """Issued at this time or later, in seconds since 1970."""


def page(connection: Connection, filters: Filters, *, today: int, limit: int, after: int | None = None) -> list[Issued]:
    """Return at most `limit` bundles, newest first; raise `NotIssued` if `after` is not the entry of a bundle.

    Lists of active or expiring bundles are ordered by end, the nearest first; of expired ones, the latest first.
    `today` is in days since 1970; `after` is the number of the last bundle of the page before.
    """
    column, way = _order(filters)
    customer = None if filters.customer is None else customers.customer_named(connection, filters.customer).number
    source, params = _source(filters, customer)
    conditions = list(_conditions(filters, today, is_narrow=bool(params)))
    if customer is not None:
        conditions.append((f"b.{_SQL['of_one_customer']}", (customer,)))
    if after is not None:
        row = connection.one(f"SELECT {column} FROM bundles WHERE number = ?", after)  # noqa: S608  # a text of ours
        if row is None:
            raise NotIssued(reason="not-a-bundle", name=str(after))
        conditions.append((f"(b.{column}, b.number) {'<' if way == 'DESC' else '>'} (?, ?)", (*row, after)))
    holds: LiteralString = " AND ".join(sql for sql, _ in conditions) or "1 = 1"
    params += [value for _, values in conditions for value in values]
    query = _SQL["page"].replace("{source}", source).replace("{holds}", holds)
    query = query.replace("{column}", column).replace("{way}", way)
    return [_on(today, read_row(row)) for row in connection.rows(query, *params, limit)]


def listed(connection: Connection, filters: Filters, *, today: int, after: int | None = None) -> Iterator[Issued]:
    """Yield all bundles in the order of `page`, in constant memory."""
    while rows := page(connection, filters, today=today, limit=_PAGE, after=after):
        yield from rows
        after = rows[-1].number


def _order(filters: Filters) -> tuple[LiteralString, LiteralString]:
    """Return the column by which bundles are ordered, and the direction."""
    if filters.expiring_within is not None:
        return "expiry", "ASC"
    if filters.maintenance_within is not None:
        return "maintenance", "ASC"
    if filters.state in {states.ACTIVE, EXPIRED}:
        return "ends", "DESC" if filters.state == EXPIRED else "ASC"
    return "issued", "DESC"


def _source(filters: Filters, customer: int | None) -> tuple[LiteralString, list[Value]]:
    """Return the SQL source of bundles for the most selective filter, and its parameters; or all bundles."""
    for name, value in (("order", filters.order), ("serial", filters.serial), ("customer", customer)):
        if value is not None:
            return _SQL[name], [value]
    if filters.company is not None:
        begin = projection.company_key(filters.company)
        return _SQL["company"], [begin, begin + _LAST]
    return "bundles", []


def _conditions(filters: Filters, today: int, *, is_narrow: bool) -> Iterator[_Condition]:
    leads = not is_narrow  # `+ 0` keeps an engine from choosing another index than that of the leading filter
    if filters.serial is not None:
        yield "b.serial = ?", (filters.serial,)
    if filters.company is not None:
        begin = projection.company_key(filters.company)
        yield "b.company_key >= ? AND b.company_key < ?", (begin, begin + _LAST)
    if (days := filters.expiring_within) is not None:
        yield "b.lapses = 1 AND b.expiry >= ? AND b.expiry <= ?", (today, today + days)
        leads = False
    if (days := filters.maintenance_within) is not None:
        yield "b.state = 'active' AND b.maintenance >= ? AND b.maintenance <= ?", (today, today + days)
        leads = False
    if filters.state in {states.ACTIVE, EXPIRED}:
        yield f"b.state = 'active' AND b.ends {'>=' if filters.state == states.ACTIVE else '<'} ?", (today,)
        leads = False
    elif filters.state is not None:
        yield "b.state = ?", (filters.state,)
    if filters.since is not None:
        yield "b.issued >= ?" if leads else "b.issued + 0 >= ?", (filters.since,)


def _on(today: int, one: Issued) -> Issued:
    """Return a bundle with its state on the day `today`."""
    ends = one.bundle.term_end
    return one._replace(state=EXPIRED) if one.state == states.ACTIVE and ends is not None and ends < today else one
