"""An open installation, and the one way to change it: a transaction with its audit entry."""

from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Any, NamedTuple, TypeVar

from licensekit.database import Connection, Database
from licensekit.dates import format_seconds
from licensekit.errors import ClockRefused, DatabaseBusy, RestoreRefused
from licensekit.state.audit_events import FIELDS
from licensekit.state.journal_entries import (
    ACCEPTED,
    ACTIVE,
    ADMINISTRATOR,
    KEPT,
    REPLACED,
    Entry,
    TroubleAccepted,
    TroubleFound,
)
from licensekit.state.journal_state import BundleRecord
from licensekit.state.loading import InstallationState, evaluate_state, state_at
from licensekit.state.logs import JournalWriter, append_audit
from licensekit.state.machine import Facts
from licensekit.state.mark import Mark, MarkRead, read_mark, write_mark
from licensekit.state.pending import place_of
from licensekit.state.stored import Stored, is_restored, read_stored, require_same
from licensekit.state.time import Clocks, Reading, TimeSeen, accept_clock, effective, observe
from licensekit.trust.pack import pin_in_pack

T = TypeVar("T")


class OpenInstallation(NamedTuple):
    """An installation as an application or a command opened it."""

    database: Database
    root: str | None
    """The pin; None takes the recorded one."""
    pack: bytes | str | None
    """None takes the recorded one."""
    released: int | None
    """The date of the product version in days since 1970."""
    clocks: Clocks
    by: str
    """Who makes the changes, for the audit log."""
    facts: Facts
    """What the program knows better of its machine."""
    last: "LastSeen"


class LastSeen:
    """What was last seen of an open installation: no other one takes its place unnoticed."""

    def __init__(self, stored: Stored | None = None) -> None:
        self.stored = stored


class ReadTransaction(NamedTuple):
    """What one transaction reads of an installation, and the time at which it does."""

    opened: OpenInstallation
    connection: Connection
    stored: Stored
    mark: MarkRead
    reading: Reading

    @property
    def now(self) -> int:
        """The time that counts, in seconds since 1970."""
        return effective(self.stored.time, self.reading)

    @property
    def root(self) -> str:
        """The root pin: the one that was given, or the recorded one, or that of the given pack.

        Raises:
            NotActivated: nothing was set up there.
            FormatError, TrustError: there is only a pack, and no root can be read in it.
        """
        if self.opened.root is not None:
            return self.opened.root
        if self.stored.recorded is not None:
            return self.stored.recorded.root
        return pin_in_pack(self.pack)

    @property
    def pack(self) -> bytes | str:
        """The pack: the one that was given, or else the recorded one; raises as `root` does."""
        return self.stored.pack(self.opened.pack)

    def state(self, now: int | None = None) -> InstallationState:
        """Return the state inside the transaction, or what it would be at `now`.

        Raises as `licensekit.state.loading.load_state` does.
        """
        state = evaluate_state(
            self.stored,
            self.mark,
            root=self.root,
            pack=self.pack,
            reading=self.reading,
            released=self.opened.released,
            facts=self.opened.facts,
        )
        return state if now is None else state_at(state, now, clock=self.reading.clock)

    def bundles(self) -> tuple[BundleRecord, ...]:
        """Return every bundle that was ever activated, in the order of activation.

        Of those that are kept it says whether they are active; raises as `state` does.
        """
        records = [record for record, _ in self.stored.every]
        if not records:
            return ()
        state = self.state()
        active = {one.identity.hex() for one in state.bundles}
        active |= {one.identity for one in state.unusable if one.type == "bundle"}
        return tuple(
            record._replace(state=ACTIVE if record.identity.hex() in active else REPLACED)
            if record.state == KEPT
            else record
            for record in records
        )


