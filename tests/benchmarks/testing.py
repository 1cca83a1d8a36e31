"""How long a license for a test takes, everything included: `python -m tests.benchmarks.testing`.

The floor is what nothing on the real engine does without: four documents signed and verified.
"""

import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import partial
from statistics import median

from licensekit import Licensing
from licensekit.product import Product
from licensekit.testing import TestLicensing, licenses
from licensekit.testing.signing import throw_away_keys
from tests import homes, makers
from tests.benchmarks.measure import measure

MOST_MS = 10
RUNS = 50
MESSAGE = bytes(300)
"""About as long as a bundle."""


def main() -> None:
    """Print the first license of the process, then medians."""
    crm: Product[Licensing] = Product(makers.PRODUCT, root=homes.PIN, pack=homes.pack())
    started = time.perf_counter()
    ask(partial(licenses, system=["server"]))
    print(f"the first of a process: {(time.perf_counter() - started) * 1000:.0f} ms")
    report("a license of a test", partial(licenses, system=["server"]))
    report("one of a product", partial(crm.testing, system=["server"]))
    report(
        "one of a product, and anna",
        partial(crm.testing, users={"sales-pro": 5}, system=["server"], assigned={"anna": ["sales-pro"]}),
    )


def ask(start: Callable[[], AbstractContextManager[TestLicensing]]) -> None:
    """Open, ask and close."""
    with start() as licensing:
        assert licensing.allows("server")


def sign_and_verify() -> None:
    """Do what the floor is."""
    _, key = throw_away_keys()
    for _ in range(4):
        key.verifying_key.verify(MESSAGE, key.sign(MESSAGE))


def report(what: str, start: Callable[[], AbstractContextManager[TestLicensing]]) -> None:
    """Print one line; time of the processor beside time of the clock, which others on a machine lengthen."""
    measured = measure(lambda: ask(start), sign_and_verify, calls=2)
    used: list[float] = []
    for _ in range(RUNS):
        before = time.process_time()
        ask(start)
        used.append(time.process_time() - before)
    print(
        f"{what}: {measured.ours * 1000:.1f} ms, of the processor {median(used) * 1000:.1f} ms"
        f" (to reach: {MOST_MS} at most), ratio to the floor {measured.ratio:.0f}"
    )


if __name__ == "__main__":
    main()
