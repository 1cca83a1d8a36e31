"""How contenders are timed: each in a process of its own, in turn with its floor, and many times.

What is measured is processor time, which does not count what other processes do. A machine that is slow for a while is
slow for both of a pair, so the median of their ratios hardly changes.
"""

import os
import re
import subprocess
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from pathlib import Path
from statistics import median, quantiles
from typing import NamedTuple, Self

from tests.benchmarks.peers.figures import Cost, Spread

SLICE_SECONDS = 0.015
"""How long a worker runs before it is the turn of another."""
WARM_UP_SECONDS = 0.4
"""How long it runs before it is measured: Node compiles what it has run often."""


class Contender(NamedTuple):
    """What is measured: a process that stays and times itself, and one that verifies one file and ends."""

    name: str
    floor: str
    """The name of the contender that it is compared with."""
    warm: list[str]
    cold: list[str]
    folder: Path
    environment: dict[str, str]


def spread_of(values: list[float]) -> Spread:
    """Return the quartiles, to three decimals; of one value, the value."""
    found = quantiles(values, n=4, method="inclusive") if len(values) > 1 else values * 3
    return Spread(*(round(value, 3) for value in found))


def paired(contenders: Iterable[Contender], once: Callable[[str], float], *, rounds: int) -> dict[str, Cost]:
    """Return what each contender costs by `once`, which takes its name and returns seconds.

    It is the turn of all in each round, and of the floor beside each, before it or after it by turns.
    """
    pairs: dict[str, list[tuple[float, float]]] = {one.name: [] for one in contenders}
    floors = {one.name: one.floor for one in contenders}
    for number in range(rounds):
        for name, measured in pairs.items():
            floor = floors[name]
            if name == floor:
                seconds = once(name)
                measured.append((seconds, seconds))
            elif number % 2:
                seconds = once(name)
                measured.append((seconds, once(floor)))
            else:
                seconds = once(floor)
                measured.append((once(name), seconds))
    return {name: cost_of(measured) for name, measured in pairs.items()}


def cost_of(pairs: list[tuple[float, float]]) -> Cost:
    """Return the cost by pairs of a contender's seconds and its floor's."""
    return Cost(
        round(median(seconds for seconds, _ in pairs), 8), spread_of([seconds / floor for seconds, floor in pairs])
    )


class Workers:
    """The warm processes of contenders, one each; a context manager that ends them."""

    def __init__(self, contenders: Iterable[Contender]) -> None:
        self._running = ExitStack()
        self._processes = {one.name: self._started(one) for one in contenders}
        self._calls: dict[tuple[str, str], int] = {}

    def _started(self, one: Contender) -> "subprocess.Popen[str]":
        pipe = subprocess.PIPE
        process = subprocess.Popen(
            one.warm, cwd=one.folder, env=one.environment, stdin=pipe, stdout=pipe, text=True, bufsize=1
        )
        return self._running.enter_context(process)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        for process in self._processes.values():
            process.terminate()
        self._running.close()

    def ask(self, name: str, what: str, calls: int) -> float:
        """Have one contender make `calls` calls, and return the seconds of one."""
        process = self._processes[name]
        assert process.stdin
        assert process.stdout
        print(what, calls, file=process.stdin, flush=True)
        return float(process.stdout.readline())

    def time_slice(self, name: str, what: str) -> float:
        """Do so for the time of one slice; the first time warms up, and finds out how many calls that is."""
        if (name, what) not in self._calls:
            first = self.ask(name, what, 1)
            seconds = self.ask(name, what, max(1, int(WARM_UP_SECONDS / first)))
            self._calls[name, what] = max(1, int(SLICE_SECONDS / seconds))
        return self.ask(name, what, self._calls[name, what])


def warm_costs(contenders: list[Contender], what: str, *, rounds: int) -> dict[str, Cost]:
    """Return the cost of one call of `what`: `issue` or `verify`."""
    with Workers(contenders) as workers:
        return paired(contenders, lambda name: workers.time_slice(name, what), rounds=rounds)


class Ended(NamedTuple):
    """What a process has used."""

    seconds: float
    """Processor time, from its start to its end."""
    peak: int | None
    """The most memory that it had at any time, in KiB; None where the system does not say."""


def run(command: list[str], folder: Path, environment: dict[str, str]) -> Ended:
    """Run a process that may print `/proc/self/status` before it ends.

    `ru_maxrss` would not do: what was measured before `exec` counts there, so no child has less than its parent.
    """
    process = subprocess.Popen(command, cwd=folder, env=environment, stdout=subprocess.PIPE, text=True)
    with process:
        assert process.stdout
        printed = process.stdout.read()
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise subprocess.CalledProcessError(process.returncode, command)
    peak = re.search(r"^VmHWM:\s+(\d+) kB$", printed, re.MULTILINE)
    return Ended(used.ru_utime + used.ru_stime, int(peak[1]) if peak else None)


def cold_costs(contenders: list[Contender], *, rounds: int) -> tuple[dict[str, Cost], dict[str, float | None]]:
    """Return what a process costs that verifies one file, and the KiB of memory that it has at most."""
    peaks: dict[str, list[int]] = {one.name: [] for one in contenders}
    named = {one.name: one for one in contenders}

    def once(name: str) -> float:
        one = named[name]
        ended = run(one.cold, one.folder, one.environment)
        if ended.peak is not None:
            peaks[name].append(ended.peak)
        return ended.seconds

    for name in named:
        once(name)  # the first compiles the modules
    costs = paired(contenders, once, rounds=rounds)
    return costs, {name: median(found) if found else None for name, found in peaks.items()}


def peak_of(command: list[str], folder: Path, environment: dict[str, str]) -> float | None:
    """Return the median peak of a process, in KiB."""
    peaks = [ended.peak for _ in range(5) if (ended := run(command, folder, environment)).peak is not None]
    return median(peaks) if peaks else None


def beyond(peak: float | None, bare: float | None) -> float | None:
    """Return how much more memory one process had than another."""
    return None if peak is None or bare is None else peak - bare
