"""Runs commands with standard streams that fail, or that lack most characters."""

import errno
import io
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import pytest

from licensekit.cli.groups import TRACEBACK
from licensekit.cli.main import main
from tests.cli.invoking import Ran

FULL: Final = errno.ENOSPC
GONE: Final = errno.EPIPE
BUG: Final = -1
"""Not a number of the system: it fails as only a defect does."""


class _Place(io.RawIOBase):
    """A file that keeps what is written, or fails."""

    def __init__(self, fails: int) -> None:
        self.data, self._fails = b"", fails

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        if self._fails == BUG:
            raise ZeroDivisionError
        if self._fails:
            raise OSError(self._fails, os.strerror(self._fails))
        self.data += bytes(data)
        return len(data)


def invoke(
    arguments: Sequence[str | Path], *, out: int = 0, err: int = 0, encoding: str = "utf-8", stdin: bytes | None = b""
) -> Ran:
    """Run `licensekit`; a number is how standard output or standard error fails. A `stdin` of None is closed."""
    places = _Place(out), _Place(err)
    streams = [io.TextIOWrapper(io.BufferedWriter(one), encoding, "strict", newline="\n") for one in places]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["licensekit", *map(str, arguments)])
        patch.setenv(TRACEBACK, "1")
        patch.setattr(sys, "stdin", None if stdin is None else io.TextIOWrapper(io.BytesIO(stdin)))
        patch.setattr(sys, "stdout", streams[0])
        patch.setattr(sys, "stderr", streams[1])
        with pytest.raises(SystemExit) as ended:
            main()
    for one in streams:
        one.flush()  # nothing is left to be written when a process ends
    code = ended.value.code
    assert isinstance(code, int)
    said = [one.data.decode(encoding) for one in places]
    return Ran(code, *said)
