"""How long a license for a test takes, everything included: `python -m tests.benchmarks.testing`.

The floor is what nothing on the real engine does without: signing four documents and verifying them.
"""

import time
from collections.abc import Callable
from contextlib import AbstractContextManager

from licensekit import Licensing
from licensekit.product import Product
from licensekit.testing import TestLicensing, licenses
from licensekit.testing.signing import throw_away_keys
from tests import homes, makers
from tests.benchmarks.measure import Measured, measure

MOST_MS = 10


def main() -> None:
    """Print the first license of the process, then the medians of licenses and of products' licenses."""
    crm: Product[Licensing] = Product(makers.PRODUCT, root=homes.PIN, pack=homes.pack())
    first = time.perf_counter()
    ask(lambda: licenses(system=["server"]))
    print(f"the first of a process: {(time.perf_counter() - first) * 1000:.1f} ms")
    report("a license of a test", measure(lambda: ask(lambda: licenses(system=["server"])), sign_and_verify, calls=4))
    report(
        "of a product, assigned to anna",
        measure(
            lambda: ask(
                lambda: crm.testing(system=["server"], users={"sales-pro": 5}, assigned={"anna": ["sales-pro"]})
            ),
            sign_and_verify,
            calls=4,
        ),
    )


def ask(start: Callable[[], AbstractContextManager[TestLicensing]]) -> None:
    """Open, ask and close."""
    with start() as licensing:
        assert licensing.allows("server")


def sign_and_verify() -> None:
    """Sign four messages as long as a bundle, and verify them."""
    _, key = throw_away_keys()
    for _ in range(4):
        key.verifying_key.verify(MESSAGE, key.sign(MESSAGE))


def report(what: str, measured: Measured) -> None:
    """Print one line."""
    ours, floor, ratio = measured
    print(f"{what}: {ours * 1000:.1f} ms (to reach: {MOST_MS} at most), floor {floor * 1000:.2f} ms, ratio {ratio:.1f}")


MESSAGE = bytes(300)

if __name__ == "__main__":
    main()
