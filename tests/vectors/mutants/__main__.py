"""The mutation report: which mutants of the second reader pass all cases of the kit."""

import argparse
import json
import sys
from typing import Any, Final

from tests.vectors.mutants.mutant import Mutant
from tests.vectors.mutants.running import Result, result_of, results_of
from tests.vectors.mutants.table import TOPICS

LEAST: Final = 97
"""At least this percentage of mutants must be killed."""


def main() -> None:
    """Print the report; exit with 1 if a mutant survives that is not explained, or too many do."""
    parser = argparse.ArgumentParser(prog="python -m tests.vectors.mutants", description=__doc__)
    parser.add_argument("topics", nargs="*", metavar="TOPIC", help="only these topics, such as 'Later roots'")
    parser.add_argument("--json", action="store_true", help="print every mutant as JSON")
    parser.add_argument("--processes", type=int, default=2, help="run in this many processes (default: 2)")
    options = parser.parse_args()
    if unknown := set(options.topics) - TOPICS.keys():
        parser.error(f"no such topic: {', '.join(sorted(unknown))}")
    as_it_is = result_of(None)
    if as_it_is.killed_by is not None:
        sys.exit(f"the reader itself fails {as_it_is.killed_by}")
    topics = {topic: mutants for topic, mutants in TOPICS.items() if not options.topics or topic in options.topics}
    flat = [mutant for mutants in topics.values() for mutant in mutants]
    found = dict(results_of(flat, options.processes))
    if options.json:
        print(
            json.dumps([_as_json(topic, one, found[one]) for topic, all_ in topics.items() for one in all_], indent=1)
        )
    else:
        _print(topics, found)
    sys.exit(not is_enough(found))


def is_enough(found: dict[Mutant, Result]) -> bool:
    """Return whether the cases kill enough, and every mutant that survives is explained."""
    alive = [mutant for mutant, result in found.items() if result.killed_by is None]
    return all(mutant.explained for mutant in alive) and killed_percent(found) >= LEAST


def killed_percent(found: dict[Mutant, Result]) -> float:
    """Return how many of a hundred mutants are killed."""
    return 100 * sum(result.killed_by is not None for result in found.values()) / len(found)


def _as_json(topic: str, mutant: Mutant, result: Result) -> dict[str, Any]:
    said = {"topic": topic, "name": mutant.name, "rule": mutant.rule, "module": mutant.module}
    return {**said, "killed_by": result.killed_by, "crash": result.crash, "explained": mutant.explained or None}


def _print(topics: dict[str, list[Mutant]], found: dict[Mutant, Result]) -> None:
    print(f"{'topic':26}{'mutants':>9}{'killed':>9}{'survive':>9}")
    for topic, mutants in topics.items():
        _print_row(topic, {mutant: found[mutant] for mutant in mutants})
    _print_row("all", found)
    for mutant, result in found.items():
        if result.killed_by is None:
            print(f"\n{mutant.name} survives: it breaks {mutant.rule}\n  {mutant.explained or 'NOT EXPLAINED'}")
    print(f"\n{killed_percent(found):.1f} % are killed; at least {LEAST} % must be, and the others explained")


def _print_row(topic: str, found: dict[Mutant, Result]) -> None:
    killed = sum(result.killed_by is not None for result in found.values())
    print(f"{topic:26}{len(found):9}{killed:9}{len(found) - killed:9}")


if __name__ == "__main__":
    main()
