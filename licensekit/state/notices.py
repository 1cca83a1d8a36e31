"""What administrators should know of the installation itself: its clock, backups, documents; one class a code."""

from collections.abc import Iterable, Iterator
from typing import Final

from licensekit.dates import DAY_SECONDS
from licensekit.entitlements import Notice, Severity
from licensekit.errors import FileUnusable, LicenseError
from licensekit.errors.coded import Message
from licensekit.state.stored import Stored

_BEHIND_SECONDS: Final = DAY_SECONDS
"""A clock less than this behind is set to local time, or was corrected: no one need act."""
_AHEAD_SECONDS: Final = 7 * DAY_SECONDS
"""The floors are slower than the clock, but not that slow while a machine runs now and then."""


class UnusableDocument(Notice):
    """A stored document does not verify any more: damaged, revoked, or by a revoked key."""

    template = "a stored {type:document} is not used: {error}"
    consequence_template = "what it grants or says does not count"
    remedy_template = "activate FILE"
    level = Severity.ERROR
    subject_template = "{type} {identity}"
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
    template = "nothing is activated here"
    consequence_template = "nothing is granted"
    remedy_template = "activate FILE"
    hint_template = "activate a license file; if there is one, this is not the home that has it"
    level = Severity.ERROR
    subject_template = "installation"


class ReadOnly(Notice):
    """The database can be read and not written: a file system, rights, a standby."""

    template = "the database cannot be written"
    consequence_template = "nothing can be changed here, and the time that passes is not kept"
    hint_template = "if that is not meant, let this account write to the home and its folder"
    level = Severity.WARNING
    subject_template = "database"


class ClockBehind(Notice):
    """The clock is more than a day behind the latest time seen here."""

    template = "the clock shows {clock:time}, but it was {seen:time} here before"
    consequence_template = "that time counts, and not the one of the clock"
    remedy_template = "accept-clock"
    hint_template = (
        "set the clock right; if it was wrong then, accept the clock that it shows now,"
        " or ask the vendor for a reset of the clock"
    )
    level = Severity.WARNING
    subject_template = "clock"
    clock: int
    seen: int


class ClockAhead(Notice):
    """The clock is more than a week ahead of the latest time seen here."""

    template = "the clock shows {clock:time}, and {seen:time} is the latest time seen here"
    consequence_template = "after a day of running, the time that the clock shows counts"
    hint_template = "if it is wrong, set it right within a day"
    subject_template = "clock"
    clock: int
    seen: int


class DamagedJournal(Notice):
    """The journal of the installation was altered."""

    template = {
        "altered": "the journal of this installation was altered from entry {entry} on",
        "cut": "the newest entries of the journal of this installation are gone, from entry {entry} on",
        "head": "the signature of the journal of this installation was altered",
        "repaired": "the journal of this installation was altered, and continues from entry {entry}",
    }
    hint_template = (
        "restore the database from a backup, or activate the newest license file; the next request"
        " reports this to the vendor"
    )
    consequence_template = {"altered": "what it says from there on does not count", "cut": "what they said is lost"}
    remedy_template = "restore FILE"
    level = Severity.ERROR
    subject_template = "database"
    entry: int


class UnreadableMark(Notice):
    """The mark beside the database cannot be read: a restored backup would not be noticed."""

    template = "the mark beside the database cannot be read: {error}"
    consequence_template = "a restored backup would not be noticed"
    remedy_template = "doctor"
    level = Severity.WARNING
    subject_template = "database"
    error: LicenseError


class ClockAccepted(Notice):
    """An administrator has accepted the clock, as they may once for each base bundle."""

    template = "an administrator has accepted the clock, in place of a later time"
    subject_template = "clock"


class RestoredBackup(Notice):
    """The database is a restored backup."""

    template = "this database is a restored backup"
    consequence_template = "what was changed since the backup may be missing"
    remedy_template = "restore --accept"
    hint_template = (
        "check whether what was changed since is missing; then accept it, or ask the vendor for a reset that does"
    )
    level = Severity.WARNING
    subject_template = "database"


class IdleUsers(Notice):
    """Users hold licenses and were not seen for long, as the application tells."""

    template = "{users:count user who holds licenses was|users who hold licenses were} not seen for {idle_days} days"
    remedy_template = "users list --idle {idle_days}"
    subject_template = "users"
    users: int
    idle_days: int


class UnusableLicenses(Notice):
    """Licenses are assigned that nobody can use."""

    template = {
        "no-login": "{users:count user holds|users hold} licenses and cannot log in",
        "requirement": "{licenses:codes}: {assigned} assigned, but a license that is required is gone",
    }
    remedy_template = "users list --unusable"
    subject_template = {"no-login": "users", "requirement": "{licenses:list}"}
    users: int = 0
    licenses: tuple[str, ...] = ()
    assigned: int = 0


class RootFromPack(Message):
    """No root pin was given or recorded, so the pack decides whom to believe."""

    template = "no root pin was given, so the root was taken from the pack: {root}"
    hint_template = "compare it with the vendor's documentation: whoever made this pack chose it"
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
