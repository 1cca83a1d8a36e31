"""`licensekit issue` in bulk: progress, the results, and why some orders were refused."""

import gc
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final, NamedTuple

import click

from licensekit.cli.exits import exit_code
from licensekit.cli.issuer.options import operator, remind_of_root
from licensekit.cli.issuer.output import FileOptions
from licensekit.cli.output import counted, emit_json, facts, harmless, progress, remark, warn
from licensekit.errors import OrdersRefused
from licensekit.errors.coded import Located
from licensekit.files import make_folder, require_writable
from licensekit.issuer import Done, OrderLine, OrderSource, Workspace, faults_of, open_orders
from licensekit.text.columns import TableOptions

_COLLECTED: Final = 50_000
"""How many more objects there are before the collector checks them."""


class _Tally(NamedTuple):
    """The results of many orders."""

    issued: int
    repeated: int
    refused: int
    faults: list[Located]
    """Of the orders that were refused."""


def issue_bulk(
    workspace: Workspace,
    sources: Sequence[OrderSource],
    wanted: FileOptions,
    now: int,
    *,
    table: TableOptions,
    keep_going: bool,
    workers: int,
) -> None:
    """Issue the orders of `sources` into a folder, and print the results.

    Exits with the code of faults if some were refused.
    """
    if wanted.output is None or wanted.output == "-":
        raise click.UsageError("in bulk, give the folder of the license files with -o DIR.")
    if wanted.drawings != (None, None):
        raise click.UsageError("--qr and --print draw a single license.")
    if wanted.consent.preview:
        raise click.UsageError("--preview shows a single license.")
    out = Path(wanted.output)
    catalog = workspace.catalog.require_unchanged(now)
    with open_orders(sources, catalog, table) as orders:
        make_folder(out)
        require_writable(out)
        signer = wanted.signing.opener(workspace, now)("bundle")
        collect_less()
        done = workspace.issue_bulk(
            _reported(orders.lines),
            signer,
            who=operator(),
            now=now,
            into=out,
            attach=wanted.attach,
            keep_going=keep_going,
            workers=workers,
        )
        tally = _count(done, orders.size, as_json=wanted.as_json)
    remind_of_root(workspace)
    _report(tally, out, as_json=wanted.as_json)


def _reported(lines: Iterable[OrderLine]) -> Iterator[OrderLine]:
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
    gc.set_threshold(_COLLECTED)


def _count(done: Iterable[Done], size: int | None, *, as_json: bool) -> _Tally:
    """Count the results to their end; print each refusal as it comes."""
    issued = repeated = refused = 0
    faults: list[Located] = []
    try:
        with progress("Signing", size or 0) as advance:
            for one in done:
                advance(one.size)
                if one.error is not None:
                    refused += 1
                    found = faults_of(one)
                    faults += found
                    for fault in found:
                        remark(f"licensekit: {harmless(str(fault))}")
                elif one.file is not None:
                    repeated += one.file.is_repeated
                    issued += not one.file.is_repeated
    except OrdersRefused as error:
        if as_json:
            _emit(_Tally(0, repeated, error.count, list(error.faults)), None)
        raise
    return _Tally(issued, repeated, refused, faults)


def _report(tally: _Tally, out: Path, *, as_json: bool) -> None:
    if as_json:
        _emit(tally, out)
    else:
        issued = f"{counted(tally.issued, 'license')}, in {out}"
        facts(
            ("issued", issued),
            ("issued before", counted(tally.repeated, "license") if tally.repeated else None),
            ("refused", counted(tally.refused, "order") if tally.refused else None),
        )
    if tally.refused:
        refusal = OrdersRefused(count=tally.refused, faults=tuple(tally.faults))
        click.get_current_context().exit(exit_code(refusal))


def _emit(tally: _Tally, out: Path | None) -> None:
    emit_json(
        {
            "folder": None if out is None else str(out),
            "issued": tally.issued,
            "repeated": tally.repeated,
            "refused": tally.refused,
            "faults": [fault.as_json() for fault in tally.faults],
        }
    )
