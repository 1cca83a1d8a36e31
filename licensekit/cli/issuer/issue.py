"""`licensekit issue`: orders in, license files out."""

from pathlib import Path

import click

from licensekit.cli.inputs import PassphraseSource, located
from licensekit.cli.issuer.options import (
    clock,
    operator,
    passphrase,
    remind_of_root,
    unlock,
    workspace_option,
)
from licensekit.cli.issuer.order_sources import FORMATS, OrderSource, source
from licensekit.cli.issuer.output import FileOptions, hand_out, license_options
from licensekit.cli.output import json_option
from licensekit.issuer.catalog.pack import require_unchanged
from licensekit.issuer.orders.order_file import read_draft
from licensekit.issuer.workspace import Workspace


@click.command()
@click.argument("orders", nargs=-1, required=True, metavar="ORDERS...")
@click.option(
    "--format",
    "told",
    type=click.Choice(FORMATS),
    help="How ORDERS are written, where their names do not say it.",
)
@click.option("--keep-going", is_flag=True, help="Of many, issue all that are good.")
@click.option(
    "--workers",
    type=click.IntRange(1, 64),
    default=1,
    metavar="N",
    help="Of many, sign and write with so many processes beside this one.",
)
@workspace_option
@license_options
@passphrase
@json_option
def issue(
    *,
    orders: tuple[str, ...],
    told: str | None,
    keep_going: bool,
    workers: int,
    folder: Path,
    wanted: FileOptions,
    passphrase: PassphraseSource,
    as_json: bool,
) -> None:
    """Sign the licenses that orders describe, and enter them in the ledger.

    ORDERS are TOML files of one order each, JSON Lines, CSV with one column a license, or folders
    of TOML files; `-` is standard input.

    Of many orders all are issued or none, or with --keep-going all that are good; -o names the
    folder of their files. Run it again if it was interrupted: an order of one number is issued
    once, and files that are missing are written from the ledger.
    """
    sources = [source(path, told) for path in orders]
    if len(sources) == 1 and sources[0].is_one_order:
        _issue_one(sources[0], folder, wanted, passphrase, as_json=as_json)
    else:
        # One order, as from a desk's own hand, does not pay for loading this.
        from licensekit.cli.issuer.issue_bulk import Ways, issue_many  # noqa: PLC0415  # see above

        issue_many(folder, sources, wanted, passphrase, Ways(keep_going, workers, as_json))


def _issue_one(
    one: OrderSource, folder: Path, wanted: FileOptions, source: PassphraseSource, *, as_json: bool
) -> None:
    now = clock()
    with located(one.path):
        draft = read_draft(one.read())
    with Workspace.open(folder) as workspace:
        require_unchanged(workspace.layout, workspace.state(now), now)
        catalog = workspace.state(now).signed_catalog
        with located(one.path):
            file = workspace.check_order(draft, now=now, bare=wanted.bare)
        wanted.require_places()
        if file is None:
            signer = unlock(workspace.key_for("bundle", now, wanted.signed_by), source)
            with located(one.path):
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
