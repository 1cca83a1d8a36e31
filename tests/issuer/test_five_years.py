"""Five years of a vendor with 300 customers: what the ledger says agrees with plain books, every year."""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from random import Random
from typing import Final

import pytest

from licensekit.dates import date_of, day_at
from licensekit.issuer.create import NewWorkspace
from licensekit.issuer.keys.changes import Permission, admit, revoke, rotate
from licensekit.issuer.keys.keyring import write_key
from licensekit.issuer.ledger.lookup import LISTED_STATES, Filters
from licensekit.issuer.ledger.report import ReportScope
from licensekit.issuer.orders import numbering
from licensekit.issuer.orders.amendment import amendment
from licensekit.issuer.workspace import Workspace
from licensekit.keys.signing import SigningKey
from licensekit.wire import armor
from licensekit.wire.frame import ED25519
from tests import workspaces
from tests.partners import partner_of, put_in_force
from tests.sellers import METER, Bought, Clock, Seller
from tests.vendor_model import NEAR, Sale
from tests.workspaces import PASSPHRASE, WHO

YEARS: Final = 5
MONTHS: Final = 12
AT_FIRST: Final = 120
"""Customers that are brought along in one bulk run."""
SAMPLE: Final = 200
"""How many sales are explained each year."""
FIGURES: Final = (
    *("new", "renewed", "changed", "taken_back", "in_force", "lapsed", "expiring", "maintenance_due"),
    *("stated_for", "in_use", "peak", "over", "free"),
)
TEAM: Final[Bought] = {("system", "server"): 1, ("user", "standard"): 10}
MAPS: Final[Bought] = {("user", "maps"): 10}
CATALOG: Final = """
[licenses.calls]
kind = "system"
name = "Calls"
quantity = "calls"
per = "month"

[editions.team]
name = "Team"
system = ["server"]
users = { standard = 10 }
"""
OF_PARTNER: Final = """
[licenses.maps]
kind = "user"
name = "Maps"
"""


