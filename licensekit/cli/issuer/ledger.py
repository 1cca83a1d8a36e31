"""`licensekit ledger`: list, verify, export, back up and move the ledger."""

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any, Final, NamedTuple

import click

from licensekit import dates, issuer, limits
from licensekit.cli import backups, groups, inputs, output, proposals
from licensekit.cli.issuer.options import in_workspace, operator, to_sign, with_workspace, workspace_option
from licensekit.cli.options import MOMENT, clock, collected, option, refuse, together, whole
from licensekit.cli.output import emit, emit_json, facts, heading, json_option, progress, remark, separated, table, warn
from licensekit.cli.views.documents import show as show_document
from licensekit.cli.views.spelling import ABSENT, amount, columns, day_of, expiry, facts_of
from licensekit.files import PRIVATE, replacing
from licensekit.text.rows import written_row
from licensekit.wire.plain import word

Rows = Iterable[Mapping[str, Any]]
_LISTED: Final = columns(
    ">entry=number issued bundle=bundle.name company=bundle.company until state order=order_number why",
    issued=lambda one: day_of(one.bundle.issued),
    until=lambda one: expiry(one.bundle.expiry),
    why=lambda one: one.change,
)


class RowForm(NamedTuple):
    """Whether rows are printed as CSV, as JSON, or for people."""

    as_csv: bool
    as_json: bool

    def put(self, name: str, fields: Sequence[str], rows: Rows, show: Callable[[], object], **more: Any) -> None:
        """Print `rows` as CSV of `fields`, as JSON called `name` beside `more`, or for people with `show`."""
        if self.as_csv:
            output.emit_utf8(csv_lines(fields, rows))
        elif self.as_json:
            emit_json({name: list(rows), **more})
        else:
            show()


row_form: Final = together(
    refuse("give --json or --csv, not both.", lambda given: given["as_csv"] and given["as_json"]),
    collected("form", RowForm, option("--csv as_csv", "Print CSV."), json_option),
)
row_options: Final = together(row_form, in_workspace)  # the same, and `-C`
_OF_CUSTOMER: Final = "Only bundles of this customer: its external id, its name, a serial, or words that only it has."
_ENDING: Final = "Only active ones whose term ends today or within this many days."


@click.command("list")
@option("--company NAME", "Only companies whose name starts with NAME.")
@option("--customer NAME", _OF_CUSTOMER)
@option("--serial SERIAL", "Only bundles of this serial.")
@option("--order-number NUMBER order", "Only bundles for the order of this number.")
@option("--state", "Only bundles in this state.", type=click.Choice(issuer.LISTED_STATES))
@option("--expiring-within DAYS", _ENDING, type=whole(0, limits.TERM_DAYS))
@option("--since TIME", "Only bundles issued at this time or later.", type=MOMENT)
@option("--limit", "Show at most this many.", type=whole(1), default=50)
@option("--after ENTRY", "Continue after this entry.", type=whole(1))
@option("--all show_all", "Show all of them.")
@row_options
def list_(
    *, workspace: issuer.Workspace, now: int, limit: int, after: int | None, show_all: bool, form: RowForm, **asked: Any
) -> None:
    """List the bundles that were issued, the newest first."""
    shown: Iterable[issuer.Issued]
    if show_all:
        shown, more = workspace.ledger.bundles(issuer.Filters(**asked), now=now, after=after), None
    else:
        shown, more = workspace.ledger.page(issuer.Filters(**asked), now=now, limit=limit, after=after)
    rows = (one.plain() for one in shown)
    form.put("bundles", issuer.LISTED_FIELDS, rows, lambda: _show_listed(list(shown)), more_after=more)
    if more is not None and not form.as_json:
        remark(f"There are more: continue with --after {more}, or give --all.")


@click.command()
@click.argument("serial", required=False)
@option("--state", "Only licenses in this state.", type=click.Choice(issuer.USAGE_STATES))
@row_options
def usage(*, serial: str | None, state: str | None, workspace: issuer.Workspace, now: int, form: RowForm) -> None:
    """Compare what was sold with what the newest statement says is in use."""
    found = (report if state is None else report.only(state) for report in workspace.ledger.usage(serial, now=now))
    rows = (row for report in found for row in report.plain())
    form.put("usage", issuer.USAGE_FIELDS, rows, lambda: _show_usage(list(found)))


