"""`licensekit issue` in bulk: progress, the results, and why some orders were refused."""

import gc
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import click

from licensekit.cli.groups import exit_code
from licensekit.cli.inputs import STANDARD
from licensekit.cli.issuer.issue import BulkOptions
from licensekit.cli.issuer.options import operator, remind_of_root
from licensekit.cli.issuer.output import FileOptions, warn_of_older
from licensekit.cli.output import counted, emit_json, facts, harmless, print_line, progress, remark, table, warn
from licensekit.dates import format_days
from licensekit.errors import OrderConflict, OrderInvalid, OrdersRefused
from licensekit.errors.coded import Located
from licensekit.files import make_folder, require_writable
from licensekit.issuer import Done, LicenseFile, OrderLine, Orders, OrderSource, faults_of, open_orders


class _Tally:
    """The results of many orders."""

    def __init__(self) -> None:
        self.issued = self.repeated = self.refused = 0
        self.fits_oldest = True
        self.licenses: list[dict[str, Any]] = []
        """What was issued, or was before; empty where it is printed line by line."""
        self.faults: list[Located] = []
        """Of the orders that were refused."""


def issue_bulk(sources: Sequence[OrderSource], wanted: FileOptions, how: BulkOptions) -> None:
    """Issue the orders of `sources` into a folder, or print them, and print the results.

    Exits with the code of faults if some were refused.
    """
    require_form(wanted, as_lines=how.as_lines)
    catalog = wanted.workspace.catalog.require_unchanged(wanted.now)
    with open_orders(sources, catalog, how.table) as orders:
        if wanted.consent.preview:
            _preview(wanted, orders.lines)
        else:
            sign_all(orders, wanted, how)


def sign_all(orders: Orders, wanted: FileOptions, how: BulkOptions) -> None:
    """Sign orders or renewals into a folder, or print them; the rest is as of `issue_bulk`."""
    out = None if wanted.output is None else Path(wanted.output)
    workspace, now, attach = wanted.workspace, wanted.now, wanted.attach
    if out is not None:
        make_folder(out)
        require_writable(out)
    signer = wanted.signing.opener(workspace, now)("bundle")
    collect_less()
    done = workspace.issue_bulk(
        reported(orders.lines),
        signer,
        who=operator(),
        now=now,
        into=out,
        attach=attach,
        keep_going=how.keep_going,
        workers=how.workers,
    )
    tally = _Tally()
    _count(done, orders.size, tally, wanted, as_lines=how.as_lines)
    remind_of_root(workspace)
    warn_of_older(fits_oldest=tally.fits_oldest)
    if not how.as_lines:
        _report(tally, out, as_json=wanted.consent.as_json)
    exit_if_refused(tally.refused)


def require_form(wanted: FileOptions, *, as_lines: bool) -> None:
    """Refuse options that do not fit many license files."""
    if as_lines and (wanted.output is not None or wanted.consent.as_json):
        raise click.UsageError("--json-lines prints the licenses: leave out -o and --json.")
    if not (as_lines or wanted.consent.preview) and wanted.output in {None, STANDARD}:
        raise click.UsageError("in bulk, give the folder of the license files with -o DIR.")
    if wanted.drawings != (None, None):
        raise click.UsageError("--qr and --print draw a single license.")


