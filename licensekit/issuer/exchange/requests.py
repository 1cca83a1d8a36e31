"""Requests of installations, answered with a bundle bound to the installation, or with a reset.

An order binds one installation, or as many as its `installations` says, each under its own serial. When a bundle is
returned or revoked, the next installation gets its place and serial.
"""

from collections.abc import Iterator

from licensekit import entitlements, errors, proposals
from licensekit.database import Connection
from licensekit.entitlements.parts import match
from licensekit.issuer.ledger import bundles, entries, exchange_files, lookup, states
from licensekit.issuer.orders import issue
from licensekit.issuer.orders.order import Order, OrderDraft, canonical, difference
from licensekit.issuer.output.attachments import Attach, AttachmentSource
from licensekit.issuer.output.license_file import ResetFile, file_name, reset_file
from licensekit.issuer.proposal import SignProposal
from licensekit.issuer.transaction import LedgerTransaction, require_signer
from licensekit.keys.signing import Signer
from licensekit.trust.scope import require_not_ahead
from licensekit.trust.signed import SelfSigned, self_signed
from licensekit.wire import armor, plain
from licensekit.wire.documents import ANSWERS, Binding, Bundle, Request, Reset, ResetWhat, decode, replace_fields

VerifiedRequest = SelfSigned[Request]
"""A request with a verified signature."""
ResetProposal = SignProposal[ResetFile, Signer | None]


def read_request(data: bytes | str, product: str) -> VerifiedRequest:
    """Read the request in a file, whatever its time: it may ask to reset a clock that is ahead."""
    tokens = armor.read(data)
    token = next((one for one in tokens if one.type != "request"), tokens[0])
    if token.type == "request" and len(tokens) > 1:
        raise errors.UnexpectedType(reason="several", wanted=("request",), count=len(tokens))
    signed = self_signed(token, Request)
    if signed.document.product != product:
        raise errors.WrongProduct(reason="request", product=signed.document.product, expected=product)
    return signed


def answer_before(tx: LedgerTransaction, request: VerifiedRequest) -> entries.LedgerEntry | None:
    """Return an earlier answer to a request; raise `RequestAnswered` if another key signed the answered request."""
    before = entries.answer_to(tx.ledger, request.identity)
    if before is not None and exchange_files.number_of(tx.ledger, request.identity, request.installation) is None:
        raise errors.RequestAnswered(reason="installation")
    return before


def propose_reset(
    tx: LedgerTransaction, request: VerifiedRequest, what: ResetWhat, *, reason: str = "", attach: Attach = True
) -> ResetProposal:
    """Return the reset that answers a request; as `Customers.propose_reset`."""
    repeated = _answered(tx, request, what, attach=attach)
    if repeated is None:
        _require_ours(tx, request)
    installation = request.installation.hex()

    def enter(tx: LedgerTransaction, key: Signer | None) -> ResetFile:
        if repeated is not None:
            return repeated
        reset = Reset(tx.state.issuer, request.installation, what, request.document.nonce, tx.now, {})
        signed = tx.sign("answer", reset, require_signer(key))
        signed = signed._replace(request=request.identity, note=reason)
        entries.append(tx.ledger, [tx.record("answer", request.token, request.document), signed])
        return reset_file(AttachmentSource(tx, attach), signed.token, repeated=False)

    is_done, change = repeated is not None, proposals.Change(f"resets.{installation}", None, plain.word(what))
    about, changes = f"installation {installation}", () if is_done else (change,)
    return SignProposal(enter=enter, changes=changes, about=about, is_done=is_done)


def _answered(tx: LedgerTransaction, request: VerifiedRequest, what: ResetWhat, *, attach: Attach) -> ResetFile | None:
    before = answer_before(tx, request)
    if before is None:
        return None
    if before.token.type != "reset":
        raise errors.RequestAnswered(reason="license")
    reset = decode(Reset, before.token.payload)
    if reset.what is not what:
        raise errors.RequestAnswered(reason="reset", effect=plain.word(reset.what))
    return reset_file(AttachmentSource(tx, attach), before.token, repeated=True)


def _require_ours(tx: LedgerTransaction, request: VerifiedRequest) -> None:
    """Refuse the request of an installation that is not a customer's; raises as `Customers.propose_reset`."""
    if tx.state.is_partner:
        raise errors.VendorOnly(reason="reset", vendor=tx.state.trust_store.issuer)
    if (serial := request.document.serial) is not None:
        lookup.require_serial(tx.ledger, serial)
        require_not_bound_elsewhere(tx.ledger, serial, request.installation)
    elif not exchange_files.last_of_each(tx.ledger, None, request.installation):
        raise errors.ExchangeFileRefused(reason="unknown", installation=request.installation)


def require_not_bound_elsewhere(ledger: Connection, serial: str, installation: bytes) -> None:
    """Raise `ExchangeFileRefused` if a serial is bound to another installation."""
    for one in bundles.active(ledger, serial):
        if one.installation not in {None, installation}:
            raise errors.ExchangeFileRefused(reason="bound", installation=installation, bundle=one.label)


