"""Orders taken within one transaction: checked, signed a batch at a time, and entered.

While one batch is signed by the crew, the next one is read and the one before is entered.
"""

from collections.abc import Sequence
from typing import NamedTuple

from licensekit.database import Connection
from licensekit.errors import (
    Fault,
    KeyOutOfScope,
    LicenseError,
    OrderConflict,
    OrderInvalid,
    PayloadInvalid,
)
from licensekit.issuer.bulk.files import FileMaker, IssuedFile
from licensekit.issuer.bulk.known_terms import KnownTerms, Terms
from licensekit.issuer.bulk.lines import OrderLine
from licensekit.issuer.bulk.pool import WorkerPool
from licensekit.issuer.ledger import Record, append, orders_among
from licensekit.issuer.orders.bundle import form
from licensekit.issuer.orders.issue import check, file_name, issued_before
from licensekit.issuer.orders.numbering import Numbering
from licensekit.issuer.orders.order import Order, OrderDraft
from licensekit.issuer.signing import admission
from licensekit.issuer.state import WorkspaceState
from licensekit.keys.signing import Signer
from licensekit.trust.scope import require_scope, require_type
from licensekit.wire.armor import Token
from licensekit.wire.documents import Bundle, compose
from licensekit.wire.frame import message, write_one


class Run(NamedTuple):
    """How many orders are issued."""

    signer: Signer
    crew: WorkerPool
    who: str
    now: int
    bare: bool
    known: KnownTerms


class Done(NamedTuple):
    """What came of one order."""

    where: str
    size: int
    file: IssuedFile | None
    error: LicenseError | None


class _Waiting(NamedTuple):
    """A bundle that is to be signed and entered."""

    place: int
    """Of its order in `Batch.done`."""
    bundle: Bundle
    payload: bytes
    number: str
    said: str


class Batch:
    """The orders of one transaction, in batches."""

    def __init__(
        self, ledger: Connection, state: WorkspaceState, run: Run, *, gives_files: bool
    ) -> None:
        self._ledger = ledger
        self._stands_on = state
        self._run = run
        self._gives_files = gives_files
        self._admitted = admission(run.signer, state.trust_store.trust)
        require_type(self._admitted, "bundle")
        self._files = FileMaker(state, run.now, bare=run.bare)
        self._known = run.known.under(state)
        self._read: list[_Waiting] = []
        self._at_crew: list[_Waiting] = []
        self._names_read: set[str] = set()
        self._names_at_crew: set[str] = set()
        self._places = Numbering(ledger, state, self._is_waiting)
        self.done: list[Done] = []
        """What came of each order so far. A new file is there once its bundle is entered."""
        self.entered = (1, 0)
        """The numbers of the first and the last entry that was made."""

    def take(self, lines: Sequence[OrderLine], *, only_check: bool = False) -> None:
        """Check orders and have their bundles signed, unless they are issued already."""
        numbers = [line.draft.order.number for line in lines]
        before = orders_among(self._ledger, [number for number in numbers if number is not None])
        for line in lines:
            try:
                file = self._take(line.draft, before, only_check=only_check)
            except (OrderInvalid, OrderConflict, KeyOutOfScope, PayloadInvalid) as error:
                self.done.append(Done(line.where, line.size, None, error))
            else:
                self.done.append(Done(line.where, line.size, file, None))
        self._go_on()

    def settle(self) -> None:
        """Enter everything that still waits."""
        self._go_on()
        self._go_on()
        self._places.settle()

    def _take(self, draft: OrderDraft, before: set[str], *, only_check: bool) -> IssuedFile | None:
        order = draft.order
        if order.number is None:
            draft = _with_fault(draft, "order", "is missing: among many, each order has a number")
        elif order.number in before or self._had_to_wait(order):
            issued = issued_before(self._ledger, self._stands_on, draft, self._run.now)
            if issued is not None:
                data = self._files.data(issued.token, issued.bundle)
                return IssuedFile(file_name(issued.bundle), data, is_repeated=True)
        terms = self._terms(draft)
        if not only_check:
            self._read.append(self._placed(draft, terms))
        return None

    def _is_waiting(self, name: str) -> bool:
        """Say whether a number or serial waits to be entered."""
        return name in self._names_read or name in self._names_at_crew

    def _had_to_wait(self, order: Order) -> bool:
        """Say whether the order's number or serial waits to be entered; then it is, before that."""
        waits = self._is_waiting(order.number or "")
        if not waits and (order.serial is None or not self._is_waiting(order.serial)):
            return False
        self._go_on()
        self._go_on()
        return True

    def _terms(self, draft: OrderDraft) -> Terms:
        known = self._known.get(draft.terms)
        if known is not None and draft.order.serial is None:
            return known
        checked = check(self._stands_on, draft, self._places)
        return Terms.of(form(checked, issued=self._run.now), draft.order)

    def _placed(self, draft: OrderDraft, terms: Terms) -> _Waiting:
        order = draft.order
        serial = self._places.serial(order)
        sequence = self._places.sequence(order, serial)
        bundle, payload = compose(Bundle, terms.form.fields(serial, sequence, order.company))
        if draft.terms not in self._known:
            require_scope(self._admitted, bundle, self._run.now)
            if draft.terms is not None and order.serial is None:
                self._known[draft.terms] = terms
        number = order.number or ""
        self._names_read |= {number, serial}
        return _Waiting(len(self.done), bundle, payload, number, terms.canonical(order))

    def _go_on(self) -> None:
        """Take over what was signed, have signed what was read, and enter what was signed."""
        at_crew, self._at_crew, self._read = self._at_crew, self._read, []
        self._names_at_crew, self._names_read = self._names_read, set()
        signatures = self._run.crew.signatures() if at_crew else []
        if self._at_crew:
            scheme, key = self._admitted.key.scheme, self._admitted.key.reference
            self._run.crew.begin_signing(
                [message("bundle", scheme, key, one.payload) for one in self._at_crew]
            )
        if at_crew:
            self._enter(at_crew, signatures)

    def _enter(self, waiting: list[_Waiting], signatures: list[bytes]) -> None:
        run, records = self._run, list[Record]()
        scheme, key = self._admitted.key.scheme, self._admitted.key.reference
        for one, signature in zip(waiting, signatures, strict=True):
            place, bundle, payload, number, said = one
            token = Token("bundle", write_one(scheme, key, signature, payload))
            records.append(Record("issue", run.now, run.who, token, bundle, number, said))
            if self._gives_files:
                data = self._files.data(token, bundle)
                file = IssuedFile(file_name(bundle), data, is_repeated=False)
                where, size, _, _ = self.done[place]
                self.done[place] = Done(where, size, file, None)
        numbers = append(self._ledger, records)
        first, last = self.entered
        self.entered = (numbers[0] if last < first else first, numbers[-1])


def _with_fault(draft: OrderDraft, where: str, why: str) -> OrderDraft:
    # What could not be read at all has one fault; that it lacks its number as well is no news.
    if any(fault.where in {"", where} for fault in draft.faults):
        return draft
    return OrderDraft(draft.order, (*draft.faults, Fault(where, why)))
