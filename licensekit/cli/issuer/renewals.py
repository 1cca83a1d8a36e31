"""`licensekit renew` of many: the list of what ends, as a table or CSV, taken back and signed together."""

import sys
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import Any, Final

import click

from licensekit import issuer
from licensekit.cli.issuer.issue import BulkOptions, RenewalList
from licensekit.cli.issuer.issue_bulk import exit_if_refused, name_refused, reported, require_form, sign_all
from licensekit.cli.issuer.output import FileOptions
from licensekit.cli.output import counted, emit_json, remark, table, warn
from licensekit.cli.views.spelling import value
from licensekit.errors import NotCurrent, NotIssued, OrderConflict, OrderInvalid, OrdersRefused, PlaceTaken
from licensekit.errors.coded import Located
from licensekit.files import PRIVATE, make_folder, replacing
from licensekit.text.columns import AS_WRITTEN
from licensekit.text.rows import written_row
from licensekit.wire.documents import Catalog

_UNFINISHED: Final = "unfinished-renewals.csv"
"""The list of a run, in the folder of its files until all of them are there."""
_FOLLOWING: Final = frozenset({"warning", "grace", "next_check"})
"""What moves with an expiry, and is not shown beside it."""


def renew_many(wanted: FileOptions, how: BulkOptions, which: RenewalList) -> None:
    """List what ends, or renew what is listed into a folder, and print the results.

    Exits with the code of faults if some were refused.
    """
    filters = issuer.Filters(expiring_within=which.within, customer=which.customer)
    found = wanted.workspace.propose_renewals(filters, days=which.days or 0, now=wanted.now)
    if which.as_csv:
        sys.stdout.writelines(_csv_lines(found))
        return
    catalog = wanted.workspace.catalog.require_unchanged(wanted.now)
    if which.source is not None:
        _renew_listed(which.source, catalog, wanted, how)
    elif wanted.consent.preview:
        exit_if_refused(_show((one.line for one in found), wanted)[1])
    else:
        require_form(wanted, as_lines=how.as_lines)
        if wanted.output is None:
            raise click.UsageError("with --json-lines, renew --from-file FILE.")
        with _list_in(Path(wanted.output), found) as path:
            _renew_listed(path, catalog, wanted, how._replace(table=AS_WRITTEN))


def _csv_lines(found: Iterable[issuer.Renewal]) -> Iterable[str]:
    return map(written_row, chain([issuer.RENEWAL_FIELDS], (one.plain().values() for one in found)))


@contextmanager
def _list_in(folder: Path, found: Iterable[issuer.Renewal]) -> Generator[Path]:
    """Write what is to be renewed beside the files that it becomes, until all of them are there, or nothing is signed.

    What was interrupted after the ledger had it is no longer among what ends: the list finds it again.
    """
    make_folder(folder)
    path = folder / _UNFINISHED
    if path.exists():
        raise PlaceTaken(reason="renewals", where=str(path))
    with replacing(path, mode=PRIVATE, replace=False) as file:
        file.writelines(line.encode() for line in _csv_lines(found))
    try:
        yield path
    except (click.Abort, click.exceptions.Exit, OrdersRefused):
        path.unlink()
        raise
    path.unlink()


def _renew_listed(path: Path, catalog: Catalog, wanted: FileOptions, how: BulkOptions) -> None:
    """Show the renewals of a list and ask, unless that was agreed to before, and sign them."""
    require_form(wanted, as_lines=how.as_lines)
    if not wanted.consent.yes:
        with issuer.open_renewals(path, catalog, how.table) as orders:
            count, refused = _show(orders.lines, wanted)
        if wanted.consent.preview or not how.keep_going:
            exit_if_refused(refused)
        if wanted.consent.preview or not count:
            return
        click.confirm(f"Sign {counted(count, 'renewal')}?", abort=True, err=True)
    with issuer.open_renewals(path, catalog, how.table) as orders:
        sign_all(orders, wanted, how)


def _show(lines: Iterable[issuer.OrderLine], wanted: FileOptions) -> tuple[int, int]:
    """Show what each renewal changes, checked by itself; return how many there are, and how many are refused."""
    shown: list[dict[str, Any]] = []
    rows: list[tuple[object, ...]] = []
    faults: list[Located] = []
    for line in reported(lines):
        try:
            proposal = _proposed(line, wanted)
        except (OrderInvalid, OrderConflict, NotIssued, NotCurrent) as error:
            faults += issuer.faults_of(line.where, error)
            continue
        bundle, changes = proposal.before.bundle, [one for one in proposal.changes if one.path not in _FOLLOWING]
        named = bundle.company, bundle.serial, bundle.part
        shown.append({"order": line.draft.order.number, "company": bundle.company, **proposal.as_json()})
        rows += [(*named, one.path, value(one.before), value(one.after)) for one in changes]
        rows += [] if changes else [(*named, "signed before" if proposal.is_done else "no change")]
        for one in proposal.warnings:
            warn(f"{line.where}: {one.message}.")
    if wanted.consent.as_json:
        emit_json({"renewals": shown, "faults": [fault.as_json() for fault in faults]})
        return len(shown), len(faults)
    name_refused(faults)
    if shown:
        table(["company", "serial", "part", "what", "now", "then"], rows)
    elif not faults:
        remark("There is nothing to renew.")
    return len(shown), len(faults)


def _proposed(line: issuer.OrderLine, wanted: FileOptions) -> issuer.ChangeProposal:
    if line.change is None:
        raise OrderInvalid(faults=line.draft.faults)
    return wanted.workspace.propose_change(line.change, now=wanted.now)
