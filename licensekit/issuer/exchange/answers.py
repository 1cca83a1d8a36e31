"""From a request and an order to a bundle bound to the installation that asks.

An order binds one installation, or as many as its `installations` says, each under a serial of its
own. An installation counts as long as its bundle is in force: one that was returned or revoked
gives its place, and its serial, to the next that asks.
"""

from collections.abc import Iterator
from typing import NamedTuple

from licensekit.database import Connection
from licensekit.entitlements.binding import match
from licensekit.errors import Fault, InstallationsTaken, OrderConflict, RequestAnswered
from licensekit.issuer.exchange.requests import (
    Asking,
    answer_before,
    binding_to,
    lacking_facts,
    require_time,
)
from licensekit.issuer.ledger import (
    LedgerEntry,
    Record,
    answers_of_order,
    append,
    bundles,
    entry_of_order,
)
from licensekit.issuer.ledger.bundles import Issued
from licensekit.issuer.ledger.finding import require_serial
from licensekit.issuer.ledger.projection import company_key
from licensekit.issuer.orders.bundle import make_bundle
from licensekit.issuer.orders.canonical import canonical, difference
from licensekit.issuer.orders.issue import check, file_name, require_genuine, require_same_order
from licensekit.issuer.orders.numbering import Numbering
from licensekit.issuer.orders.order import Order, OrderDraft
from licensekit.issuer.orders.reissue import changed
from licensekit.issuer.signing import sign_admitted
from licensekit.issuer.state import WorkspaceState
from licensekit.keys.signing import Signer
from licensekit.wire.armor import Token
from licensekit.wire.documents import Bundle, Reset, decode
from licensekit.wire.frame import read
from licensekit.wire.plain import word


class EarlierAnswer(NamedTuple):
    """What became of an earlier answer: its serial and part, and what is in force of them."""

    serial: str
    current: Issued | None


def answered_before(
    ledger: Connection, state: WorkspaceState, asking: Asking, draft: OrderDraft, now: int
) -> Issued | None:
    """Give the bundle that answers a request already, or that its installation has by this order.

    Raises:
        RequestAnswered: the request was answered with something else, or with what counts no more.
        OrderConflict: another order was issued under its number, or it was issued without a
            binding, or the key that signed the answer was revoked.
    """
    before = answer_before(ledger, asking)
    issued = None if before is None else _same_answer(ledger, before, draft)
    if issued is None:
        issued = _by_order(ledger, asking, draft.order)
    if issued is not None:
        require_genuine(issued, state, now)
    return issued


def answer(
    ledger: Connection,
    state: WorkspaceState,
    asking: Asking,
    draft: OrderDraft,
    signer: Signer,
    *,
    who: str,
    now: int,
) -> tuple[Bundle, Token]:
    """Sign the bundle that answers a request, and enter it beside the request.

    Raises:
        IssuedAhead: for the installation it is a later day.
        InstallationsTaken: as many installations are bound as the order allows, or the serial is
            bound to another.
        NotIssued: the request names a serial that nothing was issued for.
        OrderInvalid: with all faults of the order.
        KeyOutOfScope, KeyOutOfWindow, KeyRevoked, KeyUnknown: the key may not sign it.
    """
    bundle, places = prepare(ledger, state, asking, draft, now)
    token = sign_admitted(bundle, signer, state.trust_store.trust, now)
    order, request = draft.order, asking.signed
    append(
        ledger,
        [
            Record("answer", now, who, request.token, request.document),
            Record(
                "answer", now, who, token, bundle, order.number, canonical(order), asking.identity
            ),
        ],
    )
    places.settle()
    return bundle, token


def prepare(
    ledger: Connection, state: WorkspaceState, asking: Asking, draft: OrderDraft, now: int
) -> tuple[Bundle, Numbering]:
    """Give the bundle that would answer a request; raises as `answer`, but for the key."""
    require_time(asking, now)
    order = draft.order
    serial = _serial(ledger, state, asking, order)
    placed = order._replace(serial=serial)
    faults = (*draft.faults, *_faults(ledger, asking, order, serial))
    places = Numbering(ledger, state)
    checked = check(state, OrderDraft(placed, faults), places)
    binding = binding_to(asking, order.facts)
    named = places.serial(placed)
    sequence = places.sequence(placed, named)
    made = make_bundle(checked, serial=named, sequence=sequence, issued=now, binding=binding)
    return changed(made, extensions=dict(asking.mark)), places