@click.command()
@option("--format form", "How entries are written.", type=click.Choice(["jsonl", "csv"]), default="jsonl")
@option("-o --output FILE", "Where they go.", default=inputs.STANDARD, show_default="standard output")
@with_workspace
def export(*, form: str, output: str, workspace: issuer.Workspace) -> None:
    """Write out every entry of the ledger, the oldest first, with the bytes of its document."""
    place = nullcontext(sys.stdout.buffer) if output == inputs.STANDARD else replacing(Path(output), mode=PRIVATE)
    rows = (entry.plain() for entry in workspace.ledger.entries())
    with place as file:
        json_lines = (json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        for line in json_lines if form == "jsonl" else csv_lines(issuer.ENTRY_FIELDS, rows):
            file.write(line.encode())
        file.flush()


def _show_listed(shown: list[issuer.Issued]) -> None:
    output.show_rows(shown, _LISTED) if shown else remark("None found.")


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
        remark("There is nothing to show: no statement was accepted, or none contains a license.")
        return
    table(["serial", "company", "license", ">sold", ">in use", ">free", "state", "stated"], rows)
    for report in reports:
        for one in report.warnings:
            warn(f"{report.serial}: {one.message}.")


def csv_lines(columns: Sequence[str], rows: Rows) -> Iterator[str]:
    """Yield a table as lines of CSV, its header first."""
    return map(written_row, chain([columns], (row.values() for row in rows)))


@click.command()
@click.argument("name", metavar="ENTRY|SERIAL|ORDER|BUNDLE")
@in_workspace
@json_option
def show(*, name: str, workspace: issuer.Workspace, now: int, as_json: bool) -> None:
    """Show everything about an entry, a serial, an order or a bundle: who signed it, what it says."""
    found = workspace.ledger.look_up(name)
    if as_json:
        emit_json({"entries": [one.plain() for one in found]})
        return
    state = workspace.state(now)
    keys = {issuer.key_id(key): key.name for key in state.trust.keys}
    for one in separated(found):
        _show(one, keys)
        show_document(one.document, licenses=state.catalog.document.licenses if state.catalog else {})


@click.command()
@workspace_option
@json_option
def verify(*, folder: Path, as_json: bool) -> None:
    """Verify every link and signature of the ledger, and every table derived from it."""
    with issuer.Workspace.open(folder) as workspace, progress("Verifying", workspace.ledger.count_entries()) as advance:
        newest = workspace.ledger.verify(advance)
        ahead = workspace.ledger.dated_ahead(now=clock())
    if as_json:
        named = [one.as_json() for one in ahead]
        emit_json({"entries": newest.number, "head": newest.hash.hex(), "dated_ahead": named})
        return
    click.secho(f"the ledger is intact: {newest.number} entries", fg="green", bold=True)
    emit(f"head  {newest.hash.hex()}")
    for one in ahead:
        warn(f"{one.message}.")


def _show(one: issuer.LookupResult, keys: Mapping[str, str]) -> None:
    entry = one.entry
    key = one.key.hex()
    heading(f"Entry {entry.number}: {entry.token.type}")
    facts(
        ("entered", f"{dates.format_seconds(entry.at)} by {entry.who}, with `{entry.action}`"),
        ("state", one.state),
        ("why", one.change),
        ("send", one.send and f"`licensekit ledger file {one.send}`"),
        ("identity", one.identity.hex()),
        ("signed by", f"{keys[key]} ({key})" if key in keys else key),
        *facts_of(entry, "order=order_number purchase_order"),
        ("installation", next(iter(one.installation), None)),
        ("answers", None if entry.request is None else f"request {entry.request.hex()}"),
        *facts_of(entry, "note hash"),
    )
    emit()


@click.command()
@workspace_option
@json_option
def doctor(*, folder: Path, as_json: bool) -> None:
    """Look for everything that is wrong with the ledger, and say what to do."""
    backups.show_findings(issuer.diagnose_ledger(folder, now=clock()), as_json=as_json)


@click.command()
@click.argument("file")
@backups.force_option
@with_workspace
@json_option
def backup(*, file: str, force: bool, workspace: issuer.Workspace, as_json: bool) -> None:
    """Write a backup of the ledger to FILE, also while it is in use."""
    backups.write_to(workspace.ledger.back_up, file, force=force, as_json=as_json)


@click.command()
@click.argument("target", metavar="TO")
@workspace_option
@json_option
def move(*, target: str, folder: Path, as_json: bool) -> None:
    """Move the ledger to a server, or back: TO is a postgresql:// URL, or `ledger.db`."""
    place = issuer.move_ledger(folder, target)
    emit_json({"ledger": place}) if as_json else emit(f"moved and verified: {place}")


@click.command()
@backups.preview_option
@workspace_option
@json_option
def upgrade(*, folder: Path, preview: bool, as_json: bool) -> None:
    """Upgrade the ledger to the schema of this version, as far as older programs can still work with it."""
    backups.show_upgrade(issuer.upgrade_ledger(folder, preview=preview), as_json=as_json)


@click.command()
@click.argument("file")
@workspace_option
@backups.yes_option
@json_option
def restore(*, file: str, folder: Path, yes: bool, as_json: bool) -> None:
    """Restore the ledger from the backup FILE, whole or not at all."""
    backups.restore_from(partial(issuer.restore_ledger, folder=folder), file, yes=yes, as_json=as_json)


@click.command()
@click.argument("files", nargs=-1, metavar="[FILE]...")
@to_sign
@proposals.consenting
def absorb(*, files: tuple[str, ...], workspace: issuer.Workspace, now: int, consent: proposals.Consent) -> None:
    """Enter again what a restored ledger lost, from license files, packs and resets that were signed here."""
    read = {name: inputs.read_input(name, what="a license file") for name in files}
    proposal = workspace.ledger.propose_absorb(read, now=now)
    if consent.ends(proposal, question="Accept the ledger?"):
        return
    done = proposal.sign(None, who=operator(), confirm=True)
    if consent.as_json:
        emit_json({**done._asdict(), "refused": [one.as_json() for one in proposal.warnings]})
    else:
        facts(*done._asdict().items())
    if proposal.warnings:
        click.get_current_context().exit(groups.NO)
