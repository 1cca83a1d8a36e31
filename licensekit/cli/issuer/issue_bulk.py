"""`licensekit issue` for many orders: progress, what came of them, and why some were refused."""

import gc
import sys
from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final, NamedTuple

import click

from licensekit.cli.exits import exit_code
from licensekit.cli.inputs import PassphraseSource
from licensekit.cli.issuer.options import clock, operator, remind_of_root, unlock
from licensekit.cli.issuer.order_sources import OrderSource, opened
from licensekit.cli.issuer.output import FileOptions
from licensekit.cli.output import counted, emit_json, facts, harmless, remark
from licensekit.errors import Fault, OrdersRefused
from licensekit.files import make_folder, require_writable
from licensekit.issuer.bulk.batch import Done
from licensekit.issuer.bulk.runs import faults_of
from licensekit.issuer.catalog.pack import require_unchanged
from licensekit.issuer.workspace import Workspace

_COLLECTED: Final = 50_000
"""So many more objects than there were are let be before they are looked at."""


class Ways(NamedTuple):
    """How many orders are issued."""

    keep_going: bool
    workers: int
    as_json: bool


class _Tally(NamedTuple):
    """What came of many orders."""

    issued: int
    repeated: int
    refused: int
    faults: list[Fault]
    """Of the orders that were refused."""


def issue_many(
    folder: Path,
    sources: Sequence[OrderSource],
    wanted: FileOptions,
    source: PassphraseSource,
    ways: Ways,
) -> None:
    """Issue the orders of `sources` into a folder, and say what came of them.

    Exits with the code of faults if some were refused.
    """
    if wanted.output is None or wanted.output == "-":
        raise click.UsageError("for many orders, give the folder of their files with -o DIR.")
    if wanted.drawings != (None, None):
        raise click.UsageError("--qr and --print draw one license, and not many.")
    out = Path(wanted.output)
    now = clock()
    with Workspace.open(folder) as workspace:
        state = workspace.state(now)
        require_unchanged(workspace.layout, state, now)
        with opened(sources, lambda: state.signed_catalog) as orders:
            make_folder(out)
            require_writable(out)
            signer = unlock(workspace.key_for("bundle", now, wanted.signed_by), source)
            collect_less()
            done = workspace.issue_many(
                orders.lines,
                signer,
                who=operator(),
                now=now,
                into=out,
                bare=wanted.bare,
                keep_going=ways.keep_going,
                workers=ways.workers,
            )
            tally = _count(done, orders.size, ways)
        remind_of_root(workspace)
    _report(tally, out, ways)


def collect_less() -> None:
    """Let the collector pass over what was imported, and look less often at what waits.

    Thousands of orders wait at a time and go by themselves; it would look at all of them, and at
    every module, with every few hundred.
    """
    gc.freeze()
    gc.set_threshold(_COLLECTED)


def _count(done: Iterable[Done], size: int | None, ways: Ways) -> _Tally:
    """Follow what is done to its end; say at once what is refused."""
    issued = repeated = refused = 0
    faults: list[Fault] = []
    try:
        with _progress(size) as progress:
            for one in done:
                progress(one.size)
                if one.error is not None:
                    refused += 1
                    faults += _tell(one)
                elif one.file is not None:
                    repeated += one.file.is_repeated
                    issued += not one.file.is_repeated
    except OrdersRefused as error:
        if ways.as_json:
            told = [fault for fault in error.faults if fault.where]
            _emit(_Tally(0, repeated, error.data["count"], told), None)
        raise
    return _Tally(issued, repeated, refused, faults)


@contextmanager
def _progress(size: int | None) -> Generator[Callable[[int], None]]:
    """Show on a terminal how much was read."""
    if not size or not sys.stderr.isatty():
        yield lambda _: None
        return
    with click.progressbar(length=size, label="Signing", file=sys.stderr) as bar:
        yield bar.update


def _tell(one: Done) -> list[Fault]:
    faults = faults_of(one)
    for fault in faults:
        remark(f"licensekit: {harmless(str(fault))}")
    return faults


def _report(tally: _Tally, out: Path, ways: Ways) -> None:
    if ways.as_json:
        _emit(tally, out)
    else:
        issued = f"{counted(tally.issued, 'license')}, in {out}"
        facts(
            [
                ("issued", issued),
                ("issued before", counted(tally.repeated, "license") if tally.repeated else None),
                ("refused", counted(tally.refused, "order") if tally.refused else None),
            ]
        )
    if tally.refused:
        click.get_current_context().exit(exit_code(OrdersRefused("")))


def _emit(tally: _Tally, out: Path | None) -> None:
    emit_json(
        {
            "folder": None if out is None else str(out),
            "issued": tally.issued,
            "repeated": tally.repeated,
            "refused": tally.refused,
            "faults": [fault._asdict() for fault in tally.faults],
        }
    )
