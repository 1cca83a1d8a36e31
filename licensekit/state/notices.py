"""What administrators should know of the installation itself: its clock, backups, documents."""

from collections.abc import Iterable, Iterator
from typing import Final

from licensekit.dates import DAY_SECONDS
from licensekit.entitlements import Notice
from licensekit.errors import FileUnusable
from licensekit.state.messages import (
    ClockAccepted,
    ClockAhead,
    ClockBehind,
    DamagedJournal,
    NothingActivated,
    ReadOnly,
    RestoredBackup,
    UnreadableMark,
    UnusableDocument,
)
from licensekit.state.stored import Stored

_BEHIND_SECONDS: Final = DAY_SECONDS
"""A clock less than this behind is set to local time, or was corrected: no one need act."""
_AHEAD_SECONDS: Final = 7 * DAY_SECONDS
"""The floors are slower than the clock, but not that slow while a machine runs now and then."""


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
