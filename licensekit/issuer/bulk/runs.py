"""Issuing orders in bulk, in few transactions: all or none, or all valid ones.

In bulk every order needs a number, so that an interrupted run can be repeated without issuing anything twice. Files are
written after the commit. While the worker pool signs one batch, the next is read and the previous one entered.
"""

from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import count as counting
from itertools import islice
from pathlib import Path
from typing import Final, NamedTuple

from licensekit import errors
from licensekit.errors.coded import Located
from licensekit.issuer.bulk.lines import OrderLine
from licensekit.issuer.bulk.worker_pool import WorkerPool
from licensekit.issuer.ledger import bundles, entries
from licensekit.issuer.ledger.projection import Record
from licensekit.issuer.orders import amendment, numbering, order_file
from licensekit.issuer.orders.bundle import Terms, differences, form
from licensekit.issuer.orders.issue import check, company_of, ordered_before
from licensekit.issuer.orders.order import OrderDraft, canonical
from licensekit.issuer.output.attachments import Attach, AttachmentSource
from licensekit.issuer.output.license_file import LicenseFile, license_file, require_replaceable
from licensekit.issuer.transaction import LedgerTransaction, WorkspaceStore, admission, require_admitted
from licensekit.keys.signing import Signer
from licensekit.trust.scope import require_type
from licensekit.wire import armor, frame
from licensekit.wire.documents import Bundle, compose, encode

_REFUSALS: Final = (
    *(errors.OrderInvalid, errors.OrderConflict, errors.NotIssued, errors.NotCurrent),
    *(errors.KeyOutOfScope, errors.PayloadInvalid),
)
"""Errors of one order, which do not end a run."""
BATCH: Final = 250  # orders that are signed together
TRANSACTION: Final = 1000  # orders in one transaction of `issue_valid`
NAMED: Final = 100  # how many refused orders an error lists; the others are counted


class Run(NamedTuple):
    """The parameters of one bulk run."""

    signer: Signer
    pool: WorkerPool
    now: int
    who: str
    attach: Attach
    into: Path | None  # the folder for the files, if any
    taken: frozenset[str]  # the names of the files in it when the run began
    known: dict[tuple[armor.Token | None, armor.Token], dict[bytes | None, Terms]]
    """Terms that were checked before, by catalog and trust document."""


class Done(NamedTuple):
    """The result of one order."""

    where: str
    size: int
    file: LicenseFile | None
    error: errors.LicenseError | None
    order: str = ""
    """The vendor's own number of the order."""
    number: int = 0
    """The entry of a bundle that was issued before and whose file is made later; 0: none."""


class _Waiting(NamedTuple):
    """A bundle to be signed and entered."""

    position: int  # of its order in `Batch.done`
    bundle: Bundle
    payload: bytes
    number: str
    ordered: str
    note: str
    action: str


