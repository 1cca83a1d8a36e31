"""Mutation testing of what decides: do tests fail if the code is changed a little? See docs/mutation.md."""

import argparse
import json
import re
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

from tests.mutation import coverage_map, report, trials
from tests.mutation.mutants import DECLARATIONS, ROOT, Mutant, every_module, sample

TESTS: Final = (
    "tests/wire",
    "tests/trust",
    "tests/entitlements",
    "tests/catalog",
    "tests/state",
    "tests/vectors/test_evaluation.py",
    "tests/vectors/test_vectors.py",
    "tests/installation",
    "tests/runtime",
)
SAMPLE: Final = 1600
SEED: Final = 22
DONE: Final = frozenset({"killed", "timeout", "unfit"})


class Kept(NamedTuple):
    """Where what is known stays from run to run."""

    folder: Path

    @property
    def coverage(self) -> Path:
        """A folder with what each part of the tests runs."""
        return self.folder / "coverage"

    @property
    def results(self) -> Path:
        """A line for each trial."""
        return self.folder / "results.jsonl"

    def known(self) -> dict[str, dict[str, Any]]:
        """Return what trials have shown, by the identity of the mutant; the latest counts."""
        if not self.results.exists():
            return {}
        lines = self.results.read_text("utf-8").splitlines()
        return {one["identity"]: one for one in map(json.loads, lines)}


def told(mutant: Mutant) -> str:
    """Return a mutant as lines for a person."""
    where = f"{mutant.identity} {mutant.path}:{mutant.line} {mutant.scope}, {mutant.operator}"
    return f"{where}\n    {mutant.before}\n    {mutant.after}"


def cover(kept: Kept, tests: Sequence[str]) -> None:
    """Find out which tests run which lines, one part of the tests after the other."""
    if len(tests) > 1:
        command = [sys.executable, "-m", "tests.mutation", "--kept", str(kept.folder), "cover"]
        for one in tests:
            subprocess.run([*command, one], cwd=ROOT, check=True)
        return
    name = tests[0].removesuffix(".py").replace("/", "-")
    coverage_map.record([one.path for one in every_module()], tests, kept.coverage / f"{name}.json")


def run(kept: Kept, sampled: Sequence[Mutant], arguments: argparse.Namespace) -> None:
    """Make the trials that are still to be made."""
    known = kept.known()
    todo = [one for one in sampled if _is_open(known.get(one.identity), again=arguments.survivors)]
    todo = [one for one in todo if re.search(arguments.only, f"{one.path}:{one.scope}:{one.identity}")]
    # What is quick comes first; of one function together, because what kills one mutant often kills the next.
    todo.sort(key=lambda one: (one.scope == DECLARATIONS, one.path, one.line))
    if arguments.backward:
        todo.reverse()
        todo.sort(key=lambda one: one.scope == DECLARATIONS)
    counts = Counter[str]()
    began = time.monotonic()

    def tell(mutant: Mutant, outcome: trials.Outcome) -> None:
        counts[outcome.status] += 1
        line = {"identity": mutant.identity, **outcome._asdict()}
        with kept.results.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")
        if outcome.status not in DONE:
            print(f"{outcome.status}: {told(mutant)}")
        if sum(counts.values()) % 25 == 0:
            print(
                f"-- {sum(counts.values())} of {len(todo)} in {time.monotonic() - began:.0f} s: {dict(counts)}",
                flush=True,
            )

    def is_open(mutant: Mutant) -> bool:
        return _is_open(kept.known().get(mutant.identity), again=arguments.survivors)

    print(f"{len(todo)} of {len(sampled)} mutants to try", flush=True)
    if todo:
        coverage = coverage_map.load(kept.coverage)
        modules = {str(one.path.relative_to(ROOT)): one for one in every_module()}
        files = trials.files(test for one in todo for test in trials.relevant(one, coverage))
        trials.run(files, trials.Plan(todo, modules, coverage, arguments.budget, arguments.jobs, tell, is_open))
    print(counts)


def _is_open(known: dict[str, Any] | None, *, again: bool) -> bool:
    return known is None or (again and known["status"] not in DONE)


def main() -> None:
    """Run one of the commands."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutation", description=__doc__)
    parser.add_argument("--sample", type=int, default=SAMPLE, help="how many mutants are tried, chosen by chance")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--kept", type=Path, default=ROOT / ".mutation", help="the folder of what is known")
    commands = parser.add_subparsers(dest="command", required=True)
    covering = commands.add_parser("cover", help="find out which tests run which lines")
    covering.add_argument("tests", nargs="*", default=TESTS, help="folders or files of tests")
    running = commands.add_parser("run", help="make the trials that are still to be made")
    running.add_argument("--budget", type=float, default=3.0, help="seconds of tests for each mutant")
    running.add_argument("--jobs", type=int, default=2, help="trials in parallel")
    running.add_argument("--survivors", action="store_true", help="try again those that survived")
    running.add_argument("--only", default="", help="a pattern of path, scope and identity: path:scope:identity")
    running.add_argument("--backward", action="store_true", help="from the last one, beside a run from the first")
    commands.add_parser("survivors", help="print those that no test kills and nobody has judged")
    commands.add_parser("report", help="write docs/mutation.md")
    arguments = parser.parse_args()
    kept = Kept(arguments.kept)
    if arguments.command == "cover":
        cover(kept, arguments.tests)
        return
    every = [one for module in every_module() for one in module.mutants()]
    sampled = sample(every, arguments.sample, arguments.seed)
    match arguments.command:
        case "run":
            run(kept, sampled, arguments)
        case "survivors":
            print(*map(told, report.unjudged(sampled, kept.known())), sep="\n")
        case _:
            print(report.write(every, sampled, kept.known()))


if __name__ == "__main__":
    main()
