"""Orders in bulk: JSON Lines, CSV with one column a license, and folders of TOML files, from disk or a stream.

Orders are read one by one, in constant memory. An order that cannot be read is a draft with that fault.
"""

import json
from collections.abc import Callable, Collection, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from itertools import chain, islice
from pathlib import Path
from typing import Any, BinaryIO, Final, NamedTuple

from licensekit import errors, limits
from licensekit.errors.coded import Located
from licensekit.files import open_plain, read_bytes
from licensekit.issuer.orders import amendment, order
from licensekit.issuer.orders.order_file import KEYS, OrderKey, OrderReader, parse_key, read_draft
from licensekit.text import columns, values
from licensekit.text.names import marks_in, without_marks
from licensekit.wire.documents import Catalog, Kind

MARK: Final = b"\xef\xbb\xbf"
_SYSTEM: Final = Kind.SYSTEM.plural
_LONGEST: Final = limits.TOML_BYTES + 1
_PIECE: Final = 64 * 1024
TOML: Final = "toml"
JSON_LINES: Final = "jsonl"
CSV: Final = "csv"
_FOLDER: Final = "folder"
_ENDINGS: Final = {".toml": TOML, ".jsonl": JSON_LINES, ".ndjson": JSON_LINES, ".csv": CSV}


class OrderLine(NamedTuple):
    """One order of many, or one change."""

    where: str
    """The file and line, or the file alone."""
    draft: order.OrderDraft
    size: int
    """How many bytes were read for it, for a progress bar."""
    change: amendment.Amendment | None = None
    """Set if this is a change of a bundle; the draft then has only its number and serial."""


def json_lines(rows: Iterable[bytes], name: str) -> Iterator[OrderLine]:
    """Yield the orders of a JSON Lines file, skipping empty lines."""
    read = OrderReader().draft
    for number, row in enumerate(rows, start=1):
        where = f"{name}:{number}"
        if len(row) > limits.TOML_BYTES:
            yield OrderLine(where, faulty(errors.SyntaxInvalid(reason="too-large", most=limits.TOML_BYTES)), len(row))
        elif text := _without_escapes(row.strip().removeprefix(MARK)):
            draft, marks = _json(text, read), marks_in(text, number)
            yield OrderLine(where, draft._replace(remarks=marks) if marks else draft, len(row))


def csv_lines(
    data: Iterable[bytes], name: str, catalog: Catalog, options: columns.TableOptions = columns.AS_WRITTEN
) -> Iterator[OrderLine]:
    """Yield the orders of a table (`docs/reference/orders.md`, "Many orders"), given in pieces of any size.

    A column is a key of an order, `system.CODE`, `sites.CODE`, `users.CODE`, `settings.CODE`, or the bare code of a
    license. Empty cells are ignored. If the headings are wrong, the only draft has their faults.
    """
    pieces = iter(data)
    first = next(pieces, None)
    if first is None:
        return
    read = OrderReader().draft
    for row in columns.read_table(chain([first], pieces), columns_of(catalog, ("order", "company")), options):
        draft = faulty(*row.faults) if row.faults else read(_content(row.cells))
        yield OrderLine(f"{name}:{row.line}", draft._replace(remarks=row.marks), row.size)


def bounded(stream: BinaryIO) -> Iterator[bytes]:
    """Yield the lines of a stream, each cut to one byte more than an order may have."""
    while row := stream.readline(_LONGEST):
        yield row
        while len(row) == _LONGEST and not row.endswith(b"\n"):
            row = stream.readline(_LONGEST)


def pieces_of(stream: BinaryIO) -> Iterator[bytes]:
    """Yield the contents of a stream in pieces."""
    return iter(partial(stream.read, _PIECE), b"")


