"""`licensekit publish`: the newest file of each customer, for a web server."""

from pathlib import Path
from typing import Final

import click

from licensekit.cli.issuer.options import in_workspace
from licensekit.cli.options import PATH
from licensekit.cli.output import Columns, counted, emit, emit_json, json_option, remark, show_rows
from licensekit.issuer import PublishedFile, Workspace


@click.command()
@click.argument("target", metavar="DIR", type=PATH)
@in_workspace
@json_option
def publish(*, target: Path, workspace: Workspace, now: int, as_json: bool) -> None:
    """Write the newest license file of each customer into DIR, which a web server serves.

    Each lies under the name that `licensekit update` asks for; only what has changed is written. No key is needed. Run
    it after you have signed something, and once a day.
    """
    files = list(workspace.publish(target, now=now))
    written = [one for one in files if one.change != "unchanged"]
    unchanged = len(files) - len(written)
    if as_json:
        emit_json({"files": [one._asdict() for one in written], "unchanged": unchanged})
        return
    if written:
        show_rows(written, _COLUMNS)
        emit()
    emit(f"{counted(len(written), 'file')} written, {unchanged} unchanged")
    if not files:
        remark(
            "No bundle has an address: name `update` in the catalog; what is issued or renewed from then on has one."
        )


_COLUMNS: Final[Columns[PublishedFile]] = {
    "serial": lambda one: one.serial,
    "company": lambda one: one.company,
    "file": lambda one: one.change,
    "holds": lambda one: ", ".join(one.holds) or "no license: all were taken back or replaced",
}
