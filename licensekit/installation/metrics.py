"""The state of an installation for a monitoring system, in the text format of Prometheus.

Every metric is a gauge. What is unrestricted is `+Inf`.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from licensekit.entitlements import Part, Severity, rows
from licensekit.state.loading import InstallationState
from licensekit.wire.documents import Kind
from licensekit.wire.plain import word

_Labels = dict[str, str]


class _Metric(NamedTuple):
    name: str
    meaning: str
    samples: list[tuple[_Labels, int | None]]
    """Labels and value; None is unrestricted."""


def metric_lines(state: InstallationState) -> Iterator[str]:
    """Yield days left, states, counts and notices, a line each, for a page of metrics."""
    for metric in (*_of_parts(state), *_of_licenses(state), _of_notices(state)):
        yield from _lines(metric)


def _of_parts(state: InstallationState) -> Iterator[_Metric]:
    yield _Metric(
        "licensekit_days_left",
        "Days until an issuer's part is no longer licensed without a gap, or grace ends.",
        [
            ({"issuer": one.issuer, "part": one.part}, days)
            for one in state.entitlements.coverage
            if (days := one.days_left(state.now)) is not None
        ],
    )
    # Bundles that wait together differ in nothing that a label says: they are one sample.
    labels = [{**_labels(part), "state": part.state.value} for part in state.parts]
    yield _Metric(
        "licensekit_bundle_state",
        "1 for each state that bundles are in: active, warning, grace, expired and others.",
        [(one, 1) for place, one in enumerate(labels) if one not in labels[:place]],
    )


def _of_licenses(state: InstallationState) -> Iterator[_Metric]:
    counted = [
        ({"license": row.code, "kind": word(row.kind)}, row)
        for row in rows(state.entitlements, state.in_use)
        if row.kind is not Kind.SYSTEM and (row.granted or row.in_use)
    ]
    yield _Metric(
        "licensekit_license_in_use",
        "How many of a license are in use.",
        [(labels, row.in_use) for labels, row in counted],
    )
    yield _Metric(
        "licensekit_license_total", "How many of a license there are.", [(labels, row.total) for labels, row in counted]
    )


def _of_notices(state: InstallationState) -> _Metric:
    numbers = Counter(notice.severity for notice in state.notices)
    return _Metric(
        "licensekit_notices",
        "What administrators should know, by severity.",
        [({"severity": severity.value}, numbers[severity]) for severity in Severity],
    )


def _labels(part: Part) -> _Labels:
    bundle = part.bundle
    return {"issuer": bundle.issuer, "serial": bundle.serial, "part": bundle.part}


def _lines(metric: _Metric) -> Iterable[str]:
    yield f"# HELP {metric.name} {metric.meaning}"
    yield f"# TYPE {metric.name} gauge"
    for labels, value in metric.samples:
        shown = ",".join(f'{name}="{_escaped(text)}"' for name, text in labels.items())
        yield f"{metric.name}{{{shown}}} {'+Inf' if value is None else value}"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
