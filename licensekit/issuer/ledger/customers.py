"""The customers of a ledger, their serials, and the search for them.

A serial belongs to one customer. Its first entry decides: the customer that the order names, else the one with the
company's name, else a new one. These records may change; the hash chain does not cover them.
"""

from collections.abc import Collection, Iterable, Sequence
from itertools import chain
from typing import Any, Final, LiteralString, NamedTuple

from licensekit import errors, limits
from licensekit.database import Connection, Value, marks, read_queries
from licensekit.issuer.ledger.projection import Record, company_key, said_in
from licensekit.text.names import check_message, folded, normal, search_words, written_id
from licensekit.wire.documents import Bundle
from licensekit.wire.plain import fields_named, plain_fields

_SQL: Final = read_queries(__file__)
_LAST: Final = "\U0010ffff"
_NAMED: Final = 5  # how many customers a message names
_TELLING: Final = 3
"""The least length of a word that identifies a customer: a mistyped order number such as `A-2` does not."""
_RARE: Final = 20_000  # below this number, customers with a word are sorted for a page
_PLAIN: Final = "customer=number external_id=external name contact note"
CUSTOMER_FIELDS: Final = tuple(fields_named(_PLAIN))
"""The keys of `Customer.plain`, in order."""


class Customer(NamedTuple):
    """A customer of the issuer."""

    number: int
    """0: a new one."""
    external: str | None
    """Its id in another system of the issuer, such as the billing system."""
    name: str
    contact: str = ""
    note: str = ""

    def plain(self) -> dict[str, Any]:
        """Return it as plain JSON values, with the keys of `CUSTOMER_FIELDS`."""
        return plain_fields(self, _PLAIN)

    def with_rest_of(self, other: "Customer") -> "Customer":
        """Return it with its empty fields filled from `other`."""
        return Customer._make(own or one for own, one in zip(self, other, strict=True))


def customer_of(ledger: Connection, serial: str) -> Customer | None:
    """Return the customer of a serial; None if nothing was issued for it."""
    row = ledger.one(_SQL["of_serial"], serial)
    return Customer._make(row) if row else None


def customer_called(ledger: Connection, text: str) -> Customer | None:
    """Return the customer with this external id, else with this name, ignoring case."""
    row = ledger.one(_SQL["by_id"], text) or ledger.one(_SQL["by_name"], folded(text))
    return Customer._make(row) if row else None


def customer_named(ledger: Connection, text: str) -> Customer:
    """Return the customer with this external id, else this name or serial, else the only search result for `text`.

    Raises `NotIssued` if there is none, or there are several.
    """
    text = text.strip()
    if known := customer_called(ledger, text) or customer_called(ledger, text.upper()) or customer_of(ledger, text):
        return known
    words = search_words(text)
    found = _found(ledger, text, _NAMED, None) if words else []
    if len(found) == 1 and max(map(len, words)) >= _TELLING:
        return found[0]
    reason = "customers" if len(found) > 1 else "customer"
    raise errors.NotIssued(reason=reason, name=text, parts=tuple(one.name for one in found))


def serials_of(ledger: Connection, number: int) -> list[str]:
    """Return the serials of a customer, sorted."""
    return [serial for (serial,) in ledger.rows(_SQL["serials"], number)]


def customers_found(
    ledger: Connection, text: str = "", *, limit: int, after: int | None = None
) -> tuple[list[Customer], int | None]:
    """Return the first `limit` customers, by name, with words that begin with each word of `text`.

    `text` is also matched with the beginning of serials and order numbers, as it is and in capitals. `after` is the
    number of the last customer of the page before. The second result is `after` for the next page; None: no more.
    """
    found = _found(ledger, text, limit + 1, after)
    return found[:limit], found[limit - 1].number if len(found) > limit else None


def _found(ledger: Connection, text: str, most: int, after: int | None) -> list[Customer]:
    words, text = search_words(text), text.strip()
    begins = [(one, one + _LAST) * 2 for one in {text, text.upper()} if one]
    numbered = sorted({row for begin in begins for (row,) in ledger.rows(_SQL["numbered"], *begin)})
    those: LiteralString = marks(numbered) if numbered else "NULL"
    sizes = {word: ledger.rows(_SQL["size"], word, word + _LAST, _RARE)[0][0] for word in words}
    rarest = sorted(words, key=lambda word: (sizes[word], word))
    is_rare = any(size < _RARE for size in sizes.values())
    source: LiteralString = _SQL["with_word"] if is_rare else "customers"
    query = _SQL["found"].replace("{source}", source).replace("{those}", those)
    has_words: LiteralString = f" {_SQL['has_word']}" * (len(words) - is_rare)
    beyond: LiteralString = "" if after is None else _SQL["behind"]
    query = query.replace("{words}", has_words).replace("{after}", beyond)
    ends = [(word, word + _LAST) for word in rarest]
    params = [*chain(*ends[:is_rare]), *numbered * is_rare, *numbered, *chain(*ends[is_rare:])]
    return [Customer._make(row) for row in ledger.rows(query, *params, *(() if after is None else (after,)), most)]


