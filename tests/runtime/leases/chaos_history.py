"""What programs believed and what the database had, judged afterwards: pure functions of what was written down.

A program writes down each look at a lease that found it held: the moment is read before the look, so that a program
that is stopped in between claims nothing for the time that it did not run. Moments are of one clock, which runs on
whatever the wall clocks show.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple

HELD, GIVEN_BACK, LOST, STOOD_STILL, REFUSED = "=", "-", "!", "~", "?"
"""What a line says: a lease was held, will be given back, was lost; the program did not run; the database refused."""
Span = tuple[float, float]
SLACK_SECONDS: Final = 0.5
"""For how long a program may stand still and count as running."""


class Line(NamedTuple):
    """What a program wrote down at one moment."""

    what: str
    moment: float
    lease: str = ""
    seat: int = -1
    text: str = ""

    @classmethod
    def read(cls, line: str) -> "Line":
        """Return the line of a log."""
        what, moment, lease, seat, *text = line.split(" ", 4)
        return cls(what, float(moment), lease, int(seat), "".join(text))

    def written(self) -> str:
        """Return it as a line of a log."""
        return f"{self.what} {self.moment!r} {self.lease or '.'} {self.seat} {self.text}\n"


class Program(NamedTuple):
    """What one program wrote, and what was done to it."""

    holder: str
    ttl: int
    lines: Sequence[Line]
    stops: Sequence[Span] = ()
    killed: float | None = None


class Sample(NamedTuple):
    """The rows of seats that were held when the observer looked."""

    moment: float
    holders: tuple[str, ...]
    """Who holds the seats, one entry for each seat that is held."""


class Belief(NamedTuple):
    """From when to when a program believed that it held a seat."""

    seat: int
    lease: str
    holder: str
    begin: float
    end: float


def beliefs(program: Program) -> list[Belief]:
    """Return what a program believed, in the order in which it began."""
    seen: dict[str, tuple[int, list[float]]] = {}
    over: set[str] = set()
    for line in program.lines:
        if line.what in (HELD, GIVEN_BACK):
            seen.setdefault(line.lease, (line.seat, []))[1].append(line.moment)
        if line.what in (GIVEN_BACK, LOST):
            over.add(line.lease)
    ends = {lease: moments[-1] for lease, (_, moments) in seen.items()}
    killed = program.killed
    if killed is not None and not any(begin <= killed <= end for begin, end in program.stops):
        ends |= dict.fromkeys(seen.keys() - over, killed)
    return [Belief(seat, lease, program.holder, moments[0], ends[lease]) for lease, (seat, moments) in seen.items()]


def shared(believed: Iterable[Belief]) -> list[tuple[Belief, Belief]]:
    """Return the beliefs in one seat that overlap."""
    by_seat: dict[int, list[Belief]] = defaultdict(list)
    for one in believed:
        by_seat[one.seat].append(one)
    found: list[tuple[Belief, Belief]] = []
    for ones in by_seat.values():
        last, *rest = sorted(ones, key=lambda one: one.begin)
        for one in rest:
            if one.begin < last.end:
                found.append((last, one))
            last = max(last, one, key=lambda each: each.end)
    return found


def most(believed: Iterable[Belief]) -> int:
    """Return the most seats that were believed to be held at one moment."""
    steps = [step for one in believed for step in ((one.begin, 1), (one.end, -1))]
    now = highest = 0
    for _, step in sorted(steps):
        now += step
        highest = max(highest, now)
    return highest


def standstills(program: Program) -> list[Span]:
    """Return when a program, or the machine, did not run."""
    return [(line.moment - float(line.text), line.moment) for line in program.lines if line.what == STOOD_STILL]


def unexplained_losses(programs: Sequence[Program], *, one_writer: bool) -> list[tuple[str, Line]]:
    """Return each lease that was lost though its program ran: who lost it, and what it wrote.

    With `one_writer`, a program that is stopped while it writes keeps all others waiting.
    """
    stops = [span for program in programs for span in program.stops if one_writer]
    found: list[tuple[str, Line]] = []
    for program in programs:
        for line in (line for line in program.lines if line.what == LOST):
            # A lease is renewed after a third of its time, so two thirds may have passed in vain.
            since = line.moment - program.ttl - SLACK_SECONDS
            lapses = [
                min(end, line.moment) - max(begin, since)
                for begin, end in (*standstills(program), *stops, *program.stops)
            ]
            if sum(lapse for lapse in lapses if lapse > 0) < program.ttl / 3:
                found.append((program.holder, line))
    return found


def kept_too_long(
    samples: Sequence[Sample], dead: Mapping[str, float], ttl: int, gaps: Sequence[Span] = ()
) -> dict[str, float]:
    """Return the killed programs whose seats were not free within 2 `ttl` of observing, and after how many seconds.

    `dead` maps a holder to when it was killed. An observer starts again after a gap: in the samples, of more than a
    quarter of `ttl`, and each of `gaps`.
    """
    found: dict[str, float] = {}
    began: float | None = None
    last = 0.0
    for sample in samples:
        if began is None or sample.moment - last > ttl / 4:
            began = sample.moment
        began = max([began, *(end for _, end in gaps if end <= sample.moment)])
        last = sample.moment
        for holder in dead.keys() & set(sample.holders):
            waited = sample.moment - max(began, dead[holder])
            if waited > 2 * ttl:
                found[holder] = waited
    return found
