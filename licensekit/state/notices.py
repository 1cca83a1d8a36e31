"""Notices about the installation itself: its clock, backups and documents; one class for each code."""

from collections.abc import Iterable, Iterator
from typing import Final

from licensekit.dates import DAY_SECONDS
from licensekit.entitlements import Notice
from licensekit.errors import FileUnusable, LicenseError, Message
from licensekit.state.stored import Stored

_BEHIND_SECONDS: Final = DAY_SECONDS
"""A clock that is behind by less is set to local time or was corrected, and nobody needs to act."""
_AHEAD_SECONDS: Final = 7 * DAY_SECONDS
"""The floors lag behind the clock, but by less than this if the machine runs now and then."""


class UnusableDocument(Notice):
    """A stored document no longer verifies: it is damaged, revoked, or signed by a revoked key."""

    type: str  # of its token
    identity: str  # in hex; empty if the document is damaged
    error: LicenseError

    @property
    def subject(self) -> str:
        """The type and the identity of the document."""
        return super().subject.rstrip()


class NothingActivated(Notice):
    """No license file is activated, so nothing is granted."""

    code = "not-activated"


class ReadOnly(Notice):
    """The database can be read but not written: because of the file system, rights, or a standby server."""


class ClockBehind(Notice):
    """The clock is more than a day behind the latest time seen."""

    clock: int
    seen: int


class ClockAhead(Notice):
    """The clock is more than a week ahead of the latest time seen."""

    clock: int
    seen: int


class DamagedJournal(Notice, reasons=True):
    """The journal of the installation was altered."""

    entry: int


class UnreadableMark(Notice):
    """The mark beside the database cannot be read, so a restored backup would not be noticed."""

    error: LicenseError


class ClockAccepted(Notice):
    """An administrator has accepted the clock, which is possible once for each base bundle."""


class RestoredBackup(Notice):
    """The database is a restored backup."""


class RolledBack(Notice):
    """Changes that this program had seen are gone: a server failed over, or a backup was restored."""

    entry: int  # the newest audit entry that it had seen


class IdleUsers(Notice):
    """Users who hold licenses have not been seen for long, as the application reports."""

    users: int
    idle_days: int


class UnusableLicenses(Notice, reasons=True):
    """Assigned licenses that cannot be used."""

    users: int = 0
    licenses: tuple[str, ...] = ()
    assigned: int = 0


class RootFromPack(Message):
    """No root pin was given or recorded, so the pack alone decides which root is trusted."""

    root: str


def notices_of(stored: Stored, *, clock: int, unusable: Iterable[UnusableDocument]) -> Iterator[Notice]:
    """Yield the notices about an installation itself."""
    if not stored.bundles:
        yield NothingActivated()
    if stored.read_only:
        yield ReadOnly()
    state, fault, floor = stored.journal.state, stored.journal.fault, stored.time.floor
    if clock < floor - _BEHIND_SECONDS:
        yield ClockBehind(clock=clock, seen=floor)
    if floor and clock > floor + _AHEAD_SECONDS:
        yield ClockAhead(clock=clock, seen=floor)
    if state.clock_accepted:
        yield ClockAccepted()
    if fault is not None:
        yield DamagedJournal(reason=fault.reason, entry=fault.number)
    elif state.damaged is not None and not state.is_accepted:
        yield DamagedJournal(reason="repaired", entry=state.damaged)
    yield from _of_backup(stored)
    yield from unusable


def _of_backup(stored: Stored) -> Iterator[Notice]:
    if isinstance(stored.mark, FileUnusable):
        yield UnreadableMark(error=stored.mark)
    if stored.restored:
        yield RestoredBackup()
    elif stored.gone is not None:
        yield RolledBack(entry=stored.gone.audit.number)
