"""Notices about the installation itself, one class a code: its documents, clock and database."""

from collections.abc import Mapping
from typing import Final

from licensekit.entitlements.messages import Notice, Severity
from licensekit.errors import LicenseError
from licensekit.errors.coded import Message


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
        " (`clock accept`), or ask the vendor for a reset of the clock"
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


class ClockAccepted(Notice):
    """An administrator has accepted the clock, which the base bundle allows once."""

    code = "clock-accepted"
    template = "an administrator accepted the clock on {at:time}, in place of a later time"
    level = Severity.INFO
    subject_template = "clock"
    at: int
    """In seconds since 1970."""


class RestoredBackup(Notice):
    """The database is a restored backup."""

    code = "restored-backup"
    template = "this database is a restored backup"
    hint_template = (
        "look whether what was changed since is missing, and ask the vendor for a reset that"
        " accepts it"
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
