"""How a process grows that has many installations open: its first questions, going from one to the next, its memory."""

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, closing
from itertools import cycle
from pathlib import Path
from resource import RUSAGE_SELF, getrusage
from shutil import copytree
from statistics import median
from typing import Final

from licensekit import Licensing
from licensekit.installation import Installation
from tests import homes, today
from tests.benchmarks.growth.series import Act, Curve, Growth, idle_seconds, processor_seconds, timed, up_to

COUNTS: Final = (1, 10, 100, 1_000)
PACK: Final = today.pack()


def prepare(folder: Path) -> Path:
    """Set up the installation that every tenant has a copy of."""
    with Installation.open(folder, root=homes.PIN, pack=PACK) as installation:
        installation.activate(today.file(today.bundle()))
        installation.users.add("anna")
        installation.users.assign("anna", "user")
    return folder


def tenants(first: Path) -> Iterator[Licensing]:
    """Open one tenant after the other, each with a home of its own."""
    number = 0
    while True:
        number += 1
        home = copytree(first, first.parent / f"tenant{number}")
        yield Licensing.open(home, root=homes.PIN, pack=PACK)


def switching(opened: list[Licensing]) -> Act:
    """Return what asks the next tenant about a user, a thousand times."""
    following = cycle(opened)

    def switch() -> None:
        for _ in range(1_000):
            next(following).user("anna").allows("user")

    return switch


def peak_bytes() -> int:
    """Return the most memory that this process had so far (Linux)."""
    return getrusage(RUSAGE_SELF).ru_maxrss * 1024


def grow(most: int) -> Growth:
    """Open more and more tenants in this process, and measure at each count."""
    opening, switched, idle, memory = (dict[int, float]() for _ in range(4))
    with ExitStack() as stack:
        following = tenants(prepare(Path(stack.enter_context(tempfile.TemporaryDirectory()), "first")))

        def open_next() -> None:
            one = stack.enter_context(closing(next(following)))
            assert one.user("anna").allows("user")
            opened.append(one)

        opened: list[Licensing] = []
        open_next()  # warms up
        for count in up_to(most, COUNTS):
            opening[count] = median(timed(open_next) for _ in range(count + 1 - len(opened)))
            [seconds] = processor_seconds({count: switching(opened)}).values()
            switched[count] = seconds / 1_000
            idle[count] = idle_seconds()
            memory[count] = peak_bytes()
    return Growth(
        "tenants",
        "Many tenants in one process",
        "tenants",
        [
            Curve("open one and ask", "s", opening),
            Curve("go to the next and ask", "s", switched),
            Curve("kept, each second", "s", idle),
            Curve("memory of the process", "bytes", memory),
        ],
    )
