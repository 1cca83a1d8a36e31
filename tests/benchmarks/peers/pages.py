"""What a comparison looks like: tables for a terminal and for `docs/performance.md`."""

import re
from collections.abc import Sequence
from typing import Final

from tests.benchmarks.peers import node
from tests.benchmarks.peers.cases import CASES, CHECKS
from tests.benchmarks.peers.figures import Comparison, Cost, Row

BEGIN: Final = "<!-- side by side: made by python -m tests.benchmarks --write -->"
END: Final = "<!-- side by side: end -->"
CHART: Final = "performance/side-by-side.svg"
CAPTION: Final = """\
Bars start at the floor and show the logarithm of the ratio: a bar to the right costs more than the floor, a bar to the
left costs less. The thin lines are the quartiles.
"""
HEAD: Final = ("", "bytes", "characters", "issue", "verify", "cold process", "memory")
NODE_HEAD: Final = ("", "characters", "verify", "cold process", "memory")
MICRO, MILLI = 1e6, 1e3
NONE: Final = "-"


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table in Markdown whose columns are aligned, so that it is one in a terminal as well."""
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    ruler = ["-" * max(3, width) for width in widths]
    lines = (head, ruler, *rows)
    return "".join(
        f"| {' | '.join(cell.ljust(width) for cell, width in zip(line, map(len, ruler), strict=True))} |\n"
        for line in lines
    )


def cost(of: Cost | None, *, is_floor: bool, unit: float) -> str:
    """Return the ratio with its quartiles; of the floor, which is what they are ratios of, the time itself."""
    if of is None:
        return NONE
    if is_floor:
        return f"{of.seconds * unit:,.0f} {'µs' if unit == MICRO else 'ms'}"
    low, median, high = of.ratio
    return f"{median:.2f} ({low:.2f}-{high:.2f})"


def count(of: int, floor: int) -> str:
    """Return a number of bytes, with its ratio to the floor's."""
    return f"{of:,}" if of == floor else f"{of:,} ({of / floor:.2f})"


def cells(row: Row, floor: Row) -> dict[str, str]:
    """Return what the columns show of a row."""
    is_floor = row is floor
    scheme = [] if row.scheme == floor.scheme else [row.scheme]
    return {
        "": row.name if is_floor else ", ".join([f"{row.name} {row.version}", *scheme]),
        "bytes": count(row.size, floor.size),
        "characters": count(row.text, floor.text),
        "issue": cost(row.issue, is_floor=is_floor, unit=MICRO),
        "verify": cost(row.verify, is_floor=is_floor, unit=MICRO),
        "cold process": cost(row.cold, is_floor=is_floor, unit=MILLI),
        "memory": NONE if row.memory is None else f"{row.memory / 1024:.1f} MiB",
    }


def rows_table(rows: Sequence[Row], head: Sequence[str]) -> str:
    """Return the table of rows that have one floor, which is among them."""
    (floor,) = [row for row in rows if row.name == row.floor]
    shown = [cells(row, floor) for row in rows]
    return table(head, [[one[name] for name in head] for one in shown])


def checks_table(rows: Sequence[Row]) -> str:
    """Return which checks each makes, and which it does not."""
    cases = [CASES[row.name] for row in rows if row.name != row.floor]
    shown = [(one.name, one.checks, [check for check in CHECKS if check not in one.checks]) for one in cases]
    lines = [[name, *(", ".join(part) or NONE for part in parts)] for name, *parts in shown]
    return table(("", "checks", "does not check"), lines)


def meanings() -> str:
    """Return what the heads of that table mean, as a sentence."""
    return "; ".join(f"*{check}*: {meaning}" for check, meaning in CHECKS.items() if meaning) + ".\n"


def better_table(found: Comparison) -> str:
    """Return what each does better than licensekit; of ours and the floors alone, nothing."""
    better = {name: case.better for name, case in CASES.items()} | {case.name: case.better for case in node.CASES}
    shown = [(row.name, better[row.name]) for row in (*found.python, *found.node)]
    lines = [one for one in shown if one[1]]
    return table(("", "does better"), lines) if lines else ""


def tables(found: Comparison) -> dict[str, str]:
    """Return each table under its heading."""
    floors = dict.fromkeys(row.floor for row in found.python)
    by_floor = {floor: [row for row in found.python if row.floor == floor] for floor in floors}
    titles = {"floor": "Ed25519", "hybrid floor": "Ed25519 and ML-DSA-65"}
    shown = {titles[floor]: rows_table(rows, HEAD) for floor, rows in by_floor.items()}
    if found.node:
        shown["In Node"] = rows_table(found.node, NODE_HEAD)
    shown["What each checks"] = f"{checks_table(found.python)}\n{meanings()}"
    return shown | ({"What others do better": better} if (better := better_table(found)) else {})


def section(found: Comparison) -> str:
    """Return the part of the page between the two marks."""
    skipped = "".join(f"- not measured: {why}\n" for why in found.skipped)
    parts = [f"{found.machine}; {found.rounds} rounds.\n", *([skipped] if skipped else [])]
    chart = f"![Bytes, issue, verify and cold process of each, as ratios to the floor]({CHART})\n"
    for number, (title, text) in enumerate(tables(found).items()):
        parts += [f"### {title}\n", text]
        if not number:
            parts += [chart, CAPTION]
    return "\n".join(parts)


def replaced(page: str, found: Comparison) -> str:
    """Return the page with a new section between its marks."""
    pattern = rf"(?<={re.escape(BEGIN)}\n).*(?={re.escape(END)})"
    return re.sub(pattern, lambda _: f"\n{section(found)}\n", page, flags=re.DOTALL)
