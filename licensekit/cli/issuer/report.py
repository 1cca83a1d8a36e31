"""`licensekit ledger report`: what was sold, what is in force, what ends, and who owes a true-up."""

import sys
from collections.abc import Iterable
from contextlib import ExitStack
from itertools import chain
from pathlib import Path
from typing import Any, Final

import click

from licensekit import issuer
from licensekit.cli.issuer.ledger import csv_lines, row_form
from licensekit.cli.options import DAY, PATH, clock, option, refuse, whole
from licensekit.cli.output import emit_json, remark, table, warn
from licensekit.cli.views.spelling import amount
from licensekit.issuer import REPORTED_BY, ReportRow, ReportScope, Workspace
from licensekit.limits import TERM_DAYS
from licensekit.wire.documents import Use
from licensekit.wire.plain import word

_FIGURES: Final = issuer.REPORT_FIELDS[issuer.REPORT_FIELDS.index("new") :]


@click.command()
@option("-C DIR... folders", "The workspace; of several, the rows of each.", type=PATH, default=[Path()])
@option("--by WHAT", f"Group by {', '.join(REPORTED_BY)}.", type=click.Choice(REPORTED_BY), default="license")
@option("--from DATE first", "The first day. Default: of the year of the last one.", type=DAY)
@option("--until DATE last", "The last day. Default: today.", type=DAY)
@option("--customer NAME", "Only of this customer, by name or external id.")
@option("--license LICENSE", "Only this license.")
@option("--expiring-within DAYS within", "Count what ends so soon after.", type=whole(0, TERM_DAYS), default=90)
@refuse("--until is before --from.", lambda given: given["first"] and given["last"] and given["last"] < given["first"])
@row_form
def report(*, folders: Iterable[Path], as_csv: bool, as_json: bool, **asked: Any) -> None:
    """Report what was sold in a period, and what is in force, due and in use at its end."""
    with ExitStack() as opened:
        workspaces = [opened.enter_context(Workspace.open(folder)) for folder in folders]
        for error in filter(None, (one.ledger.restored() for one in workspaces)):
            warn(f"{error.message}.")
        scope, now = ReportScope(**asked), clock()
        rows = chain.from_iterable(one.ledger.report(scope, now=now) for one in workspaces)
        if as_csv:
            sys.stdout.writelines(csv_lines(issuer.REPORT_FIELDS, (one.plain() for one in rows)))
        elif as_json:
            emit_json({"report": [one.plain() for one in rows]})
        elif found := list(rows):
            titles = (f">{name.replace('_', ' ')}" for name in _FIGURES)
            columns = ["product", scope.by, "id", "use", "license", "", *titles]
            table(columns, [_cells(one, len(workspaces)) for one in found])
        else:
            remark("There is nothing to report.")


def _cells(one: ReportRow, workspaces: int) -> list[object]:
    """Return what a row shows; what is zero, and what all rows share, is left out."""
    unit = amount(None) if one.unrestricted else "" if one.per is None else f"per {word(one.per)}"
    use = "" if one.use is Use.PRODUCTION else word(one.use)
    named = ["" if workspaces == 1 else one.product, one.group, one.external, use, one.license or "all bundles", unit]
    return [*named, *(getattr(one, name) or "" for name in _FIGURES)]
