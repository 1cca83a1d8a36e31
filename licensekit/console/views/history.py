"""Entries of the audit log as the History screen shows them."""

from typing import NamedTuple

from licensekit.dates import parse_seconds
from licensekit.installation import AuditEntry


class HistoryLine(NamedTuple):
    """One entry."""

    number: int
    at: int | None
    """Seconds since 1970."""
    by: str
    what: str
    """What was done."""


def line_of(entry: AuditEntry) -> HistoryLine:
    """Return an entry as the History screen shows it."""
    facts = entry.facts
    try:
        at = parse_seconds(str(facts.get("at", "")))
    except ValueError:
        at = None
    return HistoryLine(entry.number, at, str(facts.get("by", "")), entry.event.message)
