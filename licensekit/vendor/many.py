"""Many orders in few transactions: all of them or none, or all that are good.

An order among many has a number, by which it is found when the same file is issued again: what was
interrupted goes on without issuing anything twice. Entries are durable before a file is given.
"""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Final, NamedTuple

from licensekit.database import Connection, Database
from licensekit.errors import (
    Fault,
    FaultsError,
    KeyOutOfScope,
    LicenseError,
    OrderConflict,
    OrderInvalid,
    OrdersRefused,
)
from licensekit.keys.signing import Signer
from licensekit.vendor.bundling import make_bundle
from licensekit.vendor.footing import Footing, footing
from licensekit.vendor.issuing import LicenseFile, check, issued_before, license_file
from licensekit.vendor.ledger import Record, append, bundles
from licensekit.vendor.order import Draft
from licensekit.vendor.order_lines import Line
from licensekit.vendor.order_text import canonical
from licensekit.vendor.places import Places
from licensekit.vendor.riders import NONE, Riders, riders
from licensekit.vendor.signing import sign_admitted

BATCH: Final = 500
"""Orders in one transaction, where they need not all be in one."""
TOLD: Final = 100
"""So many refused orders are told one by one; the others are counted."""


class Done(NamedTuple):
    """What came of one order."""

    where: str
    size: int
    file: LicenseFile | None
    error: LicenseError | None


class Run(NamedTuple):
    """How many orders are issued."""

    signer: Signer
    who: str
    now: int
    bare: bool


def issue_good(database: Database, lines: Iterable[Line], run: Run) -> Iterator[Done]:
    """Issue every order that is good, a batch in each transaction; give each, good or bad.

    Raises:
        TrustError, StateError: the run cannot go on; what was given is in the ledger.
    """
    waiting = iter(lines)
    while batch := list(islice(waiting, BATCH)):
        with database.write() as ledger:
            desk = _Desk(ledger, footing(ledger, run.now), run)
            done = [desk.take(line) for line in batch]
            desk.settle()
        yield from done


def issue_all(database: Database, lines: Iterable[Line], run: Run) -> Iterator[Done]:
    """Issue every order in one transaction, or none.

    While orders are read, each is given without its file, or with it if it was issued before; once
    all are in the ledger, the new files follow.

    Raises:
        OrdersRefused: some are not good, the first of which are named; nothing was issued.
        TrustError, StateError: the run cannot go on; nothing was issued.
    """
    with database.write() as ledger:
        desk = _Desk(ledger, footing(ledger, run.now), run)
        refused, count = list[Done](), 0
        for line in lines:
            done = desk.take(line, only_check=count > 0)
            if done.error is not None:
                count += 1
                refused += [done] if count <= TOLD else []
            is_new = done.file is None or not done.file.is_repeated
            yield done._replace(file=None, error=None) if is_new else done
        if count:
            raise _refusal(refused, count)
        desk.settle()
    with database.read() as ledger:
        along = _along(footing(ledger, run.now), run)
        for one in bundles.between(ledger, *desk.entered):
            file = license_file(one.bundle, one.token, along, repeated=False)
            yield Done(one.order_number or "", 0, file, None)


class _Desk:
    """Orders taken within one transaction; what was signed is entered when `settle` is called."""

    def __init__(self, ledger: Connection, stands_on: Footing, run: Run) -> None:
        self._ledger = ledger
        self._stands_on = stands_on
        self._run = run
        self._along = _along(stands_on, run)
        self._places = Places(ledger, stands_on)
        self._signed: list[Record] = []
        self._seen: set[str] = set()
        self.entered = (1, 0)
        """The numbers of the first and the last entry that was made."""

    def take(self, line: Line, *, only_check: bool = False) -> Done:
        """Check an order and sign its bundle, unless it is issued already or only to be checked."""
        try:
            return Done(line.where, line.size, self._take(line.draft, only_check=only_check), None)
        except (OrderInvalid, OrderConflict, KeyOutOfScope) as error:
            return Done(line.where, line.size, None, error)

    def settle(self) -> None:
        """Enter what was signed."""
        if self._signed:
            numbers = append(self._ledger, self._signed)
            first, last = self.entered
            self.entered = (numbers[0] if last < first else first, numbers[-1])
        self._places.settle()
        self._signed.clear()
        self._seen.clear()

    def _take(self, draft: Draft, *, only_check: bool) -> LicenseFile | None:
        order = draft.order
        if order.number is None:
            draft = _with_fault(draft, "order", "is missing: among many, each order has a number")
        if not self._seen.isdisjoint(filter(None, (order.number, order.serial))):
            self.settle()
        before = issued_before(self._ledger, self._stands_on, draft, self._run.now)
        if before is not None:
            return license_file(before.bundle, before.token, self._along, repeated=True)
        checked = check(self._stands_on, draft, self._places)
        if only_check:
            return None
        serial = self._places.serial(order)
        run = self._run
        bundle = make_bundle(
            checked,
            serial=serial,
            sequence=self._places.sequence(order, serial),
            issued=run.now,
        )
        token = sign_admitted(bundle, run.signer, self._stands_on.ground.trust, run.now)
        said = canonical(order)
        self._signed.append(Record("issue", run.now, run.who, token, bundle, order.number, said))
        self._seen |= {serial, *filter(None, (order.number,))}
        return license_file(bundle, token, self._along, repeated=False)


def _along(stands_on: Footing, run: Run) -> Riders:
    return NONE if run.bare else riders(stands_on, run.now)


def _with_fault(draft: Draft, where: str, why: str) -> Draft:
    # What could not be read at all has one fault; that it lacks its number as well is no news.
    if any(fault.where in {"", where} for fault in draft.faults):
        return draft
    return Draft(draft.order, (*draft.faults, Fault(where, why)))


def faults_of(done: Done) -> list[Fault]:
    """Give why an order was refused, each reason with the order's place."""
    error = done.error
    if isinstance(error, FaultsError) and error.faults:
        return [Fault(done.where, str(fault)) for fault in error.faults]
    return [Fault(done.where, str(error))]


def _refusal(refused: list[Done], count: int) -> OrdersRefused:
    told = [fault for done in refused for fault in faults_of(done)]
    if count > len(refused):
        told.append(Fault("", f"and {count - len(refused)} more orders"))
    told.append(Fault("", f"{count} orders are not good, so none was issued"))
    return OrdersRefused(f"{count} orders are not good, so none was issued", faults=tuple(told))
