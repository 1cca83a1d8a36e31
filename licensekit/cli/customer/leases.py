"""`licensekit leases`: who holds concurrent seats, and how an administrator ends that."""

from typing import Final

import click

from licensekit.cli.customer.commands import in_installation
from licensekit.cli.groups import LicenseGroup
from licensekit.cli.options import option
from licensekit.cli.output import Columns, emit, listing, remark
from licensekit.cli.views import spelling
from licensekit.installation import HeldSeat, Installation

_COLUMNS: Final[Columns[HeldSeat]] = {
    "id": lambda lease: lease.id,
    "license": lambda lease: lease.license,
    "holder": lambda lease: lease.holder,
    "since": lambda lease: spelling.moment(lease.taken),
    "until": lambda lease: spelling.moment(lease.expires),
    "remarks": lambda lease: "borrowed" if lease.borrowed else None,
}


@click.group(cls=LicenseGroup)
def leases() -> None:
    """List and end leases of concurrent seats."""


@leases.command("list")
@option("--license LICENSE license_code", "Only the seats of this license.")
@option("--holder HOLDER", "Only the seats of this holder.")
@in_installation
@listing("leases", _COLUMNS)
def list_(*, license_code: str | None, holder: str | None, installation: Installation) -> tuple[HeldSeat, ...]:
    """List who holds which seats now, since when and until when.

    A lease that is not renewed ends by itself: its seat is free from `until` on.
    """
    return installation.leases.list(license_code=license_code, holder=holder)


@leases.command()
@click.argument("lease_ids", metavar="ID...", nargs=-1, required=True)
@in_installation
def end(*, lease_ids: tuple[str, ...], installation: Installation) -> None:
    """End leases: their seats are free immediately, and their holders learn it."""
    ended = installation.leases.end(*lease_ids)
    for lease in ended:
        emit(f"{lease.holder}: ended the lease {lease.id} of {lease.license}")
        if lease.borrowed:
            remark(
                f"It was borrowed until {spelling.moment(lease.expires)}: {lease.holder} may work"
                " on until it is connected again."
            )
