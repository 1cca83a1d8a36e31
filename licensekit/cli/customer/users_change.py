"""`licensekit users`: add, change, import and retire users, and assign licenses to them."""

import sys
from collections.abc import Callable
from typing import Any, Final

import click

from licensekit.cli.customer.commands import home_option, opened
from licensekit.cli.inputs import located, read_input
from licensekit.cli.output import emit, emit_json, json_option
from licensekit.cli.views.users import KINDS
from licensekit.errors import UsersInvalid
from licensekit.installation import parse_users
from licensekit.installation.user_import import IMPORT_BYTES
from licensekit.wire.documents import UserKind

_Option = Callable[[Callable[..., Any]], Callable[..., Any]]

_kind_option: Final[_Option] = click.option(
    "--kind", type=click.Choice(list(KINDS)), help="Internal users are associates."
)
_group_option: Final[_Option] = click.option(
    "--group", "groups", multiple=True, help="A group of the user; may be repeated."
)


@click.command()
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
            kind=UserKind.ASSOCIATE if kind is None else KINDS[kind],
            can_log_in=login,
            administrator=administrator,
            groups=groups,
        )
    emit(f"added {user_id}")


@click.command("set")
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
            kind=None if kind is None else KINDS[kind],
            can_log_in=login,
            administrator=administrator,
            groups=groups if groups or no_groups else None,
            retired=False if active else None,
        )
    emit(f"set {user_id}")


@click.command("import")
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


@click.command()
@click.argument("user_id", metavar="ID")
@home_option
def retire(*, user_id: str, home: str | None) -> None:
    """Retire a user, which releases every license."""
    with opened(home) as installation:
        released = installation.users.retire(user_id)
    emit(f"{user_id}: retired, released {', '.join(released) or 'nothing'}")


@click.command()
@click.argument("user_id", metavar="ID")
@click.argument("licenses", metavar="LICENSE...", nargs=-1, required=True)
@click.option(
    "--release", multiple=True, metavar="LICENSE", help="Release this license in the same change."
)
@home_option
def assign(
    *, user_id: str, licenses: tuple[str, ...], release: tuple[str, ...], home: str | None
) -> None:
    """Assign licenses to a user."""
    with opened(home) as installation:
        assigned = installation.users.assign(user_id, *licenses, release=release)
    emit(f"{user_id}: assigned {', '.join(assigned) or 'nothing new'}")


@click.command()
@click.argument("user_id", metavar="ID")
@click.argument("licenses", metavar="LICENSE...", nargs=-1, required=True)
@home_option
def release(*, user_id: str, licenses: tuple[str, ...], home: str | None) -> None:
    """Release licenses of a user."""
    with opened(home) as installation:
        installation.users.release(user_id, *licenses)
    emit(f"{user_id}: released {', '.join(licenses)}")
