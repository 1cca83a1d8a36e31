"""What is measured of growth: curves of costs over a count, how they are timed, and how they are shown."""

import json
import time
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from math import log
from pathlib import Path
from statistics import median
from typing import Any, Final, NamedTuple

from tests.benchmarks.chart import Line, log_log, short, written

Act = Callable[[], object]
_IDLE_SECONDS: Final = 3


class Curve(NamedTuple):
    """What one thing costs, by count."""

    what: str
    unit: str
    """`s`, `bytes` or `/s`, as `tests.benchmarks.chart.written` knows them."""
    costs: Mapping[int, float]

    @property
    def relative(self) -> list[float]:
        """Each cost in units of the first."""
        first, *_ = found = list(self.costs.values())
        return [cost / first for cost in found]

    @property
    def exponents(self) -> list[float]:
        """Between neighbors, to which power of the count the cost grows: 0 is flat, 1 is in proportion."""
        return [log(cost / before) / log(n / m) for (m, before), (n, cost) in pairwise(self.costs.items())]


class Growth(NamedTuple):
    """How the costs of several things grow with one count."""

    name: str
    title: str
    counted: str
    curves: Sequence[Curve]

    @property
    def chart(self) -> str:
        """The curves that have the unit of the first one, as SVG."""
        unit = self.curves[0].unit
        lines = [Line(curve.what, curve.costs) for curve in self.curves if curve.unit == unit]
        return log_log(self.title, self.counted, unit, lines)

    @property
    def table(self) -> str:
        """A table in Markdown: a row for each curve, a column for each count."""
        counts = sorted({n for curve in self.curves for n in curve.costs})
        head = [self.counted, *(f"{n:,}" for n in counts), "last to first", "exponents"]
        rows = [head, ["---", *("--:" for _ in head[1:])]]
        for curve in self.curves:
            costs = (written(curve.costs[n], curve.unit) if n in curve.costs else "" for n in counts)
            powers = ", ".join(f"{round(one, 1) + 0.0:.1f}" for one in curve.exponents)
            rows.append([curve.what, *costs, short(curve.relative[-1]), powers])
        return "".join(f"| {' | '.join(row)} |\n" for row in rows)

    @property
    def lines(self) -> str:
        """The same for a terminal: each curve with a line for each count."""
        found = [f"{self.title}, by {self.counted}"]
        for curve in self.curves:
            found.append(f"  {curve.what}")
            powers = [None, *curve.exponents]
            for (n, cost), times, power in zip(curve.costs.items(), curve.relative, powers, strict=True):
                exponent = "" if power is None else f"{power:8.2f}"
                found.append(f"  {n:>12,}  {written(cost, curve.unit):>14}  {short(times):>10} x{exponent}")
        return "\n".join(found)

    def save(self, folder: Path) -> None:
        """Write figures and chart."""
        data = {**self._asdict(), "curves": [curve._asdict() for curve in self.curves]}
        (folder / f"{self.name}.json").write_text(json.dumps(data, indent=1, ensure_ascii=False) + "\n", "utf-8")
        (folder / f"{self.name}.svg").write_text(self.chart, "utf-8")


def saved(path: Path) -> Growth:
    """Read what `Growth.save` wrote."""
    data: dict[str, Any] = json.loads(path.read_text("utf-8"))
    curves = [Curve(one["what"], one["unit"], {int(n): c for n, c in one["costs"].items()}) for one in data["curves"]]
    return Growth(data["name"], data["title"], data["counted"], curves)


def up_to(most: int, counts: Sequence[int]) -> list[int]:
    """Return the counts that are not above the bound; at least the first."""
    return [n for n in counts if n <= most] or [counts[0]]


def timed(act: Act, calls: int = 1) -> float:
    """Return the seconds of the processor that one call takes.

    Others on the machine count little in it, other threads and the disk not at all.
    """
    begin = time.thread_time()
    for _ in range(calls):
        act()
    return (time.thread_time() - begin) / calls


def processor_seconds(acts: Mapping[int, Act], *, calls: int = 1, rounds: int = 9) -> dict[int, float]:
    """Return the median of what each act takes; the sizes take turns, and the first round warms up."""
    found = [{n: timed(act, calls) for n, act in acts.items()} for _ in range(rounds + 1)]
    return {n: median(one[n] for one in found[1:]) for n in acts}


def idle_seconds() -> float:
    """Return how many seconds of the processor our threads use in a second in which nobody asks."""
    begin = time.process_time()
    time.sleep(_IDLE_SECONDS)
    return (time.process_time() - begin) / _IDLE_SECONDS
