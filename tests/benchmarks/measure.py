"""How the benchmarks time: two things in turn in one process, and the median of their ratios."""

import time
from collections.abc import Callable
from statistics import median
from typing import NamedTuple


class Measured(NamedTuple):
    """What two things cost, each the median over the rounds, and the median of the ratios."""

    ours: float
    """Seconds."""
    floor: float
    """Seconds."""
    ratio: float


def measure(ours: Callable[[], object], floor: Callable[[], object], *, calls: int, rounds: int = 41) -> Measured:
    """Time both in turn, so that a machine that slows down slows both alike."""
    return measure_loops(_looped(ours), _looped(floor), calls=calls, rounds=rounds)


def measure_loops(
    ours: Callable[[int], object], floor: Callable[[int], object], *, calls: int, rounds: int = 41
) -> Measured:
    """Do the same with loops that make as many calls as they are told.

    For what costs no more than the call of a lambda, which would flatter the ratio.
    """
    pairs: list[tuple[float, float]] = []
    for number in range(rounds + 1):
        if number % 2:
            of_ours = _time(ours, calls)
            of_floor = _time(floor, calls)
        else:
            of_floor = _time(floor, calls)
            of_ours = _time(ours, calls)
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


def _looped(call: Callable[[], object]) -> Callable[[int], None]:
    def loop(calls: int) -> None:
        for _ in range(calls):
            call()

    return loop


def _time(loop: Callable[[int], object], calls: int) -> float:
    begin = time.perf_counter()
    loop(calls)
    return (time.perf_counter() - begin) / calls
