"""`licensekit ledger export`: every entry with the bytes of its document."""

import csv
import io
import json
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import Final

import click

from licensekit.cli.inputs import STANDARD
from licensekit.cli.issuer.options import workspace_option
from licensekit.files import replacing
from licensekit.issuer.ledger import LedgerEntry
from licensekit.issuer.ledger.plain_entry import FIELDS, plain_entry
from licensekit.issuer.workspace import Workspace


def _json_lines(entries: Iterable[LedgerEntry]) -> Iterator[str]:
    for entry in entries:
        yield json.dumps(plain_entry(entry), ensure_ascii=False) + "\n"


def _csv_lines(entries: Iterable[LedgerEntry]) -> Iterator[str]:
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(FIELDS)
    for entry in entries:
        writer.writerow(plain_entry(entry).values())
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()
    yield buffer.getvalue()


_FORMATS: Final[dict[str, Callable[[Iterable[LedgerEntry]], Iterator[str]]]] = {
    "jsonl": _json_lines,
    "csv": _csv_lines,
}


@click.command()
@click.option(
    "--format",
    "form",
    type=click.Choice(list(_FORMATS)),
    default="jsonl",
    show_default=True,
    help="How entries are written.",
)
@click.option(
    "-o",
    "output",
    metavar="FILE",
    default=STANDARD,
    show_default="standard output",
    help="Where they go.",
)
@workspace_option
def export(*, form: str, output: str, folder: Path) -> None:
    """Write out every entry of the ledger, the oldest first, with the bytes of its document.

    There is everything that the chain of hashes covers.
    """
    with Workspace.open(folder) as workspace:
        place = nullcontext(sys.stdout.buffer) if output == STANDARD else replacing(Path(output))
        with place as file:
            for line in _FORMATS[form](workspace.entries()):
                file.write(line.encode())
            file.flush()
