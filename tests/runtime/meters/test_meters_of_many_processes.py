"""Real processes that use up a meter together, end, are killed, or are forked."""

import os
import subprocess
import sys
import time
from multiprocessing import get_context
from pathlib import Path

import pytest

from licensekit.runtime import meters
from tests.homes import Home
from tests.runtime.meters.conftest import rows
from tests.runtime.meters.using_processes import PROCESSES, application, prepare, use_all, use_in_child

pytestmark = pytest.mark.process
FORK = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")


def used(home: Home) -> int:
    """Return what the database says was used."""
    return sum(rows(home).values())


def test_processes_that_end_use_exactly_what_was_sold(home: Home, tmp_path: Path) -> None:
    prepare(home.place, 3000)
    logs = [tmp_path / f"{number}.log" for number in range(4)]
    processes = [PROCESSES.Process(target=use_all, args=(home.place, log)) for log in logs]
    for one in processes:
        one.start()
    for one in processes:
        one.join(60)
    assert [one.exitcode for one in processes] == [0] * len(processes)
    # Who found none left was early, where another one held a batch that it gave back.
    use_all(home.place, logs[0])
    assert sum(log.stat().st_size for log in logs) == used(home) == 3000


@pytest.mark.attack("units-used-again")
def test_a_kill_loses_a_batch_and_gives_nothing_twice(home: Home, tmp_path: Path) -> None:
    prepare(home.place, 100_000)
    logs = [tmp_path / f"{number}.log" for number in range(5)]
    processes = [PROCESSES.Process(target=use_all, args=(home.place, log)) for log in logs[:4]]
    for one in processes:
        one.start()
    for one, log in zip(processes[:2], logs[:2], strict=True):
        while one.is_alive() and not (log.exists() and log.stat().st_size > 100):
            time.sleep(0.001)
        one.kill()  # on a busy machine the others may have used everything first, and it has ended
    for one in processes:
        one.join(60)
    use_all(home.place, logs[4])
    sizes = [log.stat().st_size for log in logs]
    assert used(home) == 100_000
    assert 100_000 - 2 * meters.MOST <= sum(sizes) <= 100_000


@pytest.mark.parametrize(("program", "used_by_it"), [("use_some", 77), pytest.param("use_and_fork", 307, marks=FORK)])
def test_a_program_gives_back_what_is_left_when_it_ends(home: Home, program: str, used_by_it: int) -> None:
    prepare(home.place, 20_000)
    run = f"from tests.runtime.meters.using_processes import {program}; {program}({home.place!r})"
    subprocess.run([sys.executable, "-c", run], check=True, timeout=60)
    assert used(home) == used_by_it


@FORK
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded")
def test_a_forked_child_has_nothing_of_what_its_parent_holds(home: Home) -> None:
    prepare(home.place, 20_000)
    with application(home.place) as licensing:
        meter = licensing.meter("term")
        for _ in range(300):
            meter.use()
        held = used(home) - 300
        assert held > 0
        ours, theirs = get_context("fork").Pipe()
        child = get_context("fork").Process(target=use_in_child, args=(licensing, 50, theirs))
        child.start()
        assert ours.recv() == 20_000 - 300 - held
        child.join(60)
        assert used(home) == 300 + held + 50
        assert meter.remaining == 20_000 - 350
    assert used(home) == 350
