"""Events: what is unavailable for a while, and for whom."""

from datetime import UTC, datetime
from typing import Final

from starlette.responses import Response

from licensekit.console.rendering import moved, page
from licensekit.console.visit import Visit
from licensekit.dates import seconds_of
from licensekit.errors import EntryInvalid, LicenseError, NotFound
from licensekit.installation import MESSAGE_OF_THE_DAY, NO_LOGIN, EventScope

OTHER: Final = "other"
"""Stands for a kind that is typed."""
KINDS: Final = (NO_LOGIN, MESSAGE_OF_THE_DAY, OTHER)
ENDED: Final = 100
"""How many of the events that were ended are listed."""


def show(visit: Visit, error: LicenseError | None = None) -> Response:
    """List the events, and ask for a new one; after a refusal with why it was refused."""
    found = visit.installation.events.list(ended=True)
    return page(
        visit,
        "events.html",
        error=error,
        in_force=[event for event in found if event.ended is None],
        ended=[event for event in reversed(found) if event.ended is not None][:ENDED],
        kinds=KINDS,
        scopes=list(EventScope),
        sites=[site.id for site, _ in visit.installation.sites.list()],
    )


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
