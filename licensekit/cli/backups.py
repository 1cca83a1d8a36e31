"""Backup, restore, upgrade and doctor, as installations and ledgers share them."""

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from shutil import copyfileobj
from typing import Final

import click

from licensekit import files
from licensekit.cli import groups, inputs, output, proposals
from licensekit.cli.options import option
from licensekit.database import backup, diagnosis, upgrades
from licensekit.errors import ConfirmationNeeded
from licensekit.files import scratch_folder

preview_option: Final = option("--preview", "Show what would be done, and change nothing.")
force_option: Final = option("--force", "Replace FILE if it exists.")
yes_option: Final = option("--yes", "Do not ask.")


def show_findings(findings: Sequence[diagnosis.Diagnosis], *, as_json: bool) -> None:
    """Print the findings of every check; exit with 1 if one is an error."""
    is_well = all(one.state != "error" for one in findings)
    if as_json:
        output.emit_json({"ok": is_well, "findings": [one.plain() for one in findings]})
    else:
        rows = [(one.check, one.state, one.about.message, one.about.hint) for one in findings]
        output.table(["check", "state", "found", "what to do"], rows)
    if not is_well:
        click.get_current_context().exit(groups.NO)


def show_upgrade(done: upgrades.Upgrade, *, as_json: bool) -> None:
    """Print the steps of an upgrade, done or not; exit with 1 if the schema stays older than this program needs."""
    if as_json:
        output.emit_json(done._asdict())
    else:
        lists = {"steps": done.steps, "waiting": done.waiting, "programs": done.programs}
        output.facts(*{**done._asdict(), **{name: "; ".join(one) or None for name, one in lists.items()}}.items())
    if done.schema < done.needed:
        click.get_current_context().exit(groups.NO)


def write_to(back_up: Callable[..., None], file: str, *, force: bool, as_json: bool) -> None:
    """Write a backup to a file, or to standard output for `-`."""
    if file != inputs.STANDARD:
        back_up(Path(file), replace=force)
        output.emit_json({"written": file}) if as_json else output.emit(f"written and verified: {file}")
        return
    with scratch_folder() as folder:
        back_up(copy := folder / "backup.db")
        with copy.open("rb") as data:
            copyfileobj(data, sys.stdout.buffer)
            sys.stdout.flush()


def restore_from(restore: Callable[..., backup.Restored], file: str, *, yes: bool, as_json: bool) -> None:
    """Restore a backup from a file, or from standard input for `-`; ask first if something would be lost."""
    with scratch_folder() as folder:
        source = Path(file)
        if file == inputs.STANDARD:
            source = folder / "backup.db"
            with files.explained(Path("standard input"), "a backup"):
                backup.copy_backup(inputs.standard_input(), source, "standard input")
        try:
            restored = restore(source, confirm=yes)
        except ConfirmationNeeded as needed:
            if as_json or not inputs.is_terminal():
                raise
            for one in needed.needs_confirmation:
                output.remark(f"{one.message}.")
            proposals.require_agreement("Restore it?")
            restored = restore(source, confirm=True)
    output.emit_json(restored._asdict()) if as_json else output.facts(*restored._asdict().items())
