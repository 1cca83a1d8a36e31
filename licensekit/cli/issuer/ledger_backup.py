"""`licensekit ledger doctor`, `backup`, `restore`, `absorb` and `move`: whether a ledger is whole, and its copies."""

from functools import partial
from pathlib import Path

import click

from licensekit.cli.backups import force_option, restore_from, show_findings, write_to, yes_option
from licensekit.cli.groups import NO
from licensekit.cli.inputs import read_input
from licensekit.cli.issuer.options import operator, to_sign, with_workspace, workspace_option
from licensekit.cli.options import clock
from licensekit.cli.output import emit, emit_json, facts, json_option
from licensekit.cli.proposals import Consent, consenting
from licensekit.issuer import Workspace, diagnose_ledger, move_ledger, restore_ledger


@click.command()
@workspace_option
@json_option
def doctor(*, folder: Path, as_json: bool) -> None:
    """Look for everything that is wrong with the ledger, and say what to do.

    Nothing is changed, and one that cannot be opened is looked through as far as it can be. The exit code is 1 if there
    is an error.
    """
    show_findings(diagnose_ledger(folder, now=clock()), as_json=as_json)


@click.command()
@click.argument("file")
@force_option
@with_workspace
@json_option
def backup(*, file: str, force: bool, workspace: Workspace, as_json: bool) -> None:
    """Write a backup of the ledger to FILE, also while it is in use.

    It is one SQLite file with every entry, whether the ledger is in the workspace or on a server. Keys are not in it.
    """
    write_to(workspace.ledger.back_up, file, force=force, as_json=as_json)


@click.command()
@click.argument("target", metavar="TO")
@workspace_option
@json_option
def move(*, target: str, folder: Path, as_json: bool) -> None:
    """Move the ledger to a server, or back: TO is a postgresql:// URL, or `ledger.db`.

    All of it is copied in one transaction and verified at its new place, entry by entry. The old one stays as a copy
    that is marked as moved: nothing signs with it. Cut off, the same command completes it; in other folders that share
    the ledger it follows it. Keep the password of a server out of the URL, in a password file (PGPASSFILE).
    """
    place = move_ledger(folder, target)
    emit_json({"ledger": place}) if as_json else emit(f"moved and verified: {place}")


@click.command()
@click.argument("file")
@workspace_option
@yes_option
@json_option
def restore(*, file: str, folder: Path, yes: bool, as_json: bool) -> None:
    """Restore the ledger from the backup FILE, whole or not at all.

    What was issued after the backup is not in it: look for such files before you issue anything.
    """
    restore_from(partial(restore_ledger, folder=folder), file, yes=yes, as_json=as_json)


@click.command()
@click.argument("files", nargs=-1, metavar="[FILE]...")
@to_sign
@consenting
def absorb(*, files: tuple[str, ...], workspace: Workspace, now: int, consent: Consent) -> None:
    """Enter again what a restored ledger lost, from license files, packs and resets that were signed here.

    In any order, and more than once. What is not genuine is refused by name, and the exit code is 1.

    A ledger that was restored or cut signs nothing before this. What no FILE brings back stays unknown; once that is
    confirmed, sequences continue at a random number.
    """
    read = {name: read_input(name, what="a license file") for name in files}
    proposal = workspace.ledger.propose_absorb(read, now=now)
    if consent.ends(proposal, question="Accept the ledger?"):
        return
    done = proposal.sign(None, who=operator(), confirm=True)
    if consent.as_json:
        emit_json({**done._asdict(), "refused": [one.as_json() for one in proposal.warnings]})
    else:
        facts(*done._asdict().items())
    if proposal.warnings:
        click.get_current_context().exit(NO)
