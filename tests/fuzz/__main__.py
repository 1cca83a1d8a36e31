"""The runner: `python -m tests.fuzz [TARGET...] [--seconds N | --inputs N]`.

Each target runs under atheris in a process of its own, from its seeds, what is kept in `corpus` and what earlier rounds
have found. The runner ends with 1 if an input was a finding, which is then in the folder that it names.
"""

import os
import re
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from hashlib import sha256
from itertools import cycle
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp
from typing import Final, NamedTuple

from tests.fuzz import kept_inputs, totals, worker
from tests.fuzz.targets import BY_NAME, TARGETS, Target

ROUND_SECONDS: Final = 60
_WORDS: Final = re.compile(rb"[A-Za-z][A-Za-z0-9_.:-]{2,24}")
_MOST_WORDS: Final = 400
_LIMITS: Final = ("-timeout=600", "-rss_limit_mb=4096", "-max_len=8192", "-verbosity=0", "-reload=0")
"""The hard limit of time is generous, as another program may have the processor; `judging` counts what is ours."""


class Ran(NamedTuple):
    """What became of a target in one run."""

    target: str
    inputs: int
    slowest: float
    findings: tuple[str, ...]  # a line each


def main() -> int:
    """Fuzz, and print a line for each run of a target."""
    asked = _arguments()
    worker.load()
    folder = Path(asked.folder or mkdtemp(prefix="fuzz-"))
    ran: list[Ran] = []
    for one in _all(asked, folder, ran):
        ran.append(one)
        print(_line(one), flush=True)
        if asked.record:
            _record(one)
    for name in asked.targets if asked.keep else ():
        print(f"{name}: {kept_inputs.keep(BY_NAME[name], folder / name / 'new')} inputs are kept", flush=True)
    findings = [finding for one in ran for finding in one.findings]
    print(f"{sum(one.inputs for one in ran):,} inputs, {len(findings)} findings")
    if findings:
        print(f"They are in {folder}.")
    elif not asked.folder:
        rmtree(folder)
    return 1 if findings else 0


def _all(asked: Namespace, folder: Path, ran: list[Ran]) -> Iterator[Ran]:
    """Run targets in parallel, and yield what became of each."""
    running: dict[int, Running] = {}
    for target in _rounds(asked, ran):
        while len(running) >= asked.at_once or target in [one.target for one in running.values()]:
            yield ended(running)
        one = prepared(target, folder / target.name, asked.seconds)
        running[worker.start(target, one.folder, one.arguments)] = one
    while running:
        yield ended(running)


def _arguments() -> Namespace:
    parser = ArgumentParser("python -m tests.fuzz", description="Feed bytes to every reader until one fails.")
    parser.add_argument("targets", nargs="*", metavar="TARGET", help=f"default: all of {', '.join(BY_NAME)}")
    parser.add_argument("--seconds", type=int, help="how long each target runs; default: 20")
    parser.add_argument("--inputs", type=int, help="run all in turn until this many inputs were tried in total")
    parser.add_argument("--at-once", type=int, default=2, help="how many targets run in parallel; default: 2")
    parser.add_argument("--folder", help="where to work, and to find what earlier runs left; default: a new one")
    parser.add_argument("--record", action="store_true", help="add to the running total in total.toml")
    parser.add_argument("--keep", action="store_true", help="keep what reaches new lines in the corpus")
    asked = parser.parse_args()
    asked.targets = asked.targets or list(BY_NAME)
    if unknown := [name for name in asked.targets if name not in BY_NAME]:
        parser.error(f"no target {', '.join(unknown)}")
    asked.seconds = asked.seconds or (ROUND_SECONDS if asked.inputs else 20)
    return asked


def _rounds(asked: Namespace, ran: list[Ran]) -> Iterator[Target]:
    """Yield the targets once, or again and again until there were enough inputs."""
    targets = [one for one in TARGETS if one.name in asked.targets]
    if not asked.inputs:
        yield from targets
        return
    for target in cycle(targets):
        if sum(one.inputs for one in ran) >= asked.inputs:
            return
        yield target


class Running(NamedTuple):
    """A target that runs, and what it was started with."""

    target: Target
    folder: Path
    arguments: tuple[str, ...]
    known: frozenset[str]  # findings of earlier runs


def prepared(target: Target, folder: Path, seconds: int) -> Running:
    """Write the seeds of a target, and return how it is to be run."""
    kept = kept_inputs.FOLDER / target.name
    for one in (folder / "new", folder / "seeds"):
        one.mkdir(parents=True, exist_ok=True)
    seeds = list(target.seeds())
    for seed in seeds:
        (folder / "seeds" / sha256(seed).hexdigest()[:16]).write_bytes(seed)
    arguments = [*_LIMITS, f"-max_total_time={seconds}", f"-artifact_prefix={folder}/"]
    arguments += [str(folder / "new"), str(folder / "seeds")]
    arguments += [str(kept)] if kept.is_dir() else []
    if target.prefix is None and (words := b"".join(_words(seeds))):
        (folder / "words").write_bytes(words)
        arguments.insert(0, f"-dict={folder / 'words'}")
    return Running(target, folder, tuple(arguments), _findings(folder))


def ended(running: dict[int, Running]) -> Ran:
    """Wait for the one that was started first: all run equally long."""
    process, status = os.waitpid(next(iter(running)), 0)
    target, folder, _, known = running.pop(process)
    tally, found = worker.Tally.of(folder), sorted(_findings(folder) - known)
    findings = [f"{(folder / name).read_text('utf-8').partition(chr(10))[0]} ({name})" for name in found]
    if status:
        log = folder / "log"
        last = log.read_text(errors="replace").strip().splitlines()[-1:] if log.exists() else ()
        findings.append(f"the process ended with {os.waitstatus_to_exitcode(status)} ({log}): {''.join(last)}")
    return Ran(target.name, tally.inputs, tally.slowest, tuple(findings))


def _findings(folder: Path) -> frozenset[str]:
    return frozenset(path.name for path in folder.glob("finding-*.txt"))


def _words(seeds: list[bytes]) -> Iterator[bytes]:
    """Yield the words of seeds as lines of a dictionary of libFuzzer."""
    found = dict.fromkeys(word for seed in seeds for word in _WORDS.findall(seed[:2000]) if not word.startswith(b"AQ"))
    yield from (b'"%b"\n' % word for word in list(found)[:_MOST_WORDS])


def _line(one: Ran) -> str:
    shown = "".join(f"\n    {finding}" for finding in one.findings)
    return f"{one.target:<12}{one.inputs:>9,} inputs, the slowest took {one.slowest:.3f} s{shown}"


def _record(one: Ran) -> None:
    known = totals.read()
    known[one.target] = known.get(one.target, totals.Total()).plus(one.inputs, len(one.findings), one.slowest)
    totals.write(known, BY_NAME)


if __name__ == "__main__":
    sys.exit(main())
