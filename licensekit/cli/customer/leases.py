"""`licensekit leases`: who holds concurrent seats, and how an administrator ends that."""

import click

from licensekit.cli.customer.commands import in_installation
from licensekit.cli.groups import LicenseGroup
from licensekit.cli.output import emit, emit_json, json_option, remark, table
from licensekit.dates import format_seconds
from licensekit.installation import HeldSeat, Installation


@click.group(cls=LicenseGroup)
def leases() -> None:
    """List and end leases of concurrent seats."""


@leases.command("list")
@click.option("--license", "license_", metavar="LICENSE", help="Only the seats of this license.")
@click.option("--holder", help="Only the seats of this holder.")
@in_installation
@json_option
def list_(
    *, license_: str | None, holder: str | None, installation: Installation, as_json: bool
) -> None:
    """List who holds which seats now, since when and until when.

    A lease that is not renewed ends by itself: its seat is free from `until` on.
    """
    code = None if license_ is None else installation.license(license_).row.code
    held = installation.leases.list()
    found = [
        _json(lease)
        for lease in held
        if code in {None, lease.license} and holder in {None, lease.holder}
    ]
    if as_json:
        emit_json({"leases": found})
    elif found:
        columns = ["id", "license", "holder", "since", "until"]
        table(
            [*columns, "remarks"],
            [(*map(one.get, columns), "borrowed" if one["borrowed"] else "") for one in found],
        )
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
                f"It was borrowed until {format_seconds(lease.expires)}: {lease.holder} may work"
                " on until it is connected again."
            )


def _json(lease: HeldSeat) -> dict[str, object]:
    return {
        "id": lease.id,
        "license": lease.license,
        "seat": lease.seat,
        "holder": lease.holder,
        "since": format_seconds(lease.taken),
        "until": format_seconds(lease.expires),
        "borrowed": lease.borrowed,
    }
