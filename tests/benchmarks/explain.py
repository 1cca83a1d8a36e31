"""What a support question costs on a small ledger and on one of a million entries, and as a command.

The ledgers are those of `ledger_list`, with a license that was renewed as the last entries.

Run: python -m tests.benchmarks.explain [ENTRIES [FOLDER]]
"""

import subprocess
import sys
import tempfile
import time
from itertools import islice
from pathlib import Path
from statistics import median
from typing import Final

from licensekit.issuer.ledger.entries import append
from licensekit.issuer.orders.amendment import renewal
from licensekit.issuer.workspace import Workspace
from tests import workspaces
from tests.benchmarks.ledger_list import BATCH, ROOT, bundles
from tests.workspaces import NOW, WHO, issue, signer

SMALL: Final = 1_000
COMPANY: Final = "Viken Energi AS"


def fill(workspace: Workspace, count: int) -> None:
    """Enter the bundles of `ledger_list`; its list is by a key that no workspace knows."""
    records = bundles(count)
    while batch := list(islice(records, BATCH)):
        with workspace.database.write() as ledger:
            append(ledger, batch)


def sell(workspace: Workspace) -> dict[str, str | bytes]:
    """Issue a license and renew it; return what is asked about it, by what is given."""
    first = issue(workspace, order="Q-1", company=COMPANY)
    serial = first.bundle.serial
    workspace.change(renewal(serial, days=365), signer(workspace), who=WHO, now=NOW, confirm=True)
    return {
        "a file": first.data,
        "a serial": serial,
        "an order": "Q-1",
        "a bundle": f"{serial}-base-1",
        "a customer": COMPANY,
    }


def milliseconds(folder: Path, asked: str | bytes) -> float:
    """Measure a question to a workspace that is opened for it, as a median."""

    def timed() -> float:
        with Workspace.open(folder) as workspace:
            begin = time.perf_counter()
            assert workspace.ledger.explain(asked, now=NOW)
            return (time.perf_counter() - begin) * 1000

    return median(timed() for _ in range(15))


def command(folder: Path, asked: str | bytes) -> float:
    """Measure the whole command, in seconds, as a median."""
    words, data = ("-", asked) if isinstance(asked, bytes) else (asked, b"")
    line = [sys.executable, "-m", "licensekit", "explain", words, "-C", str(folder)]

    def timed() -> float:
        begin = time.perf_counter()
        ran = subprocess.run(line, cwd=ROOT, check=False, capture_output=True, input=data)
        assert ran.returncode in {0, 1}, ran
        return time.perf_counter() - begin

    return median(timed() for _ in range(5))


def main() -> None:
    """Measure it all."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with tempfile.TemporaryDirectory(dir=sys.argv[2] if len(sys.argv) > 2 else None) as made:
        questions: dict[str, dict[str, str | bytes]] = {}
        for name, entries in (("small", SMALL), ("large", count)):
            with workspaces.make(Path(made) / name) as workspace:
                fill(workspace, entries)
                questions[name] = sell(workspace)
        small, large = Path(made) / "small", Path(made) / "large"
        for what, asked in questions["large"].items():
            few, many = milliseconds(small, questions["small"][what]), milliseconds(large, asked)
            seconds = command(large, asked)
            print(
                f"{what}: {few:.1f} ms of {SMALL} entries, {many:.1f} ms of {count}, ratio {many / few:.2f};"
                f" the command {seconds:.2f} s (to reach: 1 s at most)"
            )


if __name__ == "__main__":
    main()
