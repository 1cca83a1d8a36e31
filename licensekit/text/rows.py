"""Rows of delimited text (CSV): bytes in, numbered rows out, one at a time; and rows as text.

A spreadsheet would run a cell such as `=1+1` (OWASP, "CSV Injection"): an apostrophe is written before it, and taken
off where it is read.
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
"""The encodings that can be named."""
_SIGNS: Final = (
    ("windows-1251", re.compile(rb"[\xc0-\xff]{4}")),
    ("windows-1250", re.compile(rb"[\x9c\x9f\xb3\xb9\xbf][a-z]")),
    ("cp850", re.compile(rb"[A-Za-z][\x81-\x91\x93\x94][a-z]")),
    ("windows-1252", re.compile(rb"[\x80-\xff]")),
)
"""What is seldom there in a text of another encoding; the first that is there decides."""
_UNDECODED: Final = {"replace": re.compile("\ufffd"), "surrogateescape": re.compile("[\udc80-\udcff]")}
"""How to handle errors of decoding, to what stands for what could not be decoded."""
_DELIMITERS: Final = ",;\t"
_BEFORE_HEADINGS: Final = re.compile(r'"?sep=([,;\t])"?[,;\t]*|#type \S.*', re.IGNORECASE)
"""What Excel and PowerShell write in front: the delimiter, and the type of what follows."""
_QUOTED: Final = re.compile(r'(?:^|(?<=[,;\t]))"(?:[^"]|"")*("|\Z)')
_FIRST_LINES: Final = 20  # how many lines the first row may take for its delimiter to be found
# Spreadsheets of other countries begin a cell at other delimiters than the one that was written.
_BEGINNING: Final = r"(?:^|(?<=[,;\t\r\n]))"
_FORMULA: Final = r"(?='*[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20])"
_UNSAFE: Final = re.compile(_BEGINNING + _FORMULA)
_MADE_SAFE: Final = re.compile(_BEGINNING + "'" + _FORMULA)


class TextRow(NamedTuple):
    """One row, or the fault after which no further row can be read."""

    line: int  # the number of the last line that it takes, of the first row the first; lines count from 1
    cells: list[str]
    fault: Fault | None = None


class TextLines:
    """The lines of a text without marks that nobody sees, and what was read since last asked.

    One that is not in the encoding raises `FaultyValue`; a byte order mark outweighs the encoding that is named.
    """

    def __init__(self, data: Iterable[bytes] | str, encoding: str) -> None:
        """Read `data`, which may come in pieces that are cut anywhere."""
        self._size, self._marks = 0, list[MarksLeftOut]()
        self._lines = _lines([data]) if isinstance(data, str) else self._decoded(data, encoding)

    def __iter__(self) -> Iterator[str]:
        for number, line in enumerate(self._lines, start=1):
            self._marks += marks_in(line, number)
            yield without_marks(line)

    def taken(self) -> tuple[int, tuple[MarksLeftOut, ...]]:
        """Return how many bytes were read since the last call, and which marks were left out."""
        taken = self._size, tuple(self._marks)
        self._size, self._marks = 0, []
        return taken

    def _decoded(self, data: Iterable[bytes], named: str) -> Iterator[str]:
        pieces = self._counted(data)
        start = b"".join(islice(pieces, len(BOM_UTF8)))
        encoding, shown = _encoding_of(start, named)
        # What is no UTF-16 is replaced, for its bytes can be those of ASCII.
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
    """Yield the rows that are not empty, up to the first that is no CSV; a line is read when its row is asked for.

    The delimiter is the one that the first row has most of, unless a line `sep=;` names one. A `FaultyValue` of `lines`
    is the fault of the line after those that were read.
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
    # Where the next row begins is not known.
    except csv.Error:
        fault = SyntaxInvalid(reason="csv")
        yield TextRow(line or passed_over + reader.line_num, [], fault)
    except FaultyValue as error:
        yield TextRow(passed_over + reader.line_num + 1, [], error.fault)


def written_row(cells: Iterable[object]) -> str:
    """Return a line of CSV that no spreadsheet runs, and whose cells `as_typed` reads."""
    buffer = io.StringIO()
    csv.writer(buffer).writerow(_UNSAFE.sub("'", cell) if isinstance(cell, str) else cell for cell in cells)
    return buffer.getvalue().removesuffix("\r\n") + "\n"


def as_typed(cell: str) -> str:
    """Return a cell without what `written_row` adds, and without the space around it."""
    return _MADE_SAFE.sub("", cell).strip()


def _encoding_of(start: bytes, named: str) -> tuple[str, str]:
    """Return the encoding of a text, for Python and for people; no table begins with a NUL."""
    if start.startswith(BOM_UTF16_BE) or start[:1] == b"\0":
        return "utf-16-be", _UTF_16
    if start.startswith(BOM_UTF16_LE) or start[1:2] == b"\0" or named == _UTF_16:
        return "utf-16-le", _UTF_16
    encoding = UTF_8 if start.startswith(BOM_UTF8) else named
    return encoding, encoding


def _lines(pieces: Iterable[str]) -> Iterator[str]:
    """Yield the lines; of one that is too long for a row only the beginning, as the last."""
    rest = ""
    for piece in pieces:
        *whole, rest = io.StringIO(rest + piece, newline="") if piece else [rest]
        yield from whole
        if len(rest) > limits.TOML_BYTES:
            break
    if rest:
        yield rest


def _not_in(encoding: str, line: str) -> SyntaxInvalid:
    """Return that a line is not in an encoding, and which one it looks like, if one is known."""
    data = line.encode(errors="surrogateescape")
    guess = next((name for name, sign in _SIGNS if encoding == UTF_8 and sign.search(data)), "NAME")
    return SyntaxInvalid(reason="encoding", wanted=encoding, guess=guess)


def _beginning(source: Iterator[str]) -> tuple[int, list[str], str, Fault | None]:
    """Return how many lines are passed over, those of the first row, and its delimiter."""
    passed_over, named, first = 0, "", list[str]()
    try:
        for line in source:
            before = None if first else _BEFORE_HEADINGS.fullmatch(line.strip(" \r\n"))
            if before or not (first or line.strip(_DELIMITERS + " \r\n")):
                named = (before and before[1]) or named
                passed_over += 1
                continue
            first.append(line)
            # A quoted cell that is still open continues in the next line.
            if "" not in _QUOTED.findall("".join(first)) or len(first) == _FIRST_LINES:
                break
    except FaultyValue as error:
        return passed_over, first, "", error.fault
    bare = _QUOTED.sub("", "".join(first))
    return passed_over, first, named or max(_DELIMITERS, key=bare.count), None
