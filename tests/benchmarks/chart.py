"""Charts as SVG, readable on light and on dark pages: curves over a count, both axes logarithmic."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from math import ceil, floor, log10
from typing import Final, NamedTuple
from xml.sax.saxutils import escape

WIDTH: Final = 700
_HEIGHT: Final = 340
_LEFT, _RIGHT, _TOP, _BOTTOM = 76, 200, 46, 54
_LABEL_GAP: Final = 17
STYLE: Final = """
    text { font: 13px system-ui, sans-serif; fill: #24292f }
    .title { font-weight: 600; font-size: 15px }
    .back { fill: #ffffff }
    .grid { stroke: #d8dee4 }
    .curve { fill: none; stroke-width: 2.2 }
    .c0 { color: #0b62c4 } .c1 { color: #b5470b } .c2 { color: #137333 } .c3 { color: #8a2fb0 } .c4 { color: #6e6a00 }
    .curve, .dot { stroke: currentColor } .dot, .name { fill: currentColor }
    @media (prefers-color-scheme: dark) {
      text { fill: #d6dae0 }
      .back { fill: #1e2129 }
      .grid { stroke: #3a404b }
      .c0 { color: #6cb0ff } .c1 { color: #ff9d66 } .c2 { color: #62cf86 } .c3 { color: #d59cf0 } .c4 { color: #d8d058 }
      .name { fill: currentColor }
    }
"""
"""Colors of text, lines and up to five curves."""
_STEPS: Final[Mapping[str, Sequence[tuple[float, str]]]] = {
    "s": ((1, "s"), (1e-3, "ms"), (1e-6, "µs"), (1e-9, "ns")),
    "bytes": ((1e6, "MB"), (1e3, "kB"), (1, "bytes")),
    "/s": ((1e6, "M/s"), (1e3, "k/s"), (1, "/s")),
}
"""Unit to how amounts of it are written, the largest first."""


class Line(NamedTuple):
    """A curve: its name, and count to amount."""

    name: str
    points: Mapping[int, float]


def short(number: float) -> str:
    """Return a number with three digits that count."""
    return f"{float(f'{number:.3g}'):,g}"


def written(amount: float, unit: str) -> str:
    """Return an amount of seconds, bytes or things a second as people read it."""
    size, name = next((step for step in _STEPS[unit] if amount >= step[0] * 0.9995), _STEPS[unit][-1])
    return f"{short(amount / size)} {name}"


def log_log(title: str, counted: str, unit: str, lines: Sequence[Line]) -> str:
    """Return the chart of some curves, each with its name at its end."""
    counts = sorted({count for line in lines for count in line.points})
    amounts = [amount for line in lines for amount in line.points.values()]
    lowest, highest = floor(log10(min(amounts))), ceil(log10(max(amounts)))
    across = _scale(log10(counts[0]), log10(counts[-1]), _LEFT, WIDTH - _RIGHT)
    up = _scale(lowest, max(highest, lowest + 1), _HEIGHT - _BOTTOM, _TOP)
    drawn = [*_grid(counts, range(lowest, max(highest, lowest + 1) + 1), unit, across, up)]
    ends = _apart([up.at(line.points[max(line.points)]) for line in lines])
    for number, (line, end) in enumerate(zip(lines, ends, strict=True)):
        places = [(across.at(count), up.at(amount)) for count, amount in sorted(line.points.items())]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
        dots = "".join(f'<circle class="dot" cx="{x:.1f}" cy="{y:.1f}" r="3"/>' for x, y in places)
        name = f'<text class="name" x="{WIDTH - _RIGHT + 12}" y="{end + 4:.1f}">{escape(line.name)}</text>'
        drawn.append(f'<g class="c{number}"><polyline class="curve" points="{path}"/>{dots}{name}</g>')
    middle = (_LEFT + WIDTH - _RIGHT) / 2
    axis = f'<text x="{middle:.0f}" y="{_HEIGHT - 12}" text-anchor="middle">{escape(counted)}</text>'
    return svg(title, _HEIGHT, [*drawn, axis])


def svg(title: str, height: int, drawn: Sequence[str]) -> str:
    """Return a drawing with its title, its colors and what it shows."""
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" role="img">'
    named = (
        f'<title>{escape(title)}</title>\n  <style>{STYLE}  </style>\n  <rect class="back" width="100%" height="100%"/>'
    )
    heading = f'<text class="title" x="12" y="26">{escape(title)}</text>'
    return "\n  ".join([f"{head}{named}", heading, *drawn]) + "\n</svg>\n"


class _Scale(NamedTuple):
    """Where amounts are on an axis, by their logarithm."""

    low: float
    begin: float
    each: float

    def at(self, amount: float) -> float:
        return self.begin + (log10(amount) - self.low) * self.each


def _scale(low: float, high: float, begin: float, end: float) -> _Scale:
    return _Scale(low, begin, (end - begin) / ((high - low) or 1))


def _grid(counts: Sequence[int], powers: Sequence[int], unit: str, across: _Scale, up: _Scale) -> list[str]:
    """Return a line and its text for each count, and for each power of ten."""
    drawn: list[str] = []
    for count in counts:
        x = across.at(count)
        drawn.append(f'<line class="grid" x1="{x:.1f}" x2="{x:.1f}" y1="{_TOP}" y2="{_HEIGHT - _BOTTOM}"/>')
        drawn.append(f'<text x="{x:.1f}" y="{_HEIGHT - _BOTTOM + 20}" text-anchor="middle">{count:,}</text>')
    for power in powers:
        y = up.at(10.0**power)
        drawn.append(f'<line class="grid" x1="{_LEFT}" x2="{WIDTH - _RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>')
        drawn.append(f'<text x="{_LEFT - 10}" y="{y + 4:.1f}" text-anchor="end">{written(10.0**power, unit)}</text>')
    return drawn


def _apart(heights: Sequence[float]) -> list[float]:
    """Move names away from one another, so that none is written over another."""
    order = sorted(range(len(heights)), key=lambda number: heights[number])
    placed = [heights[number] for number in order]
    for above, below in pairwise(range(len(placed))):
        placed[below] = max(placed[below], placed[above] + _LABEL_GAP)
    excess = max(0.0, placed[-1] - (_HEIGHT - _BOTTOM))
    back = dict(zip(order, (one - excess for one in placed), strict=True))
    return [back[number] for number in range(len(heights))]
