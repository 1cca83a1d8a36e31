"""Reading and writing of delimited text (CSV), row by row.

A spreadsheet would run a cell such as `=1+1` (OWASP, "CSV Injection"), so such cells are written with an apostrophe in
front, which is removed when they are read.
"""

import csv
import io
import re
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE, iterdecode
from collections.abc import Iterable, Iterator
from itertools import chain, islice
from typing import Final, NamedTuple

from licensekit import limits
from licensekit.errors.faults import Fault, SyntaxInvalid
from licensekit.text.names import MarksLeftOut, marks_in, without_marks
from licensekit.text.values import FaultyValue

UTF_8: Final = "UTF-8"
_UTF_16: Final = "UTF-16"
ENCODINGS: Final = (
    *(UTF_8, _UTF_16, *(f"windows-{page}" for page in range(1250, 1259)), "macintosh"),
    *("iso-8859-1", "iso-8859-2", "iso-8859-15", "cp437", "cp850", "cp852", "cp866"),
    *("shift_jis", "gb18030", "big5", "euc-kr"),
)
"""The encodings that an option can name."""
_SIGNS: Final = (
    ("windows-1251", re.compile(rb"[\xc0-\xff]{4}")),
    ("windows-1250", re.compile(rb"[\x9c\x9f\xb3\xb9\xbf][a-z]")),
    ("cp850", re.compile(rb"[A-Za-z][\x81-\x91\x93\x94][a-z]")),
    ("windows-1252", re.compile(rb"[\x80-\xff]")),
)
"""Patterns that are rare in other encodings; the first match is the guess."""
_UNDECODED: Final = {"replace": re.compile("\ufffd"), "surrogateescape": re.compile("[\udc80-\udcff]")}
"""Error handler of decoding to its replacements for undecodable bytes."""
_DELIMITERS: Final = ",;\t"
_BEFORE_HEADINGS: Final = re.compile(r'"?sep=([,;\t])"?[,;\t]*|#type \S.*', re.IGNORECASE)
"""A first line by Excel that names the delimiter, or by PowerShell that names a type."""
_QUOTED: Final = re.compile(r'(?:^|(?<=[,;\t]))"(?:[^"]|"")*("|\Z)')
_FIRST_LINES: Final = 20  # the lines of the first row that are searched for its delimiter
# Spreadsheets of other countries split cells at other delimiters than the one that was written.
_BEGINNING: Final = r"(?:^|(?<=[,;\t\r\n]))"
_FORMULA: Final = r"(?='*[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20])"
_UNSAFE: Final = re.compile(_BEGINNING + _FORMULA)
_MADE_SAFE: Final = re.compile(_BEGINNING + "'" + _FORMULA)


class TextRow(NamedTuple):
    """A row, or the fault after which no more rows can be read."""

    line: int  # its last line, or the first line of the first row; lines count from 1
    cells: list[str]
    fault: Fault | None = None


class TextLines:
    """The lines of a text without invisible marks, with a count of what was read.

    `data` may be split into pieces anywhere. A byte order mark overrides `encoding`. Raises `FaultyValue` for a line
    that is not in the encoding.
    """

    def __init__(self, data: Iterable[bytes] | str, encoding: str) -> None:
        self._size, self._marks = 0, list[MarksLeftOut]()
        self._lines = _lines([data]) if isinstance(data, str) else self._decoded(data, encoding)

    def __iter__(self) -> Iterator[str]:
        for number, line in enumerate(self._lines, start=1):
            self._marks += marks_in(line, number)
            yield without_marks(line)

    def taken(self) -> tuple[int, tuple[MarksLeftOut, ...]]:
        """Return the number of bytes read and the marks removed since the last call."""
        taken = self._size, tuple(self._marks)
        self._size, self._marks = 0, []
        return taken

    def _decoded(self, data: Iterable[bytes], named: str) -> Iterator[str]:
        pieces = self._counted(data)
        start = b"".join(islice(pieces, len(BOM_UTF8)))
        encoding, shown = _encoding_of(start, named)
        # Bytes that are not UTF-16 can be ASCII, which surrogates cannot escape, so they are replaced.
        errors = "replace" if shown == _UTF_16 else "surrogateescape"
        for line in _lines(iterdecode(chain([start], pieces), encoding, errors)):
            if not line.isascii() and _UNDECODED[errors].search(line):
                raise FaultyValue(_not_in(shown, line))
            yield line

    def _counted(self, data: Iterable[bytes]) -> Iterator[bytes]:
        for piece in filter(None, data):
            self._size += len(piece)
            yield piece


