"""Users as people and programs read them."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

import click

from licensekit.access import Access
from licensekit.cli.output import emit, facts, table
from licensekit.customer import Decision, UserFacts, UserRow


def show_users(users: Iterable[UserRow]) -> None:
    """Print a list of users."""
    rows = [_row(user) for user in users]
    if rows:
        table(["id", "name", "kind", "remarks", "groups", "licenses", "lapsed"], rows)
    else:
        emit("no users")


def stream_users(users: Iterable[UserRow]) -> None:
    """Print a list of users of any length as one JSON object, a user a line."""
    click.echo('{"users": [', nl=False)
    separator = "\n"
    for user in users:
        click.echo(separator + json.dumps(_row_json(user), ensure_ascii=False), nl=False)
        separator = ",\n"
    click.echo("\n]}")


def show_user(user: UserFacts, access: Mapping[str, Access]) -> None:
    """Print everything that is known of a user."""
    facts(
        [
            ("id", user.id),
            ("name", user.name or None),
            ("kind", user.kind.name.lower()),
            ("groups", ", ".join(user.groups) or None),
            ("remarks", _remarks(user) or None),
        ]
    )
    assigned = {holding.license for holding in user.holdings}
    given = [(code, level) for code, level in access.items() if level or code in assigned]
    if given:
        emit()
        rows = [(c, level.name.lower(), "yes" if c in assigned else "") for c, level in given]
        table(["license", "access", "assigned"], rows)


def user_json(user: UserFacts, access: Mapping[str, Access]) -> dict[str, Any]:
    """Give a user as `--json` prints it."""
    return {
        **_facts_json(user),
        "licenses": [holding.license for holding in user.holdings],
        "access": {code: level.name.lower() for code, level in access.items()},
    }


def show_decision(user_id: str, way: str, decision: Decision) -> None:
    """Print whether a user may log in."""
    if decision:
        click.secho(f"{user_id} may log in by {way}", fg="green", bold=True)
    else:
        click.secho(f"{user_id} may not log in by {way}", fg="red", bold=True)
    for reason in decision.reasons:
        emit(f"  {reason.code}: {reason.text}")
    for message in decision.messages:
        emit(f"message of the day: {message}")


def decision_json(decision: Decision) -> dict[str, Any]:
    """Give a decision as `--json` prints it."""
    return {
        "allowed": decision.allowed,
        "reasons": [reason._asdict() for reason in decision.reasons],
        "messages": list(decision.messages),
    }


def _row(user: UserRow) -> tuple[object, ...]:
    return (
        user.id,
        user.name,
        user.kind.name.lower(),
        _remarks(user),
        ", ".join(user.groups),
        ", ".join(user.licenses),
        ", ".join(user.lapsed),
    )


def _row_json(user: UserRow) -> dict[str, Any]:
    return {
        **_facts_json(user),
        "licenses": list(user.licenses),
        "lapsed": list(user.lapsed),
    }


def _facts_json(user: UserFacts | UserRow) -> dict[str, Any]:
    return {
        "id": user.id,
        "name": user.name,
        "kind": user.kind.name.lower(),
        "can_log_in": user.can_log_in,
        "administrator": user.administrator,
        "retired": user.retired,
        "groups": list(user.groups),
    }


def _remarks(user: UserFacts | UserRow) -> str:
    marks = [
        ("retired", user.retired),
        ("no login", not user.can_log_in),
        ("administrator", user.administrator),
    ]
    return ", ".join(word for word, applies in marks if applies)
