"""The state of an installation for a monitoring system, in the text format of Prometheus.

Every metric is a gauge. What is unrestricted is `+Inf`.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from licensekit.entitlements import Notice, Severity
from licensekit.state.loading import InstallationState
from licensekit.wire.plain import word

_Samples = Sequence[tuple[Mapping[str, str], int | None]]
_ESCAPED: Final = str.maketrans({"\\": r"\\", '"': r"\"", "\n": r"\n"})
_OF_BUNDLE: Final[tuple[str, ...]] = ("issuer", "serial", "part", "state")


def metric_lines(state: InstallationState, notices: Iterable[Notice] | None = None) -> Iterator[str]:
    """Yield days left, states, counts and notices, by default those of the state, a line each for a page of metrics."""
    for name, meaning, samples in _gauges(state, state.notices if notices is None else notices):
        yield f"# HELP licensekit_{name} {meaning}"
        yield f"# TYPE licensekit_{name} gauge"
        for labels, value in samples:
            shown = ",".join(f'{label}="{text.translate(_ESCAPED)}"' for label, text in labels.items())
            yield f"licensekit_{name}{{{shown}}} {'+Inf' if value is None else value}"


def _gauges(state: InstallationState, notices: Iterable[Notice]) -> Iterator[tuple[str, str, _Samples]]:
    left = [({"issuer": one.issuer, "part": one.part}, one.days_left(state.now)) for one in state.entitlements.coverage]
    known = [(labels, days) for labels, days in left if days is not None]
    yield "days_left", "Days until an issuer's part is no longer licensed without a gap, or grace ends.", known
    # Bundles that wait together differ in nothing that a label says: they are one sample.
    states = dict.fromkeys((p.bundle.issuer, p.bundle.serial, p.bundle.part, p.state.value) for p in state.parts)
    bundles: _Samples = [(dict(zip(_OF_BUNDLE, labels, strict=True)), 1) for labels in states]
    yield "bundle_state", "1 for each state that bundles are in: active, warning, grace, expired and others.", bundles
    counted = [row for row in state.licenses if row.is_counted and (row.granted or row.in_use)]
    rows = [({"license": row.code, "kind": word(row.kind)}, row) for row in counted]
    in_use, totals = [(labels, row.in_use) for labels, row in rows], [(labels, row.total) for labels, row in rows]
    yield "license_in_use", "How many of a license are in use, of a meter in this period.", in_use
    yield "license_total", "How many of a license there are.", totals
    numbers = Counter(notice.severity for notice in notices)
    by_severity = [({"severity": severity.value}, numbers[severity]) for severity in Severity]
    yield "notices", "What administrators should know, by severity.", by_severity
