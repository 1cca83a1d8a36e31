"""`licensekit events` and `leases`: system events, and leases of concurrent seats."""

from typing import Any, Final

import click

from licensekit.cli.customer.commands import in_installation
from licensekit.cli.groups import LicenseGroup
from licensekit.cli.options import MOMENT, option, whole
from licensekit.cli.output import Columns, emit, listing, printing, remark
from licensekit.cli.views import spelling
from licensekit.installation import Event, EventScope, HeldSeat, Installation

EVENT_COLUMNS: Final[Columns[Event]] = {
    **spelling.columns(">event=number kind"),
    "for": lambda event: f"{spelling.name_of(event.scope)} {event.subject}".rstrip(),
    **spelling.columns("since=started by=started_by expected_end ended message"),
}
_LEASE_COLUMNS: Final[Columns[HeldSeat]] = spelling.columns(
    "id license holder since=taken ttl until=expires remarks",
    remarks=lambda lease: "borrowed" if lease.borrowed else None,
)


@click.group(cls=LicenseGroup)
def events() -> None:
    """Start, end and list system events."""


@events.command()
@click.argument("kind")
@option("--site ID", "For the users at this site.")
@option("--group GROUP", "For the users of this group.")
@option("--user ID", "For this user.")
@option("--message TEXT", "The message for users.", default="")
@option("--expected-end TIME", "The expected end, for information only: 2027-01-01T00:00:00Z.", type=MOMENT)
@in_installation
@printing(lambda event: emit(f"started event {event.number}; end it with `events end {event.number}`"))
def start(*, kind: str, message: str, expected_end: int | None, installation: Installation, **named: Any) -> Event:
    """Start an event: no-login, no-FUNCTION, rebuild-FUNCTION or message-of-the-day."""
    given = [(EventScope(scope), subject) for scope, subject in named.items() if subject is not None]
    if len(given) > 1:
        raise click.UsageError("give one of --site, --group and --user.")
    scope, subject = given[0] if given else (EventScope.INSTALLATION, "")
    return installation.events.start(kind, scope=scope, subject=subject, message=message, expected_end=expected_end)


@events.command("end")
@click.argument("number", type=whole(1))
@in_installation
def end_event(*, number: int, installation: Installation) -> None:
    """End an event."""
    installation.events.end(number)
    emit(f"ended event {number}")


@events.command("list")
@option("--ended", "Also show events that have ended.")
@in_installation
@listing("events", EVENT_COLUMNS)
def list_events(*, ended: bool, installation: Installation) -> tuple[Event, ...]:
    """List the events in force."""
    return installation.events.list(ended=ended)


@click.group(cls=LicenseGroup)
def leases() -> None:
    """List and end leases of concurrent seats."""


@leases.command("list")
@option("--license LICENSE license_code", "Only the seats of this license.")
@option("--holder HOLDER", "Only the seats of this holder.")
@in_installation
@listing("leases", _LEASE_COLUMNS)
def list_leases(*, license_code: str | None, holder: str | None, installation: Installation) -> tuple[HeldSeat, ...]:
    """List who holds which seats now, since when and until when."""
    return installation.leases.list(license_code=license_code, holder=holder)


@leases.command("end")
@click.argument("lease_ids", metavar="ID...", nargs=-1, required=True)
@in_installation
def end_leases(*, lease_ids: tuple[str, ...], installation: Installation) -> None:
    """End leases: their seats are free immediately, and their holders are told."""
    for lease in installation.leases.end(*lease_ids):
        emit(f"{lease.holder}: ended the lease {lease.id} of {lease.license}")
        if lease.borrowed:
            until = spelling.moment(lease.expires)
            remark(f"It was borrowed until {until}: {lease.holder} may keep working until it connects again.")
