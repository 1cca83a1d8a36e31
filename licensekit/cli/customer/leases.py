"""`licensekit leases`: who holds concurrent seats, and how an administrator ends that."""

import click

from licensekit.cli.customer.commands import in_installation
from licensekit.cli.groups import LicenseGroup
from licensekit.cli.options import option
from licensekit.cli.output import emit, emit_json, json_option, remark, table
from licensekit.cli.views import spelling
from licensekit.installation import HeldSeat, Installation


@click.group(cls=LicenseGroup)
def leases() -> None:
    """List and end leases of concurrent seats."""


@leases.command("list")
@option("--license LICENSE license_code", "Only the seats of this license.")
@option("--holder HOLDER", "Only the seats of this holder.")
@in_installation
@json_option
def list_(*, license_code: str | None, holder: str | None, installation: Installation, as_json: bool) -> None:
    """List who holds which seats now, since when and until when.

    A lease that is not renewed ends by itself: its seat is free from `until` on.
    """
    found = installation.leases.list(license_code=license_code, holder=holder)
    if as_json:
        emit_json({"leases": [lease.plain() for lease in found]})
    elif found:
        table(["id", "license", "holder", "since", "until", "remarks"], map(_row, found))
    else:
        emit("no leases")


@leases.command()
@click.argument("lease_ids", metavar="ID...", nargs=-1, required=True)
@in_installation
def end(*, lease_ids: tuple[str, ...], installation: Installation) -> None:
    """End leases: their seats are free immediately, and their holders learn it."""
    ended = installation.leases.end_all(lease_ids)
    for lease in ended:
        emit(f"{lease.holder}: ended the lease {lease.id} of {lease.license}")
        if lease.borrowed:
            remark(
                f"It was borrowed until {spelling.moment(lease.expires)}: {lease.holder} may work"
                " on until it is connected again."
            )


def _row(lease: HeldSeat) -> tuple[object, ...]:
    times = spelling.moment(lease.taken), spelling.moment(lease.expires)
    return lease.id, lease.license, lease.holder, *times, "borrowed" if lease.borrowed else None
