"""What administrators should know of the installation itself: its clock, backups, documents."""

from collections.abc import Iterable, Iterator
from typing import Final

from licensekit.dates import DAY_SECONDS
from licensekit.entitlements import Notice
from licensekit.state.audit import Head
from licensekit.state.mark import is_restored
from licensekit.state.messages import (
    UNUSABLE,
    ClockAccepted,
    ClockAhead,
    ClockBehind,
    RestoredBackup,
)
from licensekit.state.stored import Stored
from licensekit.state.trust_store import Unusable

_BEHIND_SECONDS: Final = DAY_SECONDS
"""A clock less than this behind is set to local time, or was corrected: no one need act."""
_AHEAD_SECONDS: Final = 7 * DAY_SECONDS
"""The floors are slower than the clock, but not that slow while a machine runs now and then."""


def notices_of(
    stored: Stored, mark: Head | None, *, clock: int, unusable: Iterable[Unusable], base: bytes
) -> Iterator[Notice]:
    """Yield what an installation itself has to say to its administrators."""
    yield from _of_clock(stored, clock)
    if base in stored.accepted:
        yield ClockAccepted(at=stored.accepted[base])
    yield from _of_backup(stored, mark)
    for document in unusable:
        yield UNUSABLE[document.type](identity=document.identity, error=document.error)


def _of_clock(stored: Stored, clock: int) -> Iterator[Notice]:
    floor = stored.time.floor
    if clock < floor - _BEHIND_SECONDS:
        yield ClockBehind(clock=clock, seen=floor)
    if floor and clock > floor + _AHEAD_SECONDS:
        yield ClockAhead(clock=clock, seen=floor)


def _of_backup(stored: Stored, mark: Head | None) -> Iterator[Notice]:
    if stored.restored or is_restored(stored, mark):
        yield RestoredBackup()
