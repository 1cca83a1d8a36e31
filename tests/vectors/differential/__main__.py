"""Ask the readers the same generated questions, and stop where they part."""

import argparse
import json
import sys
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from random import Random
from typing import Any, Final

from tests.vectors.differential import asking, of_evaluation, of_files, of_form
from tests.vectors.differential.asking import READERS, Reader
from tests.vectors.differential.shrinking import shrunk

Line = dict[str, Any]
MIX: Final[list[tuple[Callable[[Random], Line], int]]] = [
    (of_form.tokens, 6),
    (of_form.frame, 4),
    (of_form.payload, 20),
    (of_form.pin, 2),
    (of_form.again, 6),
    (of_files.file, 25),
    (of_files.sequence, 12),
    (of_evaluation.evaluate, 25),
]
"""What makes questions, and how many of a hundred."""


def main() -> None:
    """Ask this many questions; exit with 1 where readers part."""
    parser = argparse.ArgumentParser(prog="python -m tests.vectors.differential", description=__doc__)
    parser.add_argument("count", type=int, help="how many questions")
    parser.add_argument("--seed", type=int, default=1, help="another seed gives other questions (default: 1)")
    parser.add_argument("--start", type=int, default=0, help="the number of the first question (default: 0)")
    parser.add_argument("--ask", help="only questions with this ask, such as sequence")
    parser.add_argument("--readers", nargs="+", choices=READERS, default=list(READERS), help="default: all")
    parser.add_argument(
        "--typescript", type=Path, default=asking.TYPESCRIPT, help="its process (default: as built in samples)"
    )
    options = parser.parse_args()
    names: list[str] = options.readers
    if "typescript" in names and not options.typescript.is_file():
        print(f"left out: the reader in TypeScript, because {options.typescript} was not built")
        names.remove("typescript")
    readers = asking.started(names, options.typescript)
    began, mix = time.monotonic(), Counter[tuple[str, str]]()
    with ThreadPoolExecutor(len(readers)) as pool:
        for number in range(options.start, options.start + options.count):
            line = question(options.seed, number)
            if options.ask not in {None, line["ask"]}:
                continue
            found = asking.answers(pool, readers, line)
            mix[line["ask"], outcome(found)] += 1
            if asking.is_split(found):
                _print_split(pool, readers, line, f"--seed {options.seed} --start {number}")
                sys.exit(1)
    _print_mix(mix, time.monotonic() - began)


def question(seed: int, number: int) -> Line:
    """Return the question of a number: it depends on nothing else."""
    random = Random(f"{seed} {number}")  # noqa: S311  # the same every time, and nothing secret
    make = random.choices([make for make, _ in MIX], [weight for _, weight in MIX])[0]
    return make(random)


def outcome(found: dict[str, Line]) -> str:
    """Return in a word what readers made of a question: a code, or that it was taken."""
    answer = next(iter(found.values()), None)
    if answer is None:
        return "not asked"
    return str(answer.get("code", "taken"))


def _print_split(pool: ThreadPoolExecutor, readers: list[Reader], line: Line, where: str) -> None:
    print(f"readers part ({where}); shrinking …", flush=True)
    small = shrunk(line, lambda one: asking.is_split(asking.answers(pool, readers, one)))
    print(json.dumps(small))
    for name, answer in asking.answers(pool, readers, small).items():
        print(f"{name}: {json.dumps(answer)}")


def _print_mix(mix: Counter[tuple[str, str]], seconds: float) -> None:
    total = sum(mix.values())
    print(f"no split in {total} questions, {total / seconds:.0f} a second")
    for ask in sorted({ask for ask, _ in mix}):
        outcomes = Counter({outcome: count for (of, outcome), count in mix.items() if of == ask})
        shown = ", ".join(f"{outcome} {count}" for outcome, count in outcomes.most_common())
        print(f"{ask} {sum(outcomes.values())}: {shown}")


if __name__ == "__main__":
    main()