class Batch:
    """The orders of one transaction, processed in batches."""

    def __init__(self, tx: LedgerTransaction, run: Run, *, makes_files: bool) -> None:
        self._tx = tx
        self._run = run
        self._makes_files = makes_files
        self._admitted = admission(run.signer, tx.trust)
        require_type(self._admitted, "bundle")
        self._source = AttachmentSource(tx, run.attach)
        catalog = tx.state.catalog
        under = None if catalog is None else catalog.token, tx.state.verified_trust.token
        known = run.known.get(under, {})
        self._known = run.known[under] = known if len(known) <= order_file.KEPT else {}
        self._read: list[_Waiting] = []
        self._in_pool: list[_Waiting] = []
        self._signatures: Callable[[], list[bytes]] = list
        self._waiting = set[str]()  # the order numbers and serials in both lists
        self._numbering = numbering.Numbering(tx, self._waiting.__contains__)
        self.done: list[Done] = []
        """The result of each order so far; the file of a new bundle is set when the bundle is entered."""
        self.first_entered = 0  # the number of the first new entry

    def take(self, lines: Sequence[OrderLine], *, only_check: bool = False) -> None:
        """Check orders and have their bundles signed, unless they were issued before."""
        numbers = [line.draft.order.number for line in lines]
        before = entries.orders_among(self._tx.ledger, [number for number in numbers if number is not None])
        for line in lines:
            done = Done(line.where, line.size, None, None, line.draft.order.number or "")
            try:
                issued = self._take(line, before, only_check=only_check)
                if issued is not None and self._makes_files:
                    done = done._replace(file=license_file(self._source, issued.bundle, issued.token, repeated=True))
                elif issued is not None:
                    done = done._replace(number=issued.number)
            except _REFUSALS as refusal:
                done = done._replace(error=refusal)
            self.done.append(done)
        self._advance()

    def settle(self) -> None:
        """Enter all bundles that still wait."""
        self._advance()
        self._advance()

    def _take(self, line: OrderLine, before: set[str], *, only_check: bool) -> bundles.Issued | None:
        """Have the bundle of an order or a change signed; return it if it was issued before."""
        draft, change = line.draft, line.change
        order = draft.order
        waits = not self._waiting.isdisjoint((order.number, order.serial))
        if waits:
            self.settle()
        if order.number is None:
            # An order that could not be read has its fault already.
            if not any(fault.where in {"", "order"} for fault in draft.faults):
                missing = errors.OrderIncomplete(reason="no-number", where="order")
                draft = OrderDraft(draft.order, (*draft.faults, missing))
        elif not draft.faults and (waits or order.number in before):
            issued = ordered_before(self._tx, order.number, canonical(order) if change is None else change.ordered)
            if issued is not None:
                return issued
        if change is not None:
            return self._change(change, only_check=only_check)
        terms = self._terms(draft)
        if not only_check:
            self._read.append(self._numbered(draft, terms))
        return None

    def _change(self, asked: amendment.Amendment, *, only_check: bool) -> bundles.Issued | None:
        """Have a changed bundle signed; return the bundle in force if the change alters nothing."""
        before, bundle, note = amendment.changed(self._tx, asked)
        is_later = (bundle.expiry, bundle.maintenance) != (before.bundle.expiry, before.bundle.maintenance)
        if not (is_later or differences(before.bundle, bundle)):
            return before
        require_admitted(self._admitted, bundle, self._tx.state.trust_store)
        if not only_check:
            number, place = asked.number or "", len(self.done)
            self._waiting |= {number, bundle.serial}
            self._read.append(_Waiting(place, bundle, encode(bundle), number, asked.ordered, note, asked.action))
        return None

    def _terms(self, draft: OrderDraft) -> Terms:
        known = self._known.get(draft.terms)
        if known is not None and draft.order.serial is None and not draft.order.replaces:
            return known
        checked = check(self._tx, draft, self._numbering)
        return Terms.of(form(checked, issued=self._tx.now), draft.order, checked.note)

    def _numbered(self, draft: OrderDraft, terms: Terms) -> _Waiting:
        order = draft.order
        serial = self._numbering.serial(order)
        sequence = self._numbering.sequence(order, serial)
        pickup = self._numbering.pickup(order, serial)
        bundle, payload = compose(Bundle, terms.fields(serial, sequence, company_of(self._tx, order), pickup))
        if draft.terms not in self._known:
            require_admitted(self._admitted, bundle, self._tx.state.trust_store)
            if draft.terms is not None and order.serial is None:
                self._known[draft.terms] = terms
        number = order.number or ""
        self._waiting |= {number, serial}
        return _Waiting(len(self.done), bundle, payload, number, terms.canonical(order), terms.note, "issue")

    def _advance(self) -> None:
        """Move every bundle one step on: from read to signing, from signing to the ledger."""
        in_pool, self._in_pool, self._read = self._in_pool, self._read, []
        signatures = self._signatures() if in_pool else []
        if self._in_pool:
            scheme, key = self._admitted.key.scheme, self._admitted.key.reference
            messages = [frame.message("bundle", scheme, key, one.payload) for one in self._in_pool]
            self._signatures = self._run.pool.sign(messages)
        if in_pool:
            self._enter(in_pool, signatures)

    def _enter(self, waiting: list[_Waiting], signatures: list[bytes]) -> None:
        records = list[Record]()
        scheme, key = self._admitted.key.scheme, self._admitted.key.reference
        for one, signature in zip(waiting, signatures, strict=True):
            position, bundle, payload, number, ordered, note, action = one
            signed = frame.Frame((frame.Signature(scheme, key, signature),), payload)
            token = armor.Token("bundle", frame.write(signed))
            records.append(Record(action, self._tx.now, self._tx.who, token, bundle, number, ordered, note=note))
            if self._makes_files:
                file = license_file(self._source, bundle, token, repeated=False)
                self.done[position] = self.done[position]._replace(file=file)
        numbers = entries.append(self._tx.ledger, records)
        self._waiting.difference_update(name for one in waiting for name in (one.number, one.bundle.serial))
        self.first_entered = self.first_entered or numbers[0]


