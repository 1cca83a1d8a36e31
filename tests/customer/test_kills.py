"""Whatever moment a process is killed at, the state is the one before the change or after it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def examined(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, int]]:
    """How every kill at every point of every operation ended."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.customer.kill_points", str(tmp_path_factory.mktemp("kills"))],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    found: dict[str, dict[str, int]] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize(
    "operation", ["create", "activate", "assign", "import", "retire", "return", "migrate"]
)
def test_a_kill_at_any_point_leaves_all_of_a_change_or_nothing(
    examined: dict[str, dict[str, int]], operation: str
) -> None:
    counts = examined[operation]
    assert counts["other"] == counts["unusable"] == 0
    assert counts["before"] > 0
    assert counts["after"] > 0
    assert counts["before"] + counts["after"] == counts["kills"]


def test_there_were_hundreds_of_kills(examined: dict[str, dict[str, int]]) -> None:
    assert sum(counts["kills"] for counts in examined.values()) >= 200
