"""`licensekit users` and `sites`: who is known, what they hold, and whether they may log in."""

from collections.abc import Callable
from typing import Any, Final

import click

from licensekit.cli import output
from licensekit.cli.customer.commands import in_installation
from licensekit.cli.customer.user_changes import filters
from licensekit.cli.groups import NO, LicenseGroup, lazy
from licensekit.cli.options import Decorator, WordChoice, option
from licensekit.cli.views import spelling
from licensekit.installation import Installation, SiteRow, Sites, UserFilter, UserRow, Users
from licensekit.wire.documents import UserKind

_CHANGES: Final = "licensekit.cli.customer.user_changes"
_SITES: Final[output.Columns[SiteRow]] = spelling.columns(
    "id=site.written name=site.name kind licenses=site.licenses lapsed",
    kind=lambda row: "central" if row.site.central else "satellite",
)
_licenses: Final[Decorator] = click.argument("licenses", metavar="LICENSE...", nargs=-1, required=True)


@click.group(
    cls=LicenseGroup,
    lazy={
        **lazy("Users", __name__, "add set erase"),
        **lazy("Users", _CHANGES, "retire"),
        **lazy("Many users", _CHANGES, "import sync rules export"),
        **lazy("Licenses", _CHANGES, "assign release"),
        **lazy("Licenses", __name__, "prefer"),
        **lazy("Questions", __name__, "list may-login"),
    },
)
def users() -> None:
    """Add users, assign licenses to them, see who may log in."""


def prefer_command(noun: str, holders: Callable[[Installation], Users | Sites]) -> click.Command:
    """Return the command that chooses which `noun`s keep a license."""

    @click.command(help=f"Assign the first slots of a license to {noun}s: they keep it if there are too few.")
    @click.argument("license_code", metavar="LICENSE")
    @click.argument("first", metavar="[ID]...", nargs=-1)
    @in_installation
    def prefer(*, license_code: str, first: tuple[str, ...], installation: Installation) -> None:
        holders(installation).prefer(license_code, *first)
        output.emit(f"{license_code}: first {', '.join(first) or 'as before'}")

    return prefer


prefer = prefer_command("user", lambda installation: installation.users)
_kind_option: Final[Decorator] = option("--kind", "Internal users are associates.", type=WordChoice(UserKind))
_group_option: Final[Decorator] = option("--group GROUP... groups", "A group of the user; may be repeated.")


@click.command()
@click.argument("user_id", metavar="ID")
@option("--name NAME", "The name of the user.", default="")
@_kind_option
@option("--login/--no-login can_log_in", "Whether the user may log in.", default=True)
@option("--administrator", "The user may log in during any event.")
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
@option("--administrator/--no-administrator", "Whether the user may log in during any event.", default=None)
@_group_option
@option("--no-groups", "Remove the user from all groups.")
@option("--active", "Bring a retired user back.")
@in_installation
def set_(
    *, user_id: str, groups: tuple[str, ...], no_groups: bool, active: bool, installation: Installation, **given: Any
) -> None:
    """Change what is known about a user."""
    member_of, retired = groups if groups or no_groups else None, False if active else None
    output.emit(f"set {installation.users.set(user_id, groups=member_of, retired=retired, **given).written}")


@click.command()
@click.argument("user_id", metavar="ID")
@in_installation
def erase(*, user_id: str, installation: Installation) -> None:
    """Remove a person for good; the audit log keeps its entries, without the name."""
    installation.users.erase(user_id)
    output.emit("erased")


_COLUMNS: Final[output.Columns[UserRow]] = spelling.columns(
    "id=user.written name=user.name kind=user.kind remarks groups=user.groups licenses=user.licenses lapsed"
    " last_seen=user.last_seen",
    remarks=lambda row: spelling.remarks(row.user),
)


@click.command("list")
@filters
@in_installation
@output.json_option
def list_(*, wanted: UserFilter, installation: Installation, as_json: bool) -> None:
    """List users. A user must match every option that is given."""
    if wanted.idle is not None and installation.state().stored.told_since is None:
        output.warn("The application does not report who uses it, so no user counts as idle.")
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


@click.group(cls=LicenseGroup)
def sites() -> None:
    """Add sites and assign licenses to them."""


@sites.command("add")
@click.argument("site_id", metavar="ID")
@option("--name NAME", "The name of the site.", default="")
@option("--central", "The central site; all others are satellites.")
@in_installation
def add_site(*, site_id: str, name: str, central: bool, installation: Installation) -> None:
    """Add a site. Licenses may limit how many satellites there are."""
    output.emit(f"added {installation.sites.add(site_id, name=name, central=central)}")


@sites.command("set")
@click.argument("site_id", metavar="ID")
@option("--name NAME", "The name of the site.", required=True)
@in_installation
def set_site(*, site_id: str, name: str, installation: Installation) -> None:
    """Change the name of a site."""
    output.emit(f"set {installation.sites.set(site_id, name=name)}")


@sites.command("remove")
@click.argument("site_id", metavar="ID")
@in_installation
def remove_site(*, site_id: str, installation: Installation) -> None:
    """Remove a site, and release all its licenses."""
    output.emit(f"{site_id}: removed, released {', '.join(installation.sites.remove(site_id)) or 'nothing'}")


@sites.command("list")
@in_installation
@output.listing("sites", _SITES)
def list_sites(*, installation: Installation) -> tuple[SiteRow, ...]:
    """List the sites with what they are assigned."""
    return installation.sites.list()


@sites.command("assign")
@click.argument("site_id", metavar="ID")
@_licenses
@option("--release LICENSE...", "Release this license in the same change.")
@in_installation
def assign_to(*, site_id: str, licenses: tuple[str, ...], release: tuple[str, ...], installation: Installation) -> None:
    """Assign licenses to a site."""
    assigned = installation.sites.assign(site_id, *licenses, release=release)
    output.emit(f"{site_id}: assigned {', '.join(assigned) or 'nothing new'}")


@sites.command("release")
@click.argument("site_id", metavar="ID")
@_licenses
@in_installation
def release_of_site(*, site_id: str, licenses: tuple[str, ...], installation: Installation) -> None:
    """Release licenses of a site."""
    installation.sites.release(site_id, *licenses)
    output.emit(f"{site_id}: released {', '.join(licenses)}")


sites.add_command(prefer_command("site", lambda installation: installation.sites))
