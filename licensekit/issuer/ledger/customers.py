"""The customers of a ledger: who they are, which serials and installations are theirs, and how they are found.

A serial belongs to one customer. What is entered first for it decides: the customer that its order names, else the one
of its company's name, else a new one. These records may change, and no chain of hashes covers them.
"""

import json
from collections.abc import Collection, Iterable, Sequence
from typing import Any, Final, LiteralString, NamedTuple

from licensekit.database import Connection, Row
from licensekit.errors import NotIssued
from licensekit.issuer.ledger.projection import Record, company_key
from licensekit.issuer.ledger.states import asked
from licensekit.text.names import folded, search_words
from licensekit.wire.documents import Bundle
from licensekit.wire.plain import fields_named, plain_fields


class Customer(NamedTuple):
    """Whom the vendor sells to."""

    number: int
    external: str | None
    """Its id in another system of the vendor's, such as the one that bills."""
    name: str
    contact: str = ""
    note: str = ""

    def plain(self) -> dict[str, Any]:
        """Return it as plain JSON values, by `CUSTOMER_FIELDS`."""
        return plain_fields(self, _PLAIN)


_PLAIN: Final = "customer=number external_id=external name contact note"
CUSTOMER_FIELDS: Final = tuple(fields_named(_PLAIN))
"""The names of what is listed of a customer as plain data, in order."""

_SELECT: Final = "SELECT c.number, c.external, c.name, c.contact, c.note FROM customers AS c "
_OF_SERIAL: Final = _SELECT + "JOIN customer_serials AS s ON s.customer = c.number WHERE s.serial = ?"
_INSERT: Final = "INSERT INTO customers VALUES (?, ?, ?, ?, ?, ?)"
_PUT_WORDS: Final = "INSERT INTO customer_words VALUES (?, ?) ON CONFLICT DO NOTHING"
# The first bundle of a company's name says whose it is, also after that customer was renamed or merged.
_EVER_CALLED: Final = (
    "SELECT b.company, s.customer FROM bundles AS b JOIN customer_serials AS s ON s.serial = b.serial"
    " WHERE b.number IN (SELECT min(number) FROM bundles WHERE company_key IN ("
)
_LAST: Final = "\U0010ffff"
_NAMED: Final = 5
"""How many customers a message names."""
_RARE: Final = 20_000
"""How many customers with a word are few enough to be sorted for a page."""


def customer_of(ledger: Connection, serial: str) -> Customer | None:
    """Return the customer of a serial; None where nothing was issued for it."""
    row = ledger.one(_OF_SERIAL, serial)
    return Customer._make(row) if row else None


def customer_by_number(ledger: Connection, number: int) -> Customer | None:
    """Return the customer of this number."""
    row = ledger.one(_SELECT + "WHERE c.number = ?", number)
    return Customer._make(row) if row else None


def customer_called(ledger: Connection, text: str) -> Customer | None:
    """Return the customer of this external id, else of this name, in whatever case it is written."""
    row = ledger.one(_SELECT + "WHERE c.external = ?", text) or ledger.one(
        _SELECT + "WHERE c.name_key = ? ORDER BY c.number LIMIT 1", folded(text)
    )
    return Customer._make(row) if row else None


def customer_named(ledger: Connection, text: str) -> Customer:
    """Return the customer of this external id, else of this name, else the only one that the text finds.

    Raises:
        NotIssued: there is none, or there are several.
    """
    if known := customer_called(ledger, text.strip()):
        return known
    found = customers_found(ledger, text, limit=_NAMED) if search_words(text) else []
    if len(found) == 1:
        return found[0]
    raise NotIssued(reason="customers" if found else "customer", name=text, parts=tuple(one.name for one in found))


def serials_of(ledger: Connection, number: int) -> list[str]:
    """Return the serials of a customer, by their text."""
    rows = ledger.rows("SELECT serial FROM customer_serials WHERE customer = ? ORDER BY serial", number)
    return [serial for (serial,) in rows]


