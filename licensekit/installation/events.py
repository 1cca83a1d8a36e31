"""System events: started and ended by somebody, never by themselves."""

from typing import Final

from licensekit.entitlements.events import Event, EventScope, is_event_kind
from licensekit.errors import EntryInvalid, NotFound
from licensekit.limits import SECONDS
from licensekit.state.loading import read_installation
from licensekit.state.stored import read_events
from licensekit.state.transactions import Section, WriteTransaction, write_installation
from licensekit.state.users import known_site, known_user
from licensekit.text import names
from licensekit.wire.documents.fields import is_code

_START: Final = (
    "INSERT INTO events (number, kind, scope, subject, message, expected_end, started, started_by)"
    " VALUES ((SELECT coalesce(max(number), 0) + 1 FROM events), ?, ?, ?, ?, ?, ?, ?) RETURNING number"
)
_END: Final = "UPDATE events SET ended = ?, ended_by = ? WHERE number = ? AND ended IS NULL"


class Events(Section):
    """The system events of an installation. Every change is one transaction, with its entry."""

    def start(
        self,
        kind: str,
        *,
        scope: EventScope = EventScope.INSTALLATION,
        subject: str = "",
        message: str = "",
        expected_end: int | None = None,
    ) -> Event:
        """Start an event, and give it.

        `subject` is the site, group or user of the scope. `expected_end`, in seconds since 1970, is information: the
        event lasts until somebody ends it.

        Raises:
            EntryInvalid: the kind is none, or something of it cannot be kept.
            NotFound: there is no such subject.
        """
        if not (is_code(kind) and is_event_kind(kind)):
            raise EntryInvalid(reason="event-kind", entry=kind)
        if expected_end is not None and not 0 <= expected_end <= SECONDS:
            raise EntryInvalid(reason="expected-end")
        with write_installation(self._opened) as change:
            subject = _checked_subject(change, scope, subject)
            values = (kind, scope.value, subject, names.check_message(message), expected_end)
            row = change.connection.one(_START, *values, change.now, self._opened.by)
            number = row[0] if row else 0
            change.record("event-start", event=number, kind=kind, scope=scope.value, subject=subject)
            return Event(number, kind, scope, subject, message, expected_end, change.now, self._opened.by)

    def end(self, number: int) -> None:
        """End an event.

        Raises:
            NotFound: there is no such event in force.
        """
        with write_installation(self._opened) as change:
            if not change.connection.run(_END, change.now, self._opened.by, number):
                raise NotFound(reason="event", name=number)
            change.record("event-end", event=number)

    def list(self, *, ended: bool = False) -> tuple[Event, ...]:
        """Return the events in force, with `ended` all that there ever were; the oldest first."""
        with read_installation(self._opened) as read:
            return read_events(read.connection, ended=ended)


def _checked_subject(change: WriteTransaction, scope: EventScope, subject: str) -> str:
    """Return what an event concerns: of a user or site, the id in the form that is compared."""
    if scope is EventScope.INSTALLATION and subject:
        raise EntryInvalid(reason="names-nobody")
    if scope is EventScope.GROUP:
        return names.check_groups([subject])[0]
    if scope is EventScope.USER:
        return known_user(change.connection, subject).id
    if scope is EventScope.SITE:
        return known_site(change.connection, subject).id
    return subject
