"""The two laws of time over random histories, and over every usage and clock of the simulator."""

from collections import Counter
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from licensekit.dates import DAY_SECONDS as DAY
from licensekit.dates import end_of_day
from licensekit.state.time import CONFIRM_SECONDS, Boot, Reading, accept_clock, effective
from tests.profiles import examples
from tests.state import simulator
from tests.state.simulator import CLOCKS, HONEST, HOUR, PAUSE, START, USAGES, Memory, simulate

TERM = 2
END = end_of_day(START // DAY + TERM)
HOSTS = 2


class Step(NamedTuple):
    """What happens on a host: time passes, it may stop and boot, and somebody looks."""

    host: int
    passes: int
    stops: bool
    is_clean: bool
    error: int
    """What the clock shows beside the true time."""
    does: str
    """What an administrator does: activates a document, accepts the clock, or nothing."""


steps = st.builds(
    Step,
    host=st.integers(0, HOSTS - 1),
    passes=st.sampled_from([0, 1, PAUSE, HOUR]) | st.integers(0, 2 * DAY),
    stops=st.sampled_from([False, False, False, True]),
    is_clean=st.booleans(),
    error=st.sampled_from([0, -START, -TERM * DAY]) | st.integers(-TERM * DAY, TERM * DAY),
    does=st.sampled_from(["activate", "accept", *[""] * 8]),
)


class Machines:
    """Hosts that share a memory of time, each with a boot clock that is right."""

    def __init__(self, ahead: int = 0) -> None:
        self.memory = Memory()
        self.real = START
        self.booted: dict[int, tuple[int, int]] = dict.fromkeys(range(HOSTS), (0, START))
        self.looked = dict.fromkeys(range(HOSTS), START)
        """When somebody looked last on each host."""
        self.memory.activate(START, self.reading(0, ahead))

    def reading(self, host: int, error: int = 0) -> Reading:
        """Return what the clocks of a host show."""
        number, since = self.booted[host]
        boot = Boot(bytes([host, number % 256, number // 256]), self.real - since)
        return Reading(self.real + error, boot)

    def go_on(self, step: Step, error: int, issued: int) -> int:
        """Take a step and return the effective time before an administrator does something."""
        self.real += step.passes
        if step.stops:
            self.booted[step.host] = self.booted[step.host][0] + 1, self.real
        reading = self.reading(step.host, error)
        now = self.memory.look(reading)
        if step.does == "activate":
            self.memory.activate(issued, reading)
        elif step.does == "accept":
            self.memory.seen = accept_clock(self.memory.seen, reading.clock)
        self.looked[step.host] = self.real
        return now


@pytest.mark.attack("clock-turned-back")
@pytest.mark.attack("clock-turned-back-in-small-steps")
@given(st.integers(-DAY, DAY), st.lists(steps, max_size=80))
@settings(max_examples=examples(2000), deadline=None)
def test_a_term_never_gives_more_than_two_days_and_ten_minutes_a_stop(ahead: int, history: list[Step]) -> None:
    """With a boot clock, whatever the clock shows, however often it is accepted.

    What is lost besides is the time since the last look of a host, when another one activates.
    """
    machines, used, allowed = Machines(ahead), Counter[int](), Counter[int]()
    granted = dict.fromkeys(range(HOSTS), False)
    for step in history:
        ran = machines.real + step.passes - machines.looked[step.host]
        now = machines.go_on(step, step.error, START)
        if step.stops:
            # The program wrote ten minutes ago at most, or just now if it was closed.
            lasts = 0 if step.is_clean else min(ran, PAUSE)
            allowed[step.host] += lasts
            used[step.host] += lasts * granted[step.host]
        elif granted[step.host] and now < END:
            used[step.host] += ran
        granted[step.host] = now < END
        if step.does == "activate":
            for host, looked in machines.looked.items():
                allowed[host] += (machines.real - looked) * granted[host]
    for host, seconds in used.items():
        assert seconds <= (TERM + 2) * DAY + allowed[host]


@pytest.mark.attack("clock-ahead-and-put-right")
@given(st.lists(st.tuples(steps, st.booleans()), max_size=80))
@settings(max_examples=examples(2000), deadline=None)
def test_the_honest_lose_nothing_that_cannot_be_undone(history: list[tuple[Step, bool]]) -> None:
    """Nothing after a clock that was wrong for less than a day, and nothing once it is accepted."""
    machines = Machines()
    wrong_since: int | None = None
    has_been_long = False
    for step, is_right in history:
        now = machines.go_on(step, 0 if is_right else step.error, machines.real + step.passes)
        if is_right:
            wrong_since = None
        elif wrong_since is None:
            wrong_since = machines.real
        elif machines.real - wrong_since >= CONFIRM_SECONDS:
            has_been_long = True
        if is_right and not has_been_long:
            assert now == machines.real
        reading = machines.reading(step.host)
        if is_right and step.does == "accept":
            has_been_long = False
        accepted = accept_clock(machines.memory.seen, reading.clock)
        assert effective(accepted, reading) == machines.real


@pytest.mark.attack("clock-stopped")
@pytest.mark.parametrize("pause", [6 * HOUR, pytest.param(PAUSE, marks=pytest.mark.thorough)])
@pytest.mark.parametrize("usage", USAGES)
def test_with_a_boot_clock_no_usage_wins_and_the_honest_lose_nothing_for_good(usage: str, pause: int) -> None:
    for name, clock in CLOCKS.items():
        outcome = simulate(USAGES[usage], clock, boot_clock=True, pause=pause)
        assert outcome.won <= 2, name
        is_short = name in HONEST and name not in {"wrong for 25 hours", "daylight saving"}
        if is_short:
            assert outcome.lost_after == 0, name
        assert outcome.undone_by != "a reset", name


@pytest.mark.thorough
def test_the_table_has_a_line_for_each_usage_clock_and_evidence(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(simulator, "HORIZON", 40 * DAY)
    simulator.main()
    assert len(capsys.readouterr().out.splitlines()) == 1 + 2 * len(CLOCKS) * len(USAGES)
