"""From a request and an order to a bundle bound to the installation that asks.

An order binds one installation, or as many as its `installations` says, each under a serial of its own. An installation
counts as long as its bundle is in force: one that was returned or revoked gives its place, and its serial, to the next
that asks.
"""

from collections.abc import Iterator

from licensekit import errors
from licensekit.database import Connection
from licensekit.entitlements.parts import match
from licensekit.issuer.exchange.requests import VerifiedRequest, answer_before
from licensekit.issuer.ledger import LedgerEntry, answers_of_order, bundles, entry_of_order
from licensekit.issuer.ledger.bundles import Issued
from licensekit.issuer.ledger.lookup import require_serial
from licensekit.issuer.ledger.states import TAKEN_BACK
from licensekit.issuer.orders import issue
from licensekit.issuer.orders.issue import Issuance, IssueProposal, Signing
from licensekit.issuer.orders.order import Order, OrderDraft, canonical, difference
from licensekit.issuer.output.license_file import file_name
from licensekit.issuer.transaction import LedgerTransaction
from licensekit.trust.scope import require_not_ahead
from licensekit.wire.documents import ANSWERS, Binding, Bundle, Reset, decode
from licensekit.wire.documents.fields import replace_fields
from licensekit.wire.plain import word


def propose_answer(
    tx: LedgerTransaction, request: VerifiedRequest, draft: OrderDraft, signing: Signing
) -> IssueProposal:
    """Make the bundle that answers a request, unless its installation has one by this order.

    Raises:
        RequestAnswered: the request was answered with something else, or what it was answered with is no longer valid.
        OrderConflict: another order was issued under its number, or it was issued without a binding, or the key that
            signed the answer was revoked.
        IssuedAhead: for the installation it is a later day: reset its clock first.
        InstallationsTaken: as many installations are bound as the order allows, or the serial is bound to another.
        NotIssued: the request names a serial that nothing was issued for.
        OrderInvalid: with all faults of the order.
    """
    before = _answered_before(tx, request, draft)
    if before is not None:
        return issue.proposal_of(tx, Issuance("answer", before.bundle, before), signing, draft.remarks)
    # No license is bound to an installation whose clock is ahead: it would not take it yet.
    require_not_ahead(request.document.issued, tx.now, "request")
    order = draft.order
    serial = _serial(tx, request, order)
    faults = (*draft.faults, *_faults(tx.ledger, request, order, serial))
    made, overridden = issue.prepare_bundle(tx, OrderDraft(order._replace(serial=serial), faults))
    # All facts of the request are named, so that any of them may change while enough stay the same.
    facts = {} if order.facts is None else request.document.facts
    binding = Binding(request.installation, order.facts or 0, facts)
    extensions = {**made.extensions, ANSWERS: request.document.nonce.hex()}
    bundle = replace_fields(made, binding=binding, extensions=extensions)
    is_new = serial is None
    issuance = Issuance("answer", bundle, None, order.number, canonical(order), request, is_new, overridden)
    return issue.proposal_of(tx, issuance, signing, draft.remarks)


def _answered_before(tx: LedgerTransaction, request: VerifiedRequest, draft: OrderDraft) -> Issued | None:
    """Return the bundle that answers a request already, or is its installation's by this order."""
    before = answer_before(tx, request)
    issued = None if before is None else _same_answer(tx.ledger, before, draft)
    if issued is None:
        issued = _by_order(tx.ledger, request, draft.order)
    if issued is not None:
        issue.require_genuine(tx, issued)
    return issued


def _same_answer(ledger: Connection, before: LedgerEntry, draft: OrderDraft) -> Issued:
    """Return the bundle of an earlier answer to the same request, if the order is the same too."""
    issued = bundles.by_number(ledger, before.number)
    if issued is None:
        reset = decode(Reset, before.token.payload)
        raise errors.RequestAnswered(reason="reset", effect=word(reset.what))
    name = file_name(issued.bundle)
    if issued.state in TAKEN_BACK:
        raise errors.RequestAnswered(reason="taken-back", bundle=name, state=issued.state)
    ordered = canonical(draft.order)
    if (before.order_number, before.order) != (draft.order.number, ordered):
        changes = difference(before.order or "{}", ordered)
        raise errors.RequestAnswered(reason="order", bundle=name, changes=changes)
    return issued


