"""A plain model of what a vendor sells, to compare reports with: lists of what was done, and rules read off the docs.

It imports nothing of licensekit. Days are counted from 1970. What counts is worked out from all that was done, for each
question again; nothing is kept up to date.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

PERPETUAL: Final = 10**7
TAKEN: Final = frozenset({"suspended", "revoked", "void", "returned"})
MILDER: Final = {"active": 0, "suspended": 1, "revoked": 2, "returned": 2, "void": 3}
"""How bad a state is: it is never followed by a milder one, unless it is reinstated."""
FIGURES: Final = ("new", "renewed", "changed", "taken_back", "in_force", "lapsed", "expiring", "maintenance_due")
USED: Final = ("stated_for", "in_use", "peak", "over", "free")

Counts = Mapping[str, int | None]
Key = tuple[str, int, str, bool]
"""Group, use (0 is production), license (empty: the bundles), and whether it is unrestricted."""


@dataclass(frozen=True)
class Sold:
    """A bundle."""

    number: int
    """In which order they were issued."""
    serial: str
    part: str
    use: int
    sequence: int
    day: int
    """When it was issued."""
    counts: Counts
    customer: str = ""
    edition: str = ""
    starts: int | None = None
    expiry: int | None = None
    grace: int | None = None
    maintenance: int | None = None
    replaces: tuple[str, ...] = ()

    @property
    def begins(self) -> int:
        """The first day on which it counts."""
        return max(self.day, self.starts or 0)

    @property
    def ends(self) -> int:
        """The last day on which it counts."""
        last = self.expiry if self.grace is None else self.grace
        return PERPETUAL if last is None else last

    @property
    def place(self) -> tuple[str, str]:
        """The serial and part."""
        return self.serial, self.part


@dataclass(frozen=True)
class Judged:
    """Bundles were taken back, or reinstated as `active`."""

    day: int
    numbers: frozenset[int]
    state: str


@dataclass(frozen=True)
class Stated:
    """An installation has stated what is in use."""

    day: int
    serial: str
    in_use: Mapping[str, int]


@dataclass
class SalesModel:
    """Everything that was done, in its order."""

    done: list[Sold | Judged] = field(default_factory=list[Sold | Judged])
    statements: list[Stated] = field(default_factory=list[Stated])
    unstated: frozenset[str] = frozenset()
    """Licenses whose use is not stated: system licenses that are not meters."""

    @property
    def sold(self) -> list[Sold]:
        """Every bundle."""
        return [one for one in self.done if isinstance(one, Sold)]

    def report(
        self, first: int, last: int, *, within: int = 90, by: Callable[[Sold], str] = lambda _: "", true_up: bool = True
    ) -> dict[Key, dict[str, int]]:
        """Return the figures of a period that are not all zero."""
        found: defaultdict[Key, dict[str, int]] = defaultdict(lambda: dict.fromkeys((*FIGURES, *USED), 0))

        def add(figure: str, one: Sold, times: int = 1) -> None:
            for code, count in {"": 1, **one.counts}.items():
                key = by(one), one.use, code, count is None
                found[key][figure] += times * (1 if count is None else count)

        before: set[int] = set()
        bundles = {one.number: one for one in self.sold}
        for place, step in enumerate(self.done, 1):
            after = active(self.done[:place])
            if first <= step.day <= last:
                _moved(step, [bundles[n] for n in before - after], [bundles[n] for n in after - before], add)
            before = after
        counting = in_force(self.done, last)
        for one in self.sold:
            for figure in self._at_end(one, (first, last, within), counting, before):
                add(figure, one)
        if true_up:
            self._true_up(found, first, last, by)
        return {key: figures for key, figures in found.items() if any(figures.values())}

    def _at_end(
        self, one: Sold, period: tuple[int, int, int], counting: set[int], is_active: set[int]
    ) -> Iterator[str]:
        """Yield the figures at the end of a period that a bundle is in."""
        first, last, within = period
        if one.number in counting:
            yield "in_force"
        if one.day > last:
            return
        if one.expiry is not None and lapses(self.done, one):
            if first <= one.expiry <= last:
                yield "lapsed"
            if last < one.expiry <= last + within:
                yield "expiring"
        if one.number in is_active and one.maintenance is not None and first <= one.maintenance <= last + within:
            yield "maintenance_due"

    def _true_up(self, found: dict[Key, dict[str, int]], first: int, last: int, by: Callable[[Sold], str]) -> None:
        counting = in_force(self.done, last)
        for serial in {one.serial for one in self.statements if first <= one.day <= last}:
            of_serial = [one for one in self.sold if (one.serial, one.use) == (serial, 0) and one.number in counting]
            if not of_serial:
                continue
            stated = [one.in_use for one in self.statements if one.serial == serial and first <= one.day <= last]
            sold: defaultdict[str, list[int | None]] = defaultdict(list)
            for one in of_serial:
                for code, count in one.counts.items():
                    sold[code].append(count)
            for code in {*sold, *(code for one in stated for code in one)} - self.unstated:
                is_unrestricted = None in sold[code]
                peak = max(one.get(code, 0) for one in stated)
                figures = found[by(of_serial[0]), 0, code, is_unrestricted]
                figures["in_use"] += stated[-1].get(code, 0)
                figures["peak"] += peak
                if not is_unrestricted:
                    total = sum(count or 0 for count in sold[code])
                    figures["stated_for"] += total
                    figures["over"] += max(0, peak - total)
                    figures["free"] += max(0, total - peak)


def _moved(step: Sold | Judged, gone: list[Sold], came: list[Sold], add: Callable[..., None]) -> None:
    """Count what one step has done."""
    if isinstance(step, Judged):
        for one in gone:
            add("taken_back", one)
        for one in came:
            add("taken_back", one, -1)
        return
    before = [one for one in gone if one.use == step.use]
    is_displaced = step not in came
    if not before and not is_displaced:
        add("new", step)
    for one in came:
        if one is not step or before:
            add("changed", one)
    for one in gone:
        add("changed", one, -1)
        if one in before and (later(one.expiry, step.expiry) or later(one.maintenance, step.maintenance)):
            add("renewed", one)


def later(before: int | None, after: int | None) -> bool:
    """Return whether a date was put off."""
    return before is not None and (after is None or after > before)


def states(done: Iterable[Sold | Judged]) -> dict[int, str]:
    """Return what was done to each bundle last."""
    found: dict[int, str] = {}
    for step in done:
        if isinstance(step, Sold):
            found[step.number] = "active"
            continue
        for number in step.numbers & found.keys():
            if step.state == "active" and found[number] in {"suspended", "revoked"}:
                found[number] = "active"
            elif MILDER[step.state] > MILDER[found[number]]:
                found[number] = step.state
    return found


def active(done: list[Sold | Judged]) -> set[int]:
    """Return the bundles that are active: of lines that grant, and not displaced by another use or serial."""
    state = states(done)
    bundles = [one for one in done if isinstance(one, Sold)]
    heads: dict[tuple[str, str, int], Sold] = {}
    for one in bundles:
        line = (*one.place, one.use)
        if state[one.number] != "void" and (line not in heads or heads[line].sequence < one.sequence):
            heads[line] = one
    granting = {line for line, head in heads.items() if state[head.number] not in TAKEN}
    valid = [one for one in bundles if (*one.place, one.use) in granting and state[one.number] not in TAKEN]

    def is_replaced(one: Sold) -> bool:
        return any(one.serial in other.replaces and other.number > one.number for other in valid)

    lasting = [one for one in valid if not is_replaced(one)]
    return {
        one.number
        for one in valid
        if heads[*one.place, one.use] is one
        and not is_replaced(one)
        and not any(other.place == one.place and other.use < one.use for other in lasting)
    }


def in_force(done: list[Sold | Judged], day: int) -> set[int]:
    """Return the bundles in force on a day, by what was entered until then; what has not started displaces nothing."""
    until = [one for one in done if one.day <= day and not (isinstance(one, Sold) and one.begins > day)]
    ends = {one.number: one.ends for one in until if isinstance(one, Sold)}
    return {number for number in active(until) if ends[number] >= day}


def lapses(done: list[Sold | Judged], one: Sold) -> bool:
    """Return whether nothing takes over where a bundle ends."""
    state = states(done)
    if state[one.number] in TAKEN:
        return False
    bundles = [other for other in done if isinstance(other, Sold)]
    later_ones = [
        other
        for other in bundles
        if (*other.place, other.use) == (*one.place, one.use)
        and other.sequence > one.sequence
        and state[other.number] != "void"
    ]
    without = [step for step in done if step not in later_ones]
    return one.number in active(without) and all(one.ends + 1 < (other.starts or 0) for other in later_ones)
