"""The metrics of an installation, in the OpenMetrics format.

Readers of Prometheus's older text format accept it as well, because they treat what is new as comments. `metrics.toml`
describes each metric.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Final, cast

from licensekit.entitlements import Notice, Severity
from licensekit.errors.coded import messages_beside
from licensekit.state.home import SCHEMA
from licensekit.state.loading import InstallationState
from licensekit.state.time import Reading, observe
from licensekit.wire.plain import word

METRICS_TYPE: Final = "application/openmetrics-text; version=1.0.0; charset=utf-8"
"""The media type of a page of metrics."""
_ESCAPED: Final = str.maketrans({"\\": r"\\", '"': r"\"", "\n": r"\n"})
Sample = tuple[str, tuple[str, ...], float | None]
"""The name of a metric with the suffix of its type, the values of its labels, and its value (None: unrestricted)."""


def metric_lines(samples: Iterable[Sample]) -> Iterator[str]:
    """Yield the lines of a page of metrics; samples of one metric must be adjacent. Nothing may follow `# EOF`."""
    known, last = cast("dict[str, dict[str, str]]", messages_beside(__name__, "metrics.toml")), ""
    for name, values, number in samples:
        metric = name if name in known else name.rpartition("_")[0]
        about = known[metric]
        for line in ("type", "unit", "help") if metric != last else ():
            if line in about:
                yield f"# {line.upper()} licensekit_{metric} {about[line]}"
        last = metric
        named = zip(about.get("labels", "").split(), values, strict=False)  # in a histogram, only buckets have labels
        labels = ",".join(f'{label}="{text.translate(_ESCAPED)}"' for label, text in named)
        yield f"licensekit_{name}{labels and f'{{{labels}}}'} {'+Inf' if number is None else number}"
    yield "# EOF"


def installation_samples(
    state: InstallationState, reading: Reading, notices: Iterable[Notice] | None = None
) -> Iterator[Sample]:
    """Yield the metrics of an installation; `notices` default to those of the state."""
    from importlib.metadata import version  # noqa: PLC0415  # slow to import

    yield "build_info", (version("licensekit-files"), str(SCHEMA.number)), 1
    left = [(one, one.days_left(state.now)) for one in state.entitlements.coverage]
    yield from (("covered_days", (one.issuer, one.part), days) for one, days in left if days is not None)
    # Waiting bundles may have equal labels; they become one sample.
    states = {(p.bundle.issuer, p.bundle.serial, p.bundle.part, p.state.value) for p in state.parts}
    yield from (("bundle_state", labels, 1) for labels in sorted(states))
    rows = [row for row in state.licenses if row.is_counted and (row.granted or row.in_use)]
    yield from (("license_in_use", (row.code, word(row.kind)), row.in_use) for row in rows)
    yield from (("license_limit", (row.code, word(row.kind)), row.total) for row in rows)
    known = list(state.notices if notices is None else notices)
    numbers = Counter(notice.severity for notice in known)
    yield from (("notices", (severity.value,), numbers[severity]) for severity in Severity)
    codes = Counter((notice.severity.value, notice.code) for notice in known)
    yield from (("notice", labels, count) for labels, count in codes.items())
    floor, head = observe(state.stored.time, reading).floor, state.stored.journal.head
    yield "clock_behind_seconds", (), floor and floor - reading.clock
    yield "journal_entries", (), head.number
    yield "journal_head", (head.hash.hex()[:16],), 1
    yield "audit_entries", (), state.stored.head.number