def _same_answer(ledger: Connection, before: LedgerEntry, draft: OrderDraft) -> Issued:
    """Give the bundle of an earlier answer to the same request, if the order is the same too."""
    issued = bundles.by_number(ledger, before.number)
    if issued is None:
        raise RequestAnswered(f"this request was answered with {_reset_name(before.token)}")
    name = file_name(issued.bundle)
    if issued.standing in {"revoked", "returned"}:
        raise RequestAnswered(
            f"this request was answered with {name}, which was {issued.standing} since"
        )
    ordered = canonical(draft.order)
    if (before.order_number, before.order) != (draft.order.number, ordered):
        said = difference(before.order or "{}", ordered) or "another order number"
        raise RequestAnswered(f"this request was answered with {name}, for another order: {said}")
    return issued


def _reset_name(token: Token) -> str:
    return f"a reset ({word(decode(Reset, read(token.frame).payload).what)})"


def _by_order(ledger: Connection, asking: Asking, order: Order) -> Issued | None:
    """Give what the installation has in force by an order of this number."""
    if order.number is None:
        return None
    first = entry_of_order(ledger, order.number)
    if first is None:
        return None
    if first.request is None:
        raise OrderConflict(
            f"order {order.number} was issued without a binding",
            hint="give what is bound an order of its own number",
            number=first.number,
        )
    require_same_order(first, canonical(order))
    held = [line.current for line in _lines(ledger, order.number) if line.current is not None]
    mine = [one for one in held if _is_bound_to(one.bundle, asking)]
    if not mine and len(held) >= (order.installations or 1):
        names = ", ".join(file_name(one.bundle) for one in held)
        few = "one installation" if len(held) == 1 else f"{len(held)} installations"
        raise InstallationsTaken(f"order {order.number} is for {few}, bound by {names}")
    return mine[0] if mine else None


def _lines(ledger: Connection, number: str) -> Iterator[EarlierAnswer]:
    """Give what became of the answers for an order: each serial once, the oldest first."""
    seen: dict[tuple[str, str], None] = {}
    for entry in answers_of_order(ledger, number):
        bundle = decode(Bundle, read(entry.token.frame).payload)
        seen[bundle.serial, bundle.part] = None
    for line in seen:
        yield EarlierAnswer(line[0], _current(ledger, *line))


def _current(ledger: Connection, serial: str, part: str) -> Issued | None:
    of_part = (one for one in bundles.current(ledger, serial) if one.bundle.part == part)
    return next(of_part, None)


def _is_bound_to(bundle: Bundle, asking: Asking) -> bool:
    return bundle.binding is not None and match(bundle.binding, asking.fingerprint).holds


def _serial(ledger: Connection, state: WorkspaceState, asking: Asking, order: Order) -> str | None:
    """Give the serial of the answer; None: a new one."""
    if order.serial is not None:
        return order.serial
    asked = asking.request.serial
    if asked is None:
        return _freed(ledger, state, order)
    if asked == order.replaces:
        return None
    if not state.is_partner:
        require_serial(ledger, asked)
    return asked


def _freed(ledger: Connection, state: WorkspaceState, order: Order) -> str | None:
    """Give the serial of an installation that returned what it had by this order."""
    gone = frozenset(() if state.last_list is None else state.last_list.serials)
    lines = () if order.number is None else _lines(ledger, order.number)
    for line in lines:
        if line.current is None and line.serial not in gone:
            return line.serial
    return None


def _faults(
    ledger: Connection, asking: Asking, order: Order, serial: str | None
) -> Iterator[Fault]:
    """Give what of an order does not go with the request."""
    if order.installations is not None and order.installations > 1:
        if order.serial is not None:
            yield Fault("installations", "are each of a serial of their own: leave out `serial`")
        if order.number is None:
            yield Fault("installations", "are counted by the order's number: give one in `order`")
    asked = asking.request.serial
    if asked is not None and asked not in {serial, order.replaces}:
        why = f"is not {asked}, which the installation has and which the order does not replace"
        yield Fault("serial", why)
    if order.facts is not None and (lacking := lacking_facts(asking, order.facts)):
        yield Fault("facts", lacking)
    for current in () if serial is None else bundles.current(ledger, serial):
        _require_free(current, asking)
        company = current.bundle.company
        if order.serial is None and company_key(company) != company_key(order.company):
            yield Fault("company", f"is not {company}, to which serial {serial} was issued")
            return


def _require_free(current: Issued, asking: Asking) -> None:
    """Refuse the serial of another installation, or of this one's copy on another machine."""
    binding = current.bundle.binding
    if binding is None or match(binding, asking.fingerprint).holds:
        return
    name = file_name(current.bundle)
    if binding.installation != asking.installation:
        serial = current.bundle.serial
        raise InstallationsTaken(f"serial {serial} is bound to another installation, by {name}")
    facts = asking.request.facts
    same = sum(facts.get(fact) == value for fact, value in binding.facts.items())
    raise InstallationsTaken(
        f"{name} is bound to this installation on another machine: {same} of its facts are the"
        f" same, and {binding.needed} must be"
    )
