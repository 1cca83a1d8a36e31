"""Notices about the installation itself, one class a code: its documents, clock and database."""

from collections.abc import Mapping
from typing import ClassVar, Final, Literal

from licensekit.entitlements.messages import Notice, Severity
from licensekit.errors import LicenseError
from licensekit.errors.coded import Message, Templates


class UnusableDocument(Notice):
    """A stored document does not verify any more."""

    level = Severity.ERROR
    identity: str
    """In hex; empty if the document is damaged."""
    error: LicenseError

    @property
    def subject(self) -> str:
        """The type and the identity of the document."""
        return super().subject.rstrip()


class UnusableBundle(UnusableDocument):
    """A stored bundle does not verify any more."""

    code = "unusable-bundle"
    template = "a stored bundle is not used: {error}"
    subject_template = "bundle {identity}"


class UnusableTrust(UnusableDocument):
    """A stored trust document does not verify any more."""

    code = "unusable-trust"
    template = "a stored trust document is not used: {error}"
    subject_template = "trust {identity}"


class UnusableRevocations(UnusableDocument):
    """A stored revocation list does not verify any more."""

    code = "unusable-revocations"
    template = "a stored revocation list is not used: {error}"
    subject_template = "revocations {identity}"


class UnusableCatalog(UnusableDocument):
    """A stored catalog does not verify any more."""

    code = "unusable-catalog"
    template = "a stored catalog is not used: {error}"
    subject_template = "catalog {identity}"


class UnusableRoot(UnusableDocument):
    """A stored root does not verify any more."""

    code = "unusable-root"
    template = "a stored root is not used: {error}"
    subject_template = "root {identity}"


UNUSABLE: Final[Mapping[str, type[UnusableDocument]]] = {
    "bundle": UnusableBundle,
    "trust": UnusableTrust,
    "revocations": UnusableRevocations,
    "catalog": UnusableCatalog,
    "root": UnusableRoot,
}
"""Type of a token to the notice that it is not used."""


class ClockBehind(Notice):
    """The clock is more than a day behind the latest time seen here."""

    code = "clock-behind"
    template = (
        "the clock shows {clock:time}, but it was {seen:time} here before, and that time counts"
    )
    hint_template = (
        "set the clock right; if it was wrong then, accept the clock that it shows now"
        " (`accept-clock`), or ask the vendor for a reset of the clock"
    )
    level = Severity.WARNING
    subject_template = "clock"
    clock: int
    """In seconds since 1970."""
    seen: int
    """The latest time seen here, in seconds since 1970."""


class ClockAhead(Notice):
    """The clock is more than a week ahead of the latest time seen here."""

    code = "clock-ahead"
    template = "the clock shows {clock:time}, and {seen:time} is the latest time seen here"
    hint_template = "if it is wrong, set it right within a day"
    level = Severity.INFO
    subject_template = "clock"
    clock: int
    """In seconds since 1970."""
    seen: int
    """The latest time seen here, in seconds since 1970."""


class DamagedJournal(Notice):
    """The journal of the installation was altered."""

    code = "damaged-journal"
    template: ClassVar[Templates] = {
        "altered": "the journal of this installation was altered: what it says from entry {entry}"
        " on does not count",
        "cut": "the newest entries of the journal of this installation are gone, from entry {entry}"
        " on",
        "head": "the signature of the journal of this installation was altered",
        "repaired": "the journal of this installation was altered, and goes on from entry {entry}",
    }
    hint_template = (
        "restore the database from a backup, or activate the newest license file; the vendor is"
        " told with the next request"
    )
    level = Severity.ERROR
    subject_template = "database"
    reason: Literal["altered", "cut", "head", "repaired"]
    entry: int


class ReadOnlyDatabase(Notice):
    """Nobody may write where the database is."""

    code = "read-only-database"
    template = (
        "the database is on a file system that may only be read: nothing can be changed, and the"
        " time that is seen here is not kept"
    )
    level = Severity.WARNING
    subject_template = "database"


class UnreadableMark(Notice):
    """The mark beside the database cannot be read: a restored backup would not be noticed."""

    code = "unreadable-mark"
    template = "the mark beside the database cannot be read: {error}"
    level = Severity.WARNING
    subject_template = "database"
    error: LicenseError


class ClockAccepted(Notice):
    """An administrator has accepted the clock, as they may once for each base bundle."""

    code = "clock-accepted"
    template = "an administrator has accepted the clock, in place of a later time"
    level = Severity.INFO
    subject_template = "clock"


class RestoredBackup(Notice):
    """The database is a restored backup."""

    code = "restored-backup"
    template = "this database is a restored backup"
    hint_template = (
        "check whether what was changed since is missing; then accept it, or ask the vendor for a"
        " reset that does"
    )
    level = Severity.WARNING
    subject_template = "database"


class RootFromPack(Message):
    """No root pin was given or recorded, so the pack decides whom to believe."""

    code = "root-from-pack"
    template = "no root pin was given, so the root was taken from the pack: {root}"
    hint_template = "compare it with the vendor's documentation: whoever made this pack chose it"
    root: str
    """The pin of the oldest root in the pack."""
