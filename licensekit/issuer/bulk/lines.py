"""Orders in bulk: JSON Lines, CSV with one column a license, and folders of TOML files.

Each order is yielded with its file and line, and read when its turn comes, so that the memory for
them does not grow with their number. What cannot be read at all is a draft with that fault.
"""

import csv
import json
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any, BinaryIO, Final, NamedTuple

from licensekit import limits
from licensekit.errors import Fault, LicenseError, OrderInvalid
from licensekit.files import read_bytes
from licensekit.issuer.bulk.terms import OrderReader
from licensekit.issuer.orders.cells import OrderKey, parse_key
from licensekit.issuer.orders.order import Order, OrderDraft
from licensekit.issuer.orders.order_file import read_draft
from licensekit.wire.documents import Catalog

_MARK: Final = b"\xef\xbb\xbf"
_LONGEST: Final = limits.TOML_BYTES + 1


class OrderLine(NamedTuple):
    """One order among many."""

    where: str
    """The file and line, or the file alone."""
    draft: OrderDraft
    size: int
    """The bytes that were read for it, for whoever shows progress."""


def json_lines(rows: Iterable[bytes], name: str) -> Iterator[OrderLine]:
    """Yield the orders of a JSON Lines file; empty lines are passed over."""
    read = OrderReader().draft
    for number, row in enumerate(rows, start=1):
        where = f"{name}:{number}"
        if len(row) > limits.TOML_BYTES:
            yield OrderLine(where, _faulty(f"is longer than {limits.TOML_BYTES} bytes"), len(row))
        elif text := row.strip().removeprefix(_MARK):
            yield OrderLine(where, _json(text, read), len(row))


def csv_lines(rows: Iterable[bytes], name: str, catalog: Catalog) -> Iterator[OrderLine]:
    """Yield the orders of a CSV file whose first line names the columns.

    A column is a key of an order, `system.CODE`, `sites.CODE`, `users.CODE` or `settings.CODE`, or
    the code of a license alone. An empty cell is absent.
    """
    sizes = _Sizes(rows)
    try:
        first = next(sizes, "")
        delimiter = ";" if first.count(";") > first.count(",") else ","
        reader = csv.reader(chain([first], sizes), delimiter=delimiter, strict=True)
        columns = [parse_key(title.strip(), catalog) for title in next(reader, ())]
        read = OrderReader().draft
        for row in reader:
            if any(cell.strip() for cell in row):
                yield OrderLine(f"{name}:{sizes.rows}", _csv(columns, row, read), sizes.taken())
    except (csv.Error, UnicodeDecodeError) as error:
        # Where the next order begins cannot be told.
        yield OrderLine(f"{name}:{sizes.rows}", _faulty(f"is no CSV: {error}"), sizes.taken())


def toml_files(paths: Iterable[Path]) -> Iterator[OrderLine]:
    """Yield the order in each of some TOML files."""
    for path in paths:
        yield toml_line(str(path), partial(_text_of, path))


def toml_line(where: str, read: Callable[[], bytes]) -> OrderLine:
    """Return the order in a TOML text."""
    try:
        text = read()
        return OrderLine(where, read_draft(text), len(text))
    except OrderInvalid as error:
        return OrderLine(where, OrderDraft(Order(company=""), error.faults), 0)
    except LicenseError as error:
        return OrderLine(where, _faulty(error.what), 0)


def bounded(stream: BinaryIO) -> Iterator[bytes]:
    """Yield the lines of a stream; of one that is too long for an order only the beginning."""
    while row := stream.readline(_LONGEST):
        yield row
        while len(row) == _LONGEST and not row.endswith(b"\n"):
            row = stream.readline(_LONGEST)


def _text_of(path: Path) -> bytes:
    return read_bytes(path, limit=limits.TOML_BYTES, what="an order")


def _json(text: bytes, read: Callable[[object], OrderDraft]) -> OrderDraft:
    try:
        return read(_decode(text.decode()))
    except json.JSONDecodeError as error:
        return _faulty(f"is no JSON: {error.msg} at column {error.colno}")
    except (ValueError, RecursionError) as error:
        return _faulty(f"is no JSON: {error}")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key is there twice")
    return found


_decode: Final = json.JSONDecoder(object_pairs_hook=_once).decode


def _faulty(why: str) -> OrderDraft:
    return OrderDraft(Order(company=""), (Fault("", why),))


class _Sizes:
    """The text of rows, how many were taken, and how many bytes since last asked."""

    def __init__(self, rows: Iterable[bytes]) -> None:
        self._rows = iter(rows)
        self._taken = 0
        self.rows = 0
        """How many rows were taken."""
        self._is_first = True

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        row = next(self._rows)
        self._taken += len(row)
        self.rows += 1
        if len(row) >= _LONGEST:
            raise csv.Error(f"a line is longer than {limits.TOML_BYTES} bytes")
        text = (row.removeprefix(_MARK) if self._is_first else row).decode()
        self._is_first = False
        return text

    def taken(self) -> int:
        taken, self._taken = self._taken, 0
        return taken


def _csv(
    columns: list[OrderKey], row: list[str], read: Callable[[object], OrderDraft]
) -> OrderDraft:
    if len(row) > len(columns):
        return _faulty(f"has {len(row)} cells, and the first line {len(columns)}")
    content: dict[str, Any] = {}
    for column, cell in zip(columns, row, strict=False):
        if text := cell.strip():
            column.put(content, column.read(text))
    return read(content)
