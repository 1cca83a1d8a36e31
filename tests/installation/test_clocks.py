"""Time as an installation keeps it: observed by programs, signed, accepted by administrators."""

import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from licensekit import Licensing
from licensekit.dates import DAY_SECONDS as DAY
from licensekit.errors import AcceptRefused, DatabaseUnavailable
from licensekit.installation import Installation
from licensekit.runtime.live_snapshot import LiveSnapshot
from licensekit.state.home import open_installation
from licensekit.state.loading import OpenInstallation
from licensekit.state.time import Boot, TimeSeen, clocks_of
from licensekit.trust.sign import sign
from licensekit.wire.documents import KeyState, ResetWhat
from tests import homes, makers
from tests.homes import Home, bundle, file

NOW = makers.NOW
HOUR = 3600
ISSUED = bundle().issued


class Machine:
    """A home on a machine with a clock and a boot clock, which go on together."""

    def __init__(self, place: Path) -> None:
        self.home = Home(str(place))
        self.up = 0
        self.booted = 0

    def boot(self) -> Boot:
        """Return what the boot clock shows."""
        return Boot(b"boot %d" % self.booted, self.up)

    def run(self, seconds: int, turned: int = 0) -> None:
        """Let time pass; the clock is `turned` besides."""
        self.up += seconds
        self.home.clock.now += seconds + turned

    def restart(self) -> None:
        """Boot again, immediately."""
        self.booted, self.up = self.booted + 1, 0

    def open(self) -> Installation:
        """Open the installation as an administrator."""
        home = self.home
        return Installation.open(home.place, root=homes.PIN, pack=home.pack, clock=home.clock, boot=self.boot)

    def licensing(self) -> Licensing:
        """Open it as an application that looks again at `refresh`."""
        home = self.home
        return Licensing.open(home.place, root=homes.PIN, pack=home.pack, clock=home.clock, boot=self.boot, watch=False)

    def seen(self) -> TimeSeen:
        """Return what is remembered of time."""
        with self.open() as installation:
            return installation.state().stored.time

    def look(self) -> None:
        """Start a program, which ends immediately."""
        self.licensing().close()


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """A machine with one activated bundle."""
    machine = Machine(tmp_path / "home")
    with machine.open() as installation:
        installation.activate(file(bundle()))
    return machine


def codes(machine: Machine) -> set[str]:
    """Return the codes of the notices."""
    with machine.open() as installation:
        return {notice.code for notice in installation.state().notices}


def test_a_program_that_is_opened_once_a_day_raises_both_floors(machine: Machine) -> None:
    for _ in range(3):
        machine.run(DAY)
        machine.look()
    seen = machine.seen()
    assert (seen.hard, seen.soft) == (ISSUED + 3 * DAY, NOW + 3 * DAY)


def test_a_running_program_observes_every_ten_minutes_and_when_it_is_closed(machine: Machine) -> None:
    with machine.licensing() as licensing:
        opened = machine.seen().observations
        for _ in range(20):
            machine.run(60)
            licensing.refresh()
        assert machine.seen().observations == opened + 2
        machine.run(30)
    assert machine.seen().elapsed == 20 * 60 + 30


def test_what_was_observed_is_not_observed_again_within_a_second(machine: Machine) -> None:
    machine.look()
    looks = machine.seen().observations
    machine.look()
    assert machine.seen().observations == looks


@pytest.fixture
def live(machine: Machine) -> Iterator[LiveSnapshot]:
    """The snapshot of a running program, read only when `reload` asks for it."""
    database = open_installation(machine.home.place, create=False)
    clocks = clocks_of(machine.home.clock, machine.boot)
    live = LiveSnapshot(OpenInstallation(database, clocks, homes.PIN, machine.home.pack), watch=False)
    yield live
    live.close()


@pytest.mark.attack("clock-turned-back")
def test_a_clock_turned_back_while_a_program_runs_wins_nothing(machine: Machine, live: LiveSnapshot) -> None:
    machine.run(400 * DAY, turned=-400 * DAY)
    live.reload()
    assert live.snapshot.state.now == ISSUED + 400 * DAY
    live.reload()  # reads what it has written
    assert "clock-behind" in {notice.code for notice in live.notices}


@pytest.mark.attack("clock-stopped")
def test_offline_hours_end_while_the_clock_stands_still(machine: Machine, live: LiveSnapshot) -> None:
    """A program whose database is away goes on by the boot clock."""
    machine.run(10 * DAY, turned=-10 * DAY)
    live.database.close()
    with pytest.raises(DatabaseUnavailable):
        live.reload()
    assert live.snapshot.state.now == ISSUED + 10 * DAY


def wrong_for_two_days(machine: Machine) -> None:
    """Let the clock be a year ahead for two days of running, and right again."""
    machine.run(HOUR, turned=365 * DAY)
    machine.look()
    for _ in range(2):
        machine.run(DAY)
        machine.look()
    machine.run(0, turned=-365 * DAY)


