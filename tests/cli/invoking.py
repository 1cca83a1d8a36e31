"""How tests run commands: in this process, with everything that a terminal would see."""

import io
import os
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import NamedTuple

import pytest

from licensekit.cli.groups import TRACEBACK
from licensekit.cli.main import main


class Ran(NamedTuple):
    """What a command printed, and its exit code."""

    code: int
    out: str
    err: str


def invoke(arguments: Sequence[str | Path], *, stdin: bytes | None = None) -> Ran:
    """Run `licensekit` with `arguments`; without `stdin` there is nothing to read."""
    out, err = _Stream(), _Stream()
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
        patch.setattr(sys, "argv", ["licensekit", *map(str, arguments)])
        patch.setenv(TRACEBACK, os.environ.get(TRACEBACK, "1"))
        patch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin or b"")))
        with pytest.raises(SystemExit) as ended:
            main()
    code = ended.value.code
    assert isinstance(code, int)
    return Ran(code, out.text(), err.text())


def in_one_second(*asked: Callable[[], Ran]) -> list[Ran]:
    """Return what each of `asked` prints, asked again until the clock shows one second for all of them.

    For answers that are compared and say when they were given.
    """
    while True:
        second = int(time.time())
        answers = [ask() for ask in asked]
        if int(time.time()) == second:
            return answers


class _Stream(io.TextIOWrapper):
    def __init__(self) -> None:
        super().__init__(io.BytesIO(), encoding="utf-8", write_through=True)

    def text(self) -> str:
        """Return what was written."""
        self.flush()
        raw = self.buffer
        assert isinstance(raw, io.BytesIO)
        return raw.getvalue().decode()