def _by_order(ledger: Connection, request: VerifiedRequest, order: Order) -> Issued | None:
    """Return what the installation has in force by an order of this number."""
    if order.number is None:
        return None
    first = entry_of_order(ledger, order.number)
    if first is None:
        return None
    if first.request is None:
        raise errors.OrderConflict(reason="not-bound", order=order.number, entry=first.number)
    issue.require_same_order(first, canonical(order))
    held = [active for _, active in _lines(ledger, order.number) if active is not None]
    mine = [one for one in held if (to := one.bundle.binding) is not None and match(to, request.fingerprint).holds]
    if not mine and len(held) >= (order.installations or 1):
        names = tuple(file_name(one.bundle) for one in held)
        raise errors.InstallationsTaken(reason="order", order=order.number, count=len(held), bundles=names)
    return mine[0] if mine else None


def _lines(ledger: Connection, number: str) -> Iterator[tuple[str, Issued | None]]:
    """Yield the serial of each part that was answered for an order, and what is in force of it.

    Each comes once, the oldest first.
    """
    seen: dict[tuple[str, str], None] = {}
    for entry in answers_of_order(ledger, number):
        bundle = decode(Bundle, entry.token.payload)
        seen[bundle.serial, bundle.part] = None
    for serial, part in seen:
        active = (one for one in bundles.active(ledger, serial) if one.bundle.part == part)
        yield serial, next(active, None)


def _serial(tx: LedgerTransaction, request: VerifiedRequest, order: Order) -> str | None:
    """Return the serial of the answer; None: a new one."""
    if order.serial is not None:
        return order.serial
    asked = request.document.serial
    if asked is None:
        return _freed(tx, order)
    if asked in order.replaces:
        return None
    if not tx.state.is_partner:
        require_serial(tx.ledger, asked)
    return asked


def _freed(tx: LedgerTransaction, order: Order) -> str | None:
    """Return the serial of an installation that returned what it had by this order."""
    last = tx.state.last_list
    gone = frozenset(() if last is None else last.serials)
    lines = () if order.number is None else _lines(tx.ledger, order.number)
    free = (serial for serial, active in lines if active is None and serial not in gone)
    return next(free, None)


def _faults(ledger: Connection, request: VerifiedRequest, order: Order, serial: str | None) -> Iterator[errors.Fault]:
    """Yield what of an order does not fit the request."""
    if order.installations is not None and order.installations > 1:
        if order.serial is not None:
            yield errors.OrderSerialInvalid(reason="own-each", serial=order.serial, where="installations")
        if order.number is None:
            yield errors.OrderIncomplete(reason="number-for-installations", where="installations")
    asked = request.document.serial
    if asked is not None and asked not in {serial, *order.replaces}:
        yield errors.OrderSerialInvalid(reason="installed", serial=asked, where="serial")
    facts = tuple(sorted(request.document.facts))
    if order.facts is not None and len(facts) < order.facts:
        yield errors.OrderIncomplete(reason="facts", wanted=order.facts, count=len(facts), facts=facts, where="facts")
    if serial is None:
        return
    for active in bundles.active(ledger, serial):
        _require_free(active, request)


def _require_free(active: Issued, request: VerifiedRequest) -> None:
    """Refuse the serial of another installation, or of this one's copy on another machine."""
    binding = active.bundle.binding
    if binding is None or match(binding, request.fingerprint).holds:
        return
    name = file_name(active.bundle)
    if binding.installation != request.installation:
        serial = active.bundle.serial
        raise errors.InstallationsTaken(reason="serial", serial=serial, bundles=(name,))
    facts = request.document.facts
    same = sum(facts.get(fact) == value for fact, value in binding.facts.items())
    raise errors.InstallationsTaken(reason="machine", bundles=(name,), same=same, needed=binding.needed)
