"""What of an order is likely a slip, by what the ledger and the clock say.

Each doubt refuses the order unless the workspace was opened to override it by its name (`docs/reference/orders.md`,
"Doubts"); the ledger keeps which ones were overridden.
"""

from collections.abc import Collection, Iterator
from typing import Final

from licensekit.catalog.rules import Counts
from licensekit.database import Connection
from licensekit.dates import day_at
from licensekit.errors import OrderDoubtful
from licensekit.issuer.ledger import bundles
from licensekit.issuer.ledger.bundles import Issued
from licensekit.issuer.ledger.projection import company_key
from licensekit.issuer.ledger.states import ACTIVE, VOID
from licensekit.issuer.messages import UnusualTerm
from licensekit.issuer.orders.bundle import CheckedOrder, missing_requirements
from licensekit.issuer.orders.order import Order, term
from licensekit.issuer.transaction import CLOCK_IS_RIGHT, LedgerTransaction
from licensekit.text.values import nearest
from licensekit.wire.documents import Bundle

OVERRIDES: Final = (*OrderDoubtful.template, CLOCK_IS_RIGHT)
"""The names of everything that can be overridden."""
_LONG_WAIT: Final = 366
_LONG_TERM: Final = 100 * 365


def doubts(tx: LedgerTransaction, checked: CheckedOrder) -> Iterator[OrderDoubtful]:
    """Yield everything about a checked order that is likely a slip."""
    order, today = checked.order, day_at(tx.now)
    expiry = term(order, today).expiry
    if expiry is not None and expiry < today:
        yield OrderDoubtful(reason="expired", day=expiry, where="expiry" if order.days is None else "days")
    for serial in order.replaces:
        replaced = _handed_out(tx.ledger, serial)
        if not replaced:
            yield OrderDoubtful(reason="unknown-replaced", serial=serial, where="replaces")
        yield from _of_company(order, serial, replaced, "replaces")
    if order.serial is None:
        return
    issued = _handed_out(tx.ledger, order.serial)
    yield from _of_company(order, order.serial, issued, "serial")
    parts = {one.bundle.part for one in issued}
    if order.part not in parts and (meant := nearest(order.part, parts)):
        yield OrderDoubtful(reason="new-part", serial=order.serial, part=order.part, other=meant, where="part")
    yield from _of_requirements(tx, checked)


def unusual_dates(bundle: Bundle, today: int) -> Iterator[UnusualTerm]:
    """Yield the dates of a bundle that are rarely meant so, and may be; in days since 1970."""
    starts, warning, expiry = bundle.starts, bundle.warning, bundle.expiry
    if starts is not None and starts > today + _LONG_WAIT:
        yield UnusualTerm(reason="starts", day=starts)
    if expiry is not None and warning is not None and warning < today <= expiry:
        yield UnusualTerm(reason="warning", day=warning)
    if expiry is not None and expiry > today + _LONG_TERM:
        yield UnusualTerm(reason="expiry", day=expiry)


def _handed_out(ledger: Connection, serial: str) -> list[Issued]:
    """Return every bundle of a serial that is not void: a slip that was taken back says nothing."""
    return [one for one in bundles.of_serial(ledger, serial) if one.state != VOID]


def _of_company(order: Order, serial: str, issued: Collection[Issued], where: str) -> Iterator[OrderDoubtful]:
    """Compare with whom the serial is now, or where nothing of it is in force, was last."""
    active = [one for one in issued if one.state == ACTIVE] or list(issued)[-1:]
    companies = {company_key(one.bundle.company): one.bundle.company for one in active}
    if companies and company_key(order.company) not in companies:
        company = next(iter(companies.values()))
        yield OrderDoubtful(reason="other-company", serial=serial, company=company, where=where)


def _of_requirements(tx: LedgerTransaction, checked: CheckedOrder) -> Iterator[OrderDoubtful]:
    """Yield what another part of the serial requires and would lose with the bundle in force."""
    order, catalog = checked.order, tx.state.signed_catalog
    active = bundles.active(tx.ledger, order.serial or "")
    granted = {one.bundle.part: {*one.bundle.system, *one.bundle.sites, *one.bundle.users} for one in active}
    had = granted.pop(order.part, set())
    for part in (one.bundle for one in active if one.bundle.part in granted):
        rest = {code for name, codes in granted.items() if name != part.part for code in codes}
        sold = Counts(part.system, part.sites, part.users)
        missed = set(missing_requirements(sold, catalog, rest | had))
        for code, missing in missing_requirements(sold, catalog, rest | checked.codes):
            if (code, missing) not in missed:
                yield OrderDoubtful(reason="required", part=part.part, license=code, requires=missing)
