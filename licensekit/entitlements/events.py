"""System events, and whom they concern (`docs/evaluation.md`, "Events")."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Any, Final, NamedTuple

from licensekit.text.names import folded
from licensekit.wire.plain import plain_fields

NO_LOGIN: Final = "no-login"
MESSAGE_OF_THE_DAY: Final = "message-of-the-day"
_STOPPING: Final = ("no-", "rebuild-")


class EventScope(StrEnum):
    """Whom an event concerns."""

    INSTALLATION = "installation"
    SITE = "site"
    GROUP = "group"
    USER = "user"


class Event(NamedTuple):
    """An event that somebody started, and that lasts until somebody ends it."""

    number: int
    kind: str
    scope: EventScope
    subject: str
    """The site, group or user; empty for the installation."""
    message: str
    expected_end: int | None
    """Seconds since 1970; only for information, as the event does not end by itself."""
    started: int
    started_by: str
    ended: int | None = None
    ended_by: str | None = None

    @property
    def stops(self) -> str | None:
        """The function that the event makes unavailable, or None: `login`, `travel`, `index`."""
        prefix = next((p for p in _STOPPING if self.kind.startswith(p)), None)
        return None if prefix is None else self.kind.removeprefix(prefix)

    def plain(self) -> dict[str, Any]:
        """Return the event as plain JSON values."""
        return plain_fields(self, " ".join(self._fields)) | {"subject": self.subject or None}


def is_event_kind(text: str) -> bool:
    """Return whether `text` is a kind of event."""
    named = [text.removeprefix(prefix) for prefix in _STOPPING if text.startswith(prefix)]
    return text == MESSAGE_OF_THE_DAY or any(named)


def concerning(
    events: Iterable[Event], *, user: str | None = None, groups: Iterable[str] = (), site: str | None = None
) -> tuple[Event, ...]:
    """Return the events that concern a user with `groups`, compared folded, at a `site`."""
    theirs = {EventScope.SITE: {site}, EventScope.USER: {user}, EventScope.GROUP: frozenset(map(folded, groups))}
    named = ((one, folded(one.subject) if one.scope is EventScope.GROUP else one.subject) for one in events)
    return tuple(one for one, whom in named if one.scope is EventScope.INSTALLATION or whom in theirs[one.scope])


def stopping(concerned: Iterable[Event], function: str) -> tuple[Event, ...]:
    """Return the events that make a function (`travel`, `index`) unavailable."""
    return tuple(event for event in concerned if event.stops == function)
