"""A collector for `prometheus_client`."""

from collections.abc import Callable, Iterable
from typing import Any, cast

from prometheus_client import Metric
from prometheus_client.openmetrics import parser
from prometheus_client.registry import Collector

from licensekit.contrib.gate import Opened
from licensekit.runtime.licensing import Licensing


class LicenseCollector(Collector):
    """Collects the metrics of a program: `REGISTRY.register(LicenseCollector(…))`."""

    def __init__(self, licensing: Opened) -> None:
        self._licensing = cast("Licensing", licensing)

    def describe(self) -> list[Metric]:
        """Return nothing, so that registering, perhaps before a fork, asks no question."""
        return []

    def collect(self) -> Iterable[Metric]:
        """Return the present metrics."""
        parse = cast("Callable[[str], Iterable[Metric]]", cast("Any", parser).text_string_to_metric_families)
        return parse("\n".join([*self._licensing.metric_lines(), ""]))
