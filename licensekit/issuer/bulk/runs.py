"""Orders in bulk, in few transactions: all of them or none, or all that are valid.

In bulk an order has a number, by which it is found when the same file is issued again: what was interrupted continues
without issuing anything twice. Entries are durable before a file is there.
"""

from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import count as counting
from itertools import islice
from typing import Final

from licensekit.errors import FaultsError, LicenseError, OrdersRefused
from licensekit.errors.coded import Located
from licensekit.issuer.bulk.batch import Batch, Done, Run
from licensekit.issuer.bulk.lines import OrderLine
from licensekit.issuer.ledger import bundles
from licensekit.issuer.ledger.bundles import Issued
from licensekit.issuer.output.attachments import AttachmentSource
from licensekit.issuer.output.license_file import license_file, require_replaceable
from licensekit.issuer.transaction import WorkspaceStore

BATCH: Final = 250
"""Orders that are signed together."""
TRANSACTION: Final = 1000
"""Orders in one transaction, where they need not all be in one."""
NAMED: Final = 100
"""How many refused orders are named one by one; the others are counted."""


def issue_valid(store: WorkspaceStore, lines: Iterable[OrderLine], run: Run) -> Iterator[Done]:
    """Issue every valid order, many in each transaction; yield the result of each order.

    Files are written into the folder of the run, if it has one.

    Raises:
        TrustError, StateError: the run cannot continue; what was yielded is in the ledger.
    """
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
    """Issue every order in one transaction, or none.

    While orders are read, each result comes without its file; once all are in the ledger, the files follow in the order
    of their orders, and are written into the folder of the run, if it has one.

    Raises:
        OrdersRefused: some are invalid, the first of which are named; nothing was issued.
        TrustError, StateError: the run cannot continue; nothing was issued.
    """
    waiting = iter(lines)
    refused, count = list[tuple[str, LicenseError]](), 0
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
            named = tuple(fault for one in refused for fault in faults_of(*one))
            raise OrdersRefused(count=count, faults=named)
        batch.settle()
    yield from _files_of(store, run, numbers, batch.first_entered)


def _files_of(store: WorkspaceStore, run: Run, numbers: Sequence[int], first: int) -> Iterator[Done]:
    """Yield the files of what was entered under these numbers; 0 is the next one that is new, from `first` on."""
    new = counting(first)
    with store.read(run.now) as tx:
        source = AttachmentSource(tx, run.attach)
        done, wait = list[Done](), _writing([], run)
        for start in range(0, len(numbers), TRANSACTION):
            block = [(number or next(new), number > 0) for number in numbers[start : start + TRANSACTION]]
            found = {one.number: one for one in bundles.numbered(tx.ledger, [number for number, _ in block])}
            wait()
            yield from done
            done = [_done(found[number], source, repeated=repeated) for number, repeated in block]
            wait = _writing(done, run)
        wait()
        yield from done


def _done(one: Issued, source: AttachmentSource, *, repeated: bool) -> Done:
    order = one.order_number or ""
    return Done(order, 0, license_file(source, one.bundle, one.token, repeated=repeated), None, order)


def _writing(done: list[Done], run: Run) -> Callable[[], object]:
    """Begin to write the files of what was done, if there is a folder for them; return what waits for it."""
    if run.into is None:
        return lambda: None
    files = [one.file for one in done if one.file is not None]
    for one in files:
        if one.name in run.taken:
            require_replaceable(run.into / one.name, one.bundle)
    return run.pool.write(run.into, [(one.name, one.data) for one in files])


def faults_of(where: str, error: LicenseError) -> list[Located]:
    """Return why an order was refused: each reason with the order's file and line."""
    faults = error.faults if isinstance(error, FaultsError) else (error,)
    return [fault.at(where) for fault in faults]
