"""The state of an installation for a monitoring system, in the text format of Prometheus.

Every metric is a gauge. What is unrestricted is `+Inf`.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from licensekit.entitlements import Severity
from licensekit.state.loading import InstallationState
from licensekit.wire.plain import word


def metric_lines(state: InstallationState) -> Iterator[str]:
    """Yield days left, states, counts and notices, a line each, for a page of metrics."""
    yield from _lines(
        "licensekit_days_left",
        "Days until an issuer's part is no longer licensed without a gap, or grace ends.",
        [
            ({"issuer": one.issuer, "part": one.part}, days)
            for one in state.entitlements.coverage
            if (days := one.days_left(state.now)) is not None
        ],
    )
    # Bundles that wait together differ in nothing that a label says: they are one sample.
    of_bundles = [
        {"issuer": one.bundle.issuer, "serial": one.bundle.serial, "part": one.bundle.part, "state": one.state.value}
        for one in state.parts
    ]
    yield from _lines(
        "licensekit_bundle_state",
        "1 for each state that bundles are in: active, warning, grace, expired and others.",
        [(labels, 1) for place, labels in enumerate(of_bundles) if labels not in of_bundles[:place]],
    )
    counted = [
        ({"license": row.code, "kind": word(row.kind)}, row)
        for row in state.licenses
        if row.is_counted and (row.granted or row.in_use)
    ]
    in_use, totals = [(labels, row.in_use) for labels, row in counted], [(labels, row.total) for labels, row in counted]
    yield from _lines(
        "licensekit_license_in_use", "How many of a license are in use, of a meter in this period.", in_use
    )
    yield from _lines("licensekit_license_total", "How many of a license there are.", totals)
    numbers = Counter(notice.severity for notice in state.notices)
    by_severity = [({"severity": severity.value}, numbers[severity]) for severity in Severity]
    yield from _lines("licensekit_notices", "What administrators should know, by severity.", by_severity)


def _lines(name: str, meaning: str, samples: Iterable[tuple[Mapping[str, str], int | None]]) -> Iterator[str]:
    """Yield a metric with a sample for each labels and value; None is unrestricted."""
    yield f"# HELP {name} {meaning}"
    yield f"# TYPE {name} gauge"
    for labels, value in samples:
        shown = ",".join(f'{label}="{_escaped(text)}"' for label, text in labels.items())
        yield f"{name}{{{shown}}} {'+Inf' if value is None else value}"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
