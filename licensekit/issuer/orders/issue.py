"""Issuing an order: it is checked, signed, entered, and only then handed out as a license file.

A likely mistake, by the ledger or the clock, is a doubt (`docs/reference/orders.md`, "Doubts"). It refuses the order
unless the workspace overrides it by name; the ledger records that.
"""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple, TypedDict

from licensekit.catalog import rules, tables
from licensekit.database import Connection
from licensekit.dates import day_at
from licensekit.errors import BundleRevoked, KeyRevoked, NameUnknown, OrderConflict, OrderDoubtful, OrderInvalid
from licensekit.errors.coded import Message
from licensekit.issuer.ledger import bundles, customers, entries, projection, states
from licensekit.issuer.orders.bundle import CheckedOrder, check_order, differences, make_bundle, missing_requirements
from licensekit.issuer.orders.numbering import Numbering, has_form
from licensekit.issuer.orders.order import Order, OrderDraft, canonical, difference, term
from licensekit.issuer.output.attachments import Attach, AttachmentSource
from licensekit.issuer.output.license_file import LicenseFile, file_name, license_file
from licensekit.issuer.proposal import SignProposal, UnusualTerm
from licensekit.issuer.transaction import CLOCK_IS_RIGHT, LedgerTransaction, require_signer
from licensekit.keys.signing import Signer
from licensekit.text.values import nearest
from licensekit.trust.signed import identity_of
from licensekit.trust.verify import verify_bundle
from licensekit.wire.documents import Bundle, decode

OVERRIDES: Final = (*OrderDoubtful.template, CLOCK_IS_RIGHT)
"""The names of all doubts, which can be overridden."""
_LONG_WAIT: Final = 366
_LONG_TERM: Final = 100 * 365


def doubts(tx: LedgerTransaction, checked: CheckedOrder) -> Iterator[OrderDoubtful]:
    """Yield the likely mistakes in a checked order."""
    order, today = checked.order, day_at(tx.now)
    expiry = term(order, today).expiry
    if expiry is not None and expiry < today:
        yield OrderDoubtful(reason="expired", day=expiry, where="expiry" if order.days is None else "days")
    for serial in order.replaces:
        replaced = _handed_out(tx.ledger, serial)
        if not replaced:
            yield OrderDoubtful(reason="unknown-replaced", serial=serial, where="replaces")
        yield from _of_company(tx.ledger, order, replaced, "replaces")
    yield from _of_unsold(tx, checked)
    if order.serial is None:
        return
    issued = _handed_out(tx.ledger, order.serial)
    if has_form(order.serial) and not tx.state.is_partner and not bundles.of_serial(tx.ledger, order.serial):
        yield OrderDoubtful(reason="unknown-serial", serial=order.serial, where="serial")
    yield from _of_company(tx.ledger, order, issued, "serial")
    parts = {one.bundle.part for one in issued}
    if order.part not in parts and (meant := nearest(order.part, parts)):
        yield OrderDoubtful(reason="new-part", serial=order.serial, part=order.part, other=meant, where="part")
    yield from _of_requirements(tx, checked)


def unusual_dates(bundle: Bundle, today: int) -> Iterator[UnusualTerm]:
    """Yield the unusual dates of a bundle; `today` is in days since 1970."""
    starts, warning, expiry = bundle.starts, bundle.warning, bundle.expiry
    if starts is not None and starts > today + _LONG_WAIT:
        yield UnusualTerm(reason="starts", day=starts)
    if expiry is not None and warning is not None and warning < today <= expiry:
        yield UnusualTerm(reason="warning", day=warning)
    if expiry is not None and expiry > today + _LONG_TERM:
        yield UnusualTerm(reason="expiry", day=expiry)


def _handed_out(ledger: Connection, serial: str) -> list[bundles.Issued]:
    """Return every bundle of a serial that is not void."""
    return [one for one in bundles.of_serial(ledger, serial) if one.state != states.VOID]


def _of_company(ledger: Connection, order: Order, issued: list[bundles.Issued], where: str) -> Iterator[OrderDoubtful]:
    """Yield a doubt if a serial belongs neither to the customer of an order nor to its company."""
    active = [one for one in issued if one.state == states.ACTIVE] or issued[-1:]
    companies = {projection.company_key(one.bundle.company): one.bundle.company for one in active}
    is_same = order.customer is None and projection.company_key(order.company) in companies
    if companies and not is_same:
        serial = active[0].bundle.serial
        owner = customers.customer_of(ledger, serial)
        if owner is None or owner.number != customers.customer_meant(ledger, order.customer or "", order.company):
            company = next(iter(companies.values()))
            yield OrderDoubtful(reason="other-company", serial=serial, company=company, where=where)


