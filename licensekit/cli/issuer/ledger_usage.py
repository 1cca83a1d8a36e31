"""`licensekit ledger usage`: what was sold beside what is in use."""

import csv
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

import click

from licensekit.cli.issuer.options import clock, workspace_option
from licensekit.cli.output import emit_json, json_option, remark, table, warn
from licensekit.cli.views.spelling import amount
from licensekit.dates import format_seconds
from licensekit.issuer.exchange.usage import OVER, STATES, UsageReport, UsageRow
from licensekit.issuer.ledger.histories import History
from licensekit.issuer.workspace import Workspace
from licensekit.wire.plain import word

_COLUMNS: Final = (
    "serial",
    "company",
    "license",
    "kind",
    "sold",
    "in_use",
    "free",
    "state",
    "stated",
    "installation",
    "installations",
    "history",
)


@click.command()
@click.argument("serial", required=False)
@click.option("--state", type=click.Choice(STATES), help="Licenses that stand so.")
@click.option("--csv", "as_csv", is_flag=True, help="Print CSV.")
@workspace_option
@json_option
def usage(
    *, serial: str | None, state: str | None, as_csv: bool, folder: Path, as_json: bool
) -> None:
    """Hold what was sold against what the newest statement says is in use.

    Without SERIAL, for every serial that a statement was accepted for.
    """
    if as_json and as_csv:
        raise click.UsageError("give --json or --csv, not both.")
    with Workspace.open(folder) as workspace:
        now = clock()
        reports: Iterable[UsageReport]
        if serial is None:
            reports = workspace.usage(now=now)
        else:
            reports = [workspace.usage_of(serial, now=now)]
        found = (_only(report, state) for report in reports)
        if as_json:
            emit_json({"usage": [_json(report, row) for report, row in _rows(found)]})
        elif as_csv:
            _print_csv(found)
        else:
            _show(list(found))


def _only(report: UsageReport, state: str | None) -> UsageReport:
    rows = tuple(row for row in report.rows if state in {None, row.state})
    return report._replace(rows=rows)


def _rows(reports: Iterable[UsageReport]) -> Iterator[tuple[UsageReport, UsageRow]]:
    return ((report, row) for report in reports for row in report.rows)


def _show(reports: list[UsageReport]) -> None:
    rows = [
        (
            report.serial,
            report.company,
            row.license,
            amount(row.sold),
            "-" if row.in_use is None else row.in_use,
            "" if row.free is None else f"{row.free:+}" if row.state == OVER else row.free,
            row.state.upper() if row.state == OVER else row.state,
            "never" if report.stated is None else format_seconds(report.stated)[:10],
        )
        for report, row in _rows(reports)
    ]
    if not rows:
        remark("There is nothing to show: no statement was accepted, or no license stands so.")
        return
    columns = ["serial", "company", "license", ">sold", ">in use", ">free", "state", "stated"]
    table(columns, rows)
    for report in reports:
        for why in _remarks(report):
            warn(f"{report.serial}: {why}")


def _remarks(report: UsageReport) -> Iterator[str]:
    if report.installations > 1:
        yield f"{report.installations} installations have stated something; the newest counts."
    if report.history is History.FORKED:
        yield (
            "what its installation has sent does not come from one history: its database was"
            " restored from a backup, copied or rewritten."
        )


def _json(report: UsageReport, row: UsageRow) -> dict[str, Any]:
    return dict(zip(_COLUMNS, _cells(report, row), strict=True))


def _cells(report: UsageReport, row: UsageRow) -> tuple[Any, ...]:
    return (
        report.serial,
        report.company,
        row.license,
        word(row.kind),
        row.sold,
        row.in_use,
        row.free,
        row.state,
        None if report.stated is None else format_seconds(report.stated),
        None if report.installation is None else report.installation.hex(),
        report.installations,
        None if report.history is None else report.history.value,
    )


def _print_csv(reports: Iterable[UsageReport]) -> None:
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(_COLUMNS)
    for report, row in _rows(reports):
        writer.writerow(_cells(report, row))
