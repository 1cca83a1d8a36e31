"""System events as people and programs read them."""

from collections.abc import Iterable
from typing import Any

from licensekit.cli.output import table
from licensekit.dates import format_seconds
from licensekit.installation import Event, EventScope


def show_events(events: Iterable[Event]) -> None:
    """Print system events."""
    columns = [">event", "kind", "for", "since", "by", "expected end", "ended", "message"]
    table(columns, map(_event, events))


def event_json(event: Event) -> dict[str, Any]:
    """Return an event as `--json` prints it."""
    return {
        **event._asdict(),
        "subject": event.subject or None,
        "expected_end": _moment(event.expected_end),
        "started": format_seconds(event.started),
        "ended": _moment(event.ended),
    }


def _event(event: Event) -> tuple[object, ...]:
    whom = (
        event.scope.value
        if event.scope is EventScope.INSTALLATION
        else f"{event.scope} {event.subject}"
    )
    return (
        event.number,
        event.kind,
        whom,
        format_seconds(event.started),
        event.started_by,
        _moment(event.expected_end),
        _moment(event.ended),
        event.message,
    )


def _moment(seconds: int | None) -> str | None:
    return None if seconds is None else format_seconds(seconds)
