"""The inputs that are kept, in `corpus/TARGET`: each goes a way, or goes it as often, as no other does."""

import os
import sys
from collections import Counter
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path
from types import FrameType
from typing import Any, Final

from tests.fuzz.targets import Target

FOLDER: Final = Path(__file__).with_name("corpus")
KEPT_BYTES: Final = 64 * 1024
"""The most that is kept of one target."""
_TRACED: Final = (
    str(Path(__file__).parents[2] / "licensekit"),
    *(str(Path(os.__file__).parent / name) for name in ("tomllib", "email", "html")),
)

Way = tuple[str, int, int, int]
"""A file, two lines of one function that followed each other, and how often they did: once, twice, 4 times, 8 times…"""


def kept(target: str) -> list[bytes]:
    """Return what is kept of a target."""
    return [path.read_bytes() for path in sorted((FOLDER / target).glob("*"))]


def keep(target: Target, found: Path) -> int:
    """Keep the shortest inputs of `found`, and of what was kept, that go ways which no seed goes; return how many."""
    known = set[Way]()
    for seed in target.seeds():
        known |= ways(target, seed)
    chosen: list[bytes] = []
    for data in _by_length([*kept(target.name), *(path.read_bytes() for path in found.glob("*"))]):
        if sum(map(len, chosen)) + len(data) > KEPT_BYTES:
            break
        if new := ways(target, data) - known:
            chosen.append(data)
            known |= new
    folder = FOLDER / target.name
    folder.mkdir(parents=True, exist_ok=True)
    for path in folder.glob("*"):
        path.unlink()
    for data in chosen:
        (folder / sha256(data).hexdigest()[:16]).write_bytes(data)
    return len(chosen)


def ways(target: Target, data: bytes) -> set[Way]:
    """Return which ways an input goes in the package, and in the parsers of the standard library."""
    from tests.fuzz.judging import judge  # noqa: PLC0415  # what is to be instrumented is loaded by `worker.load`

    found = Counter[tuple[str, int, int]]()

    def enter(frame: FrameType, _event: str, _given: Any) -> Any:
        file = frame.f_code.co_filename
        if not file.startswith(_TRACED):
            return None
        before = 0

        def line(frame: FrameType, event: str, _given: Any) -> Any:
            nonlocal before
            if event == "line":
                found[file, before, frame.f_lineno] += 1
                before = frame.f_lineno
            return line

        return line

    before = sys.gettrace()  # what measures coverage
    sys.settrace(enter)
    try:
        judge(target.run, data)
    finally:
        sys.settrace(before)
    return {(*way, count.bit_length()) for way, count in found.items()}


def _by_length(inputs: Iterable[bytes]) -> list[bytes]:
    return sorted(set(inputs), key=lambda data: (len(data), data))
