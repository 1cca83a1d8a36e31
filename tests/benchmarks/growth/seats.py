"""How concurrent seats grow with those that one process holds in a folder: one more, all renewed, all counted."""

import tempfile
from functools import partial
from pathlib import Path
from statistics import median
from typing import Final

from licensekit import Licensing
from licensekit.runtime.seats import Lease
from tests.benchmarks.growth.series import Act, Curve, Growth, idle_seconds, timed, up_to
from tests.homes import PIN
from tests.runtime.leases import competing_processes
from tests.runtime.leases.competing_processes import CODE, PACK

COUNTS: Final = (10, 100, 1_000, 10_000)
TTL: Final = 86_400
"""Long, so that nothing is renewed but what is measured."""
CALLS: Final = {"renew all": 1, "take and release one": 30, "count those in use": 30}


def holding(licensing: Licensing, count: int) -> list[Lease]:
    """Take that many seats."""
    return [licensing.seat(CODE, holder=f"holder {n}", ttl=TTL, wait=60).take() for n in range(count)]


def measured(place: Path, count: int) -> dict[str, float]:
    """Measure with that many seats held."""
    competing_processes.prepare(str(place), 2 * count)
    with Licensing.open(place, root=PIN, pack=PACK, watch=False) as licensing:
        held = holding(licensing, count)
        leasing = licensing._leasing["one"]  # pyright: ignore[reportPrivateUsage]  # what renews, in a thread

        def one_more() -> None:
            licensing.seat(CODE, holder="anna", ttl=TTL, wait=60).take().release()

        acts: dict[str, Act] = {
            "renew all": partial(leasing.renew, held, TTL),
            "take and release one": one_more,
            "count those in use": partial(licensing.count, CODE),
        }
        found = {what: median(timed(act, CALLS[what]) for _ in range(5)) for what, act in acts.items()}
        return {**found, "kept, each second": idle_seconds()}


def grow(most: int) -> Growth:
    """Measure with more and more seats."""
    counts = up_to(most, COUNTS)
    with tempfile.TemporaryDirectory() as folder:
        found = {n: measured(Path(folder, str(n)), n) for n in counts}
    curves = [Curve(what, "s", {n: found[n][what] for n in counts}) for what in found[counts[0]]]
    return Growth("seats", "Concurrent seats that one process holds", "seats held", curves)