def _without_escapes(text: bytes) -> bytes:
    """Return JSON with escapes replaced by their characters: many programs escape everything but ASCII."""
    if b"\\u" not in text:
        return text
    try:
        return json.dumps(_decode(text.decode()), ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        return text  # reading it reports the fault


def _json(text: bytes, read: Callable[[object], order.OrderDraft]) -> order.OrderDraft:
    try:
        content = _decode(without_marks(text.decode()))
    except values.FaultyValue as error:
        return faulty(error.fault)
    except json.JSONDecodeError as error:
        return faulty(errors.SyntaxInvalid(reason="json", column=error.colno))
    except (ValueError, RecursionError) as error:
        return faulty(errors.SyntaxInvalid(reason=_UNREAD.get(type(error), "number")))
    return read(content)


_UNREAD: Final[Mapping[type[Exception], str]] = {UnicodeDecodeError: "not-utf-8", RecursionError: "too-deep"}
"""Exception to the reason why JSON is refused; any other one comes from a number of thousands of digits."""


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise values.FaultyValue(errors.SyntaxInvalid(reason="key-twice"))
    return found


_decode: Final = json.JSONDecoder(object_pairs_hook=_once).decode


def faulty(*faults: Located) -> order.OrderDraft:
    """Return the draft of an order that cannot be read."""
    return order.OrderDraft(order.Order(company=""), faults)


def columns_of(catalog: Catalog, required: Collection[str], others: Iterable[str] = ()) -> columns.Columns[OrderKey]:
    """Return the columns of a table of orders: keys of an order, `others`, licenses and settings."""
    counts = (f"{one.kind.plural}.{code}" for code, one in catalog.licenses.items())
    settings = (f"{order.SETTINGS}.{code}" for code in catalog.settings)
    headings = (*sorted(KEYS - order.TABLES), *others, *counts, *settings, *catalog.licenses)
    names = {columns.caseless(one.name): code for code, one in catalog.licenses.items()}
    return columns.Columns({heading: parse_key(heading, catalog) for heading in headings}, required, names)


def _content(cells: Mapping[OrderKey, str]) -> dict[str, Any]:
    content: dict[str, Any] = {}
    for column, text in cells.items():
        if text:
            column.put(content, column.read(text))
    # `false` matters only beside an edition that would sell the license.
    if _SYSTEM in content and "edition" not in content:
        content[_SYSTEM] = {code: n for code, n in content[_SYSTEM].items() if n is not False}
    return content


class OrderSource(NamedTuple):
    """A file, folder or stream of orders, and its format."""

    path: str
    format: str
    rows: Iterator[bytes] | None = None
    """The contents of a stream: pieces of a table, else lines."""
    reader: Callable[..., Iterator[OrderLine]] = csv_lines
    """Reads a table; `renewals.renewal_lines` for renewals."""

    @property
    def is_one_order(self) -> bool:
        """Whether it is a single order in TOML."""
        return self.format == TOML

    def read(self) -> bytes:
        """Return the bytes of a single order; raises as `files.read_bytes`."""
        if self.rows is None:
            return read_bytes(Path(self.path), limit=limits.TOML_BYTES, what="an order")
        text = b"".join(self.rows)
        if len(text) > limits.TOML_BYTES:
            raise errors.TooLarge(reason="bytes", limit=limits.TOML_BYTES, wanted="an order")
        return text


class Orders(NamedTuple):
    """The orders of several sources in sequence."""

    lines: Iterator[OrderLine]
    size: int | None  # in bytes; None: unknown


def order_file(path: str, form: str | None = None) -> OrderSource | None:
    """Return the source for a file or folder, in format `form`, else as its name ends; None: unknown ending."""
    if Path(path).is_dir():
        return OrderSource(path, _FOLDER)
    known = form or _ENDINGS.get(Path(path).suffix.lower())
    return None if known is None else OrderSource(path, known)


def order_stream(stream: BinaryIO, name: str, form: str | None = None) -> OrderSource:
    """Return the source for a stream, in format `form`; default: detected from its first line."""
    rows, pieces = bounded(stream), pieces_of(stream)
    first = next(rows, b"")
    form = form or _format_of(first)
    rest = {CSV: pieces, TOML: islice(pieces, _LONGEST // _PIECE + 1)}.get(form, rows)
    return OrderSource(name, form, chain([first] if first else [], rest))


@contextmanager
def open_orders(
    sources: Sequence[OrderSource], catalog: Catalog, options: columns.TableOptions = columns.AS_WRITTEN
) -> Generator[Orders]:
    """Open every source, tables with `options`; raise `FileUnusable` if one cannot be read, or has no orders."""
    with ExitStack() as stack:
        parts = [_opened(one, stack, catalog, options) for one in sources]
        sizes = [part.size for part in parts if part.size is not None]
        total = sum(sizes) if len(sizes) == len(parts) else None
        yield Orders(chain.from_iterable(part.lines for part in parts), total)


def _opened(one: OrderSource, stack: ExitStack, catalog: Catalog, options: columns.TableOptions) -> Orders:
    if one.format == _FOLDER:
        if not (paths := sorted(Path(one.path).glob("*.toml"))):
            raise errors.FileUnusable(reason="no-orders", where=one.path)
        files = (OrderSource(str(path), TOML) for path in paths)
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
    return Orders(one.reader(rows, one.path, catalog, options), size)


def _toml_line(one: OrderSource) -> OrderLine:
    try:
        text = one.read()
        return OrderLine(one.path, read_draft(text), len(text))
    except errors.LicenseError as error:
        faults = error.faults if isinstance(error, errors.OrderInvalid) else (error.replace(where=""),)
        return OrderLine(one.path, faulty(*faults), 0)


def _format_of(first: bytes) -> str:
    text = first.removeprefix(MARK).strip()
    if text.startswith(b"{"):
        return JSON_LINES
    if b"\0" in text or text.strip(b'"').lower().startswith((b"sep=", b"#type ")):
        return CSV  # in UTF-16, or for a spreadsheet
    return TOML if not text or text.startswith((b"#", b"[")) or b"=" in text else CSV
