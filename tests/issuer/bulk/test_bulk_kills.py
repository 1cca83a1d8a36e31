"""However often it is killed, issuing many orders goes on without issuing anything twice."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]


@pytest.mark.attack("kill-in-the-middle")
@pytest.mark.process
@pytest.mark.skipif(sys.platform == "win32", reason="it forks")
def test_after_a_kill_at_any_point_another_run_completes_ledger_and_files(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.issuer.bulk.kill_bulk", str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    found = json.loads(done.stdout)
    assert set(found) == {"all", "all that are good"}
    for counts in found.values():
        assert counts["kills"] > 50
        assert counts["unfinished"] > 20
        assert counts["strange files"] == 0
        assert counts["issued twice or not"] == 0
        assert counts["files missing"] == 0
