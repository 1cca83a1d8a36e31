"""Write transactions: every change of an installation, with its audit entry."""

from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from functools import wraps
from typing import Any, Concatenate, Final, ParamSpec, TypeVar

from licensekit.dates import format_seconds
from licensekit.errors import AcceptRefused, DatabaseBusy
from licensekit.state import loading
from licensekit.state.home import Mark, read_mark, write_mark
from licensekit.state.journal_entries import ACCEPTED, ADMINISTRATOR, Entry, TroubleAccepted, TroubleFound
from licensekit.state.logs import JournalWriter, append_audit, fields_of
from licensekit.state.time import TimeSeen, accept_clock, effective, is_due, observe
from licensekit.state.trust_store import keep_trust, verify_bundles

P = ParamSpec("P")
T = TypeVar("T")
REMEMBER_SECONDS: Final = 600  # how often a running application stores the time; a crash loses at most this much


class WriteTransaction:
    """A write transaction of an installation, with its entries in the journal and the audit log."""

    def __init__(self, read: loading.ReadTransaction) -> None:
        self.read = read
        self.connection = read.connection
        self.now = read.now
        self.head = read.stored.head
        self.journal = JournalWriter(read.connection, read.stored.key, read.stored.journal)
        self.lower_mark = False
        self.pseudonyms: Mapping[str, str] = {}
        """Written id to pseudonym, of people whom many entries name; all others are looked up."""
        self.time = observe(read.stored.time, read.reading)  # stored with the change
        self._why, self._base = "clock", b""

    @property
    def has_changed(self) -> bool:
        """Whether an audit entry was added, so there is a change to write."""
        return self.head != self.read.stored.head

    def enter(self, entry: Entry) -> None:
        """Add an entry to the journal, after entries about what was found wrong with the database."""
        self.note_findings()
        self.journal.enter(entry)

    def record(self, did: str, *many: Mapping[str, Any], **data: Any) -> None:
        """Add an audit entry of the code `did` with `data`, or one for each of `many`."""
        self.note_findings()
        self._append(did, *(many or (data,)))

    def set_time(self, seen: TimeSeen, why: str, base: bytes = b"") -> None:
        """Store another time than the one that the clock shows; see `TimeFloor`."""
        self.time, self._why, self._base = seen, why, base

    def accept(self) -> None:
        """Accept a restored backup or a damaged journal as the present state, once for each base bundle.

        This uses up the one drop of the soft floor of time, and resets that were issued before are refused afterwards.
        Raises `AcceptRefused` if there is nothing to accept, or the drop was used before.
        """
        self.note_findings()
        state = self.journal.state
        if state.is_accepted:
            raise AcceptRefused(reason="no-restore")
        if state.base in state.dropped:
            raise AcceptRefused(reason="restore-used")
        self.accept_restored(self.now, ADMINISTRATOR, state.base)
        self.record("accept-restored")

    def accept_clock(self) -> None:
        """Trust the clock again after it was ahead for more than a day of running.

        The soft floor of time drops to the hard one, once for each base bundle. Raises `AcceptRefused` if the drop was
        used before, or there is nothing to drop.
        """
        state, seen, clock = self.journal.state, self.time, self.read.reading.clock
        if state.base in state.dropped:
            raise AcceptRefused(reason="clock-used")
        if seen.soft <= max(seen.hard, clock):
            raise AcceptRefused(reason="no-clock")
        self.set_time(accept_clock(seen, clock), ACCEPTED, state.base)
        self.record("accept-clock", clock=format_seconds(clock), later=format_seconds(seen.soft))

    def accept_restored(self, at: int, by: str, base: bytes = b"") -> None:
        """Accept the database as it is, whatever its mark says."""
        self.enter(TroubleAccepted(at, by, base))
        self.lower_mark = True

    def finish(self) -> None:
        """If there was a change, store the time with it and sign the journal."""
        if self.has_changed:
            self.journal.keep_time(self.time, self._why, self._base)

    def note_findings(self) -> None:
        """Record, before the first change, that the database was restored or its journal damaged."""
        stored = self.read.stored
        if self.has_changed or self.journal.journal is not stored.journal:
            return
        if stored.journal.fault is not None:
            self.lower_mark = True
            self.journal.repair(self.now)
            self._append("repair-journal", {"entry": stored.journal.fault.number})
        if stored.is_behind and not stored.is_noted:
            self.lower_mark = True
            self.journal.enter(TroubleFound(self.now, None))
            self._append("notice-restored", {})

    def _append(self, did: str, *entries: Mapping[str, Any]) -> None:
        if any(fields_of(did) ^ data.keys() for data in entries):
            raise TypeError(f"{did}: {sorted(entries[0])}")
        by, at = {"by": self.read.opened.by} if self.read.opened.by else {}, format_seconds(self.now)
        facts = ({"at": at, **by, "did": did, **data} for data in entries)
        self.head = append_audit(self.connection, facts, self.pseudonyms)