def read_rows(lines: Iterable[str]) -> Iterator[TextRow]:
    """Yield the rows that are not empty, up to the first invalid one, reading lines as needed.

    A first line `sep=;` names the delimiter; otherwise it is the most frequent one in the first row. A `FaultyValue` of
    `lines` becomes the fault of the next line.
    """
    source = iter(lines)
    passed_over, first, delimiter, fault = _beginning(source)
    if fault is not None:
        yield TextRow(passed_over + len(first) + 1, [], fault)
        return
    size = 0

    def bounded() -> Iterator[str]:
        nonlocal size
        for line in chain(first, source):
            size += len(line)
            if size > limits.TOML_BYTES:
                raise FaultyValue(SyntaxInvalid(reason="too-large", most=limits.TOML_BYTES))
            yield line

    reader = csv.reader(bounded(), delimiter=delimiter, strict=True)
    line = passed_over + 1
    try:
        for cells in reader:
            if any(map(as_typed, cells)):
                yield TextRow(line or passed_over + reader.line_num, cells)
            line = size = 0
    # The start of the next row is not known.
    except csv.Error:
        fault = SyntaxInvalid(reason="csv")
        yield TextRow(line or passed_over + reader.line_num, [], fault)
    except FaultyValue as error:
        yield TextRow(passed_over + reader.line_num + 1, [], error.fault)


def written_row(cells: Iterable[object]) -> str:
    """Return a line of CSV that is safe in spreadsheets; `as_typed` restores its cells."""
    buffer = io.StringIO()
    csv.writer(buffer).writerow(_UNSAFE.sub("'", cell) if isinstance(cell, str) else cell for cell in cells)
    return buffer.getvalue().removesuffix("\r\n") + "\n"


def as_typed(cell: str) -> str:
    """Return a cell without the apostrophes of `written_row`, stripped."""
    return _MADE_SAFE.sub("", cell).strip()


def _encoding_of(start: bytes, named: str) -> tuple[str, str]:
    """Return the encoding of a text, for Python and for people; a NUL at the start means UTF-16."""
    if start.startswith(BOM_UTF16_BE) or start[:1] == b"\0":
        return "utf-16-be", _UTF_16
    if start.startswith(BOM_UTF16_LE) or start[1:2] == b"\0" or named == _UTF_16:
        return "utf-16-le", _UTF_16
    encoding = UTF_8 if start.startswith(BOM_UTF8) else named
    return encoding, encoding


def _lines(pieces: Iterable[str]) -> Iterator[str]:
    """Yield the lines up to one that is too long for a row, of which only the start."""
    rest = ""
    for piece in pieces:
        *whole, rest = io.StringIO(rest + piece, newline="") if piece else [rest]
        yield from whole
        if len(rest) > limits.TOML_BYTES:
            break
    if rest:
        yield rest


def _not_in(encoding: str, line: str) -> SyntaxInvalid:
    """Return the fault of a line that is not in `encoding`, with a guess at the right one."""
    data = line.encode(errors="surrogateescape")
    guess = next((name for name, sign in _SIGNS if encoding == UTF_8 and sign.search(data)), "NAME")
    return SyntaxInvalid(reason="encoding", wanted=encoding, guess=guess)


def _beginning(source: Iterator[str]) -> tuple[int, list[str], str, Fault | None]:
    """Return the number of skipped lines, the lines of the first row, its delimiter, and a fault."""
    passed_over, named, first = 0, "", list[str]()
    try:
        for line in source:
            before = None if first else _BEFORE_HEADINGS.fullmatch(line.strip(" \r\n"))
            if before or not (first or line.strip(_DELIMITERS + " \r\n")):
                named = (before and before[1]) or named
                passed_over += 1
                continue
            first.append(line)
            # A quoted cell that is not closed continues in the next line.
            if "" not in _QUOTED.findall("".join(first)) or len(first) == _FIRST_LINES:
                break
    except FaultyValue as error:
        return passed_over, first, "", error.fault
    bare = _QUOTED.sub("", "".join(first))
    return passed_over, first, named or max(_DELIMITERS, key=bare.count), None
