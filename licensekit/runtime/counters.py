"""Counters of a program's own seats, and the metrics of a program."""

from collections import defaultdict
from collections.abc import Generator, Iterable, Iterator, Mapping
from contextlib import contextmanager
from math import inf
from threading import RLock
from time import monotonic
from typing import TYPE_CHECKING, Final

from licensekit.errors import LeaseLost, LicenseError, NoneFree
from licensekit.state.metrics import Sample, installation_samples
from licensekit.wire.documents import SeatKind

if TYPE_CHECKING:
    from licensekit.runtime.live_snapshot import LiveSnapshot

BOUNDS: Final = {str(end): end for end in (0.005, 0.02, 0.1, 0.5, 2.0, 10.0)} | {"+Inf": inf}
"""Label to upper bound of each bucket of the durations of renewals, in seconds."""


class Counters:
    """Counters of the seats that one program asks for, gets and loses; safe for threads."""

    def __init__(self) -> None:
        self._lock = RLock()
        self._counts: dict[tuple[str, tuple[str, ...]], float] = defaultdict(int)  # by name and labels

    def add(self, name: str, *labels: str, by: float = 1) -> None:
        """Add to the counter of a sample's name and labels."""
        with self._lock:
            self._counts[name, labels] += by

    def see(self, in_use: Mapping[str, int]) -> None:
        """Raise the peak of each license to the number in use."""
        with self._lock:
            for code, count in in_use.items():
                key = "license_peak", (code,)
                self._counts[key] = max(count, self._counts[key])

    @contextmanager
    def request(self, license_: str) -> Generator[None]:
        """Count a request for a seat while the block runs, and its refusal if the block raises."""
        self.add("seat_requests", license_)
        try:
            yield
        except LicenseError as error:
            self.add("seats_denied_total", license_, error.code)
            raise
        finally:
            self.add("seat_requests", license_, by=-1)

    @contextmanager
    def renewal(self) -> Generator[None]:
        """Time a renewal in the block, or count its failure."""
        begin = monotonic()
        try:
            yield
        except LicenseError:
            self.add("renewals_failed_total")
            raise
        seconds = monotonic() - begin
        with self._lock:
            for end, bound in BOUNDS.items():
                self.add("renewal_seconds_bucket", end, by=int(seconds <= bound))
            self.add("renewal_seconds_count")
            self.add("renewal_seconds_sum", by=seconds)

    def samples(self, codes: Iterable[str]) -> list[Sample]:
        """Return all counters; those of `codes` begin with 0, because a first value of 1 would not show as a rise."""
        none: dict[tuple[str, tuple[str, ...]], float] = {("renewals_failed_total", ()): 0}
        for code in codes:
            none |= {("leases_lost_total", (code, reason)): 0 for reason in LeaseLost.template}
            none |= {("seats_denied_total", (code, NoneFree.code)): 0, ("seat_requests", (code,)): 0}
        with self._lock:
            counts = sorted({**none, **self._counts}.items(), key=lambda one: one[0][0])  # keeps the order of buckets
        return [(*key, count) for key, count in counts]


def program_samples(live: "LiveSnapshot") -> Iterator[Sample]:
    """Yield the metrics of the installation and of this program."""
    state, reading, away = live.state_with_leases(), live.clocks(), live.snapshot.away
    live.counters.see(state.used)
    yield from installation_samples(state, reading, live.notices)
    licenses = state.entitlements.licenses.items()
    yield from live.counters.samples(code for code, one in licenses if one.seats is SeatKind.CONCURRENT)
    since = 0 if away is None else live.snapshot.now_at(reading, away=True) - away.since
    yield "database_away_seconds", (), since
