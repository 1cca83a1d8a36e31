"""`licensekit issue`: orders in, license files out."""

import sys
from typing import NamedTuple

import click

from licensekit.cli.inputs import STANDARD, located
from licensekit.cli.issuer.options import remind_of_root
from licensekit.cli.issuer.output import FileOptions, license_options
from licensekit.cli.options import collected, option, whole
from licensekit.cli.tables import table_options
from licensekit.issuer import OrderSource, order_file, order_stream, read_draft
from licensekit.text.columns import TableOptions


class BulkOptions(NamedTuple):
    """How many orders are read and issued."""

    table: TableOptions
    as_lines: bool
    """Whether licenses are printed instead of written."""
    keep_going: bool
    workers: int


@click.command()
@click.argument("orders", nargs=-1, required=True, metavar="ORDERS...")
@option(
    "--format form", "How ORDERS are written. Default: by their names.", type=click.Choice(["toml", "jsonl", "csv"])
)
@collected(
    "how",
    BulkOptions,
    option("--json-lines as_lines", "Print a line of JSON for each license instead of writing files."),
    option("--keep-going", "Skip invalid orders and issue the rest."),
    option(
        "--workers N", "In bulk, sign and write with this many processes beside this one.", type=whole(1, 64), default=1
    ),
    table_options,
)
@license_options
def issue(*, orders: tuple[str, ...], form: str | None, how: BulkOptions, wanted: FileOptions) -> None:
    """Sign the licenses that orders describe, and enter them in the ledger.

    ORDERS are TOML files of one order each, JSON Lines, CSV with one column a license, or folders of TOML files; `-` is
    standard input.

    Of several orders all are issued or none, or with --keep-going all that are valid; -o names the folder of their
    files. With --json-lines each license is printed instead, with its order, serial and identity. Run it again if it
    was interrupted: an order of one number is issued once, and what is missing is written, or printed, from the ledger.
    """
    sources = [_source(path, form) for path in orders]
    if len(sources) == 1 and sources[0].is_one_order and not how.as_lines:
        _issue_one(sources[0], wanted)
    else:
        from licensekit.cli.issuer.issue_bulk import issue_bulk  # noqa: PLC0415  # one order loads none

        issue_bulk(sources, wanted, how)


def _source(path: str, form: str | None) -> OrderSource:
    if path == STANDARD:
        return order_stream(sys.stdin.buffer, "standard input", form)
    found = order_file(path, form)
    if found is None:
        raise click.UsageError(f"{path} does not end in .toml, .jsonl or .csv: pass --format.")
    return found


def _issue_one(one: OrderSource, wanted: FileOptions) -> None:
    workspace, now = wanted.workspace, wanted.now
    with located(one.path):
        draft = read_draft(one.read())
    attach = wanted.attach
    catalog = workspace.catalog.require_unchanged(now)
    with located(one.path):
        proposal = workspace.propose_issue(draft, now=now, attach=attach, approve=wanted.drawing(catalog))
        file = wanted.sign(proposal, catalog)
    if file is not None:
        wanted.write(file, catalog)
        remind_of_root(workspace)
