"""Standard output and standard error while a command runs: a write that fails is one of our errors.

Characters that they cannot encode are escaped. A failure of standard output ends the command. A failure of standard
error, which carries no results, only changes the exit code.
"""

import codecs
import errno
import io
import os
import select
import sys
from collections.abc import Generator
from contextlib import contextmanager, suppress
from typing import Any, Final, TextIO

import click

from licensekit import errors

LOST: Final = 74  # output cannot be written; EX_IOERR in sysexits.h
GONE: Final = 141  # the reader went away; the code that a shell reports for a program ended by SIGPIPE
_WHERE: Final = "standard output"


class _Sink(io.RawIOBase):
    """The raw end of a stream. Once a write has failed, which is reported, later ones are dropped."""

    def __init__(self, stream: TextIO, *, raises: bool) -> None:
        self._to: Any = getattr(stream.buffer, "raw", stream.buffer)
        self._stream, self._raises, self.lost = stream, raises, 0

    def writable(self) -> bool:
        return True

    def isatty(self) -> bool:
        return self._stream.isatty()

    def fileno(self) -> int:
        return self._stream.fileno()

    def write(self, data: Any) -> int:
        written = None
        try:
            while not self.lost and (written := self._to.write(data)) is None:
                select.select((), (self,), ())  # a non-blocking pipe that is full
        except OSError as error:
            # Windows reports EINVAL for a pipe that nobody reads.
            is_gone = isinstance(error, BrokenPipeError) or (os.name == "nt" and error.errno == errno.EINVAL)
            self.lost, reason = (GONE, "gone") if is_gone else (LOST, "done")
            if self._raises:
                raise errors.OutputFailed(reason=reason, detail=error.strerror or str(error), where=_WHERE) from error
        return len(data) if written is None else int(written)


class _Stream(io.TextIOWrapper):
    """A standard stream whose failures are noticed."""

    def __init__(self, stream: TextIO, *, raises: bool) -> None:
        self.sink, waits = _Sink(stream, raises=raises), bool(stream.line_buffering)
        super().__init__(io.BufferedWriter(self.sink), stream.encoding, "backslashreplace", line_buffering=waits)

    @property
    def encoding(self) -> str:  # type: ignore[override]  # it is read-only there as well
        """The name of the encoding; for ASCII, one that click does not know, because it would write UTF-8 instead."""
        name = super().encoding
        return f"{name}, escaped" if codecs.lookup(name).name == "ascii" else name


@contextmanager
def watched(*, are_ours: bool = False) -> Generator[None]:
    """Raise `OutputFailed` if standard output fails, and `Exit` at the end if standard error did; both may be missing.

    If they `are_ours`, a closed one is opened so that its use fails: otherwise the next file would get its number.
    """
    for name, flags in (("stdin", os.O_WRONLY), ("stdout", os.O_RDONLY), ("stderr", os.O_RDONLY)) if are_ours else ():
        if getattr(sys, name) is None:
            handle = os.open(os.devnull, flags)
            if name != "stdin":
                setattr(sys, name, open(handle, "w", encoding="utf-8"))  # noqa: SIM115, PTH123  # for good
    before = sys.stdout, sys.stderr
    sys.stdout, sys.stderr = _watch(sys.stdout, raises=True), _watch(sys.stderr, raises=False)
    try:
        yield
        if isinstance(sys.stderr, _Stream) and sys.stderr.sink.lost:
            raise click.exceptions.Exit(sys.stderr.sink.lost)
    finally:
        sys.stdout, sys.stderr = before


def _watch(stream: TextIO | None, *, raises: bool) -> TextIO:
    stream = stream or io.TextIOWrapper(io.BytesIO(), "utf-8")
    if isinstance(stream, _Stream) or not hasattr(stream, "buffer"):
        return stream
    with suppress(OSError):  # what the program wrote before is not ours to report
        stream.flush()
    return _Stream(stream, raises=raises)