def test_an_accepted_clock_counts_again_and_the_vendor_learns_of_it(machine: Machine) -> None:
    wrong_for_two_days(machine)
    assert "clock-behind" in codes(machine)
    with machine.open() as installation:
        installation.accept_clock()
        assert installation.state().now == machine.home.clock.now
        assert installation.statement()[1].extensions["journal"] == "clock"
        [*_, entry] = [e for e in installation.audit.entries() if e.facts["did"] == "accept-clock"]
    assert "accepted the clock, which shows 2027" in entry.message
    assert "clock-accepted" in codes(machine)


@pytest.mark.attack("clock-accepted-again-and-again")
def test_a_clock_is_accepted_once_for_each_base_bundle(machine: Machine) -> None:
    wrong_for_two_days(machine)
    with machine.open() as installation:
        installation.accept_clock()
        before = installation.state().stored
        with pytest.raises(AcceptRefused, match="once already"):
            installation.accept_clock()
        assert installation.state().stored == before
        installation.activate(file(bundle(2)))
        assert "clock-accepted" not in codes(machine)
        with pytest.raises(AcceptRefused, match="not behind"):
            installation.accept_clock()
    wrong_for_two_days(machine)
    with machine.open() as installation:
        installation.accept_clock()
        assert installation.state().now == machine.home.clock.now


@pytest.mark.attack("clock-accepted-again-and-again")
def test_a_clock_that_was_accepted_does_not_go_below_the_hard_floor(machine: Machine) -> None:
    wrong_for_two_days(machine)
    machine.run(0, turned=-1000 * DAY)
    with machine.open() as installation:
        installation.accept_clock()
        assert installation.state().now == ISSUED + 2 * DAY + HOUR


@pytest.mark.attack("bundle-from-the-future")
def test_what_a_bundle_proved_ends_with_its_key(machine: Machine) -> None:
    machine.run(30 * DAY)
    machine.look()
    assert machine.seen().hard == ISSUED + 30 * DAY
    revoked = makers.trust(
        makers.admitted(makers.key("vendor"), state=KeyState.REVOKED), makers.admitted(makers.key("second")), version=2
    )
    token = sign(revoked, makers.key("root"))
    issued = NOW + 29 * DAY
    with machine.open() as installation:
        installation.activate(file(token, homes.signed(bundle(2, issued=issued), "second")))
    assert machine.seen().hard == issued


@pytest.mark.attack("bundle-from-the-future")
def test_a_reset_bounds_what_every_bundle_proves(machine: Machine) -> None:
    machine.run(30 * DAY)
    machine.look()
    with machine.open() as installation:
        key = installation.state().fingerprint.key
        assert key is not None
        reset = makers.reset(installation=key, what=ResetWhat.CLOCK, issued=NOW + DAY)
        installation.activate(file(reset))
        seen = installation.state().stored.time
        assert seen.floor == NOW + DAY
        installation.activate(file(bundle(2)))
        assert installation.state().stored.time.floor == NOW + DAY


@pytest.mark.attack("observations-of-time-edited")
@pytest.mark.parametrize("text", [b"", b"[]", b"\xff", b"[[0, 0, 0, 0, 0, 0, 0, 0], []]"])
def test_observations_that_were_edited_are_a_damaged_journal_with_its_floors(machine: Machine, text: bytes) -> None:
    machine.run(3 * DAY)
    machine.look()
    floor = machine.seen().floor

    with closing(open_installation(machine.home.place, create=False)) as database, database.write() as connection:
        connection.run("UPDATE installation SET observations = ?", text)
    assert floor - DAY < machine.seen().floor <= floor
    assert "damaged-journal" in codes(machine)
    with machine.open() as installation:
        installation.users.add("anna")
    assert floor - DAY < machine.seen().floor <= floor


def test_each_boot_is_observed_apart(machine: Machine) -> None:
    for _ in range(3):
        machine.run(HOUR)
        machine.look()
        machine.restart()
        machine.run(8 * HOUR)
        machine.look()
    assert len(machine.seen().boots) == 4
    assert machine.seen().elapsed == HOUR + 2 * 9 * HOUR - 2 * 8 * HOUR


@pytest.mark.server
def test_no_host_raises_the_soft_floor_above_what_the_server_agrees_to(postgres_location: str) -> None:
    """The tests' clock is ahead of the server's, which shows the true time."""
    home = Home(postgres_location)
    with home.open() as installation:
        installation.activate(file(bundle()))
        begin = installation.state().stored.time.soft
    with home.run() as licensing:
        for _ in range(20):
            home.clock.move(hours=6)
            licensing.refresh()
    with home.open() as installation:
        seen = installation.state().stored.time
    assert seen.soft <= max(begin, int(time.time()) + 20 * 6 * HOUR) < NOW + 4 * DAY
