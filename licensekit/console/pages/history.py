"""History: who changed what, the newest first, and whether the log of it is whole."""

from typing import Final

from starlette.responses import Response

from licensekit.console.rendering import page
from licensekit.console.visit import Visit
from licensekit.dates import parse_seconds
from licensekit.errors import AuditDamaged
from licensekit.installation import AuditEntry

PAGE: Final = 50


def show(visit: Visit) -> Response:
    """Show a page of the audit log; with `verify`, whether all of it is whole."""
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
        entries=[(entry, _moment_of(entry)) for entry in entries],
        report=report,
        damage=damage,
        next_page=visit.url("/history", before=str(last)) if last > 1 else None,
    )


def _moment_of(entry: AuditEntry) -> int | None:
    """Return when an entry was written, in seconds since 1970, if it says so."""
    try:
        return parse_seconds(str(entry.facts.get("at", "")))
    except ValueError:
        return None
