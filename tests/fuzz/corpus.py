"""The inputs that are kept, in `corpus/TARGET`: each goes from a line to another as no other does."""

import sys
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path
from types import FrameType
from typing import Any, Final

from tests.fuzz.judging import judge
from tests.fuzz.targets import Target

FOLDER: Final = Path(__file__).with_name("corpus")
KEPT_BYTES: Final = 64 * 1024
"""The most that is kept of one target."""
_PACKAGE: Final = f"{Path(__file__).parents[2] / 'licensekit'}"

Way = tuple[str, int, int]  # a file, and two lines of one function that followed each other


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
    """Return which ways an input goes in the package."""
    found = set[Way]()

    def enter(frame: FrameType, _event: str, _given: Any) -> Any:
        file = frame.f_code.co_filename
        if not file.startswith(_PACKAGE):
            return None
        before = 0

        def line(frame: FrameType, event: str, _given: Any) -> Any:
            nonlocal before
            if event == "line":
                found.add((file, before, frame.f_lineno))
                before = frame.f_lineno
            return line

        return line

    sys.settrace(enter)
    try:
        judge(target.run, data)
    finally:
        sys.settrace(None)
    return found


def _by_length(inputs: Iterable[bytes]) -> list[bytes]:
    return sorted(set(inputs), key=lambda data: (len(data), data))
