"""`licensekit audit`, `doctor`, `backup`, `restore`, `move` and `upgrade`: the database of an installation."""

from functools import partial

import click

from licensekit.cli import backups
from licensekit.cli.backups import force_option, preview_option, restore_from, show_upgrade, yes_option
from licensekit.cli.customer.commands import built_in_of, home_of, home_option, in_installation, opened
from licensekit.cli.groups import LicenseGroup
from licensekit.cli.inputs import account
from licensekit.cli.options import DAY, collected, option
from licensekit.cli.output import emit, emit_json, facts, heading, json_option, progress, remark, stream_json, warn
from licensekit.installation import AuditFilter, Installation, diagnose
from licensekit.installation import move as move_installation
from licensekit.installation import restore as restore_installation
from licensekit.installation import upgrade as upgrade_installation

_LINE = "{:>6}  {:<20}  {:<12}  {}"


@click.group(cls=LicenseGroup)
def audit() -> None:
    """List and verify the log of all changes."""


@audit.command()
@in_installation
@json_option
def verify(*, installation: Installation, as_json: bool) -> None:
    """Check every link of the audit log, and every count against the assignments."""
    (number, digest), restored = installation.audit.verify()
    if as_json:
        emit_json({"entries": number, "head": digest.hex(), "restored": restored})
        return
    click.secho(f"the audit log is intact: {number} entries", fg="green", bold=True)
    emit(f"head  {digest.hex()}")
    if restored:
        warn("This database is a restored backup: changes made after the backup are missing.")


@audit.command("list")
@collected(
    "wanted",
    AuditFilter,
    option("--what CODE", "Only changes of this kind: user-assign, or all of user.", default=""),
    option("--by ID", "Only changes that this person made.", default=""),
    option("--user ID", "Only changes that name this user.", default=""),
    option("--site ID", "Only changes that name this site.", default=""),
    option("--about NAME", "Only changes that name this user, license, site, group or serial.", default=""),
    option("--from DATE since", "The first day.", type=DAY),
    option("--until DATE", "The last day.", type=DAY),
)
@in_installation
@json_option
def list_(*, wanted: AuditFilter, installation: Installation, as_json: bool) -> None:
    """List every change, the oldest first: when, by whom, what."""
    entries = installation.audit.entries(wanted)
    if as_json:
        stream_json("entries", (entry.plain() for entry in entries))
        return
    heading(_LINE.format("entry", "at", "by", "what"))
    for entry in entries:
        at, by = entry.facts.get("at", ""), entry.facts.get("by", "")
        emit(_LINE.format(entry.number, at, by, entry.message).rstrip())


@click.command()
@home_option
@json_option
@click.pass_context
def doctor(ctx: click.Context, *, home: str | None, as_json: bool) -> None:
    """Look for everything that is wrong with an installation, and say what to do."""
    ours = built_in_of(ctx)
    findings = diagnose(home_of(home), root=ours.root, pack=ours.pack, released=ours.released, facts=ours.facts or {})
    backups.show_findings(findings, as_json=as_json)


@click.command()
@click.argument("file")
@force_option
@in_installation
@json_option
def backup(*, file: str, force: bool, installation: Installation, as_json: bool) -> None:
    """Write a backup of the installation to FILE, also while it is in use."""
    backups.write_to(installation.back_up, file, force=force, as_json=as_json)


@click.command()
@click.argument("file", required=False)
@option("--accept", "Accept a restored backup as the present state.")
@home_option
@yes_option
@json_option
def restore(*, file: str | None, accept: bool, home: str | None, yes: bool, as_json: bool) -> None:
    """Restore an installation from the backup FILE, whole or not at all."""
    if accept == (file is not None):
        raise click.UsageError("give either FILE or --accept.")
    if file is not None:
        restore_from(partial(restore_installation, home=home_of(home), by=account()), file, yes=yes, as_json=as_json)
        return
    with opened(home) as restored:
        restored.restore_accept()
    emit_json({"accepted": True}) if as_json else emit("accepted as the present state")


@click.command()
@click.argument("source", metavar="FROM")
@click.argument("target", metavar="TO")
@json_option
def move(*, source: str, target: str, as_json: bool) -> None:
    """Move an installation: FROM and TO are folders or postgresql:// URLs."""
    with progress("copying", 1) as advance:
        moved = move_installation(source, target, by=account(), progress=advance)
    if as_json:
        emit_json(moved._asdict())
        return
    click.secho("moved and verified", fg="green", bold=True)
    facts(*moved._asdict().items())
    emit()
    remark(f"Use --home {moved.target} from now on, in programs as well; see docs/how-to/postgresql.md.")


@click.command()
@preview_option
@home_option
@json_option
def upgrade(*, home: str | None, preview: bool, as_json: bool) -> None:
    """Upgrade the database to the schema of this version, as far as older programs can still work with it."""
    show_upgrade(upgrade_installation(home_of(home), preview=preview), as_json=as_json)
