"""Kills the issuing of many orders at every point, lets it run again, and looks at what is there.

Run as `python -m tests.issuer.bulk.kill_bulk FOLDER`; prints one JSON object. A point is a call that may write: a
statement, a commit, a file that is opened, written or renamed.
"""

import json
import os
import shutil
import signal
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any, Final

import pytest

from licensekit import limits
from licensekit.issuer.bulk import runs
from licensekit.issuer.workspace import Workspace
from licensekit.keys import keyfile
from tests import workspaces
from tests.bulk_orders import content, lines, names_in, orders_in, verified
from tests.workspaces import NOW, WHO

ORDERS: Final = [content(number) for number in range(11)]
POINTS: Final = frozenset({"execute", "executemany", "open", "replace", "write"})
COUNTS: Final[tuple[str, ...]] = ("kills", "unfinished", "strange files", "issued twice or not", "files missing")


def kill_at(number: int) -> Callable[[FrameType, str, Any], None]:
    """Return a profile function that kills this process at point `number`."""
    left = number

    def profile(_: FrameType, event: str, called: Any) -> None:
        nonlocal left
        if event == "c_call" and getattr(called, "__name__", "") in POINTS:
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            left -= 1

    return profile


def run(folder: Path, how: dict[str, Any]) -> None:
    """Issue every order."""
    told: dict[str, Any] = {"who": WHO, "now": NOW, "into": folder / "out", **how}
    with Workspace.open(folder / "acme") as workspace:
        for _ in workspace.issue_bulk(lines(*ORDERS), **told):
            pass


def ends_killed(folder: Path, how: dict[str, Any], number: int) -> bool:
    """Issue in a child that is killed at a point; say whether it got that far."""
    child = os.fork()
    if child == 0:
        sys.setprofile(kill_at(number))
        run(folder, how)
        sys.setprofile(None)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)


def examine(template: Path, folder: Path, how: dict[str, Any]) -> dict[str, int]:
    """Kill at every point, and count what went wrong."""
    counts = Counter[str](dict.fromkeys(COUNTS, 0))
    while True:
        shutil.copytree(template, folder)
        if not ends_killed(folder, how, counts["kills"]):
            shutil.rmtree(folder)
            return counts
        counts["kills"] += 1
        with Workspace.open(folder / "acme") as workspace:
            left = {path.name for path in (folder / "out").iterdir() if path.suffix == ".lic"}
            counts["unfinished"] += len(orders_in(workspace)) < len(ORDERS)
            counts["strange files"] += not left <= names_in(workspace)
        for path in (folder / "out").glob(".*.partial"):
            path.unlink()
        run(folder, how)
        with Workspace.open(folder / "acme") as workspace:
            issued = orders_in(workspace)
            counts["issued twice or not"] += issued != sorted(one["order"] for one in ORDERS)
            counts["files missing"] += verified(workspace, folder / "out") != names_in(workspace)
        shutil.rmtree(folder)


def main() -> None:
    """Examine both ways of issuing."""
    place = Path(sys.argv[1])
    small = pytest.MonkeyPatch()
    small.setattr(keyfile, "LOG2_N", limits.SCRYPT_LOG2_N_MIN)
    small.setattr(runs, "BATCH", 2)
    small.setattr(runs, "TRANSACTION", 4)
    template = place / "template"
    (template / "out").mkdir(parents=True)
    with workspaces.make(template / "acme") as workspace:
        signer = workspaces.signer(workspace)
    found = {
        name: examine(template, place / "killed", {"keep_going": keep_going, "key": signer})
        for name, keep_going in (("all", False), ("all that are good", True))
    }
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    main()
