"""What five operations take, in instructions, and whether a change makes them dearer.

    python -m tests.benchmarks.instructions [--against REVISION]

Instructions are counted by callgrind, of valgrind; the clock and other work of the machine make no difference. With
`--against`, the same programs run on the tree of the merge base with REVISION as well, and the exit code is 1 if an
operation takes more than 10 % more than there.

Beside each operation is its floor: the bare work with Ed25519, msgspec and sqlite3 alone.
"""

import os
import sys
import tempfile
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from shutil import which
from typing import Final, NamedTuple

from tests.benchmarks.instructions import judging, trees
from tests.benchmarks.instructions.counting import Count, Program, ProgramFailed, count, prepare


class Operation(NamedTuple):
    """An operation, and what its floor is."""

    ours: Program
    floor: Program


OPERATIONS: Final[Mapping[str, Operation]] = {
    "cold start": Operation(Program("cold.ours", None), Program("cold.floor", None)),
    "verify": Operation(Program("customer.verify", 50), Program("floors.verify", 50)),
    "open": Operation(Program("customer.opening", 5), Program("floors.opening", 50)),
    "allows": Operation(Program("customer.allows", 5000), Program("floors.allows", 5000)),
    "issue": Operation(Program("issuer.issue", 20), Program("floors.issue", 50)),
}


def main() -> int:
    """Measure, print, and return the exit code."""
    parser = ArgumentParser(description=__doc__, formatter_class=RawDescriptionHelpFormatter)
    parser.add_argument("--against", metavar="REVISION", help="compare with the merge base with this one")
    against: str | None = parser.parse_args().against
    if which("valgrind") is None:
        sys.exit("valgrind is not installed: apt-get install valgrind")
    base = None if against is None else _base(against)
    with tempfile.TemporaryDirectory() as work:
        figures = _measure(Path(work), base)
    print(judging.table(figures, is_compared=base is not None))
    complaints = judging.complaints(figures)
    for line in complaints:
        print(line)
    return 1 if complaints else 0


def _base(revision: str) -> trees.Base | None:
    try:
        base = trees.base_of(revision)
    except trees.NothingToCompare as error:
        print(f"There is nothing to compare with: {error}.")
        return None
    print(f"Compared with {base.commit[:8]}, {base.why}.")
    return base


def _measure(work: Path, base: trees.Base | None) -> list[judging.Figure]:
    now = trees.working_tree(work)
    prepare(now)
    before = None if base is None else _prepared(trees.tree_of(base.commit, work))
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        counted = [
            (
                name,
                pool.submit(count, floor, now, times=1),
                pool.submit(_count_before, ours, before),
                pool.submit(count, ours, now),
            )
            for name, (ours, floor) in OPERATIONS.items()
        ]
        return [
            judging.Figure(name, at_least.result(), earlier.result(), ours.result())
            for name, at_least, earlier, ours in counted
        ]


def _prepared(tree: trees.Tree) -> trees.Tree | None:
    try:
        prepare(tree)
    except ProgramFailed as error:
        print(f"The programs do not run on what it is compared with: {error}")
        return None
    return tree


def _count_before(program: Program, tree: trees.Tree | None) -> Count | None:
    """Count on the tree of the base, which may lack what the program uses."""
    if tree is None:
        return None
    try:
        return count(program, tree)
    except ProgramFailed as error:
        print(f"{program.name} does not run on what it is compared with: {error}")
        return None


if __name__ == "__main__":
    sys.exit(main())
