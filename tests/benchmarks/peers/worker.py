"""A process of one case that times itself: `python -m tests.benchmarks.peers.worker NAME FOLDER`.

Reads lines such as `verify 100`, and prints the seconds of processor time of one call.
"""

import sys
import time
from collections.abc import Callable
from itertools import repeat
from pathlib import Path

from tests.benchmarks.peers.cases import CASES


def main() -> None:
    """Load the case once, and answer until there are no more lines."""
    case, folder = CASES[sys.argv[1]], Path(sys.argv[2])
    text = (folder / "license").read_bytes()
    verify = case.verifier((folder / "public").read_bytes())
    calls: dict[str, Callable[[], object]] = {
        "issue": case.issuer((folder / "secret").read_bytes()),
        "verify": lambda: verify(text),
    }
    for line in sys.stdin:
        what, number = line.split()
        print(seconds_of(calls[what], int(number)), flush=True)


def seconds_of(call: Callable[[], object], number: int) -> float:
    """Return how much processor time one of `number` calls takes."""
    began = time.process_time()
    for _ in repeat(None, number):
        call()
    return (time.process_time() - began) / number


if __name__ == "__main__":
    main()