def enter(ledger: Connection, records: Sequence[Record], number: int) -> None:
    """Assign a customer to each serial in `records`, whose first entry is `number`, and index new words."""
    bundles = ((one, one.document) for one in records if isinstance(one.document, Bundle))
    entered = [(one, bundle, said_in(one.order, "customer") or "") for one, bundle in bundles]
    owners = _known(ledger, _SQL["owners"], {bundle.serial for _, bundle, _ in entered})

    def is_decided(one: Record, bundle: Bundle) -> bool:
        # If the doubt `other-company` was overridden, the serial changes its customer.
        return bundle.serial in owners and "other-company" not in one.note

    asked_for = [(named, bundle.company) for one, bundle, named in entered if not is_decided(one, bundle)]
    meant = _meant(ledger, asked_for, number)
    [(first,)] = ledger.rows(_SQL["next"])
    made, texts, chosen = list[tuple[Value, ...]](), list[tuple[int, str]](), dict[str, int]()
    for one, bundle, named in entered:
        if not is_decided(one, bundle):
            owner = meant.of(named, bundle.company) or first + len(made)
            if owner == first + len(made):
                made.append((owner, named or None, bundle.company, folded(bundle.company), "", ""))
                meant.names.setdefault(folded(bundle.company), owner)
                meant.ids.update({named: owner} if named else {})
                texts.append((owner, named))
            owners[bundle.serial] = chosen[bundle.serial] = owner
        meant.ever.setdefault(folded(bundle.company), owners[bundle.serial])
        texts.append((owners[bundle.serial], _text(bundle.company, one.order)))
    ledger.run_many(_SQL["insert"], made)
    ledger.run_many(_SQL["put_serial"], chosen.items())
    if any("other-company" in one.note for one, *_ in entered):
        ledger.run_many(_SQL["hand_over"], ((owner, serial) for serial, owner in chosen.items()))
    _put_words(ledger, texts)


class _Meant(NamedTuple):
    """The known customers that some orders may mean."""

    ids: dict[str, int]
    names: dict[str, int]  # by folded name
    ever: dict[str, int]  # the first customer with a company, by its folded name

    def of(self, named: str, company: str) -> int | None:
        """Return the customer that an order names (`named`, may be empty), else that of its company."""
        name = folded(named or company)
        return self.ids.get(named) or self.names.get(name) or self.ever.get(name)


def customer_meant(ledger: Connection, named: str, company: str) -> int | None:
    """Return the number of the customer of an order, as `_Meant.of`; None: a new one."""
    return _meant(ledger, [(named, company)], limits.VALUE).of(named, company)


def _meant(ledger: Connection, wanted: Collection[tuple[str, str]], number: int) -> _Meant:
    ids = _known(ledger, _SQL["ids"], {named for named, _ in wanted if named})
    called = {name for pair in wanted for name in pair if name}
    names = _known(ledger, _SQL["names"], set(map(folded, called)))
    keys = {company_key(name) for name in called if folded(name) not in names}
    ever = _known(ledger, _SQL["ever_called"], keys, number)
    return _Meant(ids, names, {folded(company): customer for company, customer in ever.items()})


def _known(ledger: Connection, query: LiteralString, those: Collection[str], *others: int) -> dict[str, int]:
    """Return text to number, as `query` finds them for `those`."""
    return dict(ledger.rows(query.replace("{those}", marks(list(those))), *those, *others)) if those else {}


def put(ledger: Connection, one: Customer) -> Customer:
    """Store a customer, or a new one if its number is 0; return it with its number.

    Raises `EntryTaken` if another customer has its external id, `EntryInvalid` without a name, or for an invalid text.
    """
    external = None if one.external is None else written_id(one.external, "external id")
    texts = [check_message(normal("NFC", text)) for text in (one.contact, one.note)]
    number = one.number or ledger.rows(_SQL["next"])[0][0]
    if external is not None and _known(ledger, _SQL["ids"], [external]).get(external, number) != number:
        raise errors.EntryTaken(reason="customer", entry=external)
    one = Customer(number, external, written_id(one.name, "customer's name"), *texts)
    ledger.run("DELETE FROM customers WHERE number = ?", number)
    ledger.run(_SQL["insert"], number, external, one.name, folded(one.name), *texts)
    renew_words(ledger, number)
    return one


def merge(ledger: Connection, gone: Customer, into: Customer) -> Customer:
    """Move the serials and installations of `gone` to `into`, and fields that are empty there; return the result."""
    ledger.run("DELETE FROM customers WHERE number = ?", gone.number)
    ledger.run("DELETE FROM customer_words WHERE customer = ?", gone.number)
    ledger.run("UPDATE customer_serials SET customer = ? WHERE customer = ?", into.number, gone.number)
    ledger.run("UPDATE installations SET customer = ? WHERE customer = ?", into.number, gone.number)
    return put(ledger, into.with_rest_of(gone))


def renew_words(ledger: Connection, number: int) -> None:
    """Rebuild the search index of a customer."""
    ledger.run("DELETE FROM customer_words WHERE customer = ?", number)
    known = [*ledger.rows(_SQL["written"], number), *ledger.rows(_SQL["places"], number)]
    texts = [" ".join(filter(None, row)) for row in known]
    texts += (_text(*row) for row in ledger.rows(_SQL["entered"], number))
    _put_words(ledger, ((number, text) for text in texts))


def _text(company: str, order: str | None) -> str:
    return f"{company} {said_in(order, 'purchase_order') or ''}"


def _put_words(ledger: Connection, found: Iterable[tuple[int, str]]) -> None:
    """Index the words of each text for its customer."""
    ledger.run_many(_SQL["put_word"], sorted({(word, one) for one, text in found for word in search_words(text)}))
