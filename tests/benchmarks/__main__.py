"""licensekit and its peers on the same claims, side by side: `python -m tests.benchmarks`.

Prints tables of ratios to a floor. With `--write`, renews `docs/performance.md` and what it shows from
`docs/performance/`: the figures as JSON and a chart. Peers come with the extra `benchmarks`; those that are missing are
left out, and named.
"""

import argparse

from msgspec import json

from tests.benchmarks.peers.bars import chart
from tests.benchmarks.peers.figures import Comparison
from tests.benchmarks.peers.pages import CHART, replaced, tables
from tests.benchmarks.peers.side_by_side import compare
from tests.docs.tables import DOCS

FIGURES = (DOCS / CHART).with_suffix(".json")


def main() -> None:
    """Measure, and print or write what was found."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("--rounds", type=int, default=40, help="how often each is timed (default: 40)")
    parser.add_argument("--write", action="store_true", help="renew docs/performance.md and its chart")
    asked = parser.parse_args()
    if asked.rounds < 1:
        parser.error("--rounds must be at least 1")
    found = compare(asked.rounds)
    for title, text in tables(found).items():
        print(f"{title}\n\n{text}")
    for why in found.skipped:
        print(f"not measured: {why}")
    if asked.write:
        write(found)


def write(found: Comparison) -> None:
    """Write the page, the figures and the chart."""
    FIGURES.parent.mkdir(exist_ok=True)
    FIGURES.write_bytes(json.format(json.encode(found), indent=1) + b"\n")
    (DOCS / CHART).write_text(chart(found), "utf-8")
    page = DOCS / "performance.md"
    page.write_text(replaced(page.read_text("utf-8"), found), "utf-8")


if __name__ == "__main__":
    main()
