"""Many orders in few transactions: all of them or none, or all that are good.

An order among many has a number, by which it is found when the same file is issued again: what was
interrupted goes on without issuing anything twice. Entries are durable before a file is there.
"""

from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Final

from licensekit.database import Database
from licensekit.errors import Fault, FaultsError, OrdersRefused
from licensekit.files import write_many
from licensekit.issuer.bulk.batch import Batch, Done, Run
from licensekit.issuer.bulk.files import FileMaker, IssuedFile
from licensekit.issuer.bulk.lines import OrderLine
from licensekit.issuer.ledger import bundles
from licensekit.issuer.ledger.bundles import Named
from licensekit.issuer.orders.issue import file_name
from licensekit.issuer.state import workspace_state

BATCH: Final = 250
"""Orders that are signed together."""
TRANSACTION: Final = 1000
"""Orders in one transaction, where they need not all be in one."""
TOLD: Final = 100
"""So many refused orders are told one by one; the others are counted."""


def issue_good(
    database: Database, lines: Iterable[OrderLine], run: Run, into: Path | None
) -> Iterator[Done]:
    """Issue every order that is good, many in each transaction; give each, good or bad.

    Files are written into the folder `into`, if one is told.

    Raises:
        TrustError, StateError: the run cannot go on; what was given is in the ledger.
    """
    waiting = iter(lines)
    done: list[Done] = []
    while block := list(islice(waiting, TRANSACTION)):
        yield from _written(done, run, into)
        with database.write() as ledger:
            batch = Batch(ledger, workspace_state(ledger, run.now), run, gives_files=True)
            for first in range(0, len(block), BATCH):
                batch.take(block[first : first + BATCH])
            batch.settle()
        done = batch.done
        _begin_writing(done, run, into)
    yield from _written(done, run, into)


def issue_all(
    database: Database, lines: Iterable[OrderLine], run: Run, into: Path | None
) -> Iterator[Done]:
    """Issue every order in one transaction, or none.

    While orders are read, each is given without its file; once all are in the ledger, the files
    follow, and are written into the folder `into`, if one is told.

    Raises:
        OrdersRefused: some are not good, the first of which are named; nothing was issued.
        TrustError, StateError: the run cannot go on; nothing was issued.
    """
    waiting = iter(lines)
    refused, count = list[Done](), 0
    with database.write() as ledger:
        batch = Batch(ledger, workspace_state(ledger, run.now), run, gives_files=False)
        while block := list(islice(waiting, BATCH)):
            batch.take(block, only_check=count > 0)
            done, batch.done = batch.done, []
            bad = [one for one in done if one.error is not None]
            refused += bad[: TOLD - len(refused)]
            count += len(bad)
            _write_again(done, into)
            yield from (one._replace(error=None) for one in done)
        if count:
            raise _refusal(refused, count)
        batch.settle()
    yield from _files_of(database, run, batch.entered, into)


def _files_of(
    database: Database, run: Run, entered: tuple[int, int], into: Path | None
) -> Iterator[Done]:
    """Give the files of what was entered under these numbers, in constant memory."""
    with database.read() as ledger:
        maker = FileMaker(workspace_state(ledger, run.now), run.now, bare=run.bare)
        issued = bundles.between(ledger, *entered)
        done: list[Done] = []
        while block := list(islice(issued, TRANSACTION)):
            yield from _written(done, run, into)
            done = [_handed_out(one, maker) for one in block]
            _begin_writing(done, run, into)
        yield from _written(done, run, into)


def _handed_out(one: Named, maker: FileMaker) -> Done:
    file = IssuedFile(file_name(one), maker.data(one.token), is_repeated=False)
    return Done(one.order_number or "", 0, file, None)


def _begin_writing(done: list[Done], run: Run, into: Path | None) -> None:
    if into is not None:
        run.crew.begin_writing(into, _files(done))


def _written(done: list[Done], run: Run, into: Path | None) -> list[Done]:
    """Give what was done once its files are written."""
    if into is not None and done:
        run.crew.finish_writing()
    return done


def _write_again(done: list[Done], into: Path | None) -> None:
    """Write what was issued before; the crew is at work on what is new."""
    if into is not None and (files := _files(done)):
        write_many(into, files)


def _files(done: list[Done]) -> list[tuple[str, bytes]]:
    return [(one.file.name, one.file.data) for one in done if one.file is not None]


def faults_of(done: Done) -> list[Fault]:
    """Give why an order was refused, each reason with the order's place."""
    error = done.error
    if isinstance(error, FaultsError) and error.faults:
        return [Fault(done.where, str(fault)) for fault in error.faults]
    return [Fault(done.where, str(error))]


def _refusal(refused: list[Done], count: int) -> OrdersRefused:
    told = [fault for done in refused for fault in faults_of(done)]
    if count > len(refused):
        told.append(Fault("", f"and {count - len(refused)} more"))
    were = "order is" if count == 1 else "orders are"
    told.append(Fault("", f"{count} {were} not good, so none was issued"))
    return OrdersRefused(
        f"{count} orders are not good, so none was issued", faults=tuple(told), count=count
    )
