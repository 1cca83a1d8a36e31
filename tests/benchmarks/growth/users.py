"""How an installation grows with its users, of whom each has two licenses."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from itertools import cycle
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage
from statistics import median
from typing import Final, NamedTuple

from licensekit import Licensing
from licensekit.installation import Installation
from tests import homes
from tests.benchmarks.growth.series import Act, Curve, Growth, processor_seconds, timed, up_to
from tests.benchmarks.many_users import name_of, open_runtime, prepare

COUNTS: Final = (1_000, 10_000, 100_000, 1_000_000)
ROOT: Final = Path(__file__).parents[3]
ASKED: Final = 500
"""Users who are asked about for the first time, one after the other."""
STATUS: Final = """
import atexit, pathlib, sys
from licensekit.cli.main import main
atexit.register(lambda: print(pathlib.Path("/proc/self/status").read_text(), file=sys.stderr))
sys.argv = ["licensekit", "status", "--home", sys.argv[1]]
main()
"""


class Process(NamedTuple):
    """What a process of a command cost."""

    seconds: float
    peak: int
    """Bytes (Linux)."""


def status(folder: Path) -> Process:
    """Run `licensekit status` in a process of its own."""
    before = getrusage(RUSAGE_CHILDREN)
    line = [sys.executable, "-c", STATUS, str(folder)]
    done = subprocess.run(line, check=True, capture_output=True, text=True, env={**os.environ, "PYTHONPATH": str(ROOT)})
    after = getrusage(RUSAGE_CHILDREN)
    seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    # Not `ru_maxrss`, which begins with what this process has.
    [peak] = [line.split()[1] for line in done.stderr.splitlines() if line.startswith("VmHWM")]
    return Process(seconds, int(peak) * 1024)


def first_questions(licensing: Licensing, users: int) -> Act:
    """Return what asks about some users for the first time, spread over all."""
    spread: Iterator[int] = cycle(range(0, users, max(1, users // ASKED // 10)))

    def ask() -> None:
        assert licensing.user(name_of(next(spread))).may_login("web")

    return ask


def change(licensing: Licensing, installation: Installation) -> Act:
    """Return what reads the installation again after one user got a license or lost it."""
    users = installation.users
    changes: Iterator[Callable[[str, str], object]] = cycle((users.release, users.assign))

    def act() -> None:
        next(changes)(name_of(7), "sales-pro")
        licensing.refresh()

    return act


def opened(folder: Path) -> None:
    """Open the installation as an application does."""
    open_runtime(folder).close()


def grow(most: int) -> Growth:
    """Import the users, and measure."""
    counts, imported = up_to(most, COUNTS), dict[int, float]()
    with ExitStack() as stack:
        place = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        folders = {n: place / str(n) for n in counts}
        for n, folder in folders.items():
            imported[n] = timed(partial(prepare, folder, n))
        opening = processor_seconds({n: partial(opened, folder) for n, folder in folders.items()})
        running = {n: stack.enter_context(open_runtime(folder)) for n, folder in folders.items()}
        acts = {n: first_questions(one, n) for n, one in running.items()}
        asked = processor_seconds(acts, calls=ASKED // 10, rounds=9)
        written = {n: stack.enter_context(Installation.open(folder, root=homes.PIN)) for n, folder in folders.items()}
        changed = processor_seconds({n: change(running[n], one) for n, one in written.items()})
        processes = {n: [status(folder) for _ in range(3)] for n, folder in folders.items()}
    return Growth(
        "users",
        "An installation of many users",
        "users",
        [
            Curve("import all", "s", imported),
            Curve("licensekit status", "s", {n: median(one.seconds for one in runs) for n, runs in processes.items()}),
            Curve("change one, see it", "s", changed),
            Curve("open", "s", opening),
            Curve("first question about one", "s", asked),
            Curve("memory of status", "bytes", {n: max(one.peak for one in runs) for n, runs in processes.items()}),
        ],
    )
