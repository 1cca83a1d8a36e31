"""Two desks that issue the same orders at once, on one ledger, issue each of them once."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from licensekit.issuer.workspace import Workspace
from tests.bulk_orders import content, names_in, orders_in, text, verified

ROOT = Path(__file__).parents[2]
ORDERS = 600
DESK = """
import json, sys
from pathlib import Path
from licensekit.issuer.bulk import runs
from licensekit.issuer.bulk.lines import bounded, json_lines
from licensekit.issuer.workspace import Workspace
from tests import workspaces
place, out = Path(sys.argv[1]), Path(sys.argv[2])
runs.TRANSACTION, runs.BATCH = 50, 20
counts = {"issued": 0, "repeated": 0, "refused": 0}
with Workspace.open(place / "acme") as workspace, (place / "orders.jsonl").open("rb") as file:
    signer = workspaces.signer(workspace)
    print("ready", flush=True)
    sys.stdin.readline()
    for done in workspace.issue_bulk(
        json_lines(bounded(file), "orders"), signer, who=out.name, now=workspaces.NOW,
        into=out, keep_going=True,
    ):
        file = done.file
        name = "refused" if file is None else "repeated" if file.is_repeated else "issued"
        counts[name] += 1
print(json.dumps(counts))
"""


def desk(place: Path, name: str) -> "subprocess.Popen[str]":
    """Start a desk, which waits for a line before it issues."""
    out = place / name
    out.mkdir()
    process = subprocess.Popen(
        [sys.executable, "-c", DESK, str(place), str(out)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


@pytest.mark.process
def test_each_order_is_issued_once_by_two_desks_at_once(
    workspace: Workspace, tmp_path: Path
) -> None:
    orders = [content(number) for number in range(ORDERS)]
    (tmp_path / "orders.jsonl").write_bytes(text(orders))
    desks = [desk(tmp_path, name) for name in ("anna", "bob")]
    for one in desks:
        assert one.stdin is not None
        one.stdin.write("go\n")
        one.stdin.flush()
    told = [json.loads(one.communicate()[0]) for one in desks]
    assert sum(counts["issued"] for counts in told) == ORDERS
    assert all(counts["issued"] + counts["repeated"] == ORDERS for counts in told)
    assert orders_in(workspace) == sorted(f"A-{number}" for number in range(ORDERS))
    for name in ("anna", "bob"):
        assert verified(workspace, tmp_path / name) == names_in(workspace)
    assert workspace.ledger.verify().entries == ORDERS + 3