class Years:
    """A vendor, a partner with an add-on, and a reseller, month by month."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.clock, self.random, self.folder = Clock(), Random(seed), folder  # noqa: S311  # the same in every run
        vendor = workspaces.make(folder / "acme", now=self.clock.now)
        self.vendor = Seller("vendor", vendor, self.clock, self.random)
        self.write_catalog(self.vendor, CATALOG)
        self.vendor.sell_in_bulk({f"Company {n} AS": self.bought() for n in range(AT_FIRST)}, days=400)
        self.partner = Seller("fjord", partner_of(vendor, folder / "fjord", self.clock.now), self.clock, self.random)
        self.write_catalog(self.partner, OF_PARTNER)
        self.reseller = Seller("nord", self.admit_reseller(), self.clock, self.random)
        self.take_pack(self.reseller)

    def bought(self) -> Bought:
        """Draw what somebody buys."""
        draw = self.random
        users = None if draw.random() < 0.05 else draw.randrange(5, 60)
        bought: dict[tuple[str, str], int | None] = {("system", "server"): 1, ("user", "standard"): users}
        if draw.random() < 0.4:
            bought |= {("system", "reports"): 1, ("user", "report-editor"): draw.randrange(1, 9)}
        if draw.random() < 0.2:
            bought["system", METER] = 1000 * draw.randrange(1, 9)
        return bought

    def month(self, month: int) -> None:
        """Let a month pass, with everything that happens in one."""
        self.clock.move(30)
        self.renew()
        self.vendor.sell(self.vendor.customer(f"Edition {month} GmbH"), TEAM, edition="team", days=365)
        until = self.clock.today + 365
        self.vendor.sell(self.vendor.customer(f"Perpetual {month} GmbH"), self.bought(), maintenance=until)
        self.vendor.sell(self.vendor.customer(f"Yearly {month} GmbH"), self.bought(), days=365)
        self.resell(month)
        self.try_and_buy(month)
        self.change()
        self.take_back(month)
        for purpose in ("production", "production", "test", "recovery"):
            self.vendor.state_use(self.vendor.base().serial, purpose)
        if month % 4 == 0:
            self.merge()

    def renew(self) -> None:
        """Renew most of what ends within a month; what is not renewed lapses."""
        today = self.clock.today
        for seller in (self.vendor, self.reseller, self.partner):
            seller.renew_listed(Filters(expiring_within=30), partial(self.is_renewed, seller))
            for one in seller.books.lapsing(today - 20, today - 1):
                if self.is_renewed(seller, one):
                    seller.renew(one)

    def is_renewed(self, seller: Seller, one: Sale) -> bool:
        """Decide whether a customer renews; an add-on is nothing without what it requires."""
        is_whole = one.part == "base" or seller.books.is_kept(seller.books.newest(one.serial))
        is_own = (one.use, one.seller) == ("production", seller.name)
        return is_whole and is_own and self.random.random() < 0.8

    def try_and_buy(self, month: int) -> None:
        """Let two try, of whom one buys what it tried, and the other drops it."""
        bought, dropped = (self.vendor.customer(f"Trial {month}-{name} SA") for name in ("bought", "dropped"))
        trial = self.vendor.sell(bought, TEAM, use="trial", days=30)
        self.vendor.sell(dropped, TEAM, use="trial", days=30)
        self.vendor.sell(bought, self.bought(), serial=trial.serial, days=365)

    def change(self) -> None:
        """Sell other numbers of users, add-ons of the vendor and the partner, and rename a company."""
        vendor, users = self.vendor, ("user", "standard")
        one, count = vendor.base(), self.random.randrange(60, 90)
        asked = amendment(one.serial, {"users.standard": count}, number=vendor.number())
        if one.counts.get(users, 0) != count:
            vendor.change(one, asked, counts={**one.counts, users: count})
        one = vendor.base()
        owner = vendor.books.owner(one.serial)
        owner.name = f"{owner.name.removesuffix(' Nord')} Nord"
        known = vendor.workspace.customers.get(owner.external)
        vendor.workspace.customers.put(known._replace(name=owner.name))
        if owner.name != one.company:
            asked = amendment(one.serial, {"company": owner.name}, number=vendor.number())
            one = vendor.change(one, asked, company=owner.name)
        parts = {other.part for other in vendor.books.by_serial[one.serial]}
        if "archive" not in parts:
            vendor.sell(owner, {("site", "archive"): 2}, serial=one.serial, part="archive", days=200)
        if one.serial not in self.partner.books.by_serial:
            self.partner.sell(self.partner.customer(one.company), MAPS, serial=one.serial, days=365)

    def take_back(self, month: int) -> None:
        """Suspend one until the next month, revoke and return some, and make void what was a mistake."""
        vendor = self.vendor
        for one in [one for one in vendor.books.sales if one.taken == "suspended"]:
            vendor.take_back("reinstate", one)
        vendor.take_back("suspend", vendor.base())
        if month % 3 == 0:
            vendor.take_back("revoke", vendor.base())
        if month % 3 == 1:
            vendor.give_back(vendor.base())
        vendor.take_back("void", vendor.sell(vendor.customer(f"Mistake {month} AS"), self.bought(), days=365))

    def merge(self) -> None:
        """Let two companies become one, which gets one serial for those that both had."""
        vendor = self.vendor
        one, other = (vendor.books.owner(vendor.base().serial) for _ in range(2))
        if one is other:
            return
        merged = vendor.workspace.customers.propose_merge(other.external, one.external, now=self.clock.now)
        merged.sign(None, who=WHO, confirm=True)
        vendor.books.merge(other, one)
        vendor.sell(one, self.bought(), replaces=one.serials[:8], days=365)

    def admit_reseller(self) -> Workspace:
        """Make a reseller's workspace, whose key sells the base part within limits."""
        vendor, now = self.vendor.workspace, self.clock.now
        state, asked = vendor.state(now), NewWorkspace("", "acme", "", vendor.layout.catalog.read_bytes())
        folder, pin = self.folder / "nord", state.newest_pin
        made = Workspace.create_partner(folder, asked, state.pack, pin, lambda: PASSPHRASE, who="nord", now=now)
        public = made.keys.file("signing-1").part.verifying_key
        within = Permission("acme", parts=("base",), most=100, longest_term=400)
        put_in_force(vendor, [admit(state.trust, public, "nord", within, now)], now)
        return made

    def resell(self, month: int) -> None:
        """Let the reseller take the vendor's newest pack, and sell twice."""
        self.take_pack(self.reseller)
        for number in range(2):
            customer = self.reseller.customer(f"Resold {month}-{number} AB")
            self.reseller.sell(customer, TEAM, edition="team", days=365, after_grace="block")

    def take_pack(self, seller: Seller) -> None:
        """Let somebody take the vendor's newest pack."""
        tokens = armor.read(self.vendor.workspace.state(self.clock.now).pack)
        seller.workspace.keys.propose_take(tokens, action="pack", now=self.clock.now).sign(None, who=seller.name)

    def write_catalog(self, seller: Seller, text: str) -> None:
        """Add to a catalog, and sign it; and sign again what was signed by a key that was revoked."""
        path = seller.workspace.layout.catalog
        path.write_text(path.read_text("utf-8") + text, "utf-8")
        seller.workspace.catalog.propose_pack(now=self.clock.now).sign(seller.key, who=seller.name, confirm=True)

    def year(self, year: int) -> None:
        """Let the vendor see what was resold, rotate keys, and lose one."""
        vendor, now = self.vendor.workspace, self.clock.now
        vendor.ledger.propose_absorb(self.reseller.files, now=now).sign(None, who=WHO, confirm=True)
        self.vendor.books.absorb(self.reseller.books)
        trust, name, key = vendor.state(now).trust, f"signing-of-{year}", SigningKey.generate(ED25519)
        old = next(one for one in trust.keys if one.name == self.vendor.keys[-1])
        put_in_force(vendor, [rotate(trust, old, key.verifying_key, name, now)], now)
        write_key(vendor.layout.keys, name, key, PASSPHRASE)
        self.vendor.keys.append(name)
        if year == 3:
            again = vendor.propose_reissue(old.name, now=now).sign(self.vendor.key(), who=WHO, confirm=True)
            signed = {one.bundle.label for one in again}
            for sale in self.vendor.books.sales:
                sale.key = name if sale.label in signed else sale.key
            self.vendor.lost.add(old.name)
            put_in_force(vendor, [revoke(vendor.state(now).trust, old.name, now)], now)
            self.write_catalog(self.vendor, "")
        self.take_pack(self.partner)


