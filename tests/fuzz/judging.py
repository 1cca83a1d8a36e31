"""What every input is judged by: nothing but an error of the tree comes out, which can be shown, and it is quick."""

import json
import traceback
from collections.abc import Callable, Generator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path
from time import process_time
from typing import Final, NamedTuple

import click

import licensekit
from licensekit.cli.groups import error_lines, usage_line
from licensekit.errors import LicenseError

MOST_SECONDS: Final = 1.0
"""Processor time for one input."""
_PACKAGE: Final = str(Path(licensekit.__file__).parent)
_SHOWN_CHARACTERS: Final = 100_000
_SHOWN_OF_A_BYTE: Final = 200  # each fault of a file has a line, which names what would be right


class NotMade(Exception):  # nothing is wrong: there is nothing to be judged
    """The input does not have the structure from which a target makes its bytes."""


class Verdict(NamedTuple):
    """What became of one input."""

    finding: str  # what is wrong, in one line by which findings are told apart; empty: nothing is
    details: str
    seconds: float  # of the processor


def judge(run: Callable[[bytes], None], data: bytes) -> Verdict:
    """Feed `data` to a target."""
    began = process_time()
    finding = details = ""
    with _quiet():
        try:
            _fed(run, data)
        except (Exception, RecursionError) as error:  # noqa: BLE001  # whatever it is, it is a finding
            finding, details = _named(error), traceback.format_exc()
    seconds = process_time() - began
    if not finding and seconds > MOST_SECONDS:
        finding, details = "slow", f"{seconds:.1f} s"
    return Verdict(finding, details, seconds)


def _fed(run: Callable[[bytes], None], data: bytes) -> None:
    try:
        run(data)
    except NotMade:
        return
    except LicenseError as error:
        require_shown(error, len(data))
    except click.UsageError as error:
        _require_line(usage_line(error))
    except (click.exceptions.Exit, click.Abort):
        return


def _require_line(line: str) -> None:
    assert line.isprintable(), line


def require_shown(error: LicenseError, size: int = 0) -> None:
    """Check that an error about an input says something, in lines that are harmless, and as JSON."""
    lines = error_lines(error)
    assert lines
    assert all(line and line.isprintable() for line in lines), lines
    assert len(json.dumps(error.as_json())) + sum(map(len, lines)) < _SHOWN_CHARACTERS + size * _SHOWN_OF_A_BYTE


@contextmanager
def _quiet() -> Generator[None]:
    """Let nothing be printed, by which hundreds of thousands of views would be."""
    with redirect_stdout(StringIO()), redirect_stderr(StringIO()):
        yield


def _named(error: BaseException) -> str:
    """Return the class of an error and the place in the package, or else in a target, that raised it."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if frame.filename.startswith(_PACKAGE)] or frames
    return f"{type(error).__name__} at {Path(own[-1].filename).name}:{own[-1].name}"
