"""What administrators should know of the installation itself: its clock, backups, documents."""

from collections.abc import Iterable, Iterator
from typing import Final

from licensekit.dates import DAY_SECONDS, format_seconds
from licensekit.entitlements import Notice, Severity
from licensekit.state.audit import Head
from licensekit.state.stored import Stored
from licensekit.state.time import JUMP_SECONDS
from licensekit.state.trust_store import Unusable

_BEHIND_SECONDS: Final = DAY_SECONDS
"""A clock less than this behind is set to local time, or was corrected: no one need act."""


def notices_of(
    stored: Stored, mark: Head | None, *, clock: int, unusable: Iterable[Unusable]
) -> Iterator[Notice]:
    """Yield what an installation itself has to say to its administrators."""
    yield from _of_clock(stored, clock)
    yield from _of_backup(stored, mark)
    for document in unusable:
        text = f"a stored {document.type} is not used: {document.error}"
        subject = f"{document.type} {document.identity}".rstrip()
        yield Notice(f"unusable-{document.type}", Severity.ERROR, text, subject)


def is_restored(stored: Stored, mark: Head | None) -> bool:
    """Return whether the database has fewer or other changes than its mark, or lost its mark.

    `mark` is None where none is kept.
    """
    if mark is None:
        return False
    if mark.number == 0:
        return stored.head.number > 1
    return stored.marked != mark.hash


def _of_clock(stored: Stored, clock: int) -> Iterator[Notice]:
    seen = stored.time
    if clock < seen.highest - _BEHIND_SECONDS:
        text = (
            f"the clock shows {format_seconds(clock)}, but it was {format_seconds(seen.highest)}"
            " here before, and that time counts: set the clock right; if it was wrong then, ask"
            " the vendor for a reset of the clock"
        )
        yield Notice("clock-behind", Severity.WARNING, text, "clock")
    if seen.highest and clock > seen.highest + JUMP_SECONDS:
        text = (
            f"the clock shows {format_seconds(clock)}, and {format_seconds(seen.highest)} is the"
            " latest time seen here: if it is wrong, set it right within a day"
        )
        yield Notice("clock-ahead", Severity.INFO, text, "clock")


def _of_backup(stored: Stored, mark: Head | None) -> Iterator[Notice]:
    if stored.restored or is_restored(stored, mark):
        text = (
            "this database is a restored backup: check whether what was changed since is missing,"
            " and ask the vendor for a reset that accepts it"
        )
        yield Notice("restored-backup", Severity.WARNING, text, "database")
