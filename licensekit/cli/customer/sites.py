"""`licensekit sites`: the central site, its satellites, and how they and users are assigned licenses."""

from collections.abc import Callable
from typing import Final

import click

from licensekit.cli.customer.commands import in_installation
from licensekit.cli.groups import LicenseGroup
from licensekit.cli.options import Decorator, option
from licensekit.cli.output import Columns, emit, listing
from licensekit.cli.views import spelling
from licensekit.installation import Installation, SiteRow, Sites, Users

_COLUMNS: Final[Columns[SiteRow]] = {
    "id": lambda row: row.site.written,
    "name": lambda row: row.site.name,
    "kind": lambda row: "central" if row.site.central else "satellite",
    "licenses": lambda row: spelling.listed(row.site.licenses),
    "lapsed": lambda row: spelling.listed(row.lapsed),
}


@click.group(cls=LicenseGroup)
def sites() -> None:
    """Add sites and assign licenses to them."""


@sites.command()
@click.argument("site_id", metavar="ID")
@option("--name NAME", "The name of the site.", default="")
@option("--central", "The central site; all others are satellites.")
@in_installation
def add(*, site_id: str, name: str, central: bool, installation: Installation) -> None:
    """Add a site. Licenses may limit how many satellites there are."""
    emit(f"added {installation.sites.add(site_id, name=name, central=central)}")


@sites.command("set")
@click.argument("site_id", metavar="ID")
@option("--name NAME", "The name of the site.", required=True)
@in_installation
def set_(*, site_id: str, name: str, installation: Installation) -> None:
    """Change the name of a site."""
    emit(f"set {installation.sites.set(site_id, name=name)}")


@sites.command()
@click.argument("site_id", metavar="ID")
@in_installation
def remove(*, site_id: str, installation: Installation) -> None:
    """Remove a site, which releases every license of it."""
    emit(f"{site_id}: removed, released {', '.join(installation.sites.remove(site_id)) or 'nothing'}")


@sites.command("list")
@in_installation
@listing("sites", _COLUMNS)
def list_(*, installation: Installation) -> tuple[SiteRow, ...]:
    """List the sites with what they are assigned."""
    return installation.sites.list()


def prefer_command(noun: str, holders: Callable[[Installation], Users | Sites]) -> click.Command:
    """Return the command that chooses which of the `noun`s keep a license."""

    @click.command(help=f"Assign the first slots of a license to {noun}s: of too few, they keep one.")
    @click.argument("license_code", metavar="LICENSE")
    @click.argument("first", metavar="[ID]...", nargs=-1)
    @in_installation
    def prefer(*, license_code: str, first: tuple[str, ...], installation: Installation) -> None:
        holders(installation).prefer(license_code, *first)
        emit(f"{license_code}: first {', '.join(first) or 'as before'}")

    return prefer


_licenses: Final[Decorator] = click.argument("licenses", metavar="LICENSE...", nargs=-1, required=True)


@sites.command()
@click.argument("site_id", metavar="ID")
@_licenses
@option("--release LICENSE...", "Release this license in the same change.")
@in_installation
def assign(*, site_id: str, licenses: tuple[str, ...], release: tuple[str, ...], installation: Installation) -> None:
    """Assign licenses to a site."""
    assigned = installation.sites.assign(site_id, *licenses, release=release)
    emit(f"{site_id}: assigned {', '.join(assigned) or 'nothing new'}")


@sites.command()
@click.argument("site_id", metavar="ID")
@_licenses
@in_installation
def release(*, site_id: str, licenses: tuple[str, ...], installation: Installation) -> None:
    """Release licenses of a site."""
    installation.sites.release(site_id, *licenses)
    emit(f"{site_id}: released {', '.join(licenses)}")


sites.add_command(prefer_command("site", lambda installation: installation.sites))
