"""Any history of leases against a plain model: never above the count, and nothing leaks."""

from collections.abc import Callable
from typing import NamedTuple

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from licensekit.errors import LeaseLost, LicenseError, NoneFree, NotFound
from licensekit.installation import HeldSeat
from tests.crm import SOLD
from tests.homes import Home, bundle, file
from tests.profiles import examples
from tests.runtime.leases.seat_process import SeatProcess

HOUR = 3600
# Sums of lapses stay away from the ends of borrowed seats: on a server some seconds pass by themselves.
TTLS = (1000, 2000)
LAPSES = (700, 1500)


class Live(NamedTuple):
    """A lease that is held."""

    ttl: int
    beat: int
    borrowed: int | None = None
    """When it ends, if it is borrowed."""


class Leases(RuleBasedStateMachine):
    """Changes in any order, each tried on two processes and on the model."""

    held = Bundle("held")

    home: Home
    sequences: list[int]
    """Those of the bundles that were activated, over all histories."""

    def __init__(self) -> None:
        super().__init__()
        self.processes = [SeatProcess(self.home), SeatProcess(self.home)]
        self.now = 0
        self.live: dict[str, Live] = {}
        self.looked = [-1, -1]
        """When each process looked last."""
        self.seen = [dict[str, tuple[int, int]](), dict[str, tuple[int, int]]()]
        """For each process: the id of a lease to the beat that it saw, and since when."""
        with self.processes[0].database.write() as connection:
            connection.run("DELETE FROM leases")
        self.total: int | None = 0
        self.sell(3)

    @rule(total=st.integers(1, 6) | st.none())
    def sell(self, total: int | None) -> None:
        """Activate another number of seats."""
        self.sequences.append(len(self.sequences) + 2)
        users = {**SOLD["users"], "seat": total}
        sold = {**SOLD, "users": users, "borrow_hours": 1}
        with self.home.open() as installation:
            installation.activate(file(bundle(self.sequences[-1], **sold)))
        for process in self.processes:
            process.reload()
        self.total = total

    @rule(
        target=held, process=st.integers(0, 1), holder=st.text("ab", min_size=1, max_size=1), ttl=st.sampled_from(TTLS)
    )
    def take(self, process: int, holder: str, ttl: int) -> HeldSeat | None:
        """Take a seat: there is one exactly if fewer are held than there are, or one of them by a silent holder."""
        expected = self.is_full() and not (self.freed(process) and not self.is_full())
        lease: HeldSeat | None = None
        try:
            lease = self.processes[process].take(holder, ttl=ttl)
        except NoneFree:
            assert expected
            return None
        assert not expected
        self.live[lease.id] = Live(ttl, 1)
        return lease

    @rule(process=st.integers(0, 1))
    def look(self, process: int) -> None:
        """Free the seats of silent holders."""
        assert self.processes[process].observe() == self.freed(process)

    def is_full(self) -> bool:
        """Return whether no seat is free."""
        return self.total is not None and len(self.live) >= self.total

    def freed(self, process: int) -> bool:
        """Return whether a look of a process frees seats, which are no longer held then."""
        if self.looked[process] == self.now:
            return False
        self.looked[process], before = self.now, self.seen[process]
        renewed = {lease: one for lease, one in self.live.items() if one.borrowed is None}
        seen = {lease: (one.beat, self.now) for lease, one in renewed.items()}
        seen |= {lease: then for lease, then in before.items() if lease in seen and then[0] == seen[lease][0]}
        silent = {lease for lease, (_, since) in seen.items() if self.now - since > renewed[lease].ttl}
        self.seen[process] = {lease: one for lease, one in seen.items() if lease not in silent}
        self.live = {lease: one for lease, one in self.live.items() if lease not in silent}
        return bool(silent)

    @rule(lease=held, process=st.integers(0, 1))
    def renew(self, lease: HeldSeat | None, process: int) -> None:
        """Renew a lease, which works exactly while it is held."""
        if lease is not None:
            held = self.processes[process].renew(lease)
            assert held == {lease.id} & self.live.keys()
            if held:
                live = self.live[lease.id]
                self.live[lease.id] = live._replace(beat=live.beat + 1)

    @rule(lease=held, process=st.integers(0, 1))
    def free(self, lease: HeldSeat | None, process: int) -> None:
        """Free a seat; who holds it by now keeps it."""
        if lease is not None:
            self.processes[process].free(lease)
            self.live.pop(lease.id, None)

    @rule(lease=held)
    def end(self, lease: HeldSeat | None) -> None:
        """End a lease as an administrator."""
        if lease is not None:
            expected = None if lease.id in self.live else NotFound
            with self.home.open() as installation:
                self.tried(expected, lambda: installation.leases.end(lease.id))
            self.live.pop(lease.id, None)

    @rule(lease=held)
    def borrow(self, lease: HeldSeat | None) -> None:
        """Take a seat along for an hour."""
        if lease is not None:
            expected = None if lease.id in self.live else LeaseLost
            if self.tried(expected, lambda: self.processes[0].borrow(lease, 1)):
                self.live[lease.id] = self.live[lease.id]._replace(borrowed=self.now + HOUR)

    @rule(seconds=st.sampled_from(LAPSES))
    def lapse(self, seconds: int) -> None:
        """Let time pass; a server's cannot be moved, so there everything is moved the other way."""
        self.now += seconds
        for process in self.processes:
            process.passed += seconds
        self.live = {lease: one for lease, one in self.live.items() if one.borrowed is None or one.borrowed > self.now}
        if self.home.place.startswith("postgresql"):
            with self.processes[0].database.write() as connection:
                connection.run("UPDATE leases SET until = until - ? WHERE borrowed = 1", seconds)
        else:
            self.home.clock.now += seconds

    @invariant()
    def exactly_those_are_held(self) -> None:
        """What the database says is what the model says, and no two have one seat."""
        with self.home.open() as installation:
            listed = installation.leases.list()
            assert {lease.id for lease in listed} == self.live.keys()
            assert len({lease.seat for lease in listed}) == len(listed)
            assert installation.state().in_use.get("seat", 0) == len(self.live)

    def tried(self, expected: type[LicenseError] | None, act: Callable[[], object]) -> bool:
        """Carry a change out, which must succeed, or be refused as expected."""
        try:
            act()
        except LicenseError as error:
            if expected is not type(error):
                raise
            return False
        assert expected is None
        return True

    def teardown(self) -> None:
        """Clean up."""
        for process in self.processes:
            process.close()


def test_any_history_of_leases_is_counted_exactly(home: Home) -> None:
    here = type("Here", (Leases,), {"home": home, "sequences": []})
    run_state_machine_as_test(
        here,
        settings=settings(
            max_examples=examples(12),
            stateful_step_count=20,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
        ),
    )
