"""Processes that want more seats than there are, are killed, or have clocks of their own."""

import os
import signal
import time
from pathlib import Path

import pytest

from licensekit import Count, Licensing
from tests.homes import PIN
from tests.runtime.leases import competing_processes
from tests.runtime.leases.competing_processes import CODE, PACK, CompetingProcesses
from tests.runtime.leases.hosts import hosts_at
from tests.runtime.leases.waiting import eventually

TTL = 5


@pytest.fixture(params=["folder", "server"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A place of each kind, where nothing is yet."""
    if request.param == "server":
        server: str = request.getfixturevalue("postgres_location")
        return server
    return str(tmp_path / "home")


@pytest.mark.attack("last-seat-taken-twice")
@pytest.mark.process
def test_whoever_is_killed_no_more_are_held_than_there_are_and_none_leaks(place: str, tmp_path: Path) -> None:
    seats = 20
    competing_processes.prepare(place, seats)
    competing = CompetingProcesses(place, tmp_path, wants=10, ttl=TTL, seconds=5, pause=0.01)
    for _ in range(4):
        competing.start()
    for _ in range(2):
        time.sleep(1.5)
        competing.kill_one()
        competing.start()
    assert set(competing.finish()) == {0}
    outcome = competing_processes.outcome_of(competing.logs)
    assert outcome.lost == ()
    assert outcome.shared == 0
    assert seats / 2 < outcome.most <= seats
    assert outcome.taken > seats
    with Licensing.open(place, root=PIN, pack=PACK) as licensing:
        assert eventually(lambda: licensing.count(CODE).in_use == 0)
        held = [licensing.seat(CODE, holder="last").take() for _ in range(seats)]
        assert licensing.count(CODE).free == 0
        assert all(lease.is_held for lease in held)


@pytest.mark.attack("seat-held-by-a-changed-clock")
@pytest.mark.process
def test_hosts_whose_clocks_differ_count_alike_and_none_of_them_ends_a_seat(postgres_location: str) -> None:
    competing_processes.prepare(postgres_location, 7)
    slow, right, fast = hosts_at(postgres_location, -5, 0, 5)
    everyone = (slow, right, fast)
    rows = [one.ask("take", ttl) for one in everyone for ttl in (600, TTL)]
    assert max(row.taken for row in rows) - min(row.taken for row in rows) < 60
    assert abs(rows[0].taken - time.time()) < 60
    counts = [one.ask("count") for one in everyone]
    assert counts[0] == counts[1] == counts[2]
    assert counts[0][0] == Count(7, 6)
    assert fast.process.pid is not None
    os.kill(fast.process.pid, signal.SIGKILL)
    fast.process.join()
    # The killed one's short lease is over, its long one goes on; the others renew theirs.
    assert eventually(lambda: [one.ask("count")[0] for one in (slow, right)] == [Count(7, 5)] * 2)
    assert slow.ask("held") == right.ask("held") == [True, True]
    for one in (slow, right):
        one.ask("end")
        one.process.join(30)
