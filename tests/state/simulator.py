"""A simulator of time: how a term of a year fares under each usage, clock and evidence.

It prints, for each, the days of running that a clock which is not right won beyond the term, the days that were lost
while the clock was wrong, those that were lost after it was right again, and what gives these back. A usage is when
somebody looks, on which host and in which boot; a clock is what it shows beside the true time. Days are counted on the
host that won or lost most.

Run: python -m tests.state.simulator
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final, NamedTuple

from licensekit.dates import DAY_SECONDS as DAY
from licensekit.state.time import Boot, Reading, TimeSeen, accept_clock, effective, judge, observe, prove

HOUR: Final = 3600
PAUSE: Final = 600
"""The seconds between two observations of a running program."""
START: Final = 1_800_000_000
TERM: Final = 365
END: Final = START + TERM * DAY
HORIZON: Final = 900 * DAY
"""For how long a usage is simulated."""
WRONG: Final = 20 * DAY
"""When a clock goes wrong."""


class Look(NamedTuple):
    """One look at the clocks: the seconds since the start, and where it happens."""

    real: int
    host: int
    boot: int
    up: int
    """What the boot clock of the host shows."""


Usage = Callable[[int], Iterator[Look]]
"""A usage yields looks; it takes the pause of a running program."""
Clock = Callable[[Look], Iterable[int]]
"""A clock yields the errors that it shows at a look, one after the other."""


def server(pause: int) -> Iterator[Look]:
    """Run all the time, and boot every hundred days."""
    return _on_one_host(range(0, HORIZON, pause))


def look_a_day(_pause: int) -> Iterator[Look]:
    """Look for a minute a day, on a machine that runs all the time."""
    return _on_one_host(_minutes(DAY))


def look_a_month(_pause: int) -> Iterator[Look]:
    """Look for a minute a month, on a machine that runs all the time."""
    return _on_one_host(_minutes(30 * DAY))


def containers(pause: int) -> Iterator[Look]:
    """Start a container every hour, for a minute."""
    return _on_one_host(_minutes(max(HOUR, pause)))


def laptop(pause: int) -> Iterator[Look]:
    """Work for eight hours a day, sleep at night, and shut down for the weekend."""
    week = 7 * DAY
    for real in range(0, HORIZON, pause):
        if real % week < 5 * DAY and real % DAY < 8 * HOUR:
            yield Look(real, 0, real // week, real % week)


def many_hosts(pause: int) -> Iterator[Look]:
    """Run on three hosts with one database."""
    for real in range(0, HORIZON, pause):
        for host in range(3):
            yield Look(real + host, host, host, real)


def off_for_a_year(pause: int) -> Iterator[Look]:
    """Run for a month, be off for a year, and run again."""
    for real in range(0, 30 * DAY, pause):
        yield Look(real, 0, 0, real)
    for real in range(395 * DAY, HORIZON, pause):
        yield Look(real, 0, 1, real - 395 * DAY)


def _on_one_host(seconds: Iterable[int]) -> Iterator[Look]:
    for real in seconds:
        yield Look(real, 0, real // (100 * DAY), real % (100 * DAY))


def _minutes(pause: int) -> Iterator[int]:
    for real in range(0, HORIZON, pause):
        yield from (real, real + 60)


USAGES: Final[Mapping[str, Usage]] = {
    "server": server,
    "a look a day": look_a_day,
    "a look a month": look_a_month,
    "containers of seconds": containers,
    "laptop": laptop,
    "many hosts": many_hosts,
    "off for a year": off_for_a_year,
}


def _once_wrong(error: int, seconds: int) -> Clock:
    return lambda look: [error if WRONG <= look.real < WRONG + seconds else 0]


def _from_then_on(error: Callable[[Look], int]) -> Clock:
    return lambda look: [error(look) if look.real >= WRONG else 0]


def _walked(look: Look) -> list[int]:
    """Show 400 days more in steps of 6.9 days, within a minute."""
    is_now = WRONG <= look.real < WRONG + 30 * DAY and look.real % (30 * DAY) // DAY == WRONG // DAY
    steps = range(0, 400 * DAY, 69 * DAY // 10) if is_now else ()
    return [*steps, 0]


HONEST: Final[Mapping[str, Clock]] = {
    "right": lambda _: [0],
    "ahead and corrected": _once_wrong(400 * DAY, 6 * HOUR),
    "walked ahead": _walked,
    "1970 at boot": lambda look: [-START - look.real if look.up < 60 else 0],
    "daylight saving": lambda look: [HOUR if 90 <= look.real // DAY % 365 < 270 else 0],
    "hosts apart": lambda look: [5 * HOUR * (look.host - 1)],
    "NTP step": lambda look: [30 if look.real // DAY % 2 else -30],
    "wrong for 25 hours": _once_wrong(400 * DAY, 25 * HOUR),
}
"""Clocks of people who pay: what they lose is theirs."""
CHEATING: Final[Mapping[str, Clock]] = {
    "back once": _from_then_on(lambda _: -200 * DAY),
    "back in steps": _from_then_on(lambda look: -((look.real - WRONG) // DAY) * DAY),
    "frozen": _from_then_on(lambda look: WRONG - look.real),
    "back for good": _from_then_on(lambda look: -START - look.real),
}
CLOCKS: Final = {**HONEST, **CHEATING}


class Outcome(NamedTuple):
    """What became of a term."""

    won: float
    """Days of running beyond the term, between looks that both had the license."""
    lost: float
    """Days without the license within the term, while the clock was wrong."""
    lost_after: float
    """And while it was right."""
    undone_by: str


class Memory:
    """What an installation remembers, for every host that shares it."""

    def __init__(self) -> None:
        self.seen = TimeSeen()
        self.proofs: list[int] = []

    def look(self, reading: Reading) -> int:
        """Remember a look, and return the effective time."""
        now = effective(self.seen, reading)
        self.seen = observe(self.seen, reading)
        return now

    def activate(self, issued: int, reading: Reading) -> None:
        """Take a document at what the clocks show."""
        now = self.look(reading)
        self.proofs.append(prove(issued, now, self.seen.elapsed))
        self.seen = judge(self.seen, self.proofs)._replace(activated=self.seen.observations)


def simulate(usage: Usage, clock: Clock, *, boot_clock: bool, pause: int = PAUSE) -> Outcome:
    """Return what becomes of a term of `TERM` days that is activated at the first look."""
    memory = Memory()
    used: Counter[int] = Counter()
    lost: Counter[tuple[bool, int]] = Counter()
    before: dict[int, tuple[Look, bool]] = {}
    reading = Reading(START)
    for look in usage(pause):
        granted, error = False, 0
        for step, error in enumerate(clock(look)):
            boot = Boot(bytes([1, look.boot % 256, look.boot // 256]), look.up + step)
            reading = Reading(START + look.real + step + error, boot if boot_clock else None)
            if not before:
                memory.activate(START, Reading(START, reading.boot))
            granted = memory.look(reading) < END
        last, was_granted = before.get(look.host, (look, False))
        passed = look.real - last.real
        used[look.host] += passed * (was_granted and granted and last.boot == look.boot)
        if START + look.real < END and not granted:
            lost[error == 0, look.host] += passed
        before[look.host] = look, granted
    won = max(used.values()) / DAY - TERM
    wrong, after = (_most(lost, is_right=is_right) / DAY for is_right in (False, True))
    return Outcome(max(0.0, won), wrong, after, _undone_by(wrong, after, memory, reading))


def _most(lost: Mapping[tuple[bool, int], int], *, is_right: bool) -> int:
    return max((seconds for (right, _), seconds in lost.items() if right is is_right), default=0)


def _undone_by(wrong: float, after: float, memory: Memory, reading: Reading) -> str:
    if not after:
        return "the right clock" if wrong else ""
    right = Reading(START + HORIZON, reading.boot)
    accepted = accept_clock(memory.seen, right.clock)
    return "accept-clock" if effective(accepted, right) == right.clock else "a reset"


def main() -> None:
    """Print the table."""
    heads = "won", "lost", "lost after", "undone by"
    print(f"{'clock':<22}{'usage':<24}{'boot clock':<12}{heads[0]:>8}{heads[1]:>8}", end="")
    print(f"{heads[2]:>12}  {heads[3]}")
    for name, clock in CLOCKS.items():
        for kind, usage in USAGES.items():
            for boot_clock in (True, False):
                one = simulate(usage, clock, boot_clock=boot_clock)
                print(f"{name:<22}{kind:<24}{'yes' if boot_clock else 'no':<12}", end="")
                print(f"{one.won:>8.1f}{one.lost:>8.1f}{one.lost_after:>12.1f}  {one.undone_by}")


if __name__ == "__main__":
    main()
