"""Where orders come from: files and folders by their names, standard input by its first line."""

from collections.abc import Generator, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from itertools import chain
from pathlib import Path
from typing import BinaryIO, Final, NamedTuple

from licensekit import limits
from licensekit.errors import FileUnusable, LicenseError, OrderInvalid, TooLarge
from licensekit.files import open_plain, read_bytes
from licensekit.issuer.bulk.lines import MARK, OrderLine, bounded, csv_lines, faulty, json_lines, pieces_of
from licensekit.issuer.orders.order_file import read_draft
from licensekit.text.columns import AS_WRITTEN, TableOptions
from licensekit.wire.documents import Catalog

TOML: Final = "toml"
JSON_LINES: Final = "jsonl"
CSV: Final = "csv"

_FOLDER: Final = "folder"
_ENDINGS: Final = {".toml": TOML, ".jsonl": JSON_LINES, ".ndjson": JSON_LINES, ".csv": CSV}


class OrderSource(NamedTuple):
    """A file, a folder or a stream, and how the orders in it are written."""

    path: str
    format: str
    rows: Iterator[bytes] | None = None
    """What is in a stream, in pieces; unless it is a table, a line each."""

    @property
    def is_one_order(self) -> bool:
        """Whether it is a single TOML file."""
        return self.format == TOML

    def read(self) -> bytes:
        """Return the bytes of a single order; raises as `files.read_bytes`."""
        if self.rows is None:
            return read_bytes(Path(self.path), limit=limits.TOML_BYTES, what="an order")
        return _joined(self.rows)


class Orders(NamedTuple):
    """The orders of some sources, one after the other."""

    lines: Iterator[OrderLine]
    size: int | None
    """How many bytes they have together; None: unknown."""


def order_file(path: str, form: str | None = None) -> OrderSource | None:
    """Return the orders in a file or folder, written in `form`; default: as the name says.

    Returns None if the name does not say it.
    """
    if Path(path).is_dir():
        return OrderSource(path, _FOLDER)
    known = form or _ENDINGS.get(Path(path).suffix.lower())
    return None if known is None else OrderSource(path, known)


def order_stream(stream: BinaryIO, name: str, form: str | None = None) -> OrderSource:
    """Return the orders in a stream, written in `form`; default: as its first line shows."""
    rows = bounded(stream)
    first = next(rows, b"")
    form = form or _format_of(first)
    rest = pieces_of(stream) if form == CSV else rows
    return OrderSource(name, form, chain([first] if first else [], rest))


@contextmanager
def open_orders(
    sources: Sequence[OrderSource], catalog: Catalog, options: TableOptions = AS_WRITTEN
) -> Generator[Orders]:
    """Open every source, tables with `options`; each order is read when its turn comes.

    Raises:
        FileUnusable: one cannot be read, or a folder holds no order.
    """
    with ExitStack() as stack:
        parts = [_opened(one, stack, catalog, options) for one in sources]
        sizes = [part.size for part in parts if part.size is not None]
        total = sum(sizes) if len(sizes) == len(parts) else None
        yield Orders(chain.from_iterable(part.lines for part in parts), total)


def _opened(one: OrderSource, stack: ExitStack, catalog: Catalog, options: TableOptions) -> Orders:
    if one.format == _FOLDER:
        paths = sorted(Path(one.path).glob("*.toml"))
        if not paths:
            raise FileUnusable(reason="no-orders", where=one.path)
        files = [OrderSource(str(path), TOML) for path in paths]
        return Orders(map(_toml_line, files), sum(path.stat().st_size for path in paths))
    if one.format == TOML:
        size = None if one.rows is not None else Path(one.path).stat().st_size
        return Orders(map(_toml_line, [one]), size)
    if one.rows is not None:
        rows, size = one.rows, None
    else:
        stream, size = open_plain(Path(one.path), what="a file of orders")
        rows = (pieces_of if one.format == CSV else bounded)(stack.enter_context(stream))
    if one.format == JSON_LINES:
        return Orders(json_lines(rows, one.path), size)
    return Orders(csv_lines(rows, one.path, catalog, options), size)


def _toml_line(one: OrderSource) -> OrderLine:
    try:
        text = one.read()
        return OrderLine(one.path, read_draft(text), len(text))
    except OrderInvalid as error:
        return OrderLine(one.path, faulty(*error.faults), 0)
    except LicenseError as error:
        return OrderLine(one.path, faulty(error.replace(where="")), 0)


def _format_of(first: bytes) -> str:
    """Return how orders are written, by the first line."""
    text = first.removeprefix(MARK).strip()
    if text.startswith(b"{"):
        return JSON_LINES
    if b"\0" in text or text.strip(b'"').lower().startswith((b"sep=", b"#type ")):
        return CSV  # in UTF-16, or for a spreadsheet
    return TOML if not text or text.startswith((b"#", b"[")) or b"=" in text else CSV


def _joined(rows: Iterator[bytes]) -> bytes:
    text = b""
    for row in rows:
        text += row
        if len(text) > limits.TOML_BYTES:
            raise TooLarge(reason="bytes", limit=limits.TOML_BYTES, wanted="an order")
    return text