def issue_valid(store: WorkspaceStore, lines: Iterable[OrderLine], run: Run) -> Iterator[Done]:
    """Issue every valid order, many in each transaction; yield each result when it is entered and its file written."""
    waiting = iter(lines)
    done, wait = list[Done](), _writing([], run)
    while block := list(islice(waiting, TRANSACTION)):
        wait()
        yield from done
        with store.write(run.now, run.who) as tx:
            batch = Batch(tx, run, makes_files=True)
            for first in range(0, len(block), BATCH):
                batch.take(block[first : first + BATCH])
            batch.settle()
        done, wait = batch.done, _writing(batch.done, run)
    wait()
    yield from done


def issue_all(store: WorkspaceStore, lines: Iterable[OrderLine], run: Run) -> Iterator[Done]:
    """Issue every order in one transaction, or none; yield results without files first, and files after the commit."""
    waiting = iter(lines)
    refused, count = list[tuple[str, errors.LicenseError]](), 0
    numbers = array("q")
    with store.write(run.now, run.who) as tx:
        batch = Batch(tx, run, makes_files=False)
        while block := list(islice(waiting, BATCH)):
            batch.take(block, only_check=count > 0)
            done, batch.done = batch.done, []
            bad = [(one.where, one.error) for one in done if one.error is not None]
            refused += bad[: NAMED - len(refused)]
            count += len(bad)
            numbers.extend(one.number for one in done)
            yield from (one if one.error is None else one._replace(error=None) for one in done)
        if count:
            raise errors.OrdersRefused(count=count, faults=tuple(fault for one in refused for fault in faults_of(*one)))
        batch.settle()
    yield from _files_of(store, run, numbers, batch.first_entered)


def _files_of(store: WorkspaceStore, run: Run, numbers: Sequence[int], first: int) -> Iterator[Done]:
    """Yield the files of the bundles in these entries; 0 stands for the next new entry, counted from `first`."""
    new = counting(first)
    with store.read(run.now) as tx:
        source = AttachmentSource(tx, run.attach)
        done, wait = list[Done](), _writing([], run)
        for start in range(0, len(numbers), TRANSACTION):
            block = [(number or next(new), number > 0) for number in numbers[start : start + TRANSACTION]]
            found = {one.number: one for one in bundles.numbered(tx.ledger, [number for number, _ in block])}
            wait()
            yield from done
            issued = ((found[number], repeated) for number, repeated in block)
            made = ((one, license_file(source, one.bundle, one.token, repeated=again)) for one, again in issued)
            done = [Done(one.order_number or "", 0, file, None, one.order_number or "") for one, file in made]
            wait = _writing(done, run)
        wait()
        yield from done


def _writing(done: list[Done], run: Run) -> Callable[[], object]:
    """Start writing the files of `done` into the folder of the run, if any; return a function that waits for it."""
    if run.into is None:
        return lambda: None
    files = [one.file for one in done if one.file is not None]
    for one in files:
        if one.name in run.taken:
            require_replaceable(run.into / one.name, one.bundle)
    return run.pool.write(run.into, [(one.name, one.data) for one in files])


def faults_of(where: str, error: errors.LicenseError) -> list[Located]:
    """Return the faults in the error of an order, each located at the order's file and line."""
    faults = error.faults if isinstance(error, errors.FaultsError) else (error,)
    return [fault.at(where) for fault in faults]
