"""`licensekit issue` in bulk: progress, the results, and why some orders were refused."""

import gc
import sys
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from itertools import chain, islice
from pathlib import Path
from typing import Any, Final

import click

from licensekit import dates, errors, files, issuer
from licensekit.cli import groups, inputs, output, proposals
from licensekit.cli.issuer.issue import BulkOptions
from licensekit.cli.issuer.ledger import csv_lines
from licensekit.cli.issuer.options import operator, remind_of_root
from licensekit.cli.issuer.output import FileOptions, warn_of_older
from licensekit.cli.output import counted, emit_json, facts, harmless, print_line, progress, remark, table, warn
from licensekit.errors.coded import Located, plain_value
from licensekit.issuer import Done, OrderLine, OrderSource, faults_of, open_orders

_FOLLOWING: Final = frozenset({"warning", "grace", "next_check"})
"""Dates that move with an expiry, and are not shown beside it."""


class _Tally:
    """The results of many orders."""

    def __init__(self) -> None:
        self.issued = self.repeated = self.refused = 0
        self.fits_oldest = True
        self.licenses: list[dict[str, Any]] = []  # issued now or before; empty if printed line by line
        self.faults: list[Located] = []  # of the orders that were refused


def renew_ending(wanted: FileOptions, how: BulkOptions, filters: issuer.Filters, days: int, *, as_csv: bool) -> None:
    """Renew what ends soon by this many days, as `renew_listed` does; or print the list as CSV."""
    renewals = wanted.workspace.propose_renewals(filters, days=days, now=wanted.now)
    first = list(islice(renewals, 1))
    found = chain(first, renewals)
    rows = csv_lines(issuer.RENEWAL_FIELDS, (one.plain() for one in found))
    path = Path(wanted.output or "", "renewals.csv")
    if as_csv:
        output.emit_utf8(rows)
    elif wanted.consent.preview or not (first or path.exists()):
        wanted.workspace.catalog.require_unchanged(wanted.now)
        _exit_if_refused(_preview(wanted, (one.line for one in found))[1])
    else:
        for as_lines in (how.as_lines, False):
            _require_form(wanted, as_lines=as_lines)
        # A renewal in the ledger no longer ends soon: if its file was not written, only this list finds it again.
        if path.exists():
            raise errors.PlaceTaken(reason="renewals", where=str(path))
        files.make_folder(path.parent)
        with files.replacing(path, mode=files.PRIVATE, replace=False) as file:
            file.writelines(row.encode() for row in rows)
        before = wanted.workspace.ledger.count_entries()
        try:
            renew_listed(path, wanted, how._replace(table=issuer.TableOptions()))
        finally:
            if wanted.workspace.ledger.count_entries() == before:
                path.unlink()


def renew_listed(path: Path, wanted: FileOptions, how: BulkOptions) -> None:
    """Renew what a list names, as `issue_bulk` does, after a preview that somebody agrees to."""
    issue_bulk([OrderSource(str(path), "csv", reader=issuer.renewal_lines)], wanted, how, asks=not wanted.consent.yes)


def issue_bulk(sources: Sequence[OrderSource], wanted: FileOptions, how: BulkOptions, *, asks: bool = False) -> None:
    """Issue orders into a folder, or print them, and print the results; with `asks`, preview them and ask first."""
    _require_form(wanted, as_lines=how.as_lines)
    out = None if wanted.output is None else Path(wanted.output)
    workspace, now = wanted.workspace, wanted.now
    catalog = workspace.catalog.require_unchanged(now)
    attach = wanted.attach
    if wanted.consent.preview or asks:
        with open_orders(sources, catalog, how.table) as orders, output.failing_as("before"):
            good, refused = _preview(wanted, orders.lines)
        if wanted.consent.preview or not (good and how.keep_going):
            _exit_if_refused(refused)
        if wanted.consent.preview or not good:
            return
        proposals.require_agreement("Sign all of these?")
    with open_orders(sources, catalog, how.table) as orders:
        if out is not None:
            files.make_folder(out)
            files.require_writable(out)
        signer = wanted.signing.opener(workspace, now)("bundle")
        gc.freeze()  # what was imported is never collected, and orders are freed without a collection
        gc.set_threshold(50_000)
        issue = partial(workspace.issue_bulk, who=operator(), now=now, into=out, attach=attach)
        done = issue(_reported(orders.lines), signer, keep_going=how.keep_going, workers=how.workers)
        tally = _Tally()
        _count(done, orders.size, tally, wanted, as_lines=how.as_lines)
    remind_of_root(workspace)
    warn_of_older(fits_oldest=tally.fits_oldest)
    if not how.as_lines:
        _report(tally, out, as_json=wanted.consent.as_json)
    _exit_if_refused(tally.refused)


