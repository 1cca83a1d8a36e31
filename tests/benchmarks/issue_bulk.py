"""What many orders cost: read from JSON Lines, signed, entered in the ledger, a file for each.

The floors are Ed25519 alone, on one core, and the same files written bare, before and after each run. Texts are
streamed (no files), or files are written. Rates are of processor time as well as of the clock, because a
machine that others use as well tells little by its clock: what all processes of a run have used, and with workers what
the busiest of them has.

Run: python -m tests.benchmarks.issue_bulk [ORDERS [FOLDER]]

FOLDER is where workspaces and files are made; on a file system in memory (/dev/shm) the files cost what the program
does, on a disk what the disk does. What files alone cost there is printed as well.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, Final, NamedTuple

from licensekit.keys.signing import SigningKey
from licensekit.wire.frame import ED25519
from tests import workspaces

ROOT: Final = Path(__file__).parents[2]
SIGNED: Final = 4000
PLANS: Final = 40
"""Kinds of terms among the orders: what was sold is new for some and like others' for most."""


class Cost(NamedTuple):
    """What one order cost, in microseconds."""

    clock: float
    keeper: float
    """Processor time of the process that keeps the ledger."""
    workers: float
    """Processor time of all others."""
    peak: float
    """The most memory that the keeper had, in megabytes."""

    def best(self, workers: int) -> float:
        """Return the cost of an order where each process, or at least two, has a core."""
        if workers == 1:
            return self.keeper
        return max(self.keeper, self.workers / workers, (self.keeper + self.workers) / 2)


def order(number: int) -> dict[str, Any]:
    """Return one of many orders."""
    plan = number % PLANS
    return {
        "order": f"A-{number}",
        "company": f"Company {number} AS",
        "days": 365 + plan % 3 * 365,
        "warning_days": 30,
        "grace_days": 14,
        "system": {"server": True, "reports": True},
        "users": {"standard": 5 * plan + 5},
    }


def write_orders(path: Path, count: int) -> None:
    """Write that many orders as JSON Lines."""
    with path.open("w") as file:
        file.writelines(json.dumps(order(number)) + "\n" for number in range(count))


RUN: Final = """
import json, os, resource, sys, time
from pathlib import Path
from licensekit.cli.issuer.issue_bulk import collect_less
from licensekit.issuer.bulk.lines import bounded, json_lines
from licensekit.issuer.workspace import Workspace
from tests import workspaces
place, keep_going, workers = Path(sys.argv[1]), sys.argv[2] == "True", int(sys.argv[3])
into = place / "out" if sys.argv[4] == "True" else None
with Workspace.open(place / "acme") as workspace, (place / "orders.jsonl").open("rb") as file:
    signer = workspaces.signer(workspace)
    collect_less()
    before, begin = os.times(), time.perf_counter()
    done = workspace.issue_bulk(
        json_lines(bounded(file), "orders"), signer, who="benchmark", now=workspaces.NOW,
        into=into, keep_going=keep_going, workers=workers,
    )
    for one in done:
        if into is None and one.file is not None: one.file.data.decode("ascii")
    seconds, after = time.perf_counter() - begin, os.times()
print(json.dumps([
    seconds, after.user + after.system - before.user - before.system,
    after.children_user + after.children_system,
    resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
]))
"""


def issue(place: Path, *, keep_going: bool, workers: int, files: bool) -> tuple[float, float, float, float]:
    """Issue every order in a process of its own; give its seconds and megabytes."""
    done = subprocess.run(
        [sys.executable, "-c", RUN, str(place), str(keep_going), str(workers), str(files)],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    seconds, keeper, others, peak = json.loads(done.stdout)
    return seconds, keeper, others, peak


def cost(folder: Path, count: int, *, keep_going: bool, workers: int, files: bool = True) -> Cost:
    """Measure what an order costs when `count` are issued in a new workspace."""
    with tempfile.TemporaryDirectory(dir=folder) as made:
        place = Path(made)
        workspaces.make(place / "acme").close()
        (place / "out").mkdir()
        write_orders(place / "orders.jsonl", count)
        *seconds, peak = issue(place, keep_going=keep_going, workers=workers, files=files)
        written = sum(1 for _ in os.scandir(place / "out"))
        if written != count * files:
            raise RuntimeError(f"{written} files for {count} orders")
        clock, keeper, others = (one / count * 1e6 for one in seconds)
        return Cost(clock, keeper, others, peak)


def raw() -> tuple[float, float]:
    """Measure a signature alone: wall time and processor time, in microseconds."""
    sign, message = SigningKey.generate(ED25519).sign, bytes(300)
    clock, used = time.perf_counter(), time.process_time()
    for _ in range(SIGNED):
        sign(message)
    each = 1e6 / SIGNED
    return (time.perf_counter() - clock) * each, (time.process_time() - used) * each


def files_alone(folder: Path) -> tuple[float, float]:
    """Measure writing one file bare: wall time and processor time, in microseconds."""
    with tempfile.TemporaryDirectory(dir=folder) as made:
        clock, used = time.perf_counter(), time.process_time()
        for number in range(SIGNED):
            with open(f"{made}/{number}.lic", "wb", buffering=0) as file:  # noqa: PTH123  # a path object costs more
                file.write(bytes(500))
        each = 1e6 / SIGNED
        return (time.perf_counter() - clock) * each, (time.process_time() - used) * each


def compare(folder: Path, count: int, *, keep_going: bool, files: bool) -> None:
    """Print what one and two workers cost, and the floors before and after each."""
    way = f"{'all that are good' if keep_going else 'all or none'}, {'files' if files else 'streamed'}"
    single: Cost | None = None
    for workers in (1, 2):
        before, bare = raw(), files_alone(folder)
        found = cost(folder, count, keep_going=keep_going, workers=workers, files=files)
        clock, used = (sum(pair) / 2 for pair in zip(before, raw(), strict=True))
        bare_clock, _ = (sum(pair) / 2 for pair in zip(bare, files_alone(folder), strict=True))
        print(
            f"{way}, {workers} worker{'s' * (workers > 1)}: {found.clock:.0f} us by the clock (a signature {clock:.0f},"
            f" a bare file {bare_clock:.0f}); processor: keeper {found.keeper:.0f} us, others {found.workers:.0f} us"
            f" (a signature {used:.0f}); peak {found.peak:.0f} MB"
        )
        if single is None:
            single = found
            print(
                f"  ratio to raw signing: {clock / found.clock:.2f} by the clock, {used / found.keeper:.2f} of the"
                " processor (to reach: 0.3 or more)"
            )
            if files:
                print(f"  ratio to bare files: {bare_clock / found.clock:.2f} by the clock (to reach on a disk: 0.7)")
        else:
            gain = single.best(1) / found.best(2)
            print(
                f"  gain: {single.clock / found.clock:.2f} by the clock, {gain:.2f} with both cores free (to reach: 1.3"
                " or more)"
            )


def main() -> None:
    """Measure it all."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    folder = Path(sys.argv[2] if len(sys.argv) > 2 else tempfile.gettempdir())
    print(f"{count} orders in {folder}")
    for keep_going in (False, True):
        for files in (False, True):
            compare(folder, count, keep_going=keep_going, files=files)
    tenth = cost(folder, count // 10, keep_going=False, workers=1).peak
    whole = cost(folder, count, keep_going=False, workers=1).peak
    print(f"peak memory: {tenth:.0f} MB for {count // 10} orders, {whole:.0f} MB for {count}")


if __name__ == "__main__":
    main()
