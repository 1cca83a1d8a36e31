"""Strikes a process in the middle of a change, and looks at what is left.

Run as `python -m tests.installation.kill_points FOLDER WAY OPERATION`; prints one JSON object. A point is a call that
may write: a statement, a commit, a file that is opened, synced or renamed.

kill    the process kills itself with SIGKILL, at one point after the other
fail    the call fails instead, as it does on a full disk, at one point after the other
moment  the parent kills the process with SIGKILL at any moment, wherever it is
"""

import errno
import json
import os
import shutil
import signal
import sqlite3
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import count
from pathlib import Path
from random import Random
from types import FrameType
from typing import Any, Final
from unittest.mock import patch

from licensekit.errors import LicenseError
from licensekit.state import logs
from tests.homes import Home
from tests.installation.operations import OPERATIONS, Operation, has_litter, is_usable, prepare, seen

STATEMENTS: Final = frozenset({"backup", "close", "execute", "executemany"})
WRITES: Final = frozenset({os.fsync, os.replace})
FILES: Final = WRITES | {open, os.close, os.open}
MOMENTS: Final = 40
DONE, STRUCK = 0, 9

Point = Callable[..., Any]
Strike = Callable[[Point], None]


def is_statement(called: Point) -> bool:
    """Return whether a call is of the database."""
    owner = getattr(called, "__self__", None)
    is_sql = isinstance(owner, (sqlite3.Connection, sqlite3.Cursor))
    return is_sql and called.__name__ in STATEMENTS


def may_kill(called: Point) -> bool:
    """Return whether a call is a point to be killed at."""
    return called in FILES or is_statement(called)


def may_fail(called: Point) -> bool:
    """Return whether a full disk may let a call fail."""
    return called in WRITES or (is_statement(called) and called.__name__ != "close")


def kill(_: Point) -> None:
    """End this process as `kill -9` does."""
    os.kill(os.getpid(), signal.SIGKILL)


def fail(point: Point) -> None:
    """Fail as the call does on a full disk."""
    if is_statement(point):
        error = sqlite3.OperationalError("database or disk is full")
        error.sqlite_errorcode = sqlite3.SQLITE_FULL
        raise error
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def strike_at(number: int, is_point: Callable[[Point], bool], strike: Strike) -> Callable[[FrameType, str, Any], None]:
    """Return a profile function that strikes at the point of this number, before the call."""
    left = number

    def profile(_: FrameType, event: str, called: Any) -> None:
        nonlocal left
        if event == "c_call" and is_point(called):
            left -= 1
            if left < 0:
                sys.setprofile(None)
                strike(called)

    return profile


def in_child(act: Callable[[], int]) -> int:
    """Do something in a child that exits with what it gives; give its process id."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            code = act()
        finally:
            os._exit(code)
    return child


def was_struck(child: int) -> bool:
    """Wait for a child, and say whether it was struck; anything but an end as planned raises."""
    _, status = os.waitpid(child, 0)
    code = os.waitstatus_to_exitcode(status)
    if code not in {DONE, STRUCK, -signal.SIGKILL}:
        raise RuntimeError(f"the operation ended by itself, with {code}")
    return code != DONE


def killed(operation: Operation, home: Home, number: int) -> bool:
    """Carry an operation out in a child that kills itself at a point."""

    def act() -> int:
        sys.setprofile(strike_at(number, may_kill, kill))
        operation(home)
        return DONE

    return was_struck(in_child(act))


def failed(operation: Operation, home: Home, number: int) -> bool:
    """Carry an operation out in a child in which the call at a point fails."""
    struck: list[Point] = []

    def strike(point: Point) -> None:
        struck.append(point)
        fail(point)

    def act() -> int:
        sys.setprofile(strike_at(number, may_fail, strike))
        with suppress(LicenseError):
            operation(home)
        return STRUCK if struck else DONE

    return was_struck(in_child(act))


def killed_after(operation: Operation, home: Home, seconds: float) -> bool:
    """Carry an operation out in a child, and kill it after some time."""

    def act() -> int:
        operation(home)
        return DONE

    child = in_child(act)
    time.sleep(seconds)
    os.kill(child, signal.SIGKILL)
    return was_struck(child)


def at_points(strike: Callable[[Operation, Home, int], bool], operation: Operation) -> "Struck":
    """Yield a trial for every point that there is."""

    def trials(home: Callable[[], Home]) -> Iterator[Home]:
        for number in count():
            place = home()
            if not strike(operation, place, number):
                return
            yield place

    return trials


def at_moments(operation: Operation, lasts: float) -> "Struck":
    """Yield a trial for each of `MOMENTS` within the time that an operation lasts."""
    moments = Random(1)  # noqa: S311  # no secret

    def trials(home: Callable[[], Home]) -> Iterator[Home]:
        for _ in range(MOMENTS):
            place = home()
            if killed_after(operation, place, moments.uniform(0, lasts)):
                yield place

    return trials


Struck = Callable[[Callable[[], Home]], Iterator[Home]]
"""From how a fresh home is made to the homes in which an operation was struck."""


def repeatable(operation: Operation) -> Operation:
    """Return an operation that gives the same people the same pseudonyms, whenever it is run."""

    def repeated(home: Home) -> None:
        pseudonyms = map(str, count())

        def next_one(_: int) -> str:
            return next(pseudonyms)

        with patch.object(logs, "token_hex", next_one):
            operation(home)

    return repeated


def examine(folder: Path, way: str, name: str) -> dict[str, int]:
    """Strike an operation again and again, and count what was left."""
    operation = repeatable(OPERATIONS[name])
    numbers = count()

    def fresh() -> Home:
        home = Home(str(folder / str(next(numbers))))
        if name != "create":
            shutil.copytree(folder / "template", home.folder)
        return home

    prepare(Home(str(folder / "template")))
    clean = fresh()
    before = seen(clean)
    begin = time.perf_counter()
    operation(clean)
    lasts = time.perf_counter() - begin
    after = seen(clean)
    ways = {
        "kill": at_points(killed, operation),
        "fail": at_points(failed, operation),
        "moment": at_moments(operation, lasts),
    }
    counts = {"struck": 0, "before": 0, "after": 0, "other": 0, "unusable": 0, "litter": 0}
    for home in ways[way](fresh):
        left = seen(home)
        is_made = name == "create" and left is not None
        ending = "before" if left == before else "after" if left == after or is_made else "other"
        counts["struck"] += 1
        if name == "create" and left is None:
            # A process that lives on removes what it made; one that was killed leaves no tables.
            counts["litter"] += has_litter(home) or (way == "fail" and home.folder.exists())
        counts[ending] += 1
        restored = (name, ending) == ("restore", "after")
        counts["unusable"] += not is_usable(home, restored=restored)
        shutil.rmtree(home.folder, ignore_errors=True)
    return counts


def main() -> None:
    """Examine one operation."""
    folder, way, name = sys.argv[1:]
    sys.stdout.write(json.dumps(examine(Path(folder), way, name)))


if __name__ == "__main__":
    main()
