"""Whatever clocks show and whoever is stopped or killed: never more seats are held than were sold, and none is lost.

Each engine has 40 seconds of it; LICENSEKIT_TEST_CHAOS_SECONDS says for how many seconds otherwise, and
LICENSEKIT_TEST_CHAOS_SEED what happens.
"""

import os
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Final

import pytest

from licensekit import Licensing
from tests.homes import PIN
from tests.runtime.leases import competing_processes
from tests.runtime.leases.chaos_history import (
    HELD,
    beliefs,
    kept_too_long,
    most,
    shared,
    standstills,
    unexplained_losses,
)
from tests.runtime.leases.chaos_world import ServerClock, World, read_log
from tests.runtime.leases.competing_processes import CODE, PACK
from tests.runtime.leases.waiting import eventually

SECONDS: Final = float(os.environ.get("LICENSEKIT_TEST_CHAOS_SECONDS", "40"))
SEED: Final = int(os.environ.get("LICENSEKIT_TEST_CHAOS_SEED", "1"))
SOLD: Final = 10
PROGRAMS: Final = 6
TTL: Final = 6


@pytest.fixture(params=["folder", "server"])
def server_clock(request: pytest.FixtureRequest) -> Iterator[ServerClock | None]:
    """The clock of a server; None where the installation is in a folder."""
    if request.param == "folder":
        yield None
        return
    with closing(ServerClock(request.getfixturevalue("postgres_location"))) as clock:
        yield clock


@pytest.mark.process
@pytest.mark.timeout(SECONDS + 540)
def test_no_more_seats_are_held_than_sold_whatever_happens(server_clock: ServerClock | None, tmp_path: Path) -> None:
    place = str(tmp_path / "home") if server_clock is None else server_clock.place
    competing_processes.prepare(place, SOLD)
    with closing(World(place, tmp_path, programs=PROGRAMS, ttl=TTL, seed=SEED)) as world:
        with world.observed():
            world.happen(SECONDS, server_clock)
        codes = world.finish()
    programs = [one.written() for one in world.all]
    believed = [belief for program in programs for belief in beliefs(program)]
    assert shared(believed) == []
    assert most(believed) <= SOLD
    assert max(len(sample.holders) for sample in world.samples) <= SOLD
    dead = {program.holder: program.killed for program in programs if program.killed is not None}
    assert kept_too_long(world.samples, dead, TTL, standstills(programs[0])) == {}
    assert unexplained_losses(programs, one_writer=server_clock is None) == []
    assert set(codes) == {0}
    with Licensing.open(place, root=PIN, pack=PACK) as licensing:
        assert eventually(lambda: licensing.count(CODE).in_use == 0)
    # And all of that was put to the test.
    assert min(world.done.values()) > 0
    assert most(believed) > SOLD / 2
    assert len(believed) > SECONDS
    assert any(line.what == HELD for line in read_log(world.imported.log))
