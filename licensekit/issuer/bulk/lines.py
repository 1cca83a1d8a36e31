"""Orders in bulk: JSON Lines, CSV with one column a license, and folders of TOML files.

Each order is yielded with its file and line, and read when its turn comes, so that the memory for
them does not grow with their number. What cannot be read at all is a draft with that fault.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO, Final, NamedTuple

from licensekit import limits
from licensekit.errors import LicenseError, OrderInvalid, SyntaxInvalid
from licensekit.errors.coded import Located
from licensekit.files import read_bytes
from licensekit.issuer.bulk.terms import OrderReader
from licensekit.issuer.orders.cells import OrderKey, parse_key
from licensekit.issuer.orders.order import Order, OrderDraft
from licensekit.issuer.orders.order_file import read_draft
from licensekit.text.marks import MarksLeftOut, marks_in, without_marks
from licensekit.text.rows import read_rows
from licensekit.text.values import FaultyValue
from licensekit.wire.documents import Catalog

_MARK: Final = b"\xef\xbb\xbf"
_LONGEST: Final = limits.TOML_BYTES + 1
_TOO_LARGE: Final = SyntaxInvalid(reason="too-large", most=limits.TOML_BYTES)


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
            yield OrderLine(where, _faulty(_TOO_LARGE), len(row))
        elif text := _without_escapes(row.strip().removeprefix(_MARK)):
            draft = _json(text, read)
            yield OrderLine(where, draft._replace(remarks=marks_in(text, number)), len(row))


def csv_lines(rows: Iterable[bytes], name: str, catalog: Catalog) -> Iterator[OrderLine]:
    """Yield the orders of a CSV file whose first line names the columns.

    A column is a key of an order, `system.CODE`, `sites.CODE`, `users.CODE` or `settings.CODE`, or
    the code of a license alone. An empty cell is absent.
    """
    sizes = _Sizes(rows)
    columns: list[OrderKey] | None = None
    read = OrderReader().draft
    for line, cells, fault in read_rows(sizes, delimiters=",;"):
        if columns is None and fault is None:
            columns = [parse_key(title.strip(), catalog) for title in cells]
        else:
            draft = _faulty(fault) if fault else _csv(columns or [], cells, read)
            draft = draft._replace(remarks=sizes.remarks())
            yield OrderLine(f"{name}:{line}", draft, sizes.taken())


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
        return OrderLine(where, _faulty(*error.faults), 0)
    except LicenseError as error:
        return OrderLine(where, _faulty(error.replace(where="")), 0)


def bounded(stream: BinaryIO) -> Iterator[bytes]:
    """Yield the lines of a stream; of one that is too long for an order only the beginning."""
    while row := stream.readline(_LONGEST):
        yield row
        while len(row) == _LONGEST and not row.endswith(b"\n"):
            row = stream.readline(_LONGEST)


def _text_of(path: Path) -> bytes:
    return read_bytes(path, limit=limits.TOML_BYTES, what="an order")


def _without_escapes(text: bytes) -> bytes:
    """Return JSON with its characters themselves: many programs write all but ASCII as escapes."""
    if b"\\u" not in text:
        return text
    try:
        return json.dumps(_decode(text.decode()), ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        return text  # what is wrong with it is said where it is read


def _json(text: bytes, read: Callable[[object], OrderDraft]) -> OrderDraft:
    try:
        content = _decode(without_marks(text.decode()))
    except FaultyValue as error:
        return _faulty(error.fault)
    except json.JSONDecodeError as error:
        return _faulty(SyntaxInvalid(reason="json", column=error.colno))
    except UnicodeDecodeError:
        return _faulty(SyntaxInvalid(reason="not-utf-8"))
    except ValueError:
        # The parser lets through a number of thousands of digits.
        return _faulty(SyntaxInvalid(reason="number"))
    except RecursionError:
        return _faulty(SyntaxInvalid(reason="too-deep"))
    return read(content)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise FaultyValue(SyntaxInvalid(reason="key-twice"))
    return found


_decode: Final = json.JSONDecoder(object_pairs_hook=_once).decode


def _faulty(*faults: Located) -> OrderDraft:
    return OrderDraft(Order(company=""), faults)


class _Sizes:
    """The text of rows, and what was taken and left out since last asked."""

    def __init__(self, rows: Iterable[bytes]) -> None:
        self._rows = iter(rows)
        self._taken = 0
        self._is_first = True
        self._line = 0
        self._marks: tuple[MarksLeftOut, ...] = ()

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        row = next(self._rows)
        self._taken += len(row)
        self._line += 1
        if len(row) >= _LONGEST:
            raise FaultyValue(_TOO_LARGE)
        try:
            text = (row.removeprefix(_MARK) if self._is_first else row).decode()
        except UnicodeDecodeError as error:
            raise FaultyValue(SyntaxInvalid(reason="not-utf-8")) from error
        self._is_first = False
        self._marks += marks_in(text, self._line)
        return without_marks(text)

    def taken(self) -> int:
        taken, self._taken = self._taken, 0
        return taken

    def remarks(self) -> tuple[MarksLeftOut, ...]:
        marks, self._marks = self._marks, ()
        return marks


def _csv(
    columns: list[OrderKey], row: list[str], read: Callable[[object], OrderDraft]
) -> OrderDraft:
    if len(row) > len(columns):
        return _faulty(SyntaxInvalid(reason="cells", count=len(row), most=len(columns)))
    content: dict[str, Any] = {}
    for column, cell in zip(columns, row, strict=False):
        if text := cell.strip():
            column.put(content, column.read(text))
    return read(content)
