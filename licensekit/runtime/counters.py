"""What a program has counted of its seats since it was opened, and its page of metrics."""

from collections import Counter
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from contextlib import contextmanager
from itertools import accumulate
from math import inf
from threading import Lock
from time import monotonic
from typing import TYPE_CHECKING, Final

from licensekit.entitlements import LicenseRow
from licensekit.errors import LicenseError, NoneFree
from licensekit.state.metrics import Metric, Sample, counted, installation_metrics, tallied

if TYPE_CHECKING:
    from licensekit.runtime.live_snapshot import LiveSnapshot

BOUNDS: Final = (0.005, 0.02, 0.1, 0.5, 2.0, 10.0, inf)
"""The upper ends of the buckets of renewals, in seconds."""


class Counters:
    """The numbers of one process: it counts what it asks for, gets and loses itself; safe for threads."""

    def __init__(self, *, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._lock = Lock()
        self._peaks: dict[str, int] = {}
        self._asking: Counter[str] = Counter()
        self._denied: Counter[tuple[str, str]] = Counter()
        self._lost: Counter[tuple[str, str]] = Counter()
        self._renewals: Counter[float] = Counter()
        """By the upper end of the bucket."""
        self._seconds, self._failed = 0.0, 0

    def see(self, in_use: Mapping[str, int]) -> None:
        """Raise the peaks of licenses to how many of them are in use."""
        with self._lock:
            self._peaks |= {code: max(count, self._peaks.get(code, 0)) for code, count in in_use.items()}

    def peak(self, license_: str) -> int:
        """Return the most of a license that was seen in use."""
        return self._peaks.get(license_, 0)

    @contextmanager
    def request(self, license_: str) -> Generator[None]:
        """Count a request for a seat while it lasts, and if it is refused."""
        with self._lock:
            self._asking[license_] += 1
        try:
            yield
        except LicenseError as error:
            with self._lock:
                self._denied[license_, error.code] += 1
            if isinstance(error, NoneFree):
                self.see({license_: error.in_use})
            raise
        finally:
            with self._lock:
                self._asking[license_] -= 1

    def lose(self, license_: str, reason: str) -> None:
        """Count a seat that was lost."""
        with self._lock:
            self._lost[license_, reason] += 1

    @contextmanager
    def renewal(self) -> Generator[None]:
        """Count a renewal, with how long it takes, or that it fails."""
        begin = self._clock()
        try:
            yield
        except LicenseError:
            with self._lock:
                self._failed += 1
            raise
        seconds = self._clock() - begin
        with self._lock:
            self._renewals[next(bound for bound in BOUNDS if seconds <= bound)] += 1
            self._seconds += seconds

    def metrics(self, rows: Iterable[tuple[tuple[str, str], LicenseRow]]) -> list[Metric]:
        """Return what was counted; `rows` are of `state.metrics.counted`."""
        with self._lock:
            sums = list(accumulate(self._renewals[bound] for bound in BOUNDS))
            ends = ["+Inf" if bound == inf else str(bound) for bound in BOUNDS]
            buckets = [Sample((end,), count, "_bucket") for end, count in zip(ends, sums, strict=True)]
            # Also that none was refused: a counter that appears with 1 does not seem to have risen.
            denied = Counter({(code, NoneFree.code): 0 for code in self._asking})
            denied.update(self._denied)
            return [
                ("license_peak", [Sample(labels, self.peak(row.code)) for labels, row in rows]),
                ("seat_requests", tallied({(code,): count for code, count in self._asking.items()})),
                ("seats_denied", tallied(denied)),
                ("leases_lost", tallied(self._lost)),
                ("renewal_seconds", [*buckets, Sample((), sums[-1], "_count"), Sample((), self._seconds, "_sum")]),
                ("renewals_failed", [Sample((), self._failed)]),
            ]


def program_metrics(live: "LiveSnapshot", held: Iterable[str]) -> Iterator[Metric]:
    """Yield what the installation is, and what this program has seen of it; `held` are the licenses of its leases."""
    state, reading, away = live.state_with_leases(), live.clocks(), live.snapshot.away
    yield from installation_metrics(state, reading, live.notices)
    live.counters.see(state.used)
    yield from live.counters.metrics(counted(state))
    yield "leases_held", tallied(Counter((code,) for code in held))
    since = 0 if away is None else live.snapshot.now_at(reading, away=True) - away.since
    yield "database_away_seconds", [Sample((), since)]
