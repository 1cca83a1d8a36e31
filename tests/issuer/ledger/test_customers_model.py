"""Whatever is issued, changed, merged and searched for, the customers are those of a plain model."""

import json
from contextlib import closing
from random import Random
from typing import NamedTuple
from unicodedata import normalize

import pytest

from licensekit.database import Connection
from licensekit.errors import EntryTaken
from licensekit.issuer.ledger import customers
from licensekit.issuer.ledger.customers import Customer
from licensekit.issuer.ledger.entries import append, open_ledger
from licensekit.issuer.ledger.projection import Record
from licensekit.text.names import search_words
from licensekit.trust.sign import sign
from tests import makers

NAMES = ("Løvås AS", "Lovas as", "LØVÅS AS", "Beta", "Gamma Öl", "C-1")
IDS = ("C-1", "C-2", "beta")
STEPS = 40
WORDS = ("lov", "as", "c 1", "b", "gam o", "s1", "S1", "pay", "n1", "n1 b", "po 7", "")


class Sold(NamedTuple):
    """A bundle that was issued."""

    serial: str
    company: str
    order: str
    purchase_order: str


class Model:
    """Customers as dictionaries, gone through from the beginning for every question."""

    def __init__(self) -> None:
        self.customers: dict[int, Customer] = {}
        self.owners: dict[str, int] = {}
        self.sold: list[Sold] = []

    def issue(self, one: Sold, named: str) -> None:
        """Sell a bundle by an order that names a customer, or nobody."""
        if one.serial not in self.owners:
            self.owners[one.serial] = self._meant(named, one.company) or self._made(named, one.company)
        self.sold.append(one)

    def _meant(self, named: str, company: str) -> int | None:
        every = sorted(self.customers.items())
        if ids := [number for number, one in every if named and one.external == named]:
            return ids[0]
        name = folded(named or company)
        if called := [number for number, one in every if folded(one.name) == name]:
            return called[0]
        ever = [self.owners[one.serial] for one in self.sold if folded(one.company) == name]
        return ever[0] if ever else None

    def _made(self, named: str, company: str) -> int:
        number = max([0, *self.customers]) + 1
        self.customers[number] = Customer(number, named or None, company)
        return number

    def merge(self, gone: int, into: int) -> Customer:
        """Make one customer a part of another, which is returned."""
        self.customers[into] = self.customers[into].with_rest_of(self.customers.pop(gone))
        self.owners = {serial: into if owner == gone else owner for serial, owner in self.owners.items()}
        return self.customers[into]

    def found(self, text: str) -> list[Customer]:
        """Return who has every word of a text."""
        hits = [one for one in self.customers.values() if self._has(one, text)]
        return sorted(hits, key=lambda one: (folded(one.name), one.number))

    def _has(self, one: Customer, text: str) -> bool:
        texts = [str(field or "") for field in one[1:]]
        own = [sold for sold in self.sold if self.owners[sold.serial] == one.number]
        begins = (text, text.upper()) if text else ()
        if any(sold.serial.startswith(begins) or sold.order.startswith(begins) for sold in own):
            return True
        texts += [f"{sold.company} {sold.purchase_order}" for sold in own]
        words = search_words(" ".join(texts))
        return all(any(word.startswith(begin) for word in words) for begin in search_words(text))


def folded(name: str) -> str:
    return normalize("NFKC", name).casefold()


def record(one: Sold, named: str, number: int) -> Record:
    document = makers.bundle(serial=one.serial, company=one.company, sequence=number)
    order = {"company": one.company, "customer": named, "purchase_order": one.purchase_order}
    text = json.dumps({key: value for key, value in order.items() if value})
    return Record("issue", makers.NOW, "anna", sign(document, makers.key("vendor")), document, one.order, text)


def require_same(ledger: Connection, model: Model) -> None:
    """Compare every customer, owner and search."""
    for serial, owner in model.owners.items():
        assert customers.customer_of(ledger, serial) == model.customers[owner]
    for number in model.customers:
        serials = sorted(serial for serial, owner in model.owners.items() if owner == number)
        assert customers.serials_of(ledger, number) == serials
    for text in WORDS:
        assert customers.customers_found(ledger, text, limit=99)[0] == model.found(text), text


@pytest.mark.parametrize("rare", [1, 20_000], ids=["frequent words", "rare words"])
@pytest.mark.parametrize("seed", range(6))
def test_customers_are_those_of_a_plain_model(
    seed: int, rare: int, location: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(customers, "_RARE", rare)
    random, model = Random(seed), Model()  # noqa: S311  # a test that can be repeated
    with closing(open_ledger(location, create=True)) as database:
        for _ in range(STEPS):
            with database.write() as ledger:
                _step(ledger, model, random)
                require_same(ledger, model)


def _step(ledger: Connection, model: Model, random: Random) -> None:
    numbers = sorted(model.customers)
    act = random.choice(("issue", "issue", "issue", "set", "merge")) if len(numbers) > 1 else "issue"
    if act == "issue":
        _issue(ledger, model, random)
        return
    one, other = (model.customers[number] for number in random.sample(numbers, 2))
    if act == "merge":
        assert customers.merge(ledger, one, other) == model.merge(one.number, other.number)
        return
    external = random.choice([None, *IDS])
    changed = one._replace(external=external, name=random.choice(NAMES), note=random.choice(("", "Pays late")))
    if external is not None and any(
        known.external == external and known.number != one.number for known in model.customers.values()
    ):
        with pytest.raises(EntryTaken):
            customers.put(ledger, changed)
    else:
        model.customers[one.number] = customers.put(ledger, changed)


def _issue(ledger: Connection, model: Model, random: Random) -> None:
    """Enter some bundles in one batch, which the model has one by one."""
    records = list[Record]()
    for _ in range(random.randint(1, 4)):
        number = len(model.sold) + 1
        serial = f"S{random.randint(1, 9)}"
        one = Sold(serial, random.choice(NAMES), f"N{number}", random.choice(("", "PO 7")))
        named = random.choice(("", "", *IDS, *NAMES))
        model.issue(one, named)
        records.append(record(one, named, number))
    append(ledger, records)
