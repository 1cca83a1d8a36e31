"""How many questions a second the threads of one process ask together. The floor is a method with one look-up.

The best of the rounds counts: whatever else the machine does can only slow them down.
"""

import sys
import tempfile
import time
from collections.abc import Callable
from threading import Barrier, Thread
from typing import Final

from licensekit import Licensing
from licensekit.installation import Installation
from tests import homes, today
from tests.benchmarks.growth.series import Curve, Growth, up_to
from tests.benchmarks.many_users import bare_loop

COUNTS: Final = (1, 2, 4, 8, 16, 32, 64)
CALLS: Final = 100_000
"""Questions in a round, divided among the threads."""
ROUNDS: Final = 40
Loop = Callable[[int], object]


def a_second(loop: Loop, threads: int) -> float:
    """Return how often a second the threads do it together, from the first one's begin to the last one's end."""
    ready = Barrier(threads + 1)

    def work() -> None:
        ready.wait()
        loop(CALLS // threads)

    workers = [Thread(target=work) for _ in range(threads)]
    for worker in workers:
        worker.start()
    ready.wait()
    begin = time.perf_counter()
    for worker in workers:
        worker.join()
    return CALLS / (time.perf_counter() - begin)


def loops(licensing: Licensing) -> dict[str, Loop]:
    """Return what threads do over and over."""

    def system(calls: int) -> None:
        for _ in range(calls):
            licensing.allows("server")

    def user(calls: int) -> None:
        for _ in range(calls):
            licensing.user("anna").allows("user")

    return {"one look-up": bare_loop, "allows": system, "user(id).allows": user}


def grow(most: int) -> Growth:
    """Let more and more threads ask."""
    counts = up_to(most, COUNTS)
    with tempfile.TemporaryDirectory() as folder:
        with Installation.open(folder, root=homes.PIN, pack=today.pack()) as installation:
            installation.activate(today.file(today.bundle()))
            installation.users.add("anna")
            installation.users.assign("anna", "user")
        with Licensing.open(folder, root=homes.PIN, pack=today.pack()) as licensing:
            found = [
                {(what, n): a_second(loop, n) for n in counts for what, loop in loops(licensing).items()}
                for _ in range(ROUNDS)
            ]
            named = list(loops(licensing))
    curves = [Curve(what, "/s", {n: max(one[what, n] for one in found) for n in counts}) for what in named]
    return Growth("threads", f"Threads that ask, Python {sys.version_info[0]}.{sys.version_info[1]}", "threads", curves)
