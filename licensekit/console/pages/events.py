"""Events: what is unavailable for a while, and for whom."""

from typing import Final

from starlette.responses import Response

from licensekit.console.rendering import moved, page
from licensekit.console.visit import Visit, whole
from licensekit.dates import parse_seconds
from licensekit.errors import EntryInvalid, LicenseError, NotFound
from licensekit.installation import EventScope

OF_FUNCTION: Final = ("no-", "rebuild-")  # prefixes of kinds that name a function
ENDED: Final = 100  # how many of the events that were ended are listed


def show(visit: Visit, error: LicenseError | None = None) -> Response:
    """List the events, and ask for a new one; after a refusal, with what was typed and the error."""
    ended = [event for event in reversed(visit.installation.events.list(ended=True)) if event.ended is not None]
    given = visit.form.text if error else visit.asked
    return page(visit, "events.html", error=error, ended=ended[:ENDED], given=given)


def start(visit: Visit) -> Response:
    """Start an event."""
    sent = visit.form.text
    kind, named, message, end_ = sent("kind"), sent("scope"), sent("message"), _moment(sent("expected_end"))
    kind += sent("function").lower() if kind in OF_FUNCTION else ""
    scope = EventScope(named) if named in set(EventScope) else EventScope.INSTALLATION
    visit.installation.events.start(kind, scope=scope, subject=sent(named), message=message, expected_end=end_)
    return moved(visit, "/events", saved="started")


def end(visit: Visit) -> Response:
    """End an event."""
    if (number := whole(sent := visit.form.text("number"))) is None:
        raise NotFound(reason="event", name=sent)
    visit.installation.events.end(number)
    return moved(visit, "/events", saved="ended")


def _moment(text: str) -> int | None:
    """Parse a date and time as a browser writes it; the form says that it is UTC."""
    try:
        return parse_seconds(f"{text}:00Z" if len(text) == len("2027-01-01T08:00") else text) if text else None
    except ValueError as error:
        raise EntryInvalid(reason="date", entry=text) from error
