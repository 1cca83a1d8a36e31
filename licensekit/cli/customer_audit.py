"""`licensekit audit`: who changed what, and whether the log of it is whole."""

import json

import click

from licensekit.cli.customer import home_option, opened
from licensekit.cli.groups import LicenseGroup
from licensekit.cli.output import emit, emit_json, json_option, warn


@click.group(cls=LicenseGroup)
def audit() -> None:
    """Look at the log of all changes, and verify it."""


@audit.command()
@home_option
@json_option
def verify(*, home: str | None, as_json: bool) -> None:
    """Check every link of the audit log, and every count against the assignments."""
    with opened(home) as installation:
        report = installation.verify_audit()
    if as_json:
        head = {"entries": report.head.number, "head": report.head.hash.hex()}
        emit_json({**head, "restored": report.restored})
        return
    click.secho(f"the audit log holds: {report.head.number} entries", fg="green", bold=True)
    emit(f"head  {report.head.hash.hex()}")
    if report.restored:
        warn("This database is a restored backup: what was changed after the backup is missing.")


@audit.command("list")
@home_option
def list_(*, home: str | None) -> None:
    """List every change, the oldest first: an entry a line, as JSON."""
    with opened(home) as installation:
        for entry in installation.audit():
            number = {"number": entry.number}
            emit(json.dumps({**number, **entry.facts}, ensure_ascii=False))
