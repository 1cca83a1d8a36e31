"""How many instructions a call takes: the same on a busy machine as on a quiet one.

A benchmark that is run under callgrind marks where what is counted begins and ends, by a call of `getpriority`: nothing
else makes one, and callgrind knows it by its name in the C library. What a processor makes of an instruction is not
counted, so times stand beside it.
"""

import gc
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Final

Loop = Callable[[int], object]
"""Makes as many calls as it is told."""
COUNT: Final = "--count"
"""The option of a benchmark that makes calls between marks, and measures nothing."""
_WARM: Final = 50  # calls before any is counted: the interpreter specializes code that has run
_TOTAL: Final = re.compile(r"^summary: (\d+)", re.MULTILINE)


def between_marks(loop: Loop, calls: int) -> None:
    """Make `calls` calls between two marks, without the garbage collector, which runs now or later."""
    loop(_WARM)
    gc.collect()
    gc.disable()
    os.getpriority(os.PRIO_PROCESS, 0)
    loop(calls)
    os.getpriority(os.PRIO_PROCESS, 0)
    gc.enable()


def instructions(module: str) -> list[int]:
    """Return the instructions between each two marks of a benchmark; nothing where callgrind is not installed."""
    if shutil.which("valgrind") is None:
        return []
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "counted")
        counting = ["valgrind", "--tool=callgrind", "--dump-before=getpriority", f"--callgrind-out-file={file}"]
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
