"""`licensekit events`: what is unavailable for a while, and for whom."""

import click

from licensekit.cli.customer.commands import in_installation
from licensekit.cli.groups import LicenseGroup
from licensekit.cli.options import MOMENT, option, whole
from licensekit.cli.output import emit, emit_json, json_option
from licensekit.cli.views.events import show_events
from licensekit.installation import EventScope, Installation


@click.group(cls=LicenseGroup)
def events() -> None:
    """Start, end and list system events."""


@events.command()
@click.argument("kind")
@option("--site ID", "For the users at this site.")
@option("--group GROUP", "For the users of this group.")
@option("--user ID", "For this user.")
@option("--message TEXT", "The message for users.", default="")
@option("--expected-end TIME", "For information: 2027-01-01T00:00:00Z. Nothing ends it.", type=MOMENT)
@in_installation
@json_option
def start(
    *,
    kind: str,
    site: str | None,
    group: str | None,
    user: str | None,
    message: str,
    expected_end: int | None,
    installation: Installation,
    as_json: bool,
) -> None:
    """Start an event: no-login, no-FUNCTION, rebuild-FUNCTION or message-of-the-day.

    It is for the whole installation unless a site, a group or a user is given, and lasts until somebody ends it.
    Administrators may log in whatever is in force.
    """
    named = {EventScope.SITE: site, EventScope.GROUP: group, EventScope.USER: user}
    given = [(scope, subject) for scope, subject in named.items() if subject is not None]
    if len(given) > 1:
        raise click.UsageError("give one of --site, --group and --user.")
    scope, subject = given[0] if given else (EventScope.INSTALLATION, "")
    event = installation.events.start(kind, scope=scope, subject=subject, message=message, expected_end=expected_end)
    if as_json:
        emit_json(event.plain())
    else:
        emit(f"started event {event.number}; end it with `events end {event.number}`")


@events.command()
@click.argument("number", type=whole(1))
@in_installation
def end(*, number: int, installation: Installation) -> None:
    """End an event."""
    installation.events.end(number)
    emit(f"ended event {number}")


@events.command("list")
@option("--ended", "Show the events that were ended as well.")
@in_installation
@json_option
def list_(*, ended: bool, installation: Installation, as_json: bool) -> None:
    """List the events in force."""
    found = installation.events.list(ended=ended)
    if as_json:
        emit_json({"events": [event.plain() for event in found]})
    elif found:
        show_events(found)
    else:
        emit("no events")
