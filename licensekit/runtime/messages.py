"""Notices of a running program about its database, one class a code."""

from licensekit.entitlements.messages import Notice, Severity
from licensekit.errors import LicenseError


class DatabaseAway(Notice):
    """The database cannot be read: answers are given from memory."""

    template = "answers are given from memory, as of {since:time}: {error}"
    level = Severity.ERROR
    subject_template = "database"
    since: int
    error: LicenseError


class TimeNotKept(Notice):
    """The database cannot be written, so a clock that is turned back would win."""

    template = "the time that was seen here could not be kept: {error}"
    level = Severity.WARNING
    subject_template = "clock"
    error: LicenseError
