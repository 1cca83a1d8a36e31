"""A collector for `prometheus_client`."""

from collections.abc import Iterator
from typing import cast

from prometheus_client import Metric
from prometheus_client.registry import Collector

from licensekit.contrib.questions import Opened
from licensekit.runtime.licensing import Licensing


class LicenseCollector(Collector):
    """Collects the metrics that `licensekit status --prometheus` prints: `REGISTRY.register(LicenseCollector(…))`."""

    def __init__(self, licensing: Opened) -> None:
        self._licensing = cast("Licensing", licensing)

    def describe(self) -> list[Metric]:
        """Return nothing: registering asks no question, which may come before a fork."""
        return []

    def collect(self) -> Iterator[Metric]:
        """Yield each metric as it is now."""
        for gauge in self._licensing.gauges():
            metric = Metric(gauge.name, gauge.meaning, "gauge")
            for labels, value in gauge.samples:
                metric.add_sample(gauge.name, dict(labels), value)
            yield metric
