"""An open installation, and the one way to change it: a transaction with its audit entry."""

from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import NamedTuple, TypeVar

from licensekit.database import Connection, Database
from licensekit.dates import format_seconds
from licensekit.errors import DatabaseBusy
from licensekit.state import audit
from licensekit.state.audit import Head
from licensekit.state.audit_events import AuditEvent, RestoreNoticed
from licensekit.state.loading import InstallationState, evaluate_state
from licensekit.state.mark import is_restored, read_mark, write_mark
from licensekit.state.stored import (
    ACTIVE,
    KEPT,
    REPLACED,
    BundleRecord,
    Stored,
    read_stored,
    stored_bundles,
)
from licensekit.state.time import Clocks, Reading, effective, keep_time, observe
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


class ReadTransaction(NamedTuple):
    """What one transaction reads of an installation, and the time at which it does."""

    opened: OpenInstallation
    connection: Connection
    stored: Stored
    mark: Head | None
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

    def state(self) -> InstallationState:
        """Return the state inside the transaction; raises as `installation.state.judge` does."""
        return evaluate_state(
            self.stored,
            self.mark,
            root=self.root,
            pack=self.pack,
            reading=self.reading,
            released=self.opened.released,
        )

    def bundles(self) -> tuple[BundleRecord, ...]:
        """Return every bundle that was ever activated, in the order of activation.

        Of those that are kept it says whether they are active; raises as `state` does.
        """
        records = [record for record, _ in stored_bundles(self.connection)]
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
    """One write transaction: what it read, and the audit entries that it adds."""

    def __init__(self, read: ReadTransaction) -> None:
        self.read = read
        self.connection = read.connection
        self.now = read.now
        self.head = read.stored.head
        self.lower_mark = False
        self.time = observe(read.stored.time, read.reading)
        """What is remembered of time with the change."""
        self._restored = read.stored.restored or is_restored(read.stored, read.mark)

    @property
    def has_changed(self) -> bool:
        """Whether an audit entry was added."""
        return self.head != self.read.stored.head

    def record(self, event: AuditEvent) -> None:
        """Add an audit entry about the change: what was done, by whom and when."""
        if not self.has_changed and self._restored and not self.read.stored.restored:
            self.lower_mark = True
            self._append(RestoreNoticed())
        self._append(event)

    def accept_restored(self) -> None:
        """Take the database as it is: what its mark says of it no longer counts."""
        self._restored = False
        self.lower_mark = True

    def finish(self) -> None:
        """Remember the time with the change, if there was one."""
        if self.has_changed:
            keep_time(self.connection, self.time)
            self.connection.run("UPDATE installation SET restored = ?", int(self._restored))

    def _append(self, event: AuditEvent) -> None:
        by = {"by": self.read.opened.by} if self.read.opened.by else {}
        entry = {"at": format_seconds(self.now), **by, "did": event.code, **event.data}
        self.head = audit.append(self.connection, entry)


@contextmanager
def read_installation(opened: OpenInstallation) -> Generator[ReadTransaction]:
    """Open a snapshot of an installation.

    Raises:
        DatabaseBusy, DatabaseDamaged, DatabaseUnavailable: it cannot be read.
    """
    mark = read_mark(opened.database.location)
    with opened.database.read() as connection:
        yield _read(opened, connection, mark)


@contextmanager
def write_installation(opened: OpenInstallation) -> Generator[WriteTransaction]:
    """Open the write transaction of an installation; the block's changes are one, or none.

    Raises:
        DatabaseBusy, DatabaseDamaged, DatabaseUnavailable: it cannot be written.
    """
    location = opened.database.location
    mark = read_mark(location)
    with opened.database.write() as connection:
        change = WriteTransaction(_read(opened, connection, mark))
        yield change
        change.finish()
    if change.has_changed:
        write_mark(location, change.head, lower=change.lower_mark)


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


def _read(opened: OpenInstallation, connection: Connection, mark: Head | None) -> ReadTransaction:
    reading = opened.clocks()
    stored = read_stored(connection, mark, reading)
    return ReadTransaction(opened, connection, stored, mark, reading)
