"""How the benchmarks time: two things in turn in one process, and the median of their ratios."""

import sys
import time
from collections.abc import Callable, Sequence
from statistics import median
from typing import NamedTuple

from tests.benchmarks import callgrind
from tests.benchmarks.instructions.programs.marks import Loop, between_marks


class Measured(NamedTuple):
    """What two things cost, each the median over the rounds, and the median of the ratios."""

    ours: float
    """Seconds."""
    floor: float
    """Seconds."""
    ratio: float


class Pair(NamedTuple):
    """Two things to be compared, in loops, so that no call of a lambda flatters the ratio."""

    what: str
    ours: Loop
    floor: Loop
    calls: int
    """In one round."""
    most: float
    """The ratio to reach."""


def compare(module: str, pairs: Sequence[Pair], *, rounds: int = 41) -> None:
    """Time each pair and print its line, with the instructions of one call where callgrind is installed."""
    if callgrind.COUNT in sys.argv:
        for pair in pairs:
            between_marks(pair.ours, pair.calls, warm=callgrind.WARM)
            between_marks(pair.floor, pair.calls, warm=callgrind.WARM)
        return
    for pair in pairs:
        # None of them waits for anything: what other programs take of the processor is not counted.
        measured = measure_loops(pair.ours, pair.floor, calls=pair.calls, rounds=rounds, clock=time.thread_time)
        report(pair.what, measured, most=pair.most)
    counted = callgrind.instructions(module)
    for pair, of_ours, of_floor in zip(pairs, counted[::2], counted[1::2], strict=False):
        ours, floor = of_ours / pair.calls, of_floor / pair.calls
        print(f"{pair.what}, instructions: {ours:,.0f}, floor {floor:,.0f}, ratio {ours / floor:.3f}")


def looped(call: Callable[[], object]) -> Loop:
    """Return a loop around `call`, for what costs much more than to call it."""

    def loop(calls: int) -> None:
        for _ in range(calls):
            call()

    return loop


def measure(ours: Callable[[], object], floor: Callable[[], object], *, calls: int, rounds: int = 41) -> Measured:
    """Time both in turn, so that a machine that slows down slows both alike."""
    return measure_loops(looped(ours), looped(floor), calls=calls, rounds=rounds)


def measure_loops(
    ours: Loop, floor: Loop, *, calls: int, rounds: int = 41, clock: Callable[[], float] = time.perf_counter
) -> Measured:
    """Do the same with loops that make as many calls as they are told.

    For what costs no more than the call of a lambda, which would flatter the ratio.
    """
    pairs: list[tuple[float, float]] = []
    for number in range(rounds + 1):
        if number % 2:
            of_ours = _time(ours, calls, clock)
            of_floor = _time(floor, calls, clock)
        else:
            of_floor = _time(floor, calls, clock)
            of_ours = _time(ours, calls, clock)
        pairs.append((of_ours, of_floor))
    pairs = pairs[1:]  # the first round warms up
    return Measured(
        median(pair[0] for pair in pairs),
        median(pair[1] for pair in pairs),
        median(pair[0] / pair[1] for pair in pairs),
    )


def report(what: str, measured: Measured, *, most: float) -> None:
    """Print one line: what it costs, what the floor costs, the ratio and the ratio to reach."""
    ours, floor, ratio = measured
    print(f"{what}: {ours * 1e6:.3f} us, floor {floor * 1e6:.3f} us, ratio {ratio:.2f} (to reach: {most} at most)")


def _time(loop: Loop, calls: int, clock: Callable[[], float]) -> float:
    begin = clock()
    loop(calls)
    return (clock() - begin) / calls
