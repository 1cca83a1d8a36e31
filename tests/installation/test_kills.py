"""Whatever strikes a process in the middle of a change, all of it is done or nothing."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.installation.kill_points import MOMENTS
from tests.installation.operations import OPERATIONS

pytestmark = [pytest.mark.process, pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")]

ROOT = Path(__file__).parents[2]
KILLS = {"create": 50, "activate": 60, "assign": 50, "migrate": 40}
"""At how many points there are kills at least; the other operations are like these."""


def examine(folder: Path, way: str, operation: str) -> dict[str, int]:
    """Count how an operation ended that was struck in a way, in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.installation.kill_points", str(folder), way, operation],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert done.returncode == 0, done.stderr
    counts: dict[str, int] = json.loads(done.stdout)
    assert counts["other"] == counts["unusable"] == counts["litter"] == 0
    assert counts["before"] + counts["after"] == counts["struck"]
    return counts


@pytest.mark.attack("kill-in-the-middle")
@pytest.mark.parametrize("operation", OPERATIONS)
def test_a_kill_at_any_point_leaves_all_of_a_change_or_nothing(tmp_path: Path, operation: str) -> None:
    counts = examine(tmp_path, "kill", operation)
    assert counts["struck"] >= KILLS.get(operation, 50)
    assert counts["before"] > 0
    assert counts["after"] > 0


@pytest.mark.attack("kill-in-the-middle")
@pytest.mark.parametrize("operation", ["activate", "assign", "migrate"])
def test_a_kill_at_any_moment_leaves_all_of_a_change_or_nothing(tmp_path: Path, operation: str) -> None:
    counts = examine(tmp_path, "moment", operation)
    assert 0 < counts["struck"] <= MOMENTS


@pytest.mark.attack("full-disk")
@pytest.mark.parametrize("operation", OPERATIONS)
def test_a_disk_that_is_full_at_any_point_refuses_all_of_a_change_or_nothing(tmp_path: Path, operation: str) -> None:
    counts = examine(tmp_path, "fail", operation)
    assert counts["struck"] > 30
    assert counts["before"] > 0