class WriteTransaction:
    """One write transaction: what it read, and what it adds to both logs."""

    def __init__(self, read: ReadTransaction) -> None:
        self.read = read
        self.connection = read.connection
        self.now = read.now
        self.head = read.stored.head
        self.journal = JournalWriter(read.connection, read.stored.key, read.stored.journal)
        self.lower_mark = False
        self.time = observe(read.stored.time, read.reading)
        """What is remembered of time with the change."""
        self._why, self._base = "clock", b""

    @property
    def has_changed(self) -> bool:
        """Whether there is a change to write: an audit entry was added."""
        return self.head != self.read.stored.head

    def enter(self, entry: Entry) -> None:
        """Add an entry to the journal; what was found wrong with the database goes before it."""
        self.note_findings()
        self.journal.enter(entry)

    def record(self, did: str, **data: Any) -> None:
        """Add an audit entry about the change: what was done, by whom and when."""
        self.note_findings()
        self._append(did, **data)

    def set_time(self, seen: TimeSeen, why: str, base: bytes = b"") -> None:
        """Remember another time than the one that the clock shows; see `TimeFloor`."""
        self.time, self._why, self._base = seen, why, base

    def accept(self) -> None:
        """Take a restored backup, or a damaged journal, as the present state for an administrator.

        It spends the drop of the soft floor of time that there is for each base bundle.

        Raises:
            RestoreRefused: there is nothing to accept, or that drop was spent.
        """
        self.note_findings()
        state = self.journal.state
        if state.is_accepted:
            raise RestoreRefused(reason="nothing")
        if state.base in state.dropped:
            raise RestoreRefused(reason="spent")
        self.accept_restored(self.now, ADMINISTRATOR, state.base)
        self.record("accept-restored")

    def accept_clock(self) -> None:
        """Drop the soft floor of time to the hard one for an administrator.

        Raises:
            ClockRefused: that drop was spent for this base bundle, or there is nothing to drop.
        """
        state, seen, clock = self.journal.state, self.time, self.read.reading.clock
        if state.base in state.dropped:
            raise ClockRefused(reason="used")
        if seen.soft <= max(seen.hard, clock):
            raise ClockRefused(reason="needless")
        self.set_time(accept_clock(seen, clock), ACCEPTED, state.base)
        shown, later = format_seconds(clock), format_seconds(seen.soft)
        self.record("accept-clock", clock=shown, later=later)

    def accept_restored(self, at: int, by: str, base: bytes = b"") -> None:
        """Take the database as it is: what its mark says of it no longer counts."""
        self.enter(TroubleAccepted(at, by, base))
        self.lower_mark = True

    def finish(self) -> None:
        """Remember the time with the change, if there was one, and sign the journal."""
        if self.has_changed:
            self.journal.keep_time(self.time, self._why, self._base)
        self.journal.sign_head()

    def note_findings(self) -> None:
        """Record with the first change that the database was restored, or its journal damaged."""
        stored = self.read.stored
        if self.has_changed or self.journal.journal is not stored.journal:
            return
        if stored.journal.fault is not None:
            self.lower_mark = True
            self.journal.repair(self.now)
            self._append("repair-journal", entry=stored.journal.fault.number)
        if is_restored(stored, self.read.mark) and not stored.restored:
            self.lower_mark = True
            self.journal.enter(TroubleFound(self.now, None))
            self._append("notice-restored")

    def _append(self, did: str, **data: Any) -> None:
        if data.keys() != FIELDS[did]:
            raise TypeError(f"{did}: {sorted(data)}")
        by = {"by": self.read.opened.by} if self.read.opened.by else {}
        entry = {"at": format_seconds(self.now), **by, "did": did, **data}
        self.head = append_audit(self.connection, entry)


class Section:
    """A part of an open installation, for its administrators: its users, its sites and others."""

    def __init__(self, opened: OpenInstallation) -> None:
        self._opened = opened

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of the installation {place_of(self._opened.database)}>"


@contextmanager
def read_installation(opened: OpenInstallation) -> Generator[ReadTransaction]:
    """Open a snapshot of an installation.

    Raises:
        DatabaseBusy, DatabaseDamaged, DatabaseUnavailable: it cannot be read.
    """
    mark, known = read_mark(opened.database.location), opened.last.stored
    with opened.database.read() as connection:
        yield read_transaction(opened, connection, mark, known)


@contextmanager
def write_installation(opened: OpenInstallation) -> Generator[WriteTransaction]:
    """Open the write transaction of an installation; the block's changes are one, or none.

    Raises:
        DatabaseBusy, DatabaseDamaged, DatabaseUnavailable: it cannot be written.
    """
    location = opened.database.location
    mark, known = read_mark(location), opened.last.stored
    with opened.database.write() as connection:
        read = read_transaction(opened, connection, mark, known)
        reading = read.reading._replace(server=connection.now())  # it must agree before a floor rises (C4)
        change = WriteTransaction(read._replace(reading=reading))
        yield change
        change.finish()
    if change.has_changed:
        written = change.read.stored._replace(head=change.head, journal=change.journal.journal)
        opened.last.stored = written
        mark = Mark(change.head, change.journal.journal.head)
        write_mark(location, mark, lower=change.lower_mark)


def write_first(opened: OpenInstallation, act: Callable[[WriteTransaction], T]) -> T:
    """Run a change that may set the installation up; again if another process was faster.

    Raises:
        DatabaseBusy, DatabaseDamaged, DatabaseUnavailable: it cannot be written.
    """
    try:
        with write_installation(opened) as change:
            return act(change)
    except DatabaseBusy as error:
        if error.reason != "set-up":
            raise
    with write_installation(opened) as change:
        return act(change)


def read_transaction(
    opened: OpenInstallation, connection: Connection, mark: MarkRead, known: Stored | None
) -> ReadTransaction:
    """Read what must follow on `known`, which was seen before the transaction began.

    Another thread may have seen something newer meanwhile, which is then left as the last.

    Raises:
        OtherInstallation: it does not follow.
    """
    reading = opened.clocks()
    stored = read_stored(connection, mark, reading, None if known is None else known.journal)
    require_same(known, stored, opened.database.location)
    if opened.last.stored is known:
        opened.last.stored = stored
    return ReadTransaction(opened, connection, stored, mark, reading)
