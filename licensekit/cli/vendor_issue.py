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
from licensekit.cli.vendor_files import Wanted, hand_out, license_options
from licensekit.vendor.order_file import read_draft
from licensekit.vendor.packing import require_unchanged
from licensekit.vendor.workspace import Workspace


@click.command()
@click.argument("order", metavar="ORDER.toml")
@workspace_option
@license_options
@passphrase
@json_option
def issue(
    *,
    order: str,
    folder: Path,
    wanted: Wanted,
    passphrase: PassphraseSource,
    as_json: bool,
) -> None:
    """Sign the license that an order describes, and enter it in the ledger."""
    now = clock()
    with located(order):
        draft = read_draft(read_input(order, what="an order", limit=limits.TOML_BYTES))
    with Workspace.open(folder) as workspace:
        require_unchanged(workspace.layout, workspace.footing(now), now)
        catalog = workspace.footing(now).signed_catalog
        with located(order):
            file = workspace.check_order(draft, now=now, bare=wanted.bare)
        wanted.require_places()
        if file is None:
            signer = unlock(workspace.key_for("bundle", now, wanted.signed_by), passphrase)
            with located(order):
                file = workspace.issue(
                    draft,
                    signer,
                    who=operator(),
                    now=now,
                    bare=wanted.bare,
                    approve=lambda signed: wanted.drawings.draw(signed, catalog),
                )
        drawn = wanted.drawings.draw(file, catalog)
        hand_out(file, wanted.output, as_json=as_json, drawn=drawn)
        remind_of_root(workspace)
