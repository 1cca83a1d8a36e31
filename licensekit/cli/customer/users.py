"""`licensekit users`: who there is, what they hold, whether they may log in."""

from typing import Any, Final

import click

from licensekit.cli import output
from licensekit.cli.customer.commands import in_installation
from licensekit.cli.customer.sites import prefer_command
from licensekit.cli.customer.user_changes import filters
from licensekit.cli.groups import NO, LicenseGroup, lazy
from licensekit.cli.options import Decorator, WordChoice, option
from licensekit.cli.views import spelling
from licensekit.installation import Installation, UserFacts, UserFilter, UserRow
from licensekit.wire.documents import UserKind

_CHANGES: Final = "licensekit.cli.customer.user_changes"


@click.group(
    cls=LicenseGroup,
    lazy={
        **lazy("Who there is", __name__, "add set erase"),
        **lazy("Who there is", _CHANGES, "retire"),
        **lazy("Many users", _CHANGES, "import sync rules export"),
        **lazy("What they hold", _CHANGES, "assign release"),
        **lazy("What they hold", __name__, "prefer"),
        **lazy("Questions", __name__, "list may-login"),
    },
)
def users() -> None:
    """Add users, assign licenses to them, see who may log in."""


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
    known = {name: value for name, value in given.items() if value is not None}
    output.emit(f"added {installation.users.add(user_id, **known).written}")


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
    member_of, retired = groups if groups or no_groups else None, False if active else None
    output.emit(f"set {installation.users.set(user_id, groups=member_of, retired=retired, **given).written}")


@click.command()
@click.argument("user_id", metavar="ID")
@in_installation
def erase(*, user_id: str, installation: Installation) -> None:
    """Remove a person for good; the audit log keeps its entries, without the name."""
    installation.users.erase(user_id)
    output.emit("erased")


def remarks(user: UserFacts) -> str | None:
    """Return what is special about a user, in words."""
    marks = [("retired", user.retired), ("no login", not user.can_log_in), ("administrator", user.administrator)]
    return spelling.listed(mark for mark, applies in marks if applies)


_COLUMNS: Final[output.Columns[UserRow]] = {
    "id": lambda row: row.user.written,
    "name": lambda row: row.user.name,
    "kind": lambda row: spelling.name_of(row.user.kind),
    "remarks": lambda row: remarks(row.user),
    "groups": lambda row: spelling.listed(row.user.groups),
    "licenses": lambda row: spelling.listed(row.user.licenses),
    "lapsed": lambda row: spelling.listed(row.lapsed),
    "last seen": lambda row: spelling.day(row.user.last_seen),
}


@click.command("list")
@filters
@in_installation
@output.json_option
def list_(*, wanted: UserFilter, installation: Installation, as_json: bool) -> None:
    """List users. A user must match every option that is given."""
    if wanted.idle is not None and installation.state().stored.told_since is None:
        output.warn("The application does not tell who is there, so nobody is known to be idle.")
    found = installation.users.list(wanted)
    if as_json:
        output.stream_json("users", (row.plain() for row in found))
    elif rows := list(found):
        output.show_rows(rows, _COLUMNS)
    else:
        output.emit("no users")


@click.command("may-login")
@click.argument("user_id", metavar="ID")
@option("--by WAY way", "The way to log in: web.", required=True)
@option("--site ID", "The site at which the user works.")
@in_installation
@output.json_option
def may_login(*, user_id: str, way: str, site: str | None, installation: Installation, as_json: bool) -> None:
    """Show whether a user may log in, and if not, every reason. Exits with 1 if not."""
    decision = installation.users.may_login(user_id, way, site=site)
    if as_json:
        output.emit_json(decision.plain())
    else:
        may, color = ("may", "green") if decision else ("may not", "red")
        click.secho(f"{user_id} {may} log in by {way}", fg=color, bold=True)
        for reason in decision.reasons:
            output.emit(f"  {reason.code}: {reason.message}")
        for message in decision.messages:
            output.emit(f"message of the day: {message}")
    if not decision:
        raise click.exceptions.Exit(NO)
