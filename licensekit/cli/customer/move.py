"""`licensekit move`: move an installation from a folder to a server, or back."""

import click

from licensekit.cli.inputs import account
from licensekit.cli.output import emit, emit_json, facts, json_option, progress, remark


@click.command()
@click.argument("source", metavar="FROM")
@click.argument("target", metavar="TO")
@json_option
def move(*, source: str, target: str, as_json: bool) -> None:
    """Move an installation: FROM and TO are folders or postgresql:// URLs.

    All of it is copied in one transaction and verified at its new place: documents, users, sites, assignments in their
    order, events, leases, time, the installation's key and the audit log. FROM stays as a copy that is marked as moved:
    nothing works with it any more. A program that still uses it answers from memory for the offline hours of its
    bundles, and says why.

    TO must be new: a folder or a schema without an installation. Keep the password of a server out of the URL, in a
    password file (PGPASSFILE).
    """
    from licensekit.installation import move as relocate  # noqa: PLC0415  # a vendor's command loads none

    with progress("copying", 1) as advance:
        moved = relocate(source, target, by=account(), progress=advance)
    if as_json:
        emit_json(moved._asdict())
        return
    click.secho("moved and verified", fg="green", bold=True)
    facts(*moved._asdict().items())
    emit()
    remark(f"Use --home {moved.target} from now on, in programs as well; see docs/hosts.md.")
