"""How many instructions a call takes: the same on a busy machine as on a quiet one.

A benchmark that is run under callgrind marks where what is counted begins and ends, as the programs of
`tests.benchmarks.instructions` do. How long a processor takes for an instruction is not counted, so times are measured
as well.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

from tests.benchmarks.instructions.programs.marks import MARK

COUNT: Final = "--count"
"""The option of a benchmark that makes calls between marks, and measures nothing."""
WARM: Final = 50
"""Calls before any is counted, where a call is short: the interpreter specializes code that has run."""
_TOTAL: Final = re.compile(r"^summary: (\d+)", re.MULTILINE)


def instructions(module: str) -> list[int]:
    """Return the instructions between each two marks of a benchmark; nothing where callgrind is not installed."""
    if shutil.which("valgrind") is None:
        return []
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "counted")
        counting = ["valgrind", "--tool=callgrind", f"--dump-before={MARK}", f"--callgrind-out-file={file}"]
        # Texts are hashed by a number that is drawn at the start, and dictionaries are filled accordingly.
        environment = {**os.environ, "PYTHONHASHSEED": "0"}
        command = [*counting, sys.executable, "-m", module, COUNT]
        subprocess.run(command, env=environment, capture_output=True, check=True)
        number, found = 2, list[int]()
        while (part := file.with_name(f"{file.name}.{number}")).exists():
            if total := _TOTAL.search(part.read_text()):
                found.append(int(total[1]))
            number += 2
    return found
