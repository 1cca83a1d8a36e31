"""`licensekit sites`: the central site, its satellites, and what they are assigned."""

from typing import Final

import click

from licensekit.cli.customer.assignments import assignment_commands
from licensekit.cli.customer.commands import in_installation
from licensekit.cli.groups import LicenseGroup
from licensekit.cli.options import option
from licensekit.cli.output import Columns, emit, listing
from licensekit.cli.views import spelling
from licensekit.installation import Installation, SiteRow

_COLUMNS: Final[Columns[SiteRow]] = {
    "id": lambda site: site.written,
    "name": lambda site: site.name,
    "kind": lambda site: "central" if site.central else "satellite",
    "licenses": lambda site: spelling.listed(site.licenses),
    "lapsed": lambda site: spelling.listed(site.lapsed),
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
    installation.sites.add(site_id, name=name, central=central)
    emit(f"added {site_id}")


@sites.command()
@click.argument("site_id", metavar="ID")
@in_installation
def remove(*, site_id: str, installation: Installation) -> None:
    """Remove a site, which releases every license of it."""
    released = installation.sites.remove(site_id)
    emit(f"{site_id}: removed, released {', '.join(released) or 'nothing'}")


@sites.command("list")
@in_installation
@listing("sites", _COLUMNS, plain=SiteRow._asdict)
def list_(*, installation: Installation) -> tuple[SiteRow, ...]:
    """List the sites with what they are assigned."""
    return installation.sites.list()


for one in assignment_commands("site", lambda installation: installation.sites):
    sites.add_command(one)
