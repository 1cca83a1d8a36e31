"""Who issues at the same time on one ledger never collides, and issues each order once."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

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
PROPOSING = """
import json, sys
from pathlib import Path
from licensekit.issuer import Workspace, renewal
from tests import workspaces
place, out = Path(sys.argv[1]), Path(sys.argv[2])
signed = []
with Workspace.open(place / "acme") as workspace:
    signer, told = workspaces.signer(workspace), {"who": out.name, "confirm": True}
    print("ready", flush=True)
    sys.stdin.readline()
    for number in range(25):
        order = workspaces.ordered(order=f"{out.name}-{number}")
        proposal = workspace.propose_issue(order, now=workspaces.NOW)
        file = proposal.sign(signer, **told)
        asked = renewal(file.bundle.serial, days=30)
        change = workspace.propose_change(asked, now=workspaces.NOW)
        signed += [file.name, change.sign(signer, **told).name]
print(json.dumps(signed))
"""


def desk(place: Path, name: str, script: str = DESK) -> "subprocess.Popen[str]":
    """Start a desk, which waits for a line before it issues."""
    out = place / name
    out.mkdir()
    process = subprocess.Popen(
        [sys.executable, "-c", script, str(place), str(out)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def work(desks: "list[subprocess.Popen[str]]") -> list[Any]:
    """Let all desks begin, and return what each of them prints."""
    for one in desks:
        assert one.stdin is not None
        one.stdin.write("go\n")
        one.stdin.flush()
    return [json.loads(one.communicate()[0]) for one in desks]


@pytest.mark.attack("order-signed-twice")
@pytest.mark.process
def test_each_order_is_issued_once_by_two_desks_at_the_same_time(workspace: Workspace, tmp_path: Path) -> None:
    orders = [content(number) for number in range(ORDERS)]
    (tmp_path / "orders.jsonl").write_bytes(text(orders))
    desks = [desk(tmp_path, name) for name in ("anna", "bob")]
    told = work(desks)
    assert sum(counts["issued"] for counts in told) == ORDERS
    assert all(counts["issued"] + counts["repeated"] == ORDERS for counts in told)
    assert orders_in(workspace) == sorted(f"A-{number}" for number in range(ORDERS))
    for name in ("anna", "bob"):
        assert verified(workspace, tmp_path / name) == names_in(workspace)
    assert workspace.ledger.verify().number == ORDERS + 3


@pytest.mark.process
def test_two_issuers_and_two_simultaneous_bulk_runs_never_make_a_proposal_stale(
    workspace: Workspace, tmp_path: Path
) -> None:
    """Between proposing and signing others take serials: that is about something else."""
    orders = [content(number) for number in range(ORDERS)]
    (tmp_path / "orders.jsonl").write_bytes(text(orders))
    bulk = [desk(tmp_path, name) for name in ("carla", "dan")]
    proposing = [desk(tmp_path, name, PROPOSING) for name in ("anna", "bob")]
    *counted, of_anna, of_bob = work([*bulk, *proposing])
    assert sum(counts["issued"] for counts in counted) == ORDERS
    assert len({*of_anna, *of_bob}) == len(of_anna) + len(of_bob) == 100
    assert workspace.ledger.verify().number == ORDERS + 100 + 3
