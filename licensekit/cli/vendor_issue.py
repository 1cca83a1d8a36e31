"""`licensekit issue`: orders in, license files out."""

from pathlib import Path

import click

from licensekit import limits
from licensekit.cli.inputs import PassphraseSource, located, read_input
from licensekit.cli.output import json_option
from licensekit.cli.vendor_base import (
    clock,
    operator,
    passphrase,
    remind_of_root,
    unlock,
    workspace_option,
)
from licensekit.cli.vendor_files import hand_out, require_place
from licensekit.vendor.order_file import read_draft
from licensekit.vendor.packing import require_unchanged
from licensekit.vendor.workspace import Workspace


@click.command()
@click.argument("order", metavar="ORDER.toml")
@workspace_option
@click.option(
    "-o",
    "output",
    metavar="FILE",
    help="Where the license goes: a file, a folder, or `-`. Otherwise serial-part-sequence.lic.",
)
@click.option("--bare", is_flag=True, help="Leave out the trust documents that ride along.")
@click.option("--signed-by", metavar="KEY", help="Sign with this key: its name or key id.")
@passphrase
@json_option
def issue(
    *,
    order: str,
    folder: Path,
    output: str | None,
    bare: bool,
    signed_by: str | None,
    passphrase: PassphraseSource,
    as_json: bool,
) -> None:
    """Sign the license that an order describes, and enter it in the ledger."""
    now = clock()
    with located(order):
        draft = read_draft(read_input(order, what="an order", limit=limits.TOML_BYTES))
    with Workspace.open(folder) as workspace:
        require_unchanged(workspace.layout, workspace.footing(now), now)
        with located(order):
            file = workspace.check_order(draft, now=now, bare=bare)
        require_place(output)
        if file is None:
            signer = unlock(workspace.key_for("bundle", now, signed_by), passphrase)
            with located(order):
                file = workspace.issue(draft, signer, who=operator(), now=now, bare=bare)
        hand_out(file, output, as_json=as_json)
        remind_of_root(workspace)
