"""Any history of meters against a plain model: never above what was sold, and nothing is lost but by a kill."""

from contextlib import closing
from typing import cast

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from licensekit import Licensing
from licensekit.state.home import open_installation
from tests import makers
from tests.homes import Home
from tests.profiles import examples
from tests.runtime.meters.conftest import rows, sell

CODES = st.sampled_from(["day", "month", "term"])
PROCESSES = st.integers(0, 2)
AMOUNTS = st.integers(1, 40)
EXPIRIES = st.sampled_from([makers.ISSUED_DAY + 365, makers.ISSUED_DAY + 366])


class Meters(RuleBasedStateMachine):
    """Units used by three processes, of which some are killed, while the clock and what is sold change."""

    home: Home
    sequences: list[int]
    """Those of the bundles that were activated, over all histories."""

    def __init__(self) -> None:
        super().__init__()
        self.home.clock.now = makers.NOW
        with closing(open_installation(self.home.place, create=True)) as database, database.write() as connection:
            connection.run("DELETE FROM meters")
        self.used: dict[str, int] = {}
        """Period to how many units programs have used in it."""
        self.most: dict[str, int] = {}
        """Period to the most that was sold for it."""
        self.lost: dict[str, int] = {}
        """Code to how many units were lost in kills."""
        self.running: list[Licensing] = []

    @initialize(amount=AMOUNTS)
    def begin(self, amount: int) -> None:
        """Start three processes."""
        self.sell(amount, makers.ISSUED_DAY + 365)
        self.running = [self.home.run() for _ in range(3)]

    @rule(amount=AMOUNTS, expiry=EXPIRIES)
    def sell(self, amount: int, expiry: int) -> None:
        """Activate another amount, perhaps for another term."""
        self.sequences.append(len(self.sequences) + 1)
        sell(self.home, self.sequences[-1], day=amount, month=amount, term=amount, expiry=expiry)
        self.refresh()

    @rule(days=st.sampled_from([-31, -1, 1, 31]))
    def move_clock(self, days: int) -> None:
        """Set the clock, forwards or back, but not before what was activated."""
        self.home.clock.now = max(makers.NOW, self.home.clock.now + days * 86_400)
        self.refresh()

    @rule(process=PROCESSES, code=CODES, n=st.integers(1, 12))
    def use(self, process: int, code: str, n: int) -> None:
        """Use units: all of them, exactly if that many remain."""
        meter = self.running[process].meter(code)
        [allowance] = self.running[process].count(code).allowances
        self.most[allowance.period] = max(self.most.get(allowance.period, 0), cast("int", allowance.amount))
        remaining = meter.remaining
        assert meter.try_use(n) == (n <= cast("int", remaining))
        if n <= cast("int", remaining):
            self.used[allowance.period] = self.used.get(allowance.period, 0) + n

    @rule(process=PROCESSES)
    def restart(self, process: int) -> None:
        """End a process as it should, and start another one."""
        self.running[process].close()
        self.running[process] = self.home.run()

    @rule(process=PROCESSES, code=CODES)
    def kill(self, process: int, code: str) -> None:
        """Let a process forget what it has reserved of a meter, as a kill does."""
        meter = self.running[process].meter(code)
        before = meter.remaining
        meter.after_fork()
        lost = cast("int", before) - cast("int", meter.remaining)
        assert 0 <= lost <= 24
        self.lost[code] = self.lost.get(code, 0) + lost

    @precondition(lambda self: self.running)
    @invariant()
    def never_more_than_was_sold(self) -> None:
        """What was used is in the database, and that is at most what was sold."""
        found = rows(self.home)
        for period, used in self.used.items():
            assert used <= found[period] <= self.most[period]

    def refresh(self) -> None:
        """Let every process see what has changed."""
        for one in self.running:
            one.refresh()

    def teardown(self) -> None:
        """End every process: what is missing then was lost in kills, and nothing else."""
        for one in self.running:
            one.close()
        found = rows(self.home)
        missing = sum(found.values()) - sum(self.used.values())
        assert missing == sum(self.lost.values())
        assert all(used <= found[period] for period, used in self.used.items())


def test_any_history_of_meters_is_counted_exactly(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("licensekit.state.usage.SHARE", 3)
    here = type("Here", (Meters,), {"home": home, "sequences": []})
    run_state_machine_as_test(
        here,
        settings=settings(
            max_examples=examples(20),
            stateful_step_count=20,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
        ),
    )
