"""Tables of spreadsheets, read row by row, with cells by column (`docs/commands.md`, "Tables")."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import chain, islice
from typing import Any, Final, Generic, NamedTuple, TypeVar

from licensekit.errors.faults import ColumnInvalid, Fault, SyntaxInvalid
from licensekit.text.names import MarksLeftOut, normal
from licensekit.text.rows import UTF_8, TextLines, TextRow, as_typed, read_rows
from licensekit.text.tables import MISTAKEN
from licensekit.text.values import FAULTS, GUESSES, nearest

T = TypeVar("T")
_SHOWN: Final = 20


class TableOptions(NamedTuple):
    """How to read a table."""

    encoding: str = UTF_8
    """One of `rows.ENCODINGS`; a byte order mark overrides it."""
    columns: Mapping[str, str] = {}
    """Heading to the column that it means."""
    ignored: Collection[str] = ()
    """Headings of columns to ignore."""


AS_WRITTEN: Final = TableOptions()


class Columns(NamedTuple, Generic[T]):
    """The possible columns of a kind of table."""

    known: Mapping[str, T]  # heading, in lower case, to the key of its cells
    required: Collection[str] = ()
    names: Mapping[str, str] = {}  # other name for a column to its heading, for guesses


class TableRow(NamedTuple, Generic[T]):
    """A row below the headings, or the faults of a row or of the headings."""

    line: int  # its last line, or the first line of the headings; lines count from 1
    cells: Mapping[T, str]  # stripped; missing cells at the end of a row are empty
    faults: tuple[Fault, ...] = ()
    size: int = 0  # the bytes read for it
    marks: tuple[MarksLeftOut, ...] = ()
    misread: Mapping[T, str] = {}  # the cells of a row with too many or too few, which may be in wrong columns


def read_table(data: Iterable[bytes] | str, columns: Columns[T], options: TableOptions) -> Iterator[TableRow[T]]:
    """Yield the rows below the headings, or a single row with faults of the headings."""
    lines = TextLines(data, options.encoding)
    rows = read_rows(lines)
    head = next(rows, TextRow(1, []))
    titles = [caseless(as_typed(cell)) for cell in head.cells]
    stands_for = {caseless(title): caseless(name) for title, name in options.columns.items()}
    left_out = set(map(caseless, options.ignored))
    names = ["" if title in left_out else stands_for.get(title, title) for title in titles]
    absent = [title for title in stands_for if title not in titles]
    missing = (ColumnInvalid(reason="missing", name=name, known=tuple(titles)) for name in absent)
    if faults := (head.fault,) if head.fault else tuple(islice(chain(_faults(names, columns), missing), FAULTS)):
        yield TableRow(head.line, {}, faults, *lines.taken())
        return
    keys = {place: columns.known[name] for place, name in enumerate(names) if name}
    empty, above = dict.fromkeys(keys.values(), ""), max((place + 1 for place, title in enumerate(titles) if title))
    for row in rows:
        named = empty | {keys[place]: as_typed(cell) for place, cell in enumerate(row.cells) if place in keys}
        headless = (cell for place, cell in enumerate(row.cells) if place >= above or not titles[place])
        # Excel ends rows early, but a row without any delimiter is a fault.
        is_misplaced = len(row.cells) == 1 < above or any(cell.strip() for cell in headless)
        fault = row.fault or (SyntaxInvalid(reason="cells", count=len(row.cells), most=above) if is_misplaced else None)
        misread = {} if row.fault or not fault else named
        yield TableRow(row.line, {} if fault else named, (fault,) if fault else (), *lines.taken(), misread)


def caseless(name: str) -> str:
    """Return a form in which names that people take for the same are equal."""
    return " ".join(normal("NFC", name).split()).casefold()


def _faults(names: list[str], columns: Columns[Any]) -> Iterator[ColumnInvalid]:
    """Yield the faults of headings; an empty heading is ignored."""
    begins = names[0] if names else ""
    mistaken = next((what for start, what in MISTAKEN if begins.startswith(start)), None if names else "empty")
    if mistaken:
        yield ColumnInvalid(reason=mistaken, name=begins[:_SHOWN])
        return
    known = columns.known
    keys = Counter(known.get(name) for name in names if name)
    for name in columns.required:
        if known[name] not in keys:
            yield ColumnInvalid(reason="missing", name=name, known=tuple(known))
    for name in filter(None, names):
        if name in known and keys[known[name]] > 1:
            yield ColumnInvalid(reason="twice", name=name)
        elif name not in known:
            # Guesses help with a typing error, not with a table of another kind.
            guess = _meant(name, columns) if keys[None] <= GUESSES else ""
            yield ColumnInvalid(reason="near" if guess else "unknown", name=name, guess=guess)


def _meant(name: str, columns: Columns[Any]) -> str:
    if any(heading.startswith(f"{name}.") for heading in columns.known):
        return f"{name}.CODE"
    near = nearest(name, [*columns.known, *columns.names])
    return columns.names.get(near, near)