def company_of(tx: LedgerTransaction, order: Order) -> str:
    """Return the company of an order; raise `OrderInvalid` if it has only a customer, who is unknown."""
    if order.company:
        return order.company
    customer = customers.customer_called(tx.ledger, order.customer or "")
    if customer is None:
        raise OrderInvalid(faults=(NameUnknown(reason="customer", name=order.customer or "", where="customer"),))
    return customer.name


def _of_unsold(tx: LedgerTransaction, checked: CheckedOrder) -> Iterator[OrderDoubtful]:
    """Yield what is no longer sold, and in no earlier bundle of the order, its serial, or serials that it replaces."""
    order, catalog = checked.order, tx.state.signed_catalog
    gone, editions = tables.unsold(catalog, "licenses"), tables.unsold(catalog, "editions")
    answered = [] if order.number is None else entries.answers_of_order(tx.ledger, order.number)
    found = {"edition": (order.edition, editions[order.edition])} if order.edition in editions and not answered else {}
    if wanted := checked.codes & gone.keys():
        serials = [*order.replaces, *filter(None, [order.serial])]
        had = [one.bundle for serial in serials for one in _handed_out(tx.ledger, serial)]
        had += [decode(Bundle, one.token.payload) for one in answered]
        wanted -= {code for one in had for code in (*one.system, *one.sites, *one.users)}
        found |= {f"{catalog.licenses[code].kind.plural}.{code}": (code, gone[code]) for code in sorted(wanted)}
    for where, (code, instead) in found.items():
        yield OrderDoubtful(reason="no-longer-sold", license=code, instead=tuple(filter(None, [instead])), where=where)


def _of_requirements(tx: LedgerTransaction, checked: CheckedOrder) -> Iterator[OrderDoubtful]:
    """Yield what another part of the serial requires and would lose when this order replaces the bundle in force."""
    order, catalog = checked.order, tx.state.signed_catalog
    active = bundles.active(tx.ledger, order.serial or "")
    granted = {one.bundle.part: {*one.bundle.system, *one.bundle.sites, *one.bundle.users} for one in active}
    had = granted.pop(order.part, set())
    for part in (one.bundle for one in active if one.bundle.part in granted):
        rest = {code for name, codes in granted.items() if name != part.part for code in codes}
        sold = rules.Counts(part.system, part.sites, part.users)
        missed = set(missing_requirements(sold, catalog, rest | had))
        for code, missing in missing_requirements(sold, catalog, rest | checked.codes):
            if (code, missing) not in missed:
                yield OrderDoubtful(reason="required", part=part.part, license=code, requires=missing)


class Issuance(NamedTuple):
    """The result of an order, a request or a change: a bundle to sign, or one that was issued before."""

    action: str  # `issue`, `renew`, `amend` or `answer`
    bundle: Bundle
    before: bundles.Issued | None = None  # the bundle issued before; then nothing is signed
    number: str | None = None  # the issuer's own number of the order
    ordered: str | None = None  # the canonical text of the order
    request: projection.Record | None = None  # the request that is answered, to be entered too
    is_new_serial: bool = False  # whether the serial was made for it: another order may take it first
    note: str = ""  # for the ledger: the doubts that were overridden


class Signing(TypedDict, total=False):
    """How the license file of a bundle is made."""

    attach: Attach  # the application that the file is for; default: as the ledger knows
    approve: Callable[[LicenseFile], object]
    """Called with the file before the ledger commits; if it raises, nothing is issued."""


@dataclass(frozen=True, kw_only=True, repr=False)
class IssueProposal(SignProposal[LicenseFile, Signer | None]):
    """The bundle for an order, a request or a change."""

    bundle: Bundle
    """The bundle that would be signed, or was signed before."""
    repeated: LicenseFile | None
    """The file if it was issued before; then nothing is signed, and no key is needed."""


def propose_order(tx: LedgerTransaction, draft: OrderDraft, signing: Signing) -> IssueProposal:
    """Check an order and make its bundle, unless it was issued before under its number."""
    order, ordered = draft.order, canonical(draft.order)
    # With unreadable values, it would look like another order.
    before = None if draft.faults else ordered_before(tx, order.number, ordered)
    if before is not None:
        return proposal_of(tx, Issuance("issue", before.bundle, before), signing, draft.remarks)
    bundle, note = prepare_bundle(tx, draft)
    issuance = Issuance("issue", bundle, None, order.number, ordered, is_new_serial=order.serial is None, note=note)
    return proposal_of(tx, issuance, signing, draft.remarks)


