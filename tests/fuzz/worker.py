"""One target under atheris (libFuzzer), in a process of its own, which is forked: to instrument takes long.

libFuzzer ends a process at its first crash. Here a finding is written down, and the search goes on.
"""

import mmap
import os
import sys
import traceback
from collections.abc import Sequence
from contextlib import redirect_stderr, suppress
from hashlib import sha256
from importlib import import_module
from io import StringIO
from pathlib import Path
from struct import Struct
from typing import Any, Final, NamedTuple

from tests.fuzz.targets import TARGETS, Target

INSTRUMENTED: Final = ("licensekit", "tomllib")
"""The packages whose branches guide the search."""
_TALLY: Final = Struct("<QQd")


class Tally(NamedTuple):
    """What a worker has done so far."""

    inputs: int = 0
    findings: int = 0  # each input that was one, of whatever kind
    slowest: float = 0.0  # seconds of the processor

    @staticmethod
    def of(folder: Path) -> "Tally":
        """Return what the worker in a folder has written down, which may have ended at any moment."""
        with suppress(FileNotFoundError):
            return Tally(*_TALLY.unpack((folder / "tally").read_bytes()))
        return Tally()


def load() -> None:
    """Load every target, instrumented; modules that are loaded later are as well."""
    atheris = import_module("atheris")  # Windows has none
    with redirect_stderr(StringIO()):  # which names every module
        atheris.instrument_imports(include=list(INSTRUMENTED)).__enter__()
        for module in ("judging", "structure", *(target.module for target in TARGETS)):
            import_module(f"tests.fuzz.{module}")
        for target in TARGETS:  # what they load when they are used
            list(target.seeds())


def start(target: Target, folder: Path, arguments: Sequence[str]) -> int:
    """Fork a process that runs a target with these arguments of libFuzzer, and return its number."""
    (folder / "tally").unlink(missing_ok=True)
    if process := os.fork():
        return process
    try:
        log = os.open(folder / "log", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        for descriptor in (1, 2):
            os.dup2(log, descriptor)
        _fuzz(target, folder, arguments)
    except BaseException:  # noqa: BLE001  # of the fuzzer itself; the log has it
        traceback.print_exc()
    finally:
        os._exit(70)  # libFuzzer ends the process itself


def _fuzz(target: Target, folder: Path, arguments: Sequence[str]) -> None:
    atheris = import_module("atheris")
    from tests.fuzz.judging import judge  # noqa: PLC0415  # after `load`, which instruments it
    from tests.fuzz.structure import changed  # noqa: PLC0415  # after `load`, which instruments it

    notes, run = _Notes(folder), target.run

    def feed(data: bytes) -> None:
        notes.add(data, judge(run, data))

    def mutated(data: bytes, most: int) -> bytes:
        made: bytes = atheris.Mutate(data, most)
        return made

    def mutate(data: bytes, most: int, seed: int) -> bytes:
        if target.prefix is None or seed % 4 == 0:
            return mutated(data, most)
        made = changed(data, target.prefix, seed, lambda piece: mutated(piece, len(piece) + 16))
        return made if len(made) <= most else data

    structured: dict[str, Any] = {} if target.prefix is None else {"custom_mutator": mutate}
    atheris.Setup([sys.argv[0], *arguments], feed, **structured)
    atheris.Fuzz()


class _Notes:
    """What was found so far, in files: the process may end at any moment."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._tally = folder, Tally()
        path = folder / "tally"
        path.write_bytes(bytes(_TALLY.size))
        with path.open("r+b") as file:
            self._file = mmap.mmap(file.fileno(), _TALLY.size)
        self._known: set[str] = set()

    def add(self, data: bytes, verdict: Any) -> None:
        """Count an input, and keep the first one of each finding, and the slowest."""
        before = self._tally
        slowest = max(before.slowest, verdict.seconds)
        self._tally = Tally(before.inputs + 1, before.findings + bool(verdict.finding), slowest)
        _TALLY.pack_into(self._file, 0, *self._tally)
        if slowest > before.slowest:
            (self._folder / "slowest").write_bytes(data)
        if verdict.finding and verdict.finding not in self._known:
            self._known.add(verdict.finding)
            name = f"finding-{sha256(data).hexdigest()[:16]}"
            (self._folder / name).write_bytes(data)
            (self._folder / f"{name}.txt").write_text(f"{verdict.finding}\n\n{verdict.details}\n", "utf-8")
