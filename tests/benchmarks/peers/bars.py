"""The chart of the comparison, in SVG: a panel for each measure, and in it a bar for each contender.

A bar begins at the floor, which is 1, and its length is the logarithm of the ratio. A thin line shows the quartiles.
The drawing has a background of its own, so that it can be read on light and dark pages.
"""

from collections.abc import Iterator, Sequence
from html import escape
from math import ceil, floor, log2
from typing import Final, NamedTuple

from tests.benchmarks.peers.figures import Comparison, Cost, Row, Spread

WIDTH: Final = 700
PANEL: Final = 340
LABELS: Final = 118
"""Where the names end and bars begin."""
NUMBERS: Final = 34
"""What is kept free on the right of the bars for their numbers."""
LINE: Final = 19
TOP: Final = 44
BOTTOM: Final = 14
STYLE: Final = """\
.card { fill: #ffffff } text { fill: #1f2328; font: 12px system-ui, sans-serif } .title { font-weight: 600 }
.other { fill: #a3adba } .ours { fill: #4051b5 } .axis { stroke: #1f2328 }
.spread { stroke: #1f2328; stroke-width: 1.5 }
@media (prefers-color-scheme: dark) {
  .card { fill: #161b22 } text { fill: #e6edf3 } .other { fill: #6b7684 } .ours { fill: #8c9bf2 }
  .axis, .spread { stroke: #e6edf3 }
}
"""


class Bar(NamedTuple):
    """One contender in one panel."""

    name: str
    ratio: Spread

    @property
    def kind(self) -> str:
        """The class of its style."""
        return "ours" if self.name.startswith("licensekit") else "other"


def bars_of(rows: Sequence[Row]) -> dict[str, list[Bar]]:
    """Return the bars of each panel, by its title; the floor has none."""
    (base,) = [row for row in rows if row.name == row.floor]
    others = [row for row in rows if row is not base]

    def times(costs: Sequence[tuple[str, Cost | None]]) -> list[Bar]:
        return [Bar(name, cost.ratio) for name, cost in costs if cost]

    return {
        "Bytes": [Bar(row.name, Spread(*[row.size / base.size] * 3)) for row in others],
        "Verify": times([(row.name, row.verify) for row in others]),
        "Issue": times([(row.name, row.issue) for row in others]),
        "Cold process": times([(row.name, row.cold) for row in others]),
    }


def panel(title: str, bars: Sequence[Bar], left: float, top: float) -> Iterator[str]:
    """Yield the elements of one panel."""
    lowest = floor(min(0.0, *(log2(bar.ratio.low) for bar in bars)))
    highest = max(1, ceil(max(log2(bar.ratio.high) for bar in bars)))
    begin, room = left + LABELS, PANEL - LABELS - NUMBERS

    def x(ratio: float) -> float:
        return begin + (log2(ratio) - lowest) / (highest - lowest) * room

    one, end = x(1), top + TOP + LINE * len(bars)
    yield f'<text class="title" x="{left + 8:.0f}" y="{top + 22:.0f}">{escape(title)}</text>'
    yield f'<text x="{one:.1f}" y="{top + 38:.0f}" text-anchor="middle">floor</text>'
    yield f'<path class="axis" d="M{one:.1f} {top + TOP - 2:.0f}V{end:.0f}"/>'
    for number, bar in enumerate(bars):
        y = top + TOP + LINE * number
        low, middle, high = map(x, bar.ratio)
        yield f'<text x="{begin - 6:.0f}" y="{y + 13:.0f}" text-anchor="end">{escape(bar.name)}</text>'
        begins, length = min(one, middle), abs(middle - one)
        yield f'<rect class="{bar.kind}" x="{begins:.1f}" y="{y + 3}" width="{length:.1f}" height="{LINE - 6}"/>'
        if high > low:
            yield f'<path class="spread" d="M{low:.1f} {y + LINE / 2:.1f}H{high:.1f}"/>'
        yield f'<text x="{max(one, high) + 5:.1f}" y="{y + 13:.0f}">{bar.ratio.median:.2f}</text>'


def chart(found: Comparison) -> str:
    """Return the drawing of what was compared with the floor of Ed25519."""
    panels = bars_of([row for row in found.python if row.floor == "floor"])
    tall = TOP + LINE * max(map(len, panels.values())) + BOTTOM
    height = tall * ((len(panels) + 1) // 2)
    drawn = [
        element
        for number, (title, bars) in enumerate(panels.items())
        for element in panel(title, bars, (number % 2) * (WIDTH - PANEL), (number // 2) * tall)
    ]
    size = f'viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}"'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" role="img" {size}>'
    title = "<title>Ratios to the floor: less is better</title>"
    background = f'<rect class="card" width="{WIDTH}" height="{height}" rx="8"/>'
    return "\n".join([head, title, f"<style>\n{STYLE}</style>", background, *drawn, "</svg>\n"])
