"""How an installation in a folder serves more and more processes: opening together, and taking seats.

Times are by the clock, from when all may begin; with more processes than cores, each waits for its share of them.
The best of the rounds counts: whatever else the machine does can only slow them down.
"""

import tempfile
import time
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection as Pipe
from multiprocessing.context import SpawnProcess
from pathlib import Path
from statistics import median
from typing import Final

from licensekit import Licensing
from tests.benchmarks.growth.series import Curve, Growth, up_to
from tests.homes import PIN
from tests.runtime.leases import competing_processes
from tests.runtime.leases.competing_processes import CODE, PACK, PROCESSES

COUNTS: Final = (1, 2, 4, 8, 16, 32)
ROUNDS: Final = 3
SEATS: Final = 500
SECONDS: Final = 3.0
"""For how long seats are taken in a round."""
WAIT: Final = "longest wait for a seat"
SEAT: Final = "a seat, all together"
OPEN: Final = "open together"
OPEN_USED: Final = "open, of the processor"
CURVES: Final = (WAIT, SEAT, OPEN, OPEN_USED)
Pair = tuple[float, float]
Target = Callable[[str, int, Pipe], None]


def start(target: Callable[..., None], many: int, *arguments: str) -> list[tuple[SpawnProcess, Pipe]]:
    """Start processes, and return them with what they listen to once they are ready."""
    hosts: list[tuple[SpawnProcess, Pipe]] = []
    for number in range(many):
        ours, theirs = PROCESSES.Pipe()
        process = PROCESSES.Process(target=target, args=(*arguments, number, theirs))
        process.start()
        hosts.append((process, ours))
    for _, pipe in hosts:
        pipe.recv()
    return hosts


def end(hosts: list[tuple[SpawnProcess, Pipe]]) -> None:
    """Let processes end, and wait for that."""
    for process, pipe in hosts:
        pipe.send(None)
        process.join()


def opening(place: str, _number: int, pipe: Pipe) -> None:
    """Open the installation and ask, whenever told; say what that took by the clock, and of the processor."""
    pipe.send("ready")
    while (begin := pipe.recv()) is not None:
        time.sleep(max(0.0, begin - time.monotonic()))
        began, used = time.monotonic(), time.process_time()
        with Licensing.open(place, root=PIN, pack=PACK) as licensing:
            licensing.allows("server")
            pipe.send((time.monotonic() - began, time.process_time() - used))


def taking(place: str, number: int, pipe: Pipe) -> None:
    """Take and release seats, whenever told; say how many, and the longest wait for one."""
    with Licensing.open(place, root=PIN, pack=PACK) as licensing:
        pipe.send("ready")
        while (begin := pipe.recv()) is not None:
            count, longest = 0, 0.0
            time.sleep(max(0.0, begin - time.monotonic()))
            while (asked := time.monotonic()) < begin + SECONDS:
                lease = licensing.seat(CODE, holder=f"process {number}", wait=60).take()
                longest = max(longest, time.monotonic() - asked)
                lease.release()
                count += 1
            pipe.send((count, longest))


def rounds(place: str, target: Target, counts: list[int]) -> Iterator[tuple[int, list[Pair]]]:
    """Let some of the processes act at one moment, more and more, round after round; yield what they say.

    The first round warms up.
    """
    hosts = start(target, max(counts), place)
    for number in range(ROUNDS + 1):
        for n in counts:
            begin = time.monotonic() + 0.1
            for _, pipe in hosts[:n]:
                pipe.send(begin)
            told = [pipe.recv() for _, pipe in hosts[:n]]
            if number:
                yield n, told
    end(hosts)


def grow(most: int) -> Growth:
    """Let more and more processes open one installation, and take seats of it."""
    counts = up_to(most, COUNTS)
    found: dict[str, dict[int, list[float]]] = {what: {n: [] for n in counts} for what in CURVES}
    with tempfile.TemporaryDirectory() as folder:
        place = str(Path(folder, "home"))
        competing_processes.prepare(place, SEATS)
        for n, told in rounds(place, opening, counts):
            clock, used = (median(one) for one in zip(*told, strict=True))
            found[OPEN][n].append(clock)
            found[OPEN_USED][n].append(used)
        for n, told in rounds(place, taking, counts):
            taken, waits = zip(*told, strict=True)
            found[SEAT][n].append(SECONDS / sum(taken))
            found[WAIT][n].append(max(waits))
    curves = [Curve(what, "s", {n: min(costs) for n, costs in by.items()}) for what, by in found.items()]
    return Growth("processes", "Processes that share a folder", "processes", curves)
