"""Power that fails while a command runs: what is on the disk then, at each call, and what becomes of it.

One run shows every state that a machine may wake up with. Of a file, only what was synced is sure; of a folder, only
the names that it had when it was synced. All else may be there, in part, or not.
"""

import os
import stat
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path
from random import Random
from typing import Final, Literal, NamedTuple

from tests.disk_faults import worlds
from tests.disk_faults.calls import Call, watched
from tests.disk_faults.trials import Case, fresh, wrong_repetition, wrong_state

Loss = Literal["unsynced", "contents", "torn", "killed"]
LOSSES: Final[tuple[Loss, ...]] = ("unsynced", "contents", "torn", "killed")
"""What is lost: all that was not synced; contents alone, all names are there; some sectors; nothing (`kill -9`)."""
SECTOR: Final = 512
Files = dict[str, bytes]


class Crash(NamedTuple):
    """What is left when the power fails before a call, or after the last one."""

    loss: Loss
    call: Call | None
    files: Files


class _Disk:
    """What of a folder is on the disk for certain, and what is there now."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self._folder, self._stack = folder, stack
        self._handles: dict[int, int] = {}
        """Every file and folder stays open: its number is not given to another one, and no lock is lost by closing."""
        self._synced: dict[int, bytes] = {}
        self._names: dict[int, dict[str, int]] = {}
        self._sync(*self._hold())

    def _hold(self) -> list[int]:
        self.look()
        return list(self._handles)

    def _sync(self, *numbers: int) -> None:
        for number in numbers:
            if self._is_folder(number):
                self._names[number] = self._listing(self._handles[number])
            else:
                self._synced[number] = self._content(number)

    def look(self) -> dict[str, int]:
        """Return the number of each file that is there, and hold what is new."""
        found: dict[str, int] = {}
        for folder, names, files in os.walk(self._folder):
            for name in ("", *files):
                path = f"{folder}/{name}" if name else folder
                number = os.lstat(path).st_ino
                if number not in self._handles:
                    self._handles[number] = handle = os.open(path, os.O_RDONLY)
                    self._stack.callback(os.close, handle)
                if name:
                    found[os.path.relpath(path, self._folder)] = number
            names[:] = [name for name in names if Path(folder, name) != self._folder / "tmp"]
        return found

    def done(self, call: Call) -> None:
        """Note what a call has made certain."""
        every = self._hold()
        if call.kind == "sync all":
            self._sync(*every)
        elif call.kind == "sync" and os.path.lexists(call.path):
            self._sync(*{os.lstat(call.path).st_ino} & self._handles.keys())  # what is in `tmp` is of no interest

    def left(self, loss: Loss, random: Random) -> Files:
        """Return what is left after a loss."""
        if loss == "unsynced":
            return dict(self._certain(os.lstat(self._folder).st_ino, ""))
        there = self.look()
        if loss == "killed":
            return {name: self._content(number) for name, number in there.items()}
        there = {name: number for name, number in there.items() if not name.endswith("-shm")}
        if loss == "contents":
            return {name: self._synced.get(number, b"") for name, number in there.items()}
        return {n: _torn(self._synced.get(i, b""), self._content(i), random) for n, i in there.items()}

    def _certain(self, folder: int, path: str) -> Iterator[tuple[str, bytes]]:
        for name, number in self._names.get(folder, {}).items():
            if number in self._handles and self._is_folder(number):
                yield from self._certain(number, f"{path}{name}/")
            else:
                yield path + name, self._synced.get(number, b"")

    def _is_folder(self, number: int) -> bool:
        return stat.S_ISDIR(os.fstat(self._handles[number]).st_mode)

    def _listing(self, handle: int) -> dict[str, int]:
        with os.scandir(handle) as found:
            return {one.name: one.inode() for one in found if one.name != "tmp"}

    def _content(self, number: int) -> bytes:
        handle = self._handles[number]
        return os.pread(handle, os.fstat(handle).st_size, 0)


def _torn(old: bytes, new: bytes, random: Random) -> bytes:
    """Return some sectors of what was synced, and some of what is there now."""
    if old == new:
        return new
    size = random.choice([len(old), len(new)])
    one, other = (data.ljust(size, b"\0") for data in (old, new))
    sectors = range(0, size, SECTOR)
    return b"".join(random.choice([one, other])[at : at + SECTOR] for at in sectors)[:size]


def crashes(case: Case) -> Iterator[Crash]:
    """Run a command, and yield each different state of its files that the end of the power may leave."""
    work = case.template.with_name("work")
    fresh(case, work)
    random, seen, found = Random(case.name), set[int](), list[Crash]()  # noqa: S311  # no secret
    with ExitStack() as stack:
        disk = _Disk(work, stack)

        def look(call: Call | None) -> None:
            for loss in LOSSES:
                files = disk.left(loss, random)
                key = hash((loss == "unsynced" and call is None, *sorted(files.items())))
                if key not in seen:
                    seen.add(key)
                    found.append(Crash(loss, call, files))

        with worlds.still(work), watched(work, look, disk.done):
            ran = worlds.run(case.line)
        assert ran.code == 0, ran.err
        look(None)
    yield from found


def judge(case: Case, crash: Crash) -> tuple[str, ...]:
    """Return what is wrong with a world as it is after a crash, and with the same command in it."""
    work = case.template.with_name("work")
    for place in sorted(work.rglob("*"), reverse=True):
        place.rmdir() if place.is_dir() and not place.is_symlink() else place.unlink()
    for folder in (one for one in case.template.rglob("*") if one.is_dir()):
        (work / folder.relative_to(case.template)).mkdir(parents=True, exist_ok=True)
    for name, data in crash.files.items():
        path = work / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        path.chmod(0o600)
    left = worlds.view_of(crash.files)
    is_over = crash.call is None and crash.loss == "unsynced"
    wrong = [*wrong_state(case, left, 0 if is_over else None)]
    return (*wrong, *wrong_repetition(case, work))


def some(found: Iterable[Crash], most: int | None) -> Iterator[Crash]:
    """Yield a bounded number of crashes of each loss, spread over the command; the last of all in any case."""
    every = list(found)
    for loss in LOSSES:
        of_loss = [one for one in every if one.loss == loss]
        step = 1 if most is None else max(1, len(of_loss) // most)
        yield from of_loss[::-step]
