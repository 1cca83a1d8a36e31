"""Users as people and programs read them."""

from collections.abc import Iterable
from typing import Any

import click

from licensekit.cli.output import emit, facts, stream_json, table
from licensekit.cli.views import spelling
from licensekit.cli.views.events import event_json, show_events
from licensekit.installation import Decision, Given, UserDetails, UserFacts, UserRow
from licensekit.wire.plain import word


def show_users(users: Iterable[UserRow]) -> None:
    """Print a list of users."""
    rows = [_row(user) for user in users]
    if rows:
        table(["id", "name", "kind", "remarks", "groups", "licenses", "lapsed"], rows)
    else:
        emit("no users")


def stream_users(users: Iterable[UserRow]) -> None:
    """Print a list of users of any length as one JSON object, a user a line."""
    stream_json("users", map(_row_json, users))


def show_user(details: UserDetails) -> None:
    """Print everything that is known of a user, what each license gives, and the events for it."""
    user = details.user
    facts(
        [
            ("id", user.id),
            ("name", user.name or None),
            ("kind", spelling.name_of(user.kind)),
            ("groups", spelling.listed(user.groups)),
            ("remarks", _remarks(user)),
        ]
    )
    if details.given:
        emit()
        rows = [
            (one.license, spelling.name_of(one.access), spelling.listed(_through(one)))
            for one in details.given
        ]
        table(["license", "access", "through"], rows)
    if details.events:
        emit()
        show_events(details.events)


def user_json(details: UserDetails) -> dict[str, Any]:
    """Return a user as `--json` prints it."""
    return {
        **_facts_json(details.user),
        "licenses": [holding.license for holding in details.user.holdings],
        "access": {code: word(level) for code, level in details.access.items()},
        "through": {one.license: list(_through(one)) for one in details.given},
        "events": [event_json(event) for event in details.events],
    }


def _through(one: Given) -> tuple[str, ...]:
    return ("assigned",) if one.assigned else one.through or ("installation",)


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


def decision_json(decision: Decision) -> dict[str, Any]:
    """Return a decision as `--json` prints it."""
    return {
        "allowed": decision.allowed,
        "reasons": [reason.as_json() for reason in decision.reasons],
        "messages": list(decision.messages),
    }


def _row(user: UserRow) -> tuple[object, ...]:
    return (
        user.id,
        user.name,
        spelling.name_of(user.kind),
        _remarks(user),
        spelling.listed(user.groups),
        spelling.listed(user.licenses),
        spelling.listed(user.lapsed),
    )


def _row_json(user: UserRow) -> dict[str, Any]:
    return {
        **_facts_json(user),
        "licenses": list(user.licenses),
        "lapsed": list(user.lapsed),
    }


def _facts_json(user: UserFacts | UserRow) -> dict[str, Any]:
    names = ("id", "name", "can_log_in", "administrator", "retired", "groups")
    return {**{name: getattr(user, name) for name in names}, "kind": word(user.kind)}


def _remarks(user: UserFacts | UserRow) -> str | None:
    marks = [
        ("retired", user.retired),
        ("no login", not user.can_log_in),
        ("administrator", user.administrator),
    ]
    return spelling.listed(mark for mark, applies in marks if applies)
