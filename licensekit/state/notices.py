"""What administrators should know of the installation itself: its clock, backups, documents; one class a code."""

from collections.abc import Iterable, Iterator
from typing import Final

from licensekit.dates import DAY_SECONDS
from licensekit.entitlements import Notice
from licensekit.errors import FileUnusable, LicenseError, Message
from licensekit.state.stored import Stored

_BEHIND_SECONDS: Final = DAY_SECONDS
"""A clock less than this behind is set to local time, or was corrected: no one need act."""
_AHEAD_SECONDS: Final = 7 * DAY_SECONDS
"""The floors are slower than the clock, but not that slow while a machine runs now and then."""


class UnusableDocument(Notice):
    """A stored document does not verify any more: damaged, revoked, or by a revoked key."""

    type: str
    """That of its token."""
    identity: str
    """In hex; empty if the document is damaged."""
    error: LicenseError

    @property
    def subject(self) -> str:
        """The type and the identity of the document."""
        return super().subject.rstrip()


class NothingActivated(Notice):
    """No license file is activated here, so nothing is granted."""

    code = "not-activated"


class ReadOnly(Notice):
    """The database can be read and not written: a file system, rights, a standby."""


class ClockBehind(Notice):
    """The clock is more than a day behind the latest time seen here."""

    clock: int
    seen: int


class ClockAhead(Notice):
    """The clock is more than a week ahead of the latest time seen here."""

    clock: int
    seen: int


class DamagedJournal(Notice, reasons=True):
    """The journal of the installation was altered."""

    entry: int


class UnreadableMark(Notice):
    """The mark beside the database cannot be read: a restored backup would not be noticed."""

    error: LicenseError


class ClockAccepted(Notice):
    """An administrator has accepted the clock, as they may once for each base bundle."""


class RestoredBackup(Notice):
    """The database is a restored backup."""


class RolledBack(Notice):
    """Changes are gone that this program had seen: a server failed over, or a backup was restored."""

    entry: int  # the newest of the audit log that it had seen


class IdleUsers(Notice):
    """Users hold licenses and were not seen for long, as the application tells."""

    users: int
    idle_days: int


class UnusableLicenses(Notice, reasons=True):
    """Licenses are assigned that nobody can use."""

    users: int = 0
    licenses: tuple[str, ...] = ()
    assigned: int = 0


class RootFromPack(Message):
    """No root pin was given or recorded, so the pack decides whom to believe."""

    root: str


def notices_of(stored: Stored, *, clock: int, unusable: Iterable[UnusableDocument]) -> Iterator[Notice]:
    """Yield what an installation itself has to say to its administrators."""
    if not stored.bundles:
        yield NothingActivated()
    if stored.read_only:
        yield ReadOnly()
    yield from _of_clock(stored, clock)
    yield from _of_backup(stored)
    yield from unusable


def _of_clock(stored: Stored, clock: int) -> Iterator[Notice]:
    floor = stored.time.floor
    if clock < floor - _BEHIND_SECONDS:
        yield ClockBehind(clock=clock, seen=floor)
    if floor and clock > floor + _AHEAD_SECONDS:
        yield ClockAhead(clock=clock, seen=floor)
    if stored.journal.state.clock_accepted:
        yield ClockAccepted()


def _of_backup(stored: Stored) -> Iterator[Notice]:
    state, fault = stored.journal.state, stored.journal.fault
    if fault is not None:
        yield DamagedJournal(reason=fault.reason, entry=fault.number)
    elif state.damaged is not None and not state.is_accepted:
        yield DamagedJournal(reason="repaired", entry=state.damaged)
    if isinstance(stored.mark, FileUnusable):
        yield UnreadableMark(error=stored.mark)
    if stored.restored:
        yield RestoredBackup()
    elif stored.gone is not None:
        yield RolledBack(entry=stored.gone.audit.number)
