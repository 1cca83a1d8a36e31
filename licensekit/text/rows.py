"""Rows of delimited text (CSV): lines in, numbered rows out, one at a time."""

import csv
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import NamedTuple

from licensekit.errors.faults import Fault
from licensekit.errors.text_faults import SyntaxInvalid
from licensekit.text.values import FaultyValue


class TextRow(NamedTuple):
    """One row, or the fault after which no further row can be read."""

    line: int
    """The number of the last line that it takes; lines count from 1."""
    cells: list[str]
    fault: Fault | None = None


def read_rows(lines: Iterable[str], *, delimiters: str) -> Iterator[TextRow]:
    """Yield the rows that are not empty, up to the first that is no CSV.

    The delimiter is the one of `delimiters` that the first line has most of; of equally many, the
    first one. No line is read before its row is asked for. A `FaultyValue` that `lines` raises, as
    for a line that is too long or not UTF-8, is the fault of the line after those that were read.
    """
    source = iter(lines)
    try:
        first = next(source, "")
    except FaultyValue as error:
        yield TextRow(1, [], error.fault)
        return
    delimiter = max(delimiters, key=first.count)
    reader = csv.reader(chain([first], source), delimiter=delimiter, strict=True)
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield TextRow(reader.line_num, cells)
    # Where the next row begins is not known.
    except csv.Error:
        yield TextRow(reader.line_num, [], SyntaxInvalid(reason="csv"))
    except FaultyValue as error:
        yield TextRow(reader.line_num + 1, [], error.fault)
