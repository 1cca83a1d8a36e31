"""`licensekit ledger verify`: is the ledger what was signed?"""

import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path

import click

from licensekit.cli.issuer.options import workspace_option
from licensekit.cli.output import emit, emit_json, json_option
from licensekit.issuer.workspace import Workspace


@click.command()
@workspace_option
@json_option
def verify(*, folder: Path, as_json: bool) -> None:
    """Verify every link and signature of the ledger, and every table drawn from it.

    The first entry that is not as it was is named. Note the head: with it, an earlier state of the
    ledger can be told from this one.
    """
    with Workspace.open(folder) as workspace, _progress(workspace) as progress:
        report = workspace.verify_ledger(progress)
    if as_json:
        emit_json({"entries": report.entries, "head": report.head.hex()})
        return
    click.secho(f"the ledger holds: {report.entries} entries", fg="green", bold=True)
    emit(f"head  {report.head.hex()}")


@contextmanager
def _progress(workspace: Workspace) -> Generator[Callable[[int], None]]:
    """Show on a terminal how much was looked at."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    length = workspace.count_entries()
    with click.progressbar(length=length, label="Verifying", file=sys.stderr) as bar:
        yield bar.update
