"""`licensekit ledger report` and `file`, and `explain` in a workspace."""

from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from itertools import chain
from pathlib import Path
from typing import Any, Final

import click

from licensekit import errors, issuer, limits
from licensekit.cli.inputs import STANDARD, read_input
from licensekit.cli.issuer import ledger, options
from licensekit.cli.issuer.output import Audience, attachments_option, is_folder, output_option, put_file, require_place
from licensekit.cli.options import DAY, PATH, clock, option, refuse, whole
from licensekit.cli.output import command_line, emit_json, facts, harmless, json_option, remark, separated, table, warn
from licensekit.cli.views import documents, spelling
from licensekit.issuer import REPORTED_BY, ReportRow, ReportScope, SupportCase, Workspace
from licensekit.wire.documents import License, Use
from licensekit.wire.plain import word

_FIGURES: Final = issuer.REPORT_FIELDS[issuer.REPORT_FIELDS.index("new") :]


@click.command()
@option("-C DIR... folders", "The workspace; may be repeated to see the rows of several.", type=PATH, default=[Path()])
@option("--by WHAT", f"Group by {', '.join(REPORTED_BY)}.", type=click.Choice(REPORTED_BY), default="license")
@option("--from DATE first", "The first day. Default: January 1 of the last day's year.", type=DAY)
@option("--until DATE last", "The last day. Default: today.", type=DAY)
@option("--customer NAME", "Only of this customer, by name or external id.")
@option("--license LICENSE", "Only this license.")
@option("--expiring-within DAYS within", "Count what ends within DAYS.", type=whole(0, limits.TERM_DAYS), default=90)
@refuse("--until is before --from.", lambda given: given["first"] and given["last"] and given["last"] < given["first"])
@ledger.row_form
def report(*, folders: Iterable[Path], form: ledger.RowForm, **asked: Any) -> None:
    """Report what was sold in a period, and what is in force, due and in use at its end."""
    with ExitStack() as opened:
        workspaces = [opened.enter_context(Workspace.open(folder)) for folder in folders]
        for one in workspaces:
            options.warn_of_restored(one)
        scope, now = ReportScope(**asked), clock()
        rows = chain.from_iterable(one.ledger.report(scope, now=now) for one in workspaces)
        plain = (one.plain() for one in rows)
        form.put("report", issuer.REPORT_FIELDS, plain, lambda: _show_report(list(rows), scope.by, len(workspaces)))


def _show_report(found: list[ReportRow], by: str, workspaces: int) -> None:
    columns = ["product", by, "id", "use", "license", "", *(f">{name.replace('_', ' ')}" for name in _FIGURES)]
    table(columns, [_cells(one, workspaces) for one in found]) if found else remark("There is nothing to report.")


def _cells(one: ReportRow, workspaces: int) -> list[object]:
    """Return the cells of a row; zeros, and a product that all rows share, are empty."""
    unit = spelling.amount(None) if one.unrestricted else "" if one.per is None else f"per {word(one.per)}"
    use = "" if one.use is Use.PRODUCTION else word(one.use)
    named = ["" if workspaces == 1 else one.product, one.group, one.external, use, one.license or "all bundles", unit]
    return [*named, *(getattr(one, name) or "" for name in _FIGURES)]


def explain_in(folder: Path, name: str, *, now: int, as_json: bool) -> bool:
    """Explain a file, or what a name means; return whether all of it works as it is."""
    asked = read_input(name, what="a license file") if name == STANDARD or Path(name).is_file() else name
    with Workspace.open(folder) as workspace:
        options.warn_of_restored(workspace)
        try:
            found = workspace.ledger.explain(asked, now=now)
        except errors.NotIssued:
            if Path(name).suffix:
                read_input(name, what="a license file")  # the name of a missing file: say so
            raise
        catalog = workspace.state(now).catalog
    if as_json:
        emit_json({"explained": [one.plain() for one in found]})
    else:
        for one in separated(found):
            _show(one, {} if catalog is None else catalog.document.licenses)
    return all(one.verdict.works for one in found)


def _show(case: SupportCase, licenses: Mapping[str, License]) -> None:
    verdict = case.verdict
    click.secho(harmless(f"{verdict.message}."), fg="green" if verdict.works else "red", bold=True)
    facts(("do", verdict.hint or None), ("run", command_line(verdict.remedy)))
    if case.finding is None:
        return
    click.echo()
    documents.show(case.finding.document, [*_records(case), *_today(case)], licenses)


def _records(case: SupportCase) -> documents.Facts:
    customer, issued = case.customer, case.issued
    if customer is not None:
        yield "customer", f"{customer.name} ({customer.external})" if customer.external else customer.name
        yield from spelling.facts_of(customer, "contact note")
    if issued is not None:
        yield from spelling.facts_of(issued, "order=order_number purchase_order")
        yield "entered", f"entry {issued.number}, on {spelling.day_of(issued.at)} by {issued.who}"
        yield from (("state", issued.state), ("why", issued.change))
        yield "installation", spelling.listed(case.installation)
    yield from (("was sent", f"{type(one).__name__.lower()} of {spelling.day_of(one.issued)}") for one in case.sent)


def _today(case: SupportCase) -> documents.Facts:
    error = case.verdict.error
    if case.summary is None:
        yield "customer sees", error and error.message
        return
    yield "customer sees", case.summary.message
    yield from (("", notice.message) for notice in case.notices)
    for level in ("full", "read", "none"):
        yield f"access {level}", spelling.listed(code for code, access in case.access.items() if access == level)
    yield "oldest pack", "accepts it" if case.older is None else f"refuses it: {case.older.message}"


@click.command()
@click.argument("name", metavar="SERIAL|ORDER|BUNDLE")
@output_option
@attachments_option
@options.in_workspace
@json_option
def file(*, name: str, output: str | None, audience: Audience, workspace: Workspace, now: int, as_json: bool) -> None:
    """Write the license file of a serial, an order or a bundle, as it should be sent today."""
    found = workspace.ledger.files(name, now=now, attach=audience.read(workspace, now))
    if len(found) > 1 and not (output is None or is_folder(output)):
        raise click.UsageError(f"{name} has {len(found)} files: give -o DIR/.")
    require_place(output)
    written = [{"file": put_file(output, one, one.bundle), **one.plain(), "state": state} for one, state in found]
    for one, state in found:
        if state != "active":
            warn(f"{one.bundle.label} is {state}: an installation may refuse it, or have something newer.")
    if output == STANDARD:
        return
    emit_json({"files": written}) if as_json else facts(*(("file", one["file"]) for one in written))
