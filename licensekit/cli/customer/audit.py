"""`licensekit audit`: who changed what, and whether the log is whole."""

import click

from licensekit.cli.customer.commands import in_installation
from licensekit.cli.groups import LicenseGroup
from licensekit.cli.output import emit, emit_json, heading, json_option, stream_json, warn
from licensekit.installation import Installation

_LINE = "{:>6}  {:<20}  {:<12}  {}"


@click.group(cls=LicenseGroup)
def audit() -> None:
    """List and verify the log of all changes."""


@audit.command()
@in_installation
@json_option
def verify(*, installation: Installation, as_json: bool) -> None:
    """Check every link of the audit log, and every count against the assignments."""
    report = installation.audit.verify()
    if as_json:
        head = {"entries": report.head.number, "head": report.head.hash.hex()}
        emit_json({**head, "restored": report.restored})
        return
    click.secho(f"the audit log holds: {report.head.number} entries", fg="green", bold=True)
    emit(f"head  {report.head.hash.hex()}")
    if report.restored:
        warn("This database is a restored backup: what was changed after the backup is missing.")


@audit.command("list")
@in_installation
@json_option
def list_(*, installation: Installation, as_json: bool) -> None:
    """List every change, the oldest first: when, by whom, what."""
    if as_json:
        stream_json("entries", (entry.plain() for entry in installation.audit.entries()))
        return
    heading(_LINE.format("entry", "at", "by", "what"))
    for entry in installation.audit.entries():
        at, by = entry.facts.get("at", ""), entry.facts.get("by", "")
        emit(_LINE.format(entry.number, at, by, entry.message).rstrip())
