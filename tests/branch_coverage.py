"""The share of branches that a test run covered, printed and held to a threshold.

    python -m pytest --numprocesses=auto --cov --cov-report=
    python -m tests.branch_coverage --at-least 93

Coverage's own total counts lines and branches together; this one counts branches alone.
"""

import argparse
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from coverage import Coverage


def branches() -> tuple[int, int]:
    """Return how many branches were covered, of how many, as the data file here says."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder, "coverage.json")
        coverage = Coverage()
        coverage.load()
        coverage.json_report(outfile=str(report))
        totals: dict[str, Any] = json.loads(report.read_text())["totals"]
    return totals["covered_branches"], totals["num_branches"]


def main() -> None:
    """Print the share in percent; exit with 1 if it is below `--at-least`."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--at-least", type=float, default=0.0, metavar="PERCENT")
    least: float = parser.parse_args().at_least
    covered, there_are = branches()
    percent = 100 * covered / there_are
    print(f"{covered} of {there_are} branches are covered: {percent:.2f} %, at least {least:g} %")
    sys.exit(percent < least)


if __name__ == "__main__":
    main()
