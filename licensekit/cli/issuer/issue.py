"""`licensekit issue`: orders in, license files out."""

import click

from licensekit.cli.inputs import located
from licensekit.cli.issuer.options import operator, remind_of_root
from licensekit.cli.issuer.order_sources import FORMATS, OrderSource, source
from licensekit.cli.issuer.output import FileOptions, license_options
from licensekit.issuer.orders.order_file import read_draft
from licensekit.issuer.output.license_file import Approve, LicenseFile
from licensekit.issuer.workspace import Workspace
from licensekit.keys.signing import Signer


@click.command()
@click.argument("orders", nargs=-1, required=True, metavar="ORDERS...")
@click.option(
    "--format",
    "form",
    type=click.Choice(FORMATS),
    help="How ORDERS are written. Default: by their names.",
)
@click.option("--keep-going", is_flag=True, help="Skip invalid orders and issue the rest.")
@click.option(
    "--workers",
    type=click.IntRange(1, 64),
    default=1,
    metavar="N",
    help="In bulk, sign and write with this many processes beside this one.",
)
@license_options
def issue(
    *,
    orders: tuple[str, ...],
    form: str | None,
    keep_going: bool,
    workers: int,
    workspace: Workspace,
    now: int,
    wanted: FileOptions,
) -> None:
    """Sign the licenses that orders describe, and enter them in the ledger.

    ORDERS are TOML files of one order each, JSON Lines, CSV with one column a license, or folders
    of TOML files; `-` is standard input.

    Of several orders all are issued or none, or with --keep-going all that are valid; -o names the
    folder of their files. Run it again if it was interrupted: an order of one number is issued
    once, and files that are missing are written from the ledger.
    """
    sources = [source(path, form) for path in orders]
    if len(sources) == 1 and sources[0].is_one_order:
        _issue_one(workspace, sources[0], wanted, now)
    else:
        # A single order does not pay for loading this.
        from licensekit.cli.issuer.issue_bulk import issue_bulk  # noqa: PLC0415  # see above

        issue_bulk(workspace, sources, wanted, now, keep_going=keep_going, workers=workers)


def _issue_one(workspace: Workspace, one: OrderSource, wanted: FileOptions, now: int) -> None:
    with located(one.path):
        draft = read_draft(one.read())
    catalog = workspace.catalog.require_unchanged(now)
    attach = wanted.attach
    with located(one.path):
        before = workspace.check_order(draft, now=now, attach=attach)

    def sign(signer: Signer | None, approve: Approve) -> LicenseFile:
        with located(one.path):
            return workspace.issue(
                draft, signer, who=operator(), now=now, attach=attach, approve=approve
            )

    file = wanted.sign(workspace, before, sign, catalog, now)
    wanted.write(file, catalog)
    remind_of_root(workspace)
