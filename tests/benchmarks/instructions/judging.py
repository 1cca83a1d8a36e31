"""Whether an operation takes more instructions than before, and the table that shows it."""

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from tests.benchmarks.instructions.counting import Count

MOST_PERCENT: Final = 10
"""How much more than before is let pass."""
TITLES: Final = ("operation", "floor", "before", "now", "to floor", "change", "noise")


class Figure(NamedTuple):
    """An operation: what the bare work takes, what the operation took before, and what it takes now."""

    operation: str
    floor: Count
    before: Count | None  # None: not there, or nothing is compared
    now: Count


def is_more(before: Count, now: Count) -> bool:
    """Return whether it is more than is let pass; the least of each counts, as what is on top of it is noise."""
    return now.least * 100 > before.least * (100 + MOST_PERCENT)


def table(figures: Sequence[Figure], *, is_compared: bool) -> str:
    """Return a line for each figure, in columns."""
    return "\n".join([_line(*TITLES), *(_line(*_cells(one, is_compared)) for one in figures)])


def complaints(figures: Iterable[Figure]) -> list[str]:
    """Return a line for each figure that is more than is let pass."""
    return [
        f"{one.operation}: {one.before.least:,} instructions before, {one.now.least:,} now:"
        f" {one.now.least / one.before.least - 1:.1%} more, and at most {MOST_PERCENT}% pass"
        for one in figures
        if one.before is not None and is_more(one.before, one.now)
    ]


def _cells(figure: Figure, is_compared: bool) -> Iterable[str]:  # noqa: FBT001  # of this module alone
    operation, floor, before, now = figure
    yield from (operation, f"{floor.least:,}")
    if before is None:
        yield "not there" if is_compared else "-"
    else:
        yield f"{before.least:,}"
    yield from (f"{now.least:,}", f"{now.least / floor.least:.2f}")
    yield "-" if before is None else f"{now.least / before.least - 1:+.1%}{'!' * is_more(before, now)}"
    yield f"{max(count.noise for count in (floor, before, now) if count is not None):.2%}"


def _line(first: str, *others: str) -> str:
    return f"{first:<12}" + "".join(f"{cell:>15}" for cell in others)
