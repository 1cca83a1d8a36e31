"""`licensekit sites`: the central site, its satellites, and what they are assigned."""

import click

from licensekit.cli.customer.assignments import assign_command, prefer_command, release_command
from licensekit.cli.customer.commands import in_installation
from licensekit.cli.groups import LicenseGroup
from licensekit.cli.options import option
from licensekit.cli.output import emit, emit_json, json_option, table
from licensekit.installation import Installation


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
@json_option
def list_(*, installation: Installation, as_json: bool) -> None:
    """List the sites with what they are assigned."""
    found = installation.sites.list()
    if as_json:
        emit_json({"sites": [site._asdict() for site in found]})
    elif found:
        kinds = {True: "central", False: "satellite"}
        rows = [(s.written, s.name, kinds[s.central], *map(", ".join, s[-2:])) for s in found]
        table(["id", "name", "kind", "licenses", "lapsed"], rows)
    else:
        emit("no sites")


sites.add_command(assign_command("site", lambda installation: installation.sites))
sites.add_command(release_command("site", lambda installation: installation.sites))
sites.add_command(prefer_command("site", lambda installation: installation.sites))
