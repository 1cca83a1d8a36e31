"""What a program holds when it ends is free, however it ends, unless nothing in it can run any more."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from licensekit.installation import Installation
from tests.homes import PIN
from tests.runtime.leases import competing_processes
from tests.runtime.leases.competing_processes import PACK

pytestmark = [pytest.mark.process, pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")]
TERMINATED = ("stop_on_sigterm", "stop_tasks_on_sigterm", "ignore_sigterm")


@pytest.fixture(params=["folder", "server"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A place of each kind, with twenty seats."""
    found = str(request.getfixturevalue("postgres_location") if request.param == "server" else tmp_path / "home")
    competing_processes.prepare(found, 20)
    return found


def run(place: str, way: str) -> int:
    """Run the program, terminate it if it waits for that, and return its exit code."""
    command = [sys.executable, "-m", "tests.runtime.leases.ending_process", place, way]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as program:
        assert program.stdout is not None
        if way in TERMINATED:
            assert program.stdout.readline() == "ready\n"
            program.send_signal(signal.SIGTERM)
        _, errors = program.communicate(timeout=60)
        assert ("Traceback" in errors) == (way == "fail"), errors
        return program.returncode


def holders(place: str) -> set[str]:
    """Return who holds seats."""
    with Installation.open(place, root=PIN, pack=PACK) as installation:
        return {lease.holder for lease in installation.leases.list()}


@pytest.mark.parametrize(
    ("way", "code"),
    [
        ("end", 0),
        ("leave", 3),
        ("fail", 1),
        ("stop_on_sigterm", 143),
        ("stop_tasks_on_sigterm", 143),
        ("leave_threads", 0),
        ("close_first", 0),
        ("fork", 0),
        ("start_children", 0),
    ],
)
def test_a_program_that_ends_leaves_no_seat_taken(place: str, way: str, code: int) -> None:
    assert run(place, way) == code
    assert holders(place) == set()


@pytest.mark.parametrize(("way", "code"), [("be_killed", -signal.SIGKILL), ("ignore_sigterm", -signal.SIGTERM)])
def test_what_a_killed_program_held_ends_with_its_time(place: str, way: str, code: int) -> None:
    assert run(place, way) == code
    assert holders(place) == {"program"}