def differences(seller: Seller) -> Iterator[str]:
    """Yield every figure of a ledger that is not as the books have it."""
    for compare in (of_states, of_use, of_customers, of_renewals, of_support, of_reports):
        yield from compare(seller)


def of_states(seller: Seller) -> Iterator[str]:
    """Compare the state of every bundle, and what lapses."""
    ledger, today, now = seller.workspace.ledger, seller.clock.today, seller.clock.now
    wanted = seller.books.states(today)
    for state in LISTED_STATES:
        found = {one.label for one in ledger.bundles(Filters(state=state), now=now)}
        yield from (f"{one} is {state}" for one in found ^ wanted.get(state, set()))
    for days in (0, 30, 90, 365):
        found = {one.label for one in ledger.bundles(Filters(expiring_within=days), now=now)}
        lapsing = {one.label for one in seller.books.lapsing(today, today + days)}
        yield from (f"{one} ends within {days} days" for one in found ^ lapsing)


def of_use(seller: Seller) -> Iterator[str]:
    """Compare what was sold of each serial beside what its newest statement says."""
    for report in seller.workspace.ledger.usage(now=seller.clock.now):
        day, used = seller.books.stated[report.serial][-1]
        sold = {code: count for (_, code), count in seller.books.counts_kept(report.serial).items()}
        rows = {row.license: (row.sold, row.in_use) for row in report.rows if row.sold or row.in_use}
        told = {code: (sold.get(code, 0), used.get(code, 0)) for code in {*sold, *used} if code in rows}
        if (day_at(report.stated or 0), rows) != (day, told):
            yield f"use of {report.serial}: {rows}, not {told}"


