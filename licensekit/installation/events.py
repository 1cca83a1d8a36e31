"""System events and leases of concurrent seats, for administrators: list, start and end them."""

import builtins
from typing import Final

from licensekit.database import read_queries
from licensekit.entitlements import resolve
from licensekit.entitlements.events import Event, EventScope, is_event_kind
from licensekit.errors import EntryInvalid, NotFound
from licensekit.limits import SECONDS
from licensekit.state import seats
from licensekit.state.loading import read_installation
from licensekit.state.seats import HeldSeat
from licensekit.state.stored import read_events
from licensekit.state.transactions import Section, WriteTransaction, write_installation
from licensekit.state.users import known_site, known_user
from licensekit.text import names
from licensekit.wire.documents.fields import is_code

_SQL: Final = read_queries(__file__)


class Events(Section):
    """The system events of an installation. Every change is one transaction, with an audit entry."""

    def start(
        self,
        kind: str,
        *,
        scope: EventScope = EventScope.INSTALLATION,
        subject: str = "",
        message: str = "",
        expected_end: int | None = None,
    ) -> Event:
        """Start an event, and return it.

        `subject` is the site, group or user of the scope. `expected_end`, in seconds since 1970, is only information:
        the event lasts until somebody ends it.

        Raises:
            EntryInvalid: the kind or another value is not valid.
            NotFound: there is no such subject.
        """
        if not (is_code(kind) and is_event_kind(kind)):
            raise EntryInvalid(reason="event-kind", entry=kind)
        if expected_end is not None and not 0 <= expected_end <= SECONDS:
            raise EntryInvalid(reason="expected-end")
        with write_installation(self._opened) as change:
            subject = _checked_subject(change, scope, subject)
            values = (kind, scope.value, subject, names.check_message(message), expected_end)
            number = change.connection.value(_SQL["start"], *values, change.now, self._opened.by) or 0
            change.record("event-start", event=number, kind=kind, scope=scope.value, subject=subject)
            return Event(number, kind, scope, subject, message, expected_end, change.now, self._opened.by)

    def end(self, number: int) -> None:
        """End an event; raise `NotFound` if no event with this number is in force."""
        with write_installation(self._opened) as change:
            if not change.connection.run(_SQL["end"], change.now, self._opened.by, number):
                raise NotFound(reason="event", name=number)
            change.record("event-end", event=number)

    def list(self, *, ended: bool = False) -> tuple[Event, ...]:
        """Return the events in force, with `ended` also past ones; oldest first."""
        with read_installation(self._opened) as read:
            return read_events(read.connection, ended=ended)


def _checked_subject(change: WriteTransaction, scope: EventScope, subject: str) -> str:
    """Check the subject of an event and return it; the id of a user or site is folded."""
    if scope is EventScope.INSTALLATION and subject:
        raise EntryInvalid(reason="names-nobody")
    if scope is EventScope.GROUP:
        return names.check_groups([subject])[0]
    if scope is EventScope.USER:
        return known_user(change.connection, subject).id
    return known_site(change.connection, subject).id if scope is EventScope.SITE else subject


class Leases(Section):
    """The leases of an installation, for its administrators."""

    def list(self, *, license_code: str | None = None, holder: str | None = None) -> tuple[HeldSeat, ...]:
        """Return held leases of one or every license and holder, by license, oldest first; may raise `UnknownCode`."""
        with read_installation(self._opened) as read:
            code = license_code and resolve(read.state().entitlements, license_code)
            held = seats.held(read.connection, read.now)
        return tuple(one for one in held if code in {None, one.license} and holder in {None, one.holder})

    def end(self, *lease_ids: str) -> builtins.list[HeldSeat]:
        """End leases, all or none, and return them; raise `NotFound` if one of them is not held.

        Their seats are free immediately. Holders are told, those of borrowed seats once they can reach the database.
        """
        with write_installation(self._opened) as change:
            connection = change.connection
            held = {one.id: one for one in seats.held(connection, change.now)}
            ended: builtins.list[HeldSeat] = []
            for lease_id in dict.fromkeys(lease_ids):
                if (lease := held.get(lease_id)) is None:
                    raise NotFound(reason="lease", name=lease_id)
                ended.append(lease)
                seats.end(connection, lease, self._opened.by)
                change.record("lease-end", license=lease.license, holder=lease.holder, lease=lease.id)
        return ended
