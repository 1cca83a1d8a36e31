"""Users as people read them."""

from collections.abc import Iterable

import click

from licensekit.cli.output import emit, facts, table
from licensekit.cli.views import spelling
from licensekit.cli.views.events import show_events
from licensekit.installation import Decision, Given, UserDetails, UserFacts, UserRow


def show_users(users: Iterable[UserRow]) -> None:
    """Print a list of users."""
    rows = [_row(user) for user in users]
    if rows:
        table(["id", "name", "kind", "remarks", "groups", "licenses", "lapsed"], rows)
    else:
        emit("no users")


def show_user(details: UserDetails) -> None:
    """Print everything that is known of a user, what each license gives, and the events for it."""
    user = details.user
    facts(
        ("id", user.written),
        ("name", user.name or None),
        ("kind", spelling.name_of(user.kind)),
        ("groups", spelling.listed(user.groups)),
        ("remarks", _remarks(user)),
    )
    if details.given:
        emit()
        rows = [(one.license, spelling.name_of(one.access), spelling.listed(_through(one))) for one in details.given]
        table(["license", "access", "through"], rows)
    if details.events:
        emit()
        show_events(details.events)


def show_decision(user_id: str, way: str, decision: Decision) -> None:
    """Print whether a user may log in."""
    if decision:
        click.secho(f"{user_id} may log in by {way}", fg="green", bold=True)
    else:
        click.secho(f"{user_id} may not log in by {way}", fg="red", bold=True)
    for reason in decision.reasons:
        emit(f"  {reason.code}: {reason.message}")
    for message in decision.messages:
        emit(f"message of the day: {message}")


def _row(user: UserRow) -> tuple[object, ...]:
    return (
        user.written,
        user.name,
        spelling.name_of(user.kind),
        _remarks(user),
        spelling.listed(user.groups),
        spelling.listed(user.licenses),
        spelling.listed(user.lapsed),
    )


def _through(one: Given) -> list[str]:
    return [*one.origins, *([] if one.why is None else [one.why.message])]


def _remarks(user: UserFacts | UserRow) -> str | None:
    marks = [("retired", user.retired), ("no login", not user.can_log_in), ("administrator", user.administrator)]
    return spelling.listed(mark for mark, applies in marks if applies)