def of_customers(seller: Seller) -> Iterator[str]:
    """Compare the names of customers, what they have, and what their installations are for."""
    customers, now = seller.workspace.customers, seller.clock.now
    for one in (one for one in seller.books.customers.values() if not one.is_gone):
        known = customers.get(one.external)
        found = {issued.label for issued in seller.workspace.ledger.bundles(Filters(customer=one.external), now=now)}
        sold = {sale.label for serial in one.serials for sale in seller.books.by_serial[serial]}
        places = {place.name: place.purpose for place in customers.installations(known.number)}
        if (known.name, found, places) != (one.name, sold, one.installations):
            yield f"{one}: {known.name}, {found ^ sold}, {places}"


def of_renewals(seller: Seller) -> Iterator[str]:
    """Compare what would be renewed, and until when."""
    today, now = seller.clock.today, seller.clock.now
    for days in (30, 400):
        found = seller.workspace.propose_renewals(Filters(expiring_within=days), days=365, now=now)
        rows = {(one.bundle.serial, one.bundle.part, one.expiry, one.maintenance) for one in found}
        wanted = {
            (one.serial, one.part, dates.get("expiry"), dates.get("maintenance"))
            for one in seller.books.ending(today, today + days)
            for dates in [seller.renewed(one, 365)]
        }
        yield from (f"{one} would be renewed" for one in rows ^ wanted)


def of_support(seller: Seller) -> Iterator[str]:
    """Compare why some of what was sold works, or does not."""
    for one in seller.random.sample(seller.books.sales, min(SAMPLE, len(seller.books.sales))):
        verdict = seller.books.verdict(one, seller.clock.today, seller.lost)
        cases = seller.workspace.ledger.explain(one.label.replace(" ", "-"), now=seller.clock.now)
        found = [case.verdict.reason for case in cases]
        if found != [verdict]:
            yield f"{one.label}: {found}, not {verdict}"


def of_reports(seller: Seller) -> Iterator[str]:
    """Compare every figure of the reports of the year, by license and by customer."""
    today, books = seller.clock.today, seller.books
    first = today - 30 * MONTHS + 1
    names = {serial: one.name for one in books.customers.values() for serial in one.serials}
    groups: dict[str, Callable[[Sale], str]] = {
        "license": lambda _: "",
        "customer": lambda one: names.get(one.serial, one.company),
    }
    for by, group in groups.items():
        scope = ReportScope(by=by, first=date_of(first), last=date_of(today), within=NEAR)
        found = {
            (one.group, one.use.word, one.license, one.unrestricted): {
                name: getattr(one, name) for name in FIGURES if getattr(one, name)
            }
            for one in seller.workspace.ledger.report(scope, now=seller.clock.now)
        }
        wanted = {
            row: {name: count for name, count in figures.items() if count}
            for row, figures in books.report(first, today, group).items()
        }
        for row in found.keys() | wanted.keys():
            if found.get(row, {}) != wanted.get(row, {}):
                yield f"report by {by}, {row}: {found.get(row)}, not {wanted.get(row)}"


@pytest.mark.thorough
def test_five_years_of_a_ledger_agree_with_plain_books(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Serials are drawn, as outside of tests: those of vendor and reseller are different.
    draws = Random(11)  # noqa: S311  # the same in every run

    def anywhere(_: object) -> int:
        return draws.randrange(100_000_000, 900_000_000)

    monkeypatch.setattr(numbering, "anywhere", anywhere)
    years = Years(tmp_path, 7)
    for month in range(1, YEARS * MONTHS + 1):
        years.month(month)
        if month % MONTHS == 0:
            years.year(month // MONTHS)
            for seller in (years.vendor, years.reseller, years.partner):
                assert list(differences(seller)) == [], (month, seller.name)
    assert len(years.vendor.books.customers) >= 300
