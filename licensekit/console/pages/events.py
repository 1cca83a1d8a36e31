"""Events and history: what is unavailable for a while, and for whom; who changed what, and whether the log is whole."""

from datetime import UTC, datetime
from typing import Any, Final

from starlette.responses import Response

from licensekit.console.rendering import moved, page
from licensekit.console.visit import Visit
from licensekit.dates import parse_seconds, seconds_of
from licensekit.errors import AuditDamaged, EntryInvalid, LicenseError, NotFound
from licensekit.installation import MESSAGE_OF_THE_DAY, NO_LOGIN, AuditEntry, EventScope

OTHER: Final = "other"
"""Stands for a kind that is typed."""
KINDS: Final = (NO_LOGIN, MESSAGE_OF_THE_DAY, OTHER)
PAGE: Final = 50
"""How many entries of the audit log are on a page."""
ENDED: Final = 100
"""How many of the events that were ended are listed."""


def show(visit: Visit, error: LicenseError | None = None) -> Response:
    """List the events, and ask for a new one; after a refusal with why it was refused."""
    found = visit.installation.events.list(ended=True)
    in_force = [event for event in found if event.ended is None]
    ended = [event for event in reversed(found) if event.ended is not None][:ENDED]
    sites = [site.id for site, _ in visit.installation.sites.list()]
    offered: dict[str, Any] = {"kinds": KINDS, "scopes": list(EventScope), "sites": sites}
    return page(visit, "events.html", error=error, in_force=in_force, ended=ended, **offered)


def start(visit: Visit) -> Response:
    """Start an event."""
    kind, scope = visit.form.text("kind"), visit.form.text("scope")
    visit.installation.events.start(
        visit.form.text("other") if kind == OTHER else kind,
        scope=EventScope(scope) if scope in set(EventScope) else EventScope.INSTALLATION,
        subject=visit.form.text("subject"),
        message=visit.form.text("message"),
        expected_end=_moment(visit.form.text("expected_end")),
    )
    return moved(visit, "/events", saved="started")


def end(visit: Visit) -> Response:
    """End an event."""
    number = visit.form.text("number")
    if not (number.isascii() and number.isdecimal()):
        raise NotFound(reason="event", name=number)
    visit.installation.events.end(int(number))
    return moved(visit, "/events", saved="ended")


def _moment(text: str) -> int | None:
    """Read what a browser writes for a date and a time; the form says that they are UTC."""
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
        return seconds_of(moment if moment.tzinfo else moment.replace(tzinfo=UTC))
    except (ValueError, OverflowError) as error:
        raise EntryInvalid(reason="date", entry=text) from error


def history(visit: Visit) -> Response:
    """Show a page of the audit log; with `verify`, whether all of it is whole."""
    written = visit.asked("before")
    before = int(written) if written.isascii() and written.isdecimal() else None
    entries = visit.installation.audit.page(before=before, limit=PAGE).entries
    report, damage = None, None
    if visit.asked("verify"):
        try:
            report = visit.installation.audit.verify()
        except AuditDamaged as error:
            damage = error
    last = entries[-1].number if entries else 1
    next_page = visit.url("/history", before=str(last)) if last > 1 else None
    dated = [(entry, _moment_of(entry)) for entry in entries]
    return page(visit, "history.html", entries=dated, report=report, damage=damage, next_page=next_page)


def _moment_of(entry: AuditEntry) -> int | None:
    """Return when an entry was written, in seconds since 1970, if it says so."""
    try:
        return parse_seconds(str(entry.facts.get("at", "")))
    except ValueError:
        return None
