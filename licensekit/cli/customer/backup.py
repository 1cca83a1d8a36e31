"""`licensekit doctor`, `backup`, `restore`: whether an installation is whole, and its backups."""

from functools import partial

import click

from licensekit.cli.backups import force_option, restore_from, show_findings, write_to, yes_option
from licensekit.cli.customer.commands import built_in_of, home_of, home_option, in_installation, opened
from licensekit.cli.inputs import account
from licensekit.cli.output import emit, emit_json, json_option
from licensekit.installation import Installation, diagnose
from licensekit.installation import restore as restore_installation


@click.command()
@home_option
@json_option
@click.pass_context
def doctor(ctx: click.Context, *, home: str | None, as_json: bool) -> None:
    """Look for everything that is wrong with an installation, and say what to do.

    Nothing is changed, and one that cannot be opened is looked through as far as it can be. The exit code is 1 if there
    is an error.
    """
    root, pack, _, released, facts = built_in_of(ctx)
    findings = diagnose(home_of(home), root=root, pack=pack, released=released, facts=facts or {})
    show_findings(findings, as_json=as_json)


@click.command()
@click.argument("file")
@force_option
@in_installation
@json_option
def backup(*, file: str, force: bool, installation: Installation, as_json: bool) -> None:
    """Write a backup of the installation to FILE, also while it is in use.

    It is one SQLite file with everything, whether the installation is in a folder or on a server. The installation's
    own key is in it: keep it as safe as the installation.
    """
    write_to(installation.back_up, file, force=force, as_json=as_json)


@click.command()
@click.argument("file", required=False)
@click.option("--accept", is_flag=True, help="Accept a restored backup as the present state.")
@home_option
@yes_option
@json_option
def restore(*, file: str | None, accept: bool, home: str | None, yes: bool, as_json: bool) -> None:
    """Restore an installation from the backup FILE, whole or not at all.

    It works, and is reported as a restored backup until it is accepted: look what is missing and enter it again, then
    run the command with --accept and without FILE. The vendor learns of it.
    """
    if accept == (file is not None):
        raise click.UsageError("give FILE or --accept, one of the two.")
    if file is not None:
        put_back = partial(restore_installation, home=home_of(home), by=account())
        restore_from(put_back, file, yes=yes, as_json=as_json)
        return
    with opened(home) as restored:
        restored.restore_accept()
    emit_json({"accepted": True}) if as_json else emit("accepted as the present state")
