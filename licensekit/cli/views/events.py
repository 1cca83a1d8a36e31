"""System events as people read them."""

from collections.abc import Iterable

from licensekit.cli.output import table
from licensekit.cli.views import spelling
from licensekit.installation import Event, EventScope


def show_events(events: Iterable[Event]) -> None:
    """Print system events."""
    columns = [">event", "kind", "for", "since", "by", "expected end", "ended", "message"]
    table(columns, map(_event, events))


def _event(event: Event) -> tuple[object, ...]:
    whom = (
        spelling.name_of(event.scope)
        if event.scope is EventScope.INSTALLATION
        else f"{spelling.name_of(event.scope)} {event.subject}"
    )
    return (
        event.number,
        event.kind,
        whom,
        spelling.moment(event.started),
        event.started_by,
        spelling.moment(event.expected_end),
        spelling.moment(event.ended),
        event.message,
    )
