"""Readers as processes, asked the same line; each that can be asked answers."""

import sys
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final, NamedTuple

from licensekit_testkit.judging import is_same
from licensekit_testkit.process import NoAnswerError, ReaderProcess
from licensekit_testkit.running import Hello, greet

Line = dict[str, Any]
_ROOT: Final = Path(__file__).parents[3]
TYPESCRIPT: Final = _ROOT / "samples" / "readers" / "typescript" / "dist" / "process.js"
"""The process of the reader in TypeScript, once it is built."""
READERS: Final = ("ours", "second", "typescript")
SECONDS: Final = 60


class Reader(NamedTuple):
    """A reader that runs."""

    name: str
    process: ReaderProcess
    hello: Hello

    def answer(self, line: Line) -> Line | None:
        """Return the answer without its message; None if this reader is not asked that."""
        if line["ask"] not in self.hello.asks:
            return None
        try:
            said = self.process.ask(line)
        except NoAnswerError as error:
            return {"no answer": str(error)}
        if "unsupported" in said:
            return None
        return {"code": said["code"]} if "code" in said else said


def started(names: list[str], typescript: Path = TYPESCRIPT) -> list[Reader]:
    """Return the readers of these names."""
    commands = {
        "ours": [sys.executable, "-m", "tests.vectors.our_reader"],
        "second": [sys.executable, "-m", "tests.vectors.second_reader"],
        "typescript": ["node", str(typescript)],
    }
    processes = [(name, ReaderProcess(commands[name], SECONDS)) for name in names]
    return [Reader(name, process, greet(process)) for name, process in processes]


def answers(pool: ThreadPoolExecutor, readers: list[Reader], line: Line) -> dict[str, Line]:
    """Return what each reader answers that can be asked."""
    asked = [(reader.name, pool.submit(reader.answer, line)) for reader in readers]
    found = [(name, future.result()) for name, future in asked]
    return {name: answer for name, answer in found if answer is not None}


def is_split(found: Mapping[str, Line]) -> bool:
    """Return whether readers part, or one gave no answer."""
    first, *others = found.values() or ({},)
    return "no answer" in first or not all(is_same(first, other) for other in others)
