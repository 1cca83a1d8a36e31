"""`licensekit users`: who there is, what they hold, whether they may log in."""

import sys
from collections.abc import Callable
from typing import Any, Final

import click

from licensekit.cli.customer import home_option, opened
from licensekit.cli.exits import NO
from licensekit.cli.groups import LicenseGroup
from licensekit.cli.inputs import located, read_input
from licensekit.cli.output import emit, emit_json, json_option
from licensekit.cli.user_view import (
    decision_json,
    show_decision,
    show_user,
    show_users,
    stream_users,
    user_json,
)
from licensekit.customer import UserFilter, parse_users
from licensekit.customer.user_import import IMPORT_BYTES
from licensekit.errors import UsersInvalid
from licensekit.wire.documents import UserKind

_KINDS: Final = {kind.name.lower(): kind for kind in UserKind}
_Option = Callable[[Callable[..., Any]], Callable[..., Any]]

_kind_option: Final[_Option] = click.option(
    "--kind", type=click.Choice(list(_KINDS)), help="Internal users are associates."
)
_group_option: Final[_Option] = click.option(
    "--group", "groups", multiple=True, help="A group of the user; may be repeated."
)


@click.group(cls=LicenseGroup)
def users() -> None:
    """Add users, assign licenses to them, see who may log in."""


@users.command()
@click.argument("user_id", metavar="ID")
@click.option("--name", default="", help="The name of the user.")
@_kind_option
@click.option("--login/--no-login", default=True, help="Whether the user can log in at all.")
@click.option("--administrator", is_flag=True, help="May log in whatever event is in force.")
@_group_option
@home_option
def add(
    *,
    user_id: str,
    name: str,
    kind: str | None,
    login: bool,
    administrator: bool,
    groups: tuple[str, ...],
    home: str | None,
) -> None:
    """Add a user, who holds no license yet."""
    with opened(home) as installation:
        installation.users.add(
            user_id,
            name=name,
            kind=UserKind.ASSOCIATE if kind is None else _KINDS[kind],
            can_log_in=login,
            administrator=administrator,
            groups=groups,
        )
    emit(f"added {user_id}")


@users.command("set")
@click.argument("user_id", metavar="ID")
@click.option("--name", help="The name of the user.")
@_kind_option
@click.option("--login/--no-login", default=None, help="Whether the user can log in at all.")
@click.option(
    "--administrator/--no-administrator",
    default=None,
    help="Whether the user may log in whatever event is in force.",
)
@_group_option
@click.option("--no-groups", is_flag=True, help="The user is in no group any more.")
@click.option("--active", is_flag=True, help="Bring a retired user back.")
@home_option
def set_(
    *,
    user_id: str,
    name: str | None,
    kind: str | None,
    login: bool | None,
    administrator: bool | None,
    groups: tuple[str, ...],
    no_groups: bool,
    active: bool,
    home: str | None,
) -> None:
    """Change what is known of a user."""
    with opened(home) as installation:
        installation.users.set(
            user_id,
            name=name,
            kind=None if kind is None else _KINDS[kind],
            can_log_in=login,
            administrator=administrator,
            groups=groups if groups or no_groups else None,
            retired=False if active else None,
        )
    emit(f"set {user_id}")


@users.command("import")
@click.argument("file")
@home_option
@json_option
def import_(*, file: str, home: str | None, as_json: bool) -> None:
    """Add and change users, and assign licenses, from a CSV file (`-`: standard input).

    The first line names the columns: id, name, kind, can_log_in, administrator, groups, licenses.
    All of it is one change: if one line has a fault, nothing is imported.
    """
    data = read_input(file, what="a file of users", limit=IMPORT_BYTES)
    with located(file):
        try:
            rows = parse_users(data.decode("utf-8-sig"))
        except UnicodeDecodeError as error:
            raise UsersInvalid("it is not encoded in UTF-8", hint="save it as UTF-8") from error
        with (
            opened(home) as installation,
            click.progressbar(
                rows, label="importing", file=sys.stderr, hidden=not sys.stderr.isatty()
            ) as bar,
        ):
            done = installation.users.import_rows(bar)
    if as_json:
        emit_json(done._asdict())
    else:
        emit(
            f"{done.added} added, {done.changed} changed, {done.unchanged} unchanged,"
            f" {done.assigned} licenses assigned"
        )


@users.command("list")
@click.option("--license", "license_code", help="Those assigned this license.")
@click.option("--holding", help="Those holding this license, also through a plan.")
@click.option("--kind", "kinds", type=click.Choice(list(_KINDS)), multiple=True)
@click.option("--retired/--not-retired", default=None, help="Only those, or all but those.")
@click.option("--expired", is_flag=True, help="Those assigned a license that has lapsed for them.")
@home_option
@json_option
def list_(
    *,
    license_code: str | None,
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
        kinds=frozenset(_KINDS[kind] for kind in kinds),
        retired=retired,
        expired=expired,
    )
    with opened(home) as installation:
        found = installation.users.list(wanted)
        if as_json:
            stream_users(found)
        else:
            show_users(found)


@users.command()
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


@users.command()
@click.argument("user_id", metavar="ID")
@click.argument("licenses", metavar="LICENSE...", nargs=-1, required=True)
@click.option("--release", multiple=True, help="A license to release in the same change.")
@home_option
def assign(
    *, user_id: str, licenses: tuple[str, ...], release: tuple[str, ...], home: str | None
) -> None:
    """Assign licenses to a user."""
    with opened(home) as installation:
        assigned = installation.users.assign(user_id, *licenses, release=release)
    emit(f"{user_id}: assigned {', '.join(assigned) or 'nothing new'}")


@users.command()
@click.argument("user_id", metavar="ID")
@click.argument("licenses", metavar="LICENSE...", nargs=-1, required=True)
@home_option
def release(*, user_id: str, licenses: tuple[str, ...], home: str | None) -> None:
    """Release licenses of a user."""
    with opened(home) as installation:
        installation.users.release(user_id, *licenses)
    emit(f"{user_id}: released {', '.join(licenses)}")


@users.command()
@click.argument("user_id", metavar="ID")
@home_option
def retire(*, user_id: str, home: str | None) -> None:
    """Retire a user, which releases every license."""
    with opened(home) as installation:
        released = installation.users.retire(user_id)
    emit(f"{user_id}: retired, released {', '.join(released) or 'nothing'}")


@users.command("may-login")
@click.argument("user_id", metavar="ID")
@click.option("--by", "way", required=True, metavar="WAY", help="The way to log in: web.")
@click.option("--site", help="The site at which the user works.")
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
