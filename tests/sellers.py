"""Who sells from a workspace for years, in tests: each step is done there and in plain books, which must agree."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from random import Random
from typing import Any, Final

from licensekit.dates import DAY_SECONDS, day_at, days_of, format_days
from licensekit.issuer.bulk.lines import OrderLine
from licensekit.issuer.bulk.renewals import RENEWAL_FIELDS, renewal_lines
from licensekit.issuer.keys.keyring import open_key
from licensekit.issuer.ledger.lookup import Filters
from licensekit.issuer.orders.amendment import Amendment, renewal
from licensekit.issuer.orders.order_file import draft_from
from licensekit.issuer.output.license_file import LicenseFile
from licensekit.issuer.workspace import Workspace
from licensekit.keys.signing import Signer
from licensekit.text.rows import written_row
from licensekit.trust.sign import sign
from licensekit.wire.documents import Receipt, Statement, Usage
from tests import makers, workspaces
from tests.vendor_model import Books, Customer, Sale
from tests.workspaces import PASSPHRASE

GRACE: Final = 14
METER: Final = "calls"
"""The system license that is sold by quantity."""
_TABLES: Final = {"system": "system", "site": "sites", "user": "users"}
_TAKEN: Final = {"suspend": "suspended", "revoke": "revoked", "void": "void", "reinstate": None}

Bought = Mapping[tuple[str, str], int | None]
"""Kind and license to a count; None is unrestricted."""


@dataclass
class Clock:
    """The time of all who sell."""

    now: int = workspaces.NOW

    @property
    def today(self) -> int:
        """The day, counted from 1970."""
        return day_at(self.now)

    def move(self, days: int) -> None:
        """Let days pass."""
        self.now += days * DAY_SECONDS


@dataclass
class Seller:
    """A workspace, its books, and what is done in both."""

    name: str
    workspace: Workspace
    clock: Clock
    random: Random
    books: Books = field(default_factory=Books)
    orders: int = 0
    files: dict[str, bytes] = field(default_factory=dict[str, bytes])
    """What was handed out by orders, by name."""
    opened: dict[Path, Signer] = field(default_factory=dict[Path, Signer])
    keys: list[str] = field(default_factory=lambda: ["signing-1"])
    """The names of those that signed, the newest last."""
    lost: set[str] = field(default_factory=set[str])
    """The names of those that nobody believes any more."""

    def key(self, kind: str = "bundle") -> Signer:
        """Return the key that signs documents of a kind, which is opened once."""
        file = self.workspace.keys.choose(kind, self.clock.now)
        if file.path not in self.opened:
            self.opened[file.path] = open_key(file, lambda: PASSPHRASE)
        return self.opened[file.path]

    def number(self) -> str:
        """Return the number of the next order."""
        self.orders += 1
        return f"{self.name}-{self.orders}"

    def customer(self, name: str) -> Customer:
        """Return a new customer."""
        one = Customer(name, f"{self.name}-{len(self.books.customers) + 1}")
        self.books.customers[one.external] = one
        return one

    def base(self) -> Sale:
        """Choose a sale of production that is in force, and was made here."""
        kept = (one for one in self.books.in_force(self.clock.today) if one.seller == self.name)
        sold = (one for one in kept if one.expiry is None or one.expiry >= self.clock.today)
        return self.random.choice([one for one in sold if (one.part, one.use) == ("base", "production")])

    def order(self, customer: Customer, bought: Bought, **more: Any) -> dict[str, Any]:
        """Return an order in the keys that a person writes."""
        tables: dict[str, dict[str, Any]] = {}
        for (kind, code), count in bought.items():
            said = "unrestricted" if count is None else True if kind == "system" and code != METER else count
            tables.setdefault(_TABLES[kind], {})[code] = said
        grace = {"grace_days": GRACE} if "days" in more else {}
        named = {"customer": customer.external, "company": customer.name}
        dates = {"maintenance": format_days(more["maintenance"])} if "maintenance" in more else {}
        return {"order": self.number(), **named, **grace, **tables, **more, **dates}

    def sell(self, customer: Customer, bought: Bought, **more: Any) -> Sale:
        """Issue an order; an edition in it says what was bought."""
        order = self.order(customer, {} if "edition" in more else bought, **more)
        file = self.workspace.issue(draft_from(order), self.key(), who=self.name, now=self.clock.now)
        self.files[file.name] = file.data
        return self._sold(customer, file, order, bought)

    def sell_in_bulk(self, bought: Mapping[str, Bought], **more: Any) -> None:
        """Issue an order for each of new customers in one run."""
        customers = [self.customer(name) for name in bought]
        orders = [self.order(one, bought[one.name], **more) for one in customers]
        lines = (OrderLine("", draft_from(order), 0) for order in orders)
        done = self.workspace.issue_bulk(lines, self.key(), who=self.name, now=self.clock.now)
        files = [one.file for one in done if one.file is not None]
        for customer, file, order in zip(customers, files, orders, strict=True):
            self._sold(customer, file, order, bought[customer.name])

    def renew_listed(self, filters: Filters, keep: Callable[[Sale], bool], days: int = 365) -> None:
        """Renew what ends by the list of it: written as CSV, with rows taken out, and taken back."""
        now, state = self.clock.now, self.workspace.state(self.clock.now)
        found = list(self.workspace.propose_renewals(filters, days=days, now=now))
        ending = {
            one.label: one for one in self.books.ending(day_at(now), day_at(now) + (filters.expiring_within or 0))
        }
        rows = {one.bundle.label: one for one in found}
        assert rows.keys() == ending.keys()
        kept = [(ending[label], row) for label, row in rows.items() if keep(ending[label])]
        lines = [written_row(one) for one in (RENEWAL_FIELDS, *(row.plain().values() for _, row in kept))]
        orders = renewal_lines(["".join(lines).encode()], "list", state.signed_catalog)
        done = self.workspace.issue_bulk(orders, self.key(), who=self.name, now=now)
        files = [one.file for one in done if one.file is not None]
        for file, (before, _) in zip(files, kept, strict=True):
            self.files[file.name] = file.data
            self._changed(before, "renew", file.bundle.label, **self.renewed(before, days))

    def change(self, before: Sale, asked: Amendment, **changes: Any) -> Sale:
        """Renew or amend a sale."""
        file = self.workspace.change(asked, self.key(), who=self.name, now=self.clock.now, confirm=True)
        self.files[file.name] = file.data
        return self._changed(before, asked.action, file.bundle.label, order=asked.number, **changes)

    def renew(self, before: Sale, days: int = 365) -> Sale:
        """Renew a sale."""
        asked = renewal(before.serial, part=before.part, days=days, number=self.number())
        return self.change(before, asked, **self.renewed(before, days))

    def renewed(self, before: Sale, days: int) -> dict[str, int | None]:
        """Return the dates of a renewal."""
        today, expiry, grace, maintenance = self.clock.today, before.expiry, before.grace, before.maintenance
        if expiry is None:
            return {"maintenance": None if maintenance is None else max(maintenance, today) + days}
        later = max(expiry, today) + days
        return {"expiry": later, "grace": None if grace is None else later + grace - expiry}

    def take_back(self, action: str, one: Sale) -> None:
        """Suspend, revoke, void or reinstate a sale."""
        propose = getattr(self.workspace, f"propose_{action}")
        found = propose(now=self.clock.now, identities=[self.identity(one)])
        found.sign(self.key("revocations"), who=self.name, confirm=True)
        self.books.judge(one, _TAKEN[action], self.clock.today)

    def give_back(self, one: Sale) -> None:
        """Let the customer return a sale."""
        receipt = makers.receipt(identity=self.identity(one), nonce=None, issued=self.clock.now, **self._history())
        self._accept(receipt, one.serial, "production")
        self.books.give_back(one, self.clock.today)

    def state_use(self, serial: str, purpose: str = "production") -> None:
        """Let an installation state what is in use, and write down what it is for."""
        sold = self.books.counts_kept(serial)
        used = {code: self.random.randrange(70) for kind, code in sold if kind == "user" or code == METER}
        usage = {code: Usage(count, None) for code, count in used.items()}
        statement = makers.statement(serial=serial, usage=usage, issued=self.clock.now, **self._history())
        self._accept(statement, serial, purpose)
        self.books.stated.setdefault(serial, []).append((self.clock.today, used))

    def identity(self, one: Sale) -> bytes:
        """Return the identity of what was sold."""
        return self.workspace.ledger.bundle(one.label.replace(" ", "-")).identity

    def _accept(self, sent: Receipt | Statement, serial: str, purpose: str) -> None:
        """Take what an installation has sent, and write down what that is for."""
        name, customers = f"{purpose} of {serial}", self.workspace.customers
        data = makers.file_of(sign(sent, makers.installation_key(name)))
        found = customers.propose_accept(data, now=self.clock.now)
        found.sign(self.key("revocations"), who=self.name, confirm=True)
        customers.put_installation(makers.installation_id(name).hex(), called=name, purpose=purpose)
        self.books.owner(serial).installations[name] = purpose

    def _history(self) -> dict[str, Any]:
        """Return where what an installation signs is in its history."""
        return {"audit_head": self.random.randbytes(32), "extensions": {}}

    def _sold(self, customer: Customer, file: LicenseFile, order: Mapping[str, Any], bought: Bought) -> Sale:
        use, part = order.get("use", "production"), order.get("part", "base")
        serial, today = order.get("serial", file.bundle.serial), self.clock.today
        expiry = today + order["days"] if "days" in order else None
        one = Sale(
            number=self.books.next_number,
            serial=serial,
            part=part,
            use=use,
            sequence=self.books.next_sequence(serial, part, use),
            company=customer.name,
            action="issue",
            issued=today,
            expiry=expiry,
            grace=None if expiry is None else expiry + order["grace_days"],
            counts=dict(bought),
            order=order["order"],
            replaces=tuple(order.get("replaces", ())),
            maintenance=days_of(date.fromisoformat(order["maintenance"])) if "maintenance" in order else None,
            seller=self.name,
            key=self.keys[-1],
        )
        assert file.bundle.label == one.label
        self.books.add(one)
        if serial not in customer.serials:
            customer.serials.append(serial)
        return one

    def _changed(self, before: Sale, action: str, label: str, **changes: Any) -> Sale:
        sequence = self.books.next_sequence(before.serial, before.part, before.use)
        new = {"number": self.books.next_number, "sequence": sequence, "issued": self.clock.today}
        told: dict[str, Any] = {
            **vars(before),
            **new,
            "action": action,
            "taken": None,
            "replaces": (),
            "key": self.keys[-1],
            **changes,
        }
        one = Sale(**told)
        assert label == one.label
        self.books.add(one)
        return one
