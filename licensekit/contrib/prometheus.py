"""A collector for `prometheus_client`."""

from collections.abc import Iterable
from typing import cast

from prometheus_client import Metric
from prometheus_client.openmetrics.parser import text_string_to_metric_families
from prometheus_client.registry import Collector

from licensekit.contrib.questions import Opened
from licensekit.runtime.licensing import Licensing


class LicenseCollector(Collector):
    """Collects the metrics of a program: `REGISTRY.register(LicenseCollector(…))`."""

    def __init__(self, licensing: Opened) -> None:
        self._licensing = cast("Licensing", licensing)

    def describe(self) -> list[Metric]:
        """Return nothing: registering asks no question, which may come before a fork."""
        return []

    def collect(self) -> Iterable[Metric]:
        """Return the metrics as they are now."""
        page = "\n".join([*self._licensing.metric_lines(), ""])
        return cast("Iterable[Metric]", text_string_to_metric_families(page))  # type: ignore[no-untyped-call]  # theirs