def propose_answer(
    tx: LedgerTransaction, request: VerifiedRequest, draft: OrderDraft, signing: issue.Signing
) -> issue.IssueProposal:
    """Return the bundle that answers a request; as `Customers.propose_answer`."""
    before = answer_before(tx, request)
    issued = None if before is None else _same_answer(tx.ledger, before, draft)
    issued = issued or _by_order(tx.ledger, request, draft.order)
    if issued is not None:
        issue.require_genuine(tx, issued)
        return issue.proposal_of(tx, issue.Issuance("answer", issued.bundle, issued), signing, draft.remarks)
    # An installation whose clock is ahead would not accept the bundle yet.
    require_not_ahead(request.document.issued, tx.now, "request")
    order = draft.order
    serial = _serial(tx, request, order)
    faults = (*draft.faults, *_faults(tx.ledger, request, order, serial))
    made, note = issue.prepare_bundle(tx, OrderDraft(order._replace(serial=serial), faults))
    # All facts of the request go into the binding, so that any may change while enough stay the same.
    binding = Binding(request.installation, order.facts or 0, {} if order.facts is None else request.document.facts)
    extensions = {**made.extensions, ANSWERS: request.document.nonce.hex()}
    bundle = replace_fields(made, binding=binding, extensions=extensions)
    answered = (
        order.number,
        canonical(order),
        tx.record("answer", request.token, request.document),
        serial is None,
        note,
    )
    return issue.proposal_of(tx, issue.Issuance("answer", bundle, None, *answered), signing, draft.remarks)


def _same_answer(ledger: Connection, before: entries.LedgerEntry, draft: OrderDraft) -> bundles.Issued:
    """Return the bundle of an earlier answer to the same request; raise `RequestAnswered` if the order differs."""
    issued = bundles.by_number(ledger, before.number)
    if issued is None:
        raise errors.RequestAnswered(reason="reset", effect=plain.word(decode(Reset, before.token.payload).what))
    name = file_name(issued.bundle)
    if issued.state in states.TAKEN_BACK:
        raise errors.RequestAnswered(reason="taken-back", bundle=name, state=issued.state)
    ordered = canonical(draft.order)
    if (before.order_number, before.order) != (draft.order.number, ordered):
        raise errors.RequestAnswered(reason="order", bundle=name, changes=difference(before.order or "{}", ordered))
    return issued


def _by_order(ledger: Connection, request: VerifiedRequest, order: Order) -> bundles.Issued | None:
    """Return the active bundle that the installation has by this order, if any."""
    if order.number is None or (first := entries.entry_of_order(ledger, order.number)) is None:
        return None
    if first.request is None:
        raise errors.OrderConflict(reason="not-bound", order=order.number, entry=first.number)
    issue.require_same_order(first, canonical(order))
    held = [active for _, active in _lines(ledger, order.number) if active is not None]
    mine = [one for one in held if (to := one.bundle.binding) is not None and _fits(to, request)]
    if not mine and len(held) >= (order.installations or 1):
        names = tuple(file_name(one.bundle) for one in held)
        raise errors.InstallationsTaken(reason="order", order=order.number, count=len(held), bundles=names)
    return mine[0] if mine else None


def _lines(ledger: Connection, number: str) -> Iterator[tuple[str, bundles.Issued | None]]:
    """Yield the serial of each part in an answer to an order, oldest first, with its active bundle."""
    answers = [decode(Bundle, entry.token.payload) for entry in entries.answers_of_order(ledger, number)]
    for serial, part in dict.fromkeys((one.serial, one.part) for one in answers):
        yield serial, next((one for one in bundles.active(ledger, serial) if one.bundle.part == part), None)


def _serial(tx: LedgerTransaction, request: VerifiedRequest, order: Order) -> str | None:
    """Return the serial for the answer; None: a new one."""
    if order.serial is not None:
        return order.serial
    asked = request.document.serial
    if asked is None:  # reuse the serial of an installation that returned its bundle of this order
        last = tx.state.last_list
        gone = frozenset(() if last is None else last.serials)
        lines = () if order.number is None else _lines(tx.ledger, order.number)
        return next((serial for serial, active in lines if active is None and serial not in gone), None)
    if asked in order.replaces:
        return None
    if not tx.state.is_partner:
        lookup.require_serial(tx.ledger, asked)
    return asked


def _faults(ledger: Connection, request: VerifiedRequest, order: Order, serial: str | None) -> Iterator[errors.Fault]:
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
    for active in () if serial is None else bundles.active(ledger, serial):
        _require_free(active, request)


def _fits(binding: Binding, request: VerifiedRequest) -> bool:
    """Return whether a binding is for the requesting installation on its machine."""
    return match(binding, entitlements.Fingerprint(request.installation, request.document.facts)).holds


def _require_free(active: bundles.Issued, request: VerifiedRequest) -> None:
    """Refuse a serial that is bound to another installation, or to the same one on another machine."""
    binding = active.bundle.binding
    if binding is None or _fits(binding, request):
        return
    name = file_name(active.bundle)
    if binding.installation != request.installation:
        raise errors.InstallationsTaken(reason="serial", serial=active.bundle.serial, bundles=(name,))
    same = sum(request.document.facts.get(fact) == value for fact, value in binding.facts.items())
    raise errors.InstallationsTaken(reason="machine", bundles=(name,), same=same, needed=binding.needed)
