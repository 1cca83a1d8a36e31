"""History: who changed what, the newest first, and whether the log of it is whole."""

from typing import Final, NamedTuple

from starlette.responses import Response

from licensekit.console.rendering import page
from licensekit.console.visit import Visit
from licensekit.dates import parse_seconds
from licensekit.errors import AuditDamaged
from licensekit.installation import AuditEntry

PAGE: Final = 50


class HistoryLine(NamedTuple):
    """One entry."""

    number: int
    at: int | None
    """Seconds since 1970."""
    by: str
    what: str
    """What was done."""


def show(visit: Visit) -> Response:
    """Show a page of the audit log; with `verify`, whether all of it is whole."""
    state = visit.installation.state()
    written = visit.asked("before")
    before = int(written) if written.isascii() and written.isdecimal() else None
    entries = visit.installation.audit.newest(before=before, limit=PAGE)
    report, damage = None, None
    if visit.asked("verify"):
        try:
            report = visit.installation.audit.verify()
        except AuditDamaged as error:
            damage = error
    last = entries[-1].number if entries else 1
    return page(
        visit,
        "history.html",
        state,
        lines=[_line_of(entry) for entry in entries],
        report=report,
        damage=damage,
        next_page=visit.url("/history", before=str(last)) if last > 1 else None,
    )


def _line_of(entry: AuditEntry) -> HistoryLine:
    """Return an entry as the History screen shows it."""
    facts = entry.facts
    try:
        at = parse_seconds(str(facts.get("at", "")))
    except ValueError:
        at = None
    return HistoryLine(entry.number, at, str(facts.get("by", "")), entry.event.message)