def proposal_of(tx: LedgerTransaction, one: Issuance, signing: Signing, remarks: tuple[Message, ...]) -> IssueProposal:
    """Return the proposal of an issuance, with the whole bundle as its changes if it is new."""
    repeated, before, attach = None, one.before, signing.get("attach", True)
    if before is not None:
        repeated = license_file(AttachmentSource(tx, attach), before.bundle, before.token, repeated=True)

    def enter(tx: LedgerTransaction, key: Signer | None) -> LicenseFile:
        """Sign and enter the bundle, with the request that it answers, unless it was issued before."""
        file, request = repeated, one.request
        if file is None:
            answers = None if request is None else identity_of(request.token.type, request.token.payload)
            signed = tx.sign(one.action, one.bundle, require_signer(key))
            signed = signed._replace(order_number=one.number, order=one.ordered, request=answers, note=one.note)
            entries.append(tx.ledger, [signed] if request is None else [request, signed])
            file = license_file(AttachmentSource(tx, attach), one.bundle, signed.token, repeated=False)
        if approve := signing.get("approve"):
            approve(file)
        return file

    is_done, bundle = repeated is not None, one.bundle
    # A new serial is only assigned when it is signed.
    said = (change for change in differences(None, bundle) if not (one.is_new_serial and change.path == "serial"))
    changes, warnings = () if is_done else tuple(said), (*remarks, *unusual_dates(bundle, day_at(tx.now)))
    about = f"serial {bundle.serial}" if one.number is None else f"order {one.number}"
    return IssueProposal(
        enter=enter, changes=changes, warnings=warnings, about=about, is_done=is_done, bundle=bundle, repeated=repeated
    )


def prepare_bundle(tx: LedgerTransaction, draft: OrderDraft, usual: Collection[str] = ()) -> tuple[Bundle, str]:
    """Check an order, and return its bundle and the note for the ledger; as `check`."""
    numbering = Numbering(tx)
    checked = check(tx, draft, numbering, usual)
    serial = numbering.serial(draft.order)
    sequence = numbering.sequence(draft.order, serial)
    extensions = numbering.pickup(draft.order, serial)
    return make_bundle(checked, serial=serial, sequence=sequence, issued=tx.now, extensions=extensions), checked.note


def ordered_before(tx: LedgerTransaction, number: str | None, ordered: str) -> bundles.Issued | None:
    """Return the bundle issued under an order number; raise `OrderConflict` if its order differs or it is invalid."""
    before = None if number is None else entries.entry_of_order(tx.ledger, number)
    if before is None:
        return None
    if before.request is not None:
        raise OrderConflict(reason="bound", order=number, entry=before.number)
    require_same_order(before, ordered)
    issued = bundles.by_number(tx.ledger, before.number)
    if issued is not None:
        require_genuine(tx, issued)
    return issued


def require_same_order(before: entries.LedgerEntry, ordered: str) -> None:
    """Raise `OrderConflict`, with the differences, if the entry is for another order than `ordered`."""
    if ordered != before.order:
        changes = difference(before.order or "{}", ordered)
        raise OrderConflict(reason="other", order=before.order_number, entry=before.number, changes=changes)


def require_genuine(tx: LedgerTransaction, issued: bundles.Issued) -> None:
    """Raise `OrderConflict` if installations would refuse a bundle: it is suspended, or it or its key was revoked."""
    order, entry, name = issued.order_number, issued.number, file_name(issued.bundle)
    if issued.state == states.SUSPENDED:
        raise OrderConflict(reason="suspended", order=order, entry=entry, bundle=name)
    try:
        verify_bundle(issued.token, tx.trust, tx.now)
    except (BundleRevoked, KeyRevoked) as error:
        reason = "void-answer" if order is None else "void"
        raise OrderConflict(reason=reason, order=order, entry=entry, bundle=name, why=(error,)) from error


def check(tx: LedgerTransaction, draft: OrderDraft, numbering: Numbering, usual: Collection[str] = ()) -> CheckedOrder:
    """Check an order; raise `OrderInvalid` with its faults, else with its doubts except `usual` and overridden ones."""
    found = OrderDraft(draft.order, (*draft.faults, *numbering.faults(draft.order)))
    checked = check_order(found, tx.state.signed_catalog, numbering.granted_by_other_parts(draft.order))
    checked = checked._replace(order=checked.order._replace(company=company_of(tx, checked.order)))
    doubtful = [one for one in doubts(tx, checked) if one.reason not in usual]
    if refused := [one for one in doubtful if one.reason not in tx.store.overrides]:
        raise OrderInvalid(faults=tuple(refused))
    overridden = dict.fromkeys(one.reason for one in doubtful)
    return checked._replace(note=f"overridden: {', '.join(overridden)}" if overridden else "")
