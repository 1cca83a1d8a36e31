"""`licensekit users`: list and show users, and say who may log in."""

import click

from licensekit.cli.customer.commands import home_option, opened
from licensekit.cli.exits import NO
from licensekit.cli.output import emit_json, json_option
from licensekit.cli.views.users import (
    KINDS,
    decision_json,
    show_decision,
    show_user,
    show_users,
    stream_users,
    user_json,
)
from licensekit.installation import UserFilter


@click.command("list")
@click.option(
    "--license", "license_code", metavar="LICENSE", help="Only those assigned this license."
)
@click.option(
    "--holding", metavar="LICENSE", help="Only those who have this license, also through a plan."
)
@click.option(
    "--kind",
    "kinds",
    type=click.Choice(list(KINDS)),
    multiple=True,
    help="Only users of this kind; may be repeated.",
)
@click.option("--text", default="", help="Only those with this text in the id or name.")
@click.option("--retired/--not-retired", default=None, help="Only those, or all but those.")
@click.option("--expired", is_flag=True, help="Only those assigned a license that has lapsed.")
@home_option
@json_option
def list_(
    *,
    license_code: str | None,
    text: str,
    holding: str | None,
    kinds: tuple[str, ...],
    retired: bool | None,
    expired: bool,
    home: str | None,
    as_json: bool,
) -> None:
    """List users; everything that is asked for must hold."""
    wanted = UserFilter(
        license=license_code,
        holding=holding,
        kinds=frozenset(KINDS[kind] for kind in kinds),
        retired=retired,
        expired=expired,
        text=text,
    )
    with opened(home) as installation:
        found = installation.users.list(wanted)
        if as_json:
            stream_users(found)
        else:
            show_users(found)


@click.command()
@click.argument("user_id", metavar="ID")
@home_option
@json_option
def show(*, user_id: str, home: str | None, as_json: bool) -> None:
    """Show a user: what is assigned, what comes through it, and the events for the user."""
    with opened(home) as installation:
        user, access = installation.users.get(user_id), installation.users.access(user_id)
        state = installation.state()
    if as_json:
        emit_json(user_json(user, access, state))
    else:
        show_user(user, access, state)


@click.command("may-login")
@click.argument("user_id", metavar="ID")
@click.option("--by", "way", required=True, metavar="WAY", help="The way to log in: web.")
@click.option("--site", metavar="ID", help="The site at which the user works.")
@home_option
@json_option
@click.pass_context
def may_login(
    ctx: click.Context, *, user_id: str, way: str, site: str | None, home: str | None, as_json: bool
) -> None:
    """Say whether a user may log in, and if not, every reason. Exits with 1 if not."""
    with opened(home) as installation:
        decision = installation.users.may_login(user_id, way, site=site)
    if as_json:
        emit_json(decision_json(decision))
    else:
        show_decision(user_id, way, decision)
    if not decision:
        ctx.exit(NO)