@contextmanager
def write_installation(opened: loading.OpenInstallation) -> Generator[WriteTransaction]:
    """Open a write transaction of an installation; all changes of the block are committed, or none."""
    location = opened.database.location
    mark, known = read_mark(location), opened.last.stored
    with opened.database.write() as connection:
        read = loading.read_transaction(opened, connection, mark, known)
        reading = read.reading._replace(server=connection.now())  # it must agree before a floor rises (C4)
        change = WriteTransaction(read._replace(reading=reading))
        yield change
        change.finish()
    stored, journal = change.read.stored, change.journal.journal
    if journal is stored.journal:
        return
    gone = None if change.lower_mark else stored.gone
    opened.last.stored = stored._replace(head=change.head, journal=journal, gone=gone)
    if change.has_changed or not stored.is_behind:
        write_mark(location, Mark(change.head, journal.head), lower=change.lower_mark)


def write_first(opened: loading.OpenInstallation, act: Callable[[WriteTransaction], T]) -> T:
    """Run a change that may set the installation up; if another process was faster, run it again."""
    try:
        with write_installation(opened) as change:
            return act(change)
    except DatabaseBusy as error:
        if error.reason != "set-up":
            raise
    with write_installation(opened) as change:
        return act(change)


class Section:
    """A handle of an open installation or a part of it, such as its users."""

    def __init__(self, opened: loading.OpenInstallation) -> None:
        self._opened = opened

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of the installation at {self._opened.database.location}>"


def acting(act: Callable[Concatenate[loading.OpenInstallation, P], T]) -> Callable[Concatenate[Section, P], T]:
    """Make a method of a `Section` from a function of the open installation."""

    @wraps(act)
    def method(self: Section, /, *args: P.args, **options: P.kwargs) -> T:
        return act(self._opened, *args, **options)  # pyright: ignore[reportPrivateUsage]  # it becomes its method

    return method


def reading(ask: Callable[Concatenate[loading.ReadTransaction, P], T]) -> Callable[Concatenate[Section, P], T]:
    """Make a method of a `Section` from a function that reads one snapshot."""

    @wraps(ask)
    def ask_in_one(opened: loading.OpenInstallation, /, *args: P.args, **options: P.kwargs) -> T:
        with loading.read_installation(opened) as read:
            return ask(read, *args, **options)

    return acting(ask_in_one)


def changing(act: Callable[Concatenate[WriteTransaction, P], T]) -> Callable[Concatenate[Section, P], T]:
    """Make a method of a `Section` from a function that makes one change."""

    @wraps(act)
    def act_in_one(opened: loading.OpenInstallation, /, *args: P.args, **options: P.kwargs) -> T:
        return write_first(opened, lambda change: act(change, *args, **options))

    return acting(act_in_one)


def remember(opened: loading.OpenInstallation, state: loading.InstallationState, pause: int = REMEMBER_SECONDS) -> bool:
    """Store the time, if last stored `pause` seconds ago, and newer documents of a pack; return whether it wrote."""
    seen, store = state.stored, state.trust_store
    # Only an activated installation stores documents; before that, its pack has all of them.
    has_news = seen.recorded is not None and (store.tokens, store.trust.seen) != (seen.trust, seen.seen)
    if not (has_news or is_due(seen.time, opened.clocks(), pause)):
        return False
    with write_installation(opened) as change:
        stored, journal, time = change.read.stored, change.journal, change.time
        if stored.journal.fault is not None:
            return False  # the next change records the fault first
        # Another process may have stored something newer.
        if has_news and (stored.trust, stored.seen) == (seen.trust, seen.seen):
            keep_trust(journal, stored, store)
            every = verify_bundles(stored.every, store, effective(time, change.read.reading))
            time = journal.judge_time(time, every.verified)
        journal.keep_time(time, "clock")
    return True