def customers_found(ledger: Connection, text: str, *, limit: int, after: int | None = None) -> list[Customer]:
    """Return at most `limit` customers that have every word of a text, by its beginning, in the order of their names.

    `after` is the number of the last customer of the page before.
    """
    words = search_words(text)
    sizes = {word: _size(ledger, word) for word in words}
    first = min(words, key=lambda word: (sizes[word], word), default="")
    source: LiteralString = "customers"
    params: list[str | int] = []
    if words and sizes[first] < _RARE:
        source = (
            "(SELECT o.* FROM (SELECT DISTINCT customer FROM customer_words WHERE word >= ? AND word < ?) AS f"
            " CROSS JOIN customers AS o WHERE o.number = f.customer)"
        )
        params, words = [first, first + _LAST], words - {first}
    conditions: list[LiteralString] = ["1 = 1"]
    for word in sorted(words, key=sizes.__getitem__):
        conditions.append(
            "EXISTS (SELECT 1 FROM customer_words AS w WHERE w.customer = c.number AND w.word >= ? AND w.word < ?)"
        )
        params += [word, word + _LAST]
    if after is not None:
        conditions.append("(c.name_key, c.number) > (SELECT name_key, number FROM customers WHERE number = ?)")
        params.append(after)
    where: LiteralString = " AND ".join(conditions)
    query = _SELECT.replace("customers", source) + f"WHERE {where} ORDER BY c.name_key, c.number LIMIT ?"
    return [Customer._make(row) for row in ledger.rows(query, *params, limit)]


def _size(ledger: Connection, word: str) -> int:
    counted = "SELECT count(*) FROM (SELECT 1 FROM customer_words WHERE word >= ? AND word < ? LIMIT ?) AS n"
    [(size,)] = ledger.rows(counted, word, word + _LAST, _RARE)
    return int(size)


def enter(ledger: Connection, records: Sequence[Record]) -> None:
    """Give each serial of what was entered its customer, and make what is new known to the search."""
    entered = [(one, one.document) for one in records if isinstance(one.document, Bundle)]
    if not entered:
        return
    first: dict[str, tuple[str, str]] = {}
    for one, bundle in entered:
        first.setdefault(bundle.serial, (ordered(one.order, "customer"), bundle.company))
    owners = _known(ledger, "SELECT serial, customer FROM customer_serials WHERE serial IN (", first)
    new = {serial: named for serial, named in first.items() if serial not in owners}
    found = dict(zip(new, _customers_for(ledger, new.values()), strict=True))
    ledger.run_many("INSERT INTO customer_serials VALUES (?, ?)", found.items())
    owners |= found
    _put_words(ledger, ((owners[bundle.serial], _words_of(one, bundle)) for one, bundle in entered))


def ordered(order: str | None, key: str) -> str:
    """Return what the canonical text of an order says under a key; empty if nothing."""
    return json.loads(order).get(key, "") if order is not None and f'"{key}"' in order else ""


def _words_of(one: Record, bundle: Bundle) -> str:
    return f"{bundle.company} {bundle.serial} {one.order_number or ''} {ordered(one.order, 'purchase_order')}"


def _customers_for(ledger: Connection, wanted: Collection[tuple[str, str]]) -> list[int]:
    """Return the customer for each pair of how an order names one, or nothing, and of its company's name.

    Those that are not there yet are made, with what the order said as external id.
    """
    ids = _known(
        ledger, "SELECT external, number FROM customers WHERE external IN (", {named for named, _ in wanted if named}
    )
    keys = {folded(name) for pair in wanted for name in pair if name}
    names = _known(ledger, "SELECT name_key, number FROM customers WHERE name_key IN (", keys, " ORDER BY number DESC")
    called = {company_key(company) for _, company in wanted if folded(company) not in names}
    ever = {folded(one): owner for one, owner in _known(ledger, _EVER_CALLED, called, " GROUP BY company_key)").items()}
    names = {**ever, **names}
    [(last,)] = ledger.rows("SELECT max(number) FROM customers")
    made, chosen = list[Customer](), list[int]()
    for named, company in wanted:
        found = ids.get(named) or names.get(folded(named or company))
        if found is None:
            found = (last or 0) + len(made) + 1
            made.append(Customer(found, named or None, company))
            names.setdefault(folded(company), found)
            if named:
                ids[named] = found
        chosen.append(found)
    ledger.run_many(_INSERT, map(_row, made))
    _put_words(ledger, ((one.number, f"{one.name} {one.external or ''}") for one in made))
    return chosen


def _known(ledger: Connection, query: LiteralString, names: Collection[str], end: LiteralString = "") -> dict[str, int]:
    """Return what a query finds for some names: each with a number."""
    return dict(ledger.rows(f"{query}{asked(list(names))}){end}", *names)) if names else {}


def _row(one: Customer) -> Row:
    return one.number, one.external, one.name, folded(one.name), one.contact, one.note


def _put_words(ledger: Connection, found: Iterable[tuple[int, str]]) -> None:
    """Let each text find its customer."""
    rows = {(word, customer) for customer, text in found for word in search_words(text)}
    ledger.run_many(_PUT_WORDS, sorted(rows))
