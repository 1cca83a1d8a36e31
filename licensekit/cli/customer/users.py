"""`licensekit users`: who there is, what they hold, whether they may log in."""

import sys
from typing import Any, Final

import click

from licensekit.cli.customer.assignments import assign_command, prefer_command, release_command
from licensekit.cli.customer.commands import in_installation
from licensekit.cli.exits import NO
from licensekit.cli.groups import Lazy, LicenseGroup
from licensekit.cli.inputs import located, read_input
from licensekit.cli.options import Decorator, WordChoice, option
from licensekit.cli.output import emit, emit_json, json_option, stream_json, warn
from licensekit.cli.tables import table_options
from licensekit.cli.views.users import show_decision, show_user, show_users
from licensekit.installation import IMPORT_BYTES, Installation, UserFilter, parse_users
from licensekit.text.columns import TableOptions
from licensekit.wire.documents import UserKind

_SECTIONS: Final = {
    "Who there is": {"add": "add", "set": "set_", "retire": "retire", "erase": "erase", "import": "import_"},
    "What they hold": {"assign": "assign", "release": "release", "prefer": "prefer"},
    "Questions": {"list": "list_", "show": "show", "may-login": "may_login"},
}
"""Heading of the help to the commands below it, each with its name here."""


@click.group(
    cls=LicenseGroup,
    lazy={
        command: Lazy(section, __name__, name)
        for section, commands in _SECTIONS.items()
        for command, name in commands.items()
    },
)
def users() -> None:
    """Add users, assign licenses to them, see who may log in."""


assign = assign_command("user", lambda installation: installation.users)
release = release_command("user", lambda installation: installation.users)
prefer = prefer_command("user", lambda installation: installation.users)

_kind_option: Final[Decorator] = option("--kind", "Internal users are associates.", type=WordChoice(UserKind))
_group_option: Final[Decorator] = option("--group GROUP... groups", "A group of the user; may be repeated.")


@click.command()
@click.argument("user_id", metavar="ID")
@option("--name NAME", "The name of the user.", default="")
@_kind_option
@option("--login/--no-login can_log_in", "Whether the user may log in.", default=True)
@option("--administrator", "May log in whatever event is in force.")
@_group_option
@in_installation
def add(*, user_id: str, installation: Installation, **given: Any) -> None:
    """Add a user, who holds no license yet."""
    facts = {name: value for name, value in given.items() if value is not None}
    installation.users.add(user_id, **facts)
    emit(f"added {user_id}")


@click.command("set")
@click.argument("user_id", metavar="ID")
@option("--name NAME", "The name of the user.")
@_kind_option
@option("--login/--no-login can_log_in", "Whether the user may log in.", default=None)
@option("--administrator/--no-administrator", "Whether the user may log in whatever event is in force.", default=None)
@_group_option
@option("--no-groups", "The user is in no group any more.")
@option("--active", "Bring a retired user back.")
@in_installation
def set_(
    *, user_id: str, groups: tuple[str, ...], no_groups: bool, active: bool, installation: Installation, **given: Any
) -> None:
    """Change what is known of a user."""
    installation.users.set(
        user_id, groups=groups if groups or no_groups else None, retired=False if active else None, **given
    )
    emit(f"set {user_id}")


@click.command("import")
@click.argument("file")
@table_options
@in_installation
@json_option
def import_(*, file: str, table: TableOptions, installation: Installation, as_json: bool) -> None:
    """Add and change users, and assign licenses, from a CSV file (`-`: standard input).

    The first line names the columns: id, name, kind, can_log_in, administrator, groups, licenses. All of it is one
    change: if one line has a fault, nothing is imported.
    """
    data = read_input(file, what="a file of users", limit=IMPORT_BYTES)
    rows = parse_users(data, table)
    if marks := [mark for row in rows for mark in row.marks]:
        every = marks[0].replace(count=sum(mark.count for mark in marks))
        warn(f"{file}: {every.message}.")
    with (
        located(file),
        click.progressbar(rows, label="importing", file=sys.stderr, hidden=not sys.stderr.isatty()) as bar,
    ):
        done = installation.users.import_rows(bar)
    if as_json:
        emit_json(done._asdict())
    else:
        emit(
            f"{done.added} added, {done.changed} changed, {done.unchanged} unchanged, {done.assigned} licenses assigned"
        )


@click.command()
@click.argument("user_id", metavar="ID")
@in_installation
def retire(*, user_id: str, installation: Installation) -> None:
    """Retire a user, which releases every license."""
    released = installation.users.retire(user_id)
    emit(f"{user_id}: retired, released {', '.join(released) or 'nothing'}")


@click.command()
@click.argument("user_id", metavar="ID")
@in_installation
def erase(*, user_id: str, installation: Installation) -> None:
    """Remove a person for good; the audit log keeps its entries, without the name."""
    installation.users.erase(user_id)
    emit("erased")


@click.command("list")
@option("--license LICENSE", "Only users assigned this license.")
@option("--holding LICENSE", "Only users who have this license, also through a plan.")
@option("--kind kinds", "Only users of this kind; may be repeated.", type=WordChoice(UserKind), multiple=True)
@option("--text TEXT", "Only users with this text in the id or name.", default="")
@option("--retired/--not-retired", "Only retired users, or all others.", default=None)
@option("--lapsed expired", "Only users assigned a license that has lapsed.")
@in_installation
@json_option
def list_(*, kinds: tuple[UserKind, ...], installation: Installation, as_json: bool, **given: Any) -> None:
    """List users. A user must match every option that is given."""
    found = installation.users.list(UserFilter(kinds=frozenset(kinds), **given))
    if as_json:
        stream_json("users", (user.plain() for user in found))
    else:
        show_users(found)


@click.command()
@click.argument("user_id", metavar="ID")
@in_installation
@json_option
def show(*, user_id: str, installation: Installation, as_json: bool) -> None:
    """Show a user: what is assigned, what comes through it, and the events for the user."""
    details = installation.users.details(user_id)
    if as_json:
        emit_json(details.plain())
    else:
        show_user(details)


@click.command("may-login")
@click.argument("user_id", metavar="ID")
@option("--by WAY way", "The way to log in: web.", required=True)
@option("--site ID", "The site at which the user works.")
@in_installation
@json_option
@click.pass_context
def may_login(
    ctx: click.Context, *, user_id: str, way: str, site: str | None, installation: Installation, as_json: bool
) -> None:
    """Show whether a user may log in, and if not, every reason. Exits with 1 if not."""
    decision = installation.users.may_login(user_id, way, site=site)
    if as_json:
        emit_json(decision.plain())
    else:
        show_decision(user_id, way, decision)
    if not decision:
        ctx.exit(NO)
