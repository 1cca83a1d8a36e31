"""How cost grows: tables of each count, what it costs, how that compares with the first, and the exponent between.

With `--write`, figures and charts are kept in `docs/performance/growth` and the tables of `docs/performance.md` are
renewed. All of it takes about twenty minutes; `--most` bounds the counts, and WHAT names some of the series.

Run: python -m tests.benchmarks.growth [WHAT ...] [--most COUNT] [--write]
"""

import time
from argparse import ArgumentParser
from collections.abc import Callable
from typing import Final

from tests.benchmarks.growth import ledger, licenses, page, parts, processes, seats, tenants, threads, users
from tests.benchmarks.growth.series import Growth

SERIES: Final[dict[str, Callable[[int], Growth]]] = {
    "licenses": licenses.grow,
    "parts": parts.grow,
    "users": users.grow,
    "ledger": ledger.grow,
    "threads": threads.grow,
    "processes": processes.grow,
    "seats": seats.grow,
    "tenants": tenants.grow,
}
MOST: Final = 1_000_000


def main() -> None:
    """Measure what is named, or everything."""
    parser = ArgumentParser(prog="python -m tests.benchmarks.growth")
    parser.add_argument("what", nargs="*", metavar="WHAT", help=f"of {', '.join(SERIES)}; all by default")
    parser.add_argument("--most", type=int, default=MOST, metavar="COUNT", help="the highest count")
    parser.add_argument("--write", action="store_true", help="keep the figures, and renew docs/performance.md")
    asked = parser.parse_args()
    if unknown := set(asked.what) - set(SERIES):
        parser.error(f"there is no {', '.join(sorted(unknown))}: choose of {', '.join(SERIES)}")
    for what in asked.what or SERIES:
        began = time.monotonic()
        growth = SERIES[what](asked.most)
        print(f"{growth.lines}\n  ({time.monotonic() - began:.0f} s)\n", flush=True)
        if asked.write:
            page.write(growth)


if __name__ == "__main__":
    main()