def _require_form(wanted: FileOptions, *, as_lines: bool) -> None:
    if as_lines and (wanted.output is not None or wanted.consent.as_json):
        raise click.UsageError("--json-lines prints the licenses: leave out -o and --json.")
    if not (as_lines or wanted.consent.preview) and wanted.output in {None, inputs.STANDARD}:
        raise click.UsageError("in bulk, give the folder of the license files with -o DIR.")
    if wanted.drawings != (None, None):
        raise click.UsageError("--qr and --print are for a single license.")


def _preview(wanted: FileOptions, lines: Iterable[OrderLine]) -> tuple[int, int]:
    """Check each order by itself, show the results, and return the number of valid orders and of faults."""
    shown: list[dict[str, Any]] = []
    rows: list[tuple[object, ...]] = []
    faults: list[Located] = []
    for line in _reported(lines):
        try:
            if line.change is None:
                proposal = wanted.workspace.propose_issue(line.draft, now=wanted.now)
            else:
                proposal = wanted.workspace.propose_change(line.change, now=wanted.now)
        except (errors.NotCurrent, errors.NotIssued, errors.OrderConflict, errors.OrderInvalid) as error:
            faults += faults_of(line.where, error)
            continue
        order, bundle, repeated = line.draft.order, proposal.bundle, proposal.is_done
        serial = None if order.serial is None and not repeated else bundle.serial
        ends = None if bundle.expiry is None else dates.format_days(bundle.expiry)
        named = {"order": order.number, "company": bundle.company, "part": bundle.part}
        changes = [one for one in proposal.changes if line.change is not None and one.path not in _FOLLOWING]
        shown.append({**named, "serial": serial, "expiry": ends, "repeated": repeated})
        if line.change is not None:
            shown[-1]["changes"] = plain_value(changes)
        row = order.number, bundle.company, serial or "(new)", bundle.part, ends or "perpetual"
        rows.append((*row, "issued before" if repeated else ", ".join(map(str, changes))))
    if wanted.consent.as_json:
        emit_json({"orders": shown, "faults": [fault.as_json() for fault in faults]})
    elif rows or faults:
        _name_refused(faults)
        table(["order", "company", "serial", "part", "until", ""], rows)
    else:
        remark("None found.")
    return len(shown), len(faults)


def _exit_if_refused(count: int) -> None:
    if count:
        click.get_current_context().exit(groups.exit_code(errors.OrdersRefused(count=count, faults=())))


def _name_refused(faults: Iterable[Located]) -> None:
    for fault in faults:
        remark(f"licensekit: {harmless(str(fault))}")


def _reported(lines: Iterable[OrderLine]) -> Iterator[OrderLine]:
    """Yield the orders, and at the end warn if something in them was left out."""
    first, count = "", 0
    for line in lines:
        if line.draft.remarks:
            first = first or f"{line.where}: {line.draft.remarks[0].message}."
            count += 1
        yield line
    if first:
        warn(first)
    if count > 1:
        warn(f"The same applies to {counted(count - 1, 'other order')}.")


def _count(done: Iterable[Done], size: int | None, tally: _Tally, wanted: FileOptions, *, as_lines: bool) -> None:
    """Count all results; print each refusal, or license, as it comes."""
    try:
        with output.failing_as("part"), progress("Signing", size or 0) as advance:
            for one in done:
                advance(one.size)
                if one.error is not None:
                    tally.refused += 1
                    found = faults_of(one.where, one.error)
                    tally.faults += found
                    _name_refused(found)
                elif one.file is not None:
                    tally.repeated += one.file.is_repeated
                    tally.issued += not one.file.is_repeated
                    tally.fits_oldest &= one.file.fits_oldest
                    bundle, identity = one.file.bundle, one.file.plain()["identity"]
                    named = {"order": one.order, "serial": bundle.serial, "file": one.file.name, "identity": identity}
                    if as_lines:
                        print_line({**named, "license": one.file.data.decode("ascii")})
                    else:
                        tally.licenses.append(named)
            sys.stdout.flush()
    except errors.OrdersRefused as error:
        if wanted.consent.as_json:
            tally.refused, tally.faults = error.count, list(error.faults)
            _report(tally, None, as_json=True)
        raise


def _report(tally: _Tally, out: Path | None, *, as_json: bool) -> None:
    if as_json:
        counts = {"issued": tally.issued, "repeated": tally.repeated, "refused": tally.refused}
        listed = {"licenses": tally.licenses, "faults": [fault.as_json() for fault in tally.faults]}
        emit_json({"folder": None if out is None else str(out), **counts, **listed})
        return
    columns = ("order", "serial", "file", "identity")
    if tally.licenses:
        table(columns, [[one[name] for name in columns] for one in tally.licenses])
    facts(
        ("issued", f"{counted(tally.issued, 'license')}, in {out}"),
        ("issued before", counted(tally.repeated, "license") if tally.repeated else None),
        ("refused", counted(tally.refused, "order") if tally.refused else None),
    )
