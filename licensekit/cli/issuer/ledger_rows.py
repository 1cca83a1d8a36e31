"""`licensekit ledger list`, `usage` and `export`: rows of the ledger as a table, JSON or CSV."""

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from itertools import chain
from pathlib import Path
from typing import Any, Final

import click

from licensekit import issuer
from licensekit.cli.inputs import STANDARD
from licensekit.cli.issuer.options import in_workspace, with_workspace
from licensekit.cli.options import MOMENT, before, option, whole
from licensekit.cli.output import emit_json, json_option, remark, table, warn
from licensekit.cli.views.spelling import ABSENT, amount, day_of, expiry
from licensekit.files import PRIVATE, replacing
from licensekit.limits import TERM_DAYS
from licensekit.text.rows import written_row
from licensekit.wire.plain import word

_PAGE: Final = 50


def row_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add `-C`, `--csv` and `--json`, which exclude each other."""
    csv_option = option("--csv as_csv", "Print CSV.")
    return csv_option(before(_require_one_form)(in_workspace(json_option(command))))


def _require_one_form(*, as_csv: bool, as_json: bool, **_: object) -> None:
    if as_json and as_csv:
        raise click.UsageError("give --json or --csv, not both.")


@click.command("list")
@option("--company NAME", "Only companies whose name starts with NAME.")
@option("--serial SERIAL", "Only bundles of this serial.")
@option("--order-number NUMBER order", "Only bundles for the order of this number.")
@option("--product CODE", "Only bundles of this product.")
@option("--state", "Only bundles in this state.", type=click.Choice(issuer.LISTED_STATES))
@option(
    "--expiring-within DAYS",
    "Only active ones whose term ends today or within this many days.",
    type=whole(0, TERM_DAYS),
)
@option("--since TIME", "Only bundles issued on this day, or later.", type=MOMENT)
@option("--limit", "Show at most this many.", type=whole(1), default=_PAGE)
@option("--after ENTRY", "Continue after this entry.", type=whole(1))
@option("--all show_all", "Show all of them.")
@row_options
def list_(
    *,
    workspace: issuer.Workspace,
    now: int,
    limit: int,
    after: int | None,
    show_all: bool,
    as_csv: bool,
    as_json: bool,
    **asked: Any,
) -> None:
    """List the bundles that were issued, the newest first.

    With --expiring-within, and with --state active, those whose end is near come first.
    """
    shown: Iterable[issuer.Listed]
    if show_all:
        shown, more = workspace.ledger.bundles(issuer.Filters(**asked), now=now, after=after), None
    else:
        shown, more = workspace.ledger.page(issuer.Filters(**asked), now=now, limit=limit, after=after)
    if as_csv:
        _print_csv(issuer.LISTED_FIELDS, (one.plain() for one in shown))
    elif as_json:
        emit_json({"bundles": [one.plain() for one in shown], "more_after": more})
    else:
        _show_listed(shown)
    if more is not None and not as_json:
        remark(f"There are more: continue with --after {more}, or give --all.")


@click.command()
@click.argument("serial", required=False)
@option("--state", "Only licenses in this state.", type=click.Choice(issuer.USAGE_STATES))
@row_options
def usage(
    *, serial: str | None, state: str | None, workspace: issuer.Workspace, now: int, as_csv: bool, as_json: bool
) -> None:
    """Compare what was sold with what the newest statement says is in use.

    Without SERIAL, for every serial that a statement was accepted for.
    """
    ledger = workspace.ledger
    reports = ledger.usage(now=now) if serial is None else [ledger.usage_of(serial, now=now)]
    found = (report if state is None else report.only(state) for report in reports)
    if as_json:
        emit_json({"usage": [row for report in found for row in report.plain()]})
    elif as_csv:
        _print_csv(issuer.USAGE_FIELDS, (row for report in found for row in report.plain()))
    else:
        _show_usage(list(found))


@click.command()
@option("--format form", "How entries are written.", type=click.Choice(["jsonl", "csv"]), default="jsonl")
@option("-o --output FILE", "Where they go.", default=STANDARD, show_default="standard output")
@with_workspace
def export(*, form: str, output: str, workspace: issuer.Workspace) -> None:
    """Write out every entry of the ledger, the oldest first, with the bytes of its document.

    There is everything that the chain of hashes covers.
    """
    place = nullcontext(sys.stdout.buffer) if output == STANDARD else replacing(Path(output), mode=PRIVATE)
    rows = (entry.plain() for entry in workspace.ledger.entries())
    with place as file:
        for line in _json_lines(rows) if form == "jsonl" else _csv_lines(issuer.ENTRY_FIELDS, rows):
            file.write(line.encode())
        file.flush()


def _json_lines(rows: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    return (json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def _show_listed(found: Iterable[issuer.Listed]) -> None:
    shown = list(found)
    if not shown:
        remark("There are none.")
        return
    rows: list[tuple[object, ...]] = [
        (one.number, day_of(one.issued), one.name, one.company, expiry(one.expiry), one.state, one.order_number)
        for one in shown
    ]
    columns = [">entry", "issued", "bundle", "company", "until", "state", "order"]
    if any(one.change for one in shown):
        columns.append("why")
        rows = [(*row, one.change) for row, one in zip(rows, shown, strict=True)]
    table(columns, rows)


def _show_usage(reports: list[issuer.UsageReport]) -> None:
    rows = [
        (
            report.serial,
            report.company,
            row.license,
            f"{amount(row.sold)} per {word(row.per)}" if row.per is not None else amount(row.sold),
            ABSENT if row.in_use is None else row.in_use,
            "" if row.free is None else f"{row.free:+}" if row.state == issuer.OVER else row.free,
            row.state.upper() if row.state == issuer.OVER else row.state,
            "never" if report.stated is None else day_of(report.stated),
        )
        for report in reports
        for row in report.rows
    ]
    if not rows:
        remark("There is nothing to show: no statement was accepted, or no license is in it.")
        return
    columns = ["serial", "company", "license", ">sold", ">in use", ">free", "state", "stated"]
    table(columns, rows)
    for report in reports:
        for one in report.warnings:
            warn(f"{report.serial}: {one.message}.")


def _print_csv(columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> None:
    for line in _csv_lines(columns, rows):
        click.echo(line, nl=False)


def _csv_lines(columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    return map(written_row, chain([columns], (row.values() for row in rows)))
