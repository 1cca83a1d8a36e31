"""How many instructions a program takes, counted by callgrind: the same on a machine that has other work as well."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Final, NamedTuple

from tests.benchmarks.instructions.programs.marks import MARK
from tests.benchmarks.instructions.trees import TOP, Tree

PROGRAMS: Final = "tests.benchmarks.instructions.programs"
KEPT: Final = ("PATH", "LD_LIBRARY_PATH", "TMPDIR")
"""What a program gets of our environment."""
_TOTALS: Final = re.compile(r"^totals: (\d+)$", re.MULTILINE)


class Program(NamedTuple):
    """One of the measured programs."""

    name: str  # module and function
    calls: int | None  # how many are counted; None: the whole process is


class Count(NamedTuple):
    """Instructions of one call, or of a process."""

    least: int
    most: int

    @property
    def noise(self) -> float:
        """How much more the most is than the least, as a share."""
        return self.most / self.least - 1


class ProgramFailed(Exception):
    """A program ended with an error, whose last line this has."""


def prepare(tree: Tree) -> None:
    """Make what programs find in their folder, once."""
    tree.prepared.mkdir()
    call = f"prepare.everything(pathlib.Path({str(tree.folder)!r}))"
    _run(f"import pathlib; from {PROGRAMS} import prepare; {call}", tree, tree.prepared)


def count(program: Program, tree: Tree, *, times: int = 2) -> Count:
    """Run `program` on a tree, so that its modules are compiled, and then count it; raises `ProgramFailed`.

    The second time shows the noise.
    """
    module, _, function = program.name.partition(".")
    text = f"from {PROGRAMS} import {module}; {module}.{function}()"
    if program.calls is not None:
        text = f"from {PROGRAMS} import {module}, marks; marks.between_marks({module}.{function}(), {program.calls})"
    with tempfile.TemporaryDirectory() as name:
        _run(text, tree, shutil.copytree(tree.prepared, Path(name, "compiled")))
        counts = sorted(_count(program, text, tree, Path(name, str(number))) for number in range(times))
    return Count(counts[0], counts[-1])


def _count(program: Program, text: str, tree: Tree, folder: Path) -> int:
    shutil.copytree(tree.prepared, folder)
    out = folder.with_suffix(".callgrind")
    command = ("valgrind", "--tool=callgrind", f"--callgrind-out-file={out}", f"--dump-before={MARK}")
    _run(text, tree, folder, command, {"PYTHONDONTWRITEBYTECODE": "1"})
    parts = sorted(out.parent.glob(f"{out.name}.*"))
    if program.calls is None:
        return _total(out)
    if len(parts) != 2:
        sys.exit(f"callgrind has seen {len(parts)} calls of {MARK} in {program.name}, and not 2")
    return round(_total(parts[1]) / program.calls)


def _total(part: Path) -> int:
    return sum(map(int, _TOTALS.findall(part.read_text("utf-8"))))


def _run(
    text: str, tree: Tree, folder: Path, under: tuple[str, ...] = (), more: Mapping[str, str] | None = None
) -> None:
    # The tree's package comes before ours, whose programs are those that run.
    environment = {name: os.environ[name] for name in KEPT if name in os.environ} | {
        "HOME": str(folder),
        "LC_ALL": "C.UTF-8",
        "PYTHONHASHSEED": "0",
        "PYTHONPATH": f"{tree.folder}{os.pathsep}{TOP}",
        "PYTHONPYCACHEPREFIX": str(tree.compiled),
        **(more or {}),
    }
    command = [*under, sys.executable, "-P", "-c", text]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise ProgramFailed(([line for line in done.stderr.splitlines() if line[:2] != "=="] or [""])[-1])
