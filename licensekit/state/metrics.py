"""The state of an installation for a monitoring system, as values and in the text format of Prometheus.

Every metric is a gauge.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from licensekit.entitlements import Notice, Severity
from licensekit.state.loading import InstallationState
from licensekit.wire.plain import word

_OF_BUNDLE: Final[tuple[str, ...]] = ("issuer", "serial", "part", "state")
_UNRESTRICTED: Final = float("inf")


class Gauge(NamedTuple):
    """One metric, with its samples."""

    name: str
    meaning: str
    samples: Sequence[tuple[Mapping[str, str], float]]
    """Labels and value of each; what is unrestricted is infinite."""


def metric_lines(state: InstallationState) -> Iterator[str]:
    """Yield days left, states, counts and notices, a line each, for a page of metrics; `+Inf` is unrestricted."""
    for name, meaning, samples in gauges(state, state.notices):
        yield f"# HELP {name} {meaning}"
        yield f"# TYPE {name} gauge"
        for labels, value in samples:
            shown = ",".join(f'{label}="{_escaped(text)}"' for label, text in labels.items())
            yield f"{name}{{{shown}}} {'+Inf' if value == _UNRESTRICTED else value}"


def gauges(state: InstallationState, notices: Iterable[Notice]) -> Iterator[Gauge]:
    """Yield every metric of an installation."""
    left = [({"issuer": one.issuer, "part": one.part}, one.days_left(state.now)) for one in state.entitlements.coverage]
    known = [(labels, days) for labels, days in left if days is not None]
    meaning = "Days until an issuer's part is no longer licensed without a gap, or grace ends."
    yield Gauge("licensekit_days_left", meaning, known)
    # Bundles that wait together differ in nothing that a label says: they are one sample.
    states = dict.fromkeys((p.bundle.issuer, p.bundle.serial, p.bundle.part, p.state.value) for p in state.parts)
    bundles = [(dict(zip(_OF_BUNDLE, labels, strict=True)), 1) for labels in states]
    meaning = "1 for each state that bundles are in: active, warning, grace, expired and others."
    yield Gauge("licensekit_bundle_state", meaning, bundles)
    counted = [row for row in state.licenses if row.is_counted and (row.granted or row.in_use)]
    rows = [({"license": row.code, "kind": word(row.kind)}, row) for row in counted]
    in_use = [(labels, row.in_use) for labels, row in rows]
    totals = [(labels, _UNRESTRICTED if row.total is None else row.total) for labels, row in rows]
    yield Gauge("licensekit_license_in_use", "How many of a license are in use, of a meter in this period.", in_use)
    yield Gauge("licensekit_license_total", "How many of a license there are.", totals)
    numbers = Counter(notice.severity for notice in notices)
    by_severity = [({"severity": severity.value}, numbers[severity]) for severity in Severity]
    yield Gauge("licensekit_notices", "What administrators should know, by severity.", by_severity)


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