def _preview(wanted: FileOptions, lines: Iterable[OrderLine]) -> None:
    """Check each order by itself, and show what it comes to; exit with the code of faults if some are refused."""
    shown: list[dict[str, Any]] = []
    rows: list[tuple[object, ...]] = []
    faults: list[Located] = []
    for line in reported(lines):
        try:
            proposal = wanted.workspace.propose_issue(line.draft, now=wanted.now)
        except (OrderInvalid, OrderConflict) as error:
            faults += faults_of(line.where, error)
            continue
        order, bundle, repeated = line.draft.order, proposal.bundle, proposal.is_done
        serial = None if order.serial is None and not repeated else bundle.serial
        ends = None if bundle.expiry is None else format_days(bundle.expiry)
        named = {"order": order.number, "company": bundle.company, "part": bundle.part}
        shown.append({**named, "serial": serial, "expiry": ends, "repeated": repeated})
        row = order.number, bundle.company, serial or "(new)", bundle.part, ends or "perpetual"
        rows.append((*row, "issued before" * repeated))
    if wanted.consent.as_json:
        emit_json({"orders": shown, "faults": [fault.as_json() for fault in faults]})
    else:
        name_refused(faults)
        table(["order", "company", "serial", "part", "until", ""], rows)
    exit_if_refused(len(faults))


def exit_if_refused(count: int) -> None:
    """Exit with the code of faults if some were refused."""
    if count:
        click.get_current_context().exit(exit_code(OrdersRefused(count=count, faults=())))


def name_refused(faults: Iterable[Located]) -> None:
    """Print why orders were refused, each with its place."""
    for fault in faults:
        remark(f"licensekit: {harmless(str(fault))}")


def reported(lines: Iterable[OrderLine]) -> Iterator[OrderLine]:
    """Yield the orders, and at the end say of how many something was left out."""
    first, count = "", 0
    for line in lines:
        if line.draft.remarks:
            first = first or f"{line.where}: {line.draft.remarks[0].message}."
            count += 1
        yield line
    if first:
        warn(first)
    if count > 1:
        warn(f"The same holds for {counted(count - 1, 'other order')}.")


def collect_less() -> None:
    """Exclude what was imported from garbage collection, and collect less often.

    Thousands of orders wait at a time and are freed without it; it would check all of them, and every module, with
    every few hundred.
    """
    gc.freeze()
    gc.set_threshold(50_000)


def _count(done: Iterable[Done], size: int | None, tally: _Tally, wanted: FileOptions, *, as_lines: bool) -> None:
    """Count the results to their end; print each refusal, or license, as it comes."""
    try:
        with progress("Signing", size or 0) as advance:
            for one in done:
                advance(one.size)
                if one.error is not None:
                    tally.refused += 1
                    found = faults_of(one.where, one.error)
                    tally.faults += found
                    name_refused(found)
                elif one.file is not None:
                    tally.repeated += one.file.is_repeated
                    tally.issued += not one.file.is_repeated
                    tally.fits_oldest &= one.file.fits_oldest
                    issued = _named(one.order, one.file)
                    if as_lines:
                        print_line({**issued, "license": one.file.data.decode("ascii")})
                    else:
                        tally.licenses.append(issued)
        sys.stdout.flush()
    except BrokenPipeError:
        remark("Nobody reads standard output any longer. What was signed is in the ledger: run it again to print it.")
        raise
    except OrdersRefused as error:
        if wanted.consent.as_json:
            tally.refused, tally.faults = error.count, list(error.faults)
            _report(tally, None, as_json=True)
        raise


def _named(order: str, file: LicenseFile) -> dict[str, str]:
    return {"order": order, "serial": file.bundle.serial, "file": file.name, "identity": file.plain()["identity"]}


def _report(tally: _Tally, out: Path | None, *, as_json: bool) -> None:
    if as_json:
        counts = {"issued": tally.issued, "repeated": tally.repeated, "refused": tally.refused}
        faults = [fault.as_json() for fault in tally.faults]
        folder = None if out is None else str(out)
        emit_json({"folder": folder, **counts, "licenses": tally.licenses, "faults": faults})
        return
    columns = ("order", "serial", "file", "identity")
    if tally.licenses:
        table(columns, [[one[name] for name in columns] for one in tally.licenses])
    facts(
        ("issued", f"{counted(tally.issued, 'license')}, in {out}"),
        ("issued before", counted(tally.repeated, "license") if tally.repeated else None),
        ("refused", counted(tally.refused, "order") if tally.refused else None),
    )
