"""Processes that ask for more seats than there are, and write down what they believe to hold.

Each writes a line with what it did, after it got a seat and before it gives it back, so that a kill leaves the truth:
what it held ends with it. Nothing of the database is believed.
"""

import os
import signal
import time
from collections.abc import Callable, Iterator
from multiprocessing import get_context
from multiprocessing.context import SpawnProcess
from pathlib import Path
from random import Random
from typing import Final, NamedTuple

from licensekit import Licensing
from licensekit.errors import NoneFree
from licensekit.installation import Installation
from licensekit.runtime.seats import Lease
from tests import today
from tests.crm import SOLD, crm_catalog
from tests.homes import PIN

PACK: Final = today.pack(crm_catalog())
CODE: Final = "seat"
PROCESSES: Final = get_context("spawn")


def prepare(place: str, seats: int) -> None:
    """Set up an installation that has this many seats, by the clock of this machine."""
    users = {**SOLD["users"], CODE: seats}
    with Installation.open(place, root=PIN, pack=PACK) as installation:
        installation.activate(today.file(today.bundle(1, **{**SOLD, "users": users})))


class Task(NamedTuple):
    """What one process does."""

    place: str
    number: int
    wants: int
    """How many seats it holds at most."""
    ttl: int
    seconds: float
    log: Path
    pause: float
    """Seconds of work between two changes."""


def work(task: Task) -> None:
    """Take some seats, and now and then return some, for some seconds."""
    random = Random(task.number)  # noqa: S311  # a choice, no secret
    held: list[Lease] = []
    end = time.monotonic() + task.seconds
    with (
        Licensing.open(task.place, root=PIN, pack=PACK) as licensing,
        task.log.open("a", buffering=1, encoding="utf-8") as lines,
    ):
        while time.monotonic() < end:
            time.sleep(task.pause)
            if len(held) < task.wants and random.random() < 0.8:
                try:
                    lease = licensing.seat(CODE, holder=f"process {task.number}", ttl=task.ttl).take()
                except NoneFree:
                    _give_back(held, lines.write, random)
                    continue
                held.append(lease)
                lines.write(f"+ {lease.id} {lease.row.seat} {time.monotonic()}\n")
            else:
                _give_back(held, lines.write, random)
            if lost := [lease for lease in held if not lease.is_held]:
                lines.write(f"! {len(lost)} {lost[0].error}\n")
        while held:
            _give_back(held, lines.write, random)


def _give_back(held: list[Lease], write: Callable[[str], object], random: Random) -> None:
    if held:
        lease = held.pop(random.randrange(len(held)))
        write(f"- {lease.id} {lease.row.seat} {time.monotonic()}\n")
        lease.release()


class Outcome(NamedTuple):
    """What the processes wrote down."""

    most: int
    """The most seats that were held at one moment."""
    shared: int
    """How often a seat was held by two at one moment."""
    taken: int
    """How many were taken in all."""
    lost: tuple[str, ...]
    """What they were told of leases that were lost."""


def outcome_of(logs: dict[Path, float | None]) -> Outcome:
    """Put together what processes wrote; a process that was killed held nothing since then."""
    moments: list[tuple[float, int, int]] = []
    lost: list[str] = []
    taken = 0
    for log, killed in logs.items():
        open_: dict[str, int] = {}
        for line in log.read_text("utf-8").splitlines(keepends=True):
            what, lease, *rest = line.rstrip("\n").split(" ", 3)
            if what == "!":
                lost.append(line)
            if not line.endswith("\n") or what == "!":
                continue
            seat, moment = int(rest[0]), float(rest[1])
            if what == "+":
                open_[lease] = seat
                taken += 1
                moments.append((moment, +1, seat))
            else:
                moments.append((moment, -1, open_.pop(lease)))
        moments += [(killed or float("inf"), -1, seat) for seat in open_.values()]
    return Outcome(*_counted(moments), taken, tuple(lost))


def _counted(moments: list[tuple[float, int, int]]) -> tuple[int, int]:
    most = shared = now = 0
    seats: dict[int, int] = {}
    for _, step, seat in sorted(moments):
        now += step
        seats[seat] = seats.get(seat, 0) + step
        most = max(most, now)
        shared += seats[seat] > 1
    return most, shared


class CompetingProcesses:
    """Competing processes, some of which are killed and replaced."""

    def __init__(self, place: str, folder: Path, *, wants: int, ttl: int, seconds: float, pause: float = 0) -> None:
        self.place, self.folder, self.pause = place, folder, pause
        self.wants, self.ttl, self.end = wants, ttl, time.monotonic() + seconds
        self.logs: dict[Path, float | None] = {}
        self.running: list[tuple[SpawnProcess, Path]] = []

    def start(self) -> None:
        """Start one more process."""
        number = len(self.logs)
        log = self.folder / f"process-{number}.log"
        log.touch()
        self.logs[log] = None
        left = max(0.0, self.end - time.monotonic())
        task = Task(self.place, number, self.wants, self.ttl, left, log, self.pause)
        process = PROCESSES.Process(target=work, args=(task,))
        process.start()
        self.running.append((process, log))

    def kill_one(self) -> None:
        """Kill the oldest process, immediately and without a signal that it could handle."""
        process, log = self.running.pop(0)
        assert process.pid is not None
        os.kill(process.pid, signal.SIGKILL)
        process.join()
        self.logs[log] = time.monotonic()

    def finish(self) -> Iterator[int | None]:
        """Wait for all that are left, and give their exit codes."""
        for process, _ in self.running:
            process.join(60)
            yield process.exitcode
