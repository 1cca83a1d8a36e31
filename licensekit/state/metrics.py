"""The metrics of an installation, and how metrics are written.

They are OpenMetrics. Readers of the older text format of Prometheus take them as well: what it does not know is a
comment there. `metrics.toml` says what each metric means.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from importlib.metadata import version
from typing import Any, Final, NamedTuple, cast

from licensekit.entitlements import LicenseRow, Notice, Severity
from licensekit.errors.coded import messages_beside
from licensekit.state.home import SCHEMA
from licensekit.state.loading import InstallationState
from licensekit.state.time import Reading, observe
from licensekit.wire.plain import word

METRICS_TYPE: Final = "application/openmetrics-text; version=1.0.0; charset=utf-8"
"""The media type of a page of metrics."""
_ESCAPED: Final = str.maketrans({"\\": r"\\", '"': r"\"", "\n": r"\n"})
_HEAD_DIGITS: Final = 16
"""So many hexadecimal digits of a hash tell two journals apart."""


class Sample(NamedTuple):
    """One value of a metric."""

    labels: tuple[str, ...]
    value: float | None
    """None: unrestricted."""
    suffix: str = ""


Metric = tuple[str, Iterable[Sample]]
"""A name of `metrics.toml`, and its samples."""


def metric_lines(metrics: Iterable[Metric]) -> Iterator[str]:
    """Yield a page of metrics line by line; nothing may follow on the last one, `# EOF`."""
    known = cast("dict[str, dict[str, str]]", messages_beside(__name__, "metrics.toml"))
    for short, samples in metrics:
        about, name = known[short], f"licensekit_{short}"
        yield f"# TYPE {name} {about['type']}"
        if "unit" in about:
            yield f"# UNIT {name} {about['unit']}"
        yield f"# HELP {name} {about['help']}"
        labels = about.get("labels", "").split()
        for one in samples:
            named = zip(labels, one.labels, strict=False)  # of a histogram, only buckets have one
            shown = ",".join(f'{label}="{text.translate(_ESCAPED)}"' for label, text in named)
            suffix = "_total" if about["type"] == "counter" else one.suffix
            yield f"{name}{suffix}{shown and f'{{{shown}}}'} {'+Inf' if one.value is None else one.value}"
    yield "# EOF"


def counted(state: InstallationState) -> list[tuple[tuple[str, str], LicenseRow]]:
    """Return what is counted of the licenses that are granted or in use, each with its labels."""
    rows = [row for row in state.licenses if row.is_counted and (row.granted or row.in_use)]
    return [((row.code, word(row.kind)), row) for row in rows]


def tallied(counts: Mapping[Any, int]) -> list[Sample]:
    """Return a sample for each key of `counts`, which is its labels."""
    return [Sample(labels, count) for labels, count in counts.items()]


def installation_metrics(
    state: InstallationState, reading: Reading, notices: Iterable[Notice] | None = None
) -> Iterator[Metric]:
    """Yield what an installation is, has and should tell; `notices` are by default those of the state."""
    yield "build_info", [Sample((version("licensekit-files"), str(SCHEMA.number)), 1)]
    left = [(one, one.days_left(state.now)) for one in state.entitlements.coverage]
    yield "covered_days", [Sample((one.issuer, one.part), days) for one, days in left if days is not None]
    # Bundles that wait together differ in nothing that a label says: they are one sample.
    states = {(p.bundle.issuer, p.bundle.serial, p.bundle.part, p.state.value) for p in state.parts}
    yield "bundle_state", [Sample(labels, 1) for labels in sorted(states)]
    rows = counted(state)
    yield "license_in_use", [Sample(labels, row.in_use) for labels, row in rows]
    yield "license_limit", [Sample(labels, row.total) for labels, row in rows]
    known = list(state.notices if notices is None else notices)
    numbers = Counter(notice.severity for notice in known)
    yield "notices", [Sample((severity.value,), numbers[severity]) for severity in Severity]
    yield "notice", tallied(Counter((notice.severity.value, notice.code) for notice in known))
    floor = observe(state.stored.time, reading).floor
    yield "clock_behind_seconds", [Sample((), floor - reading.clock)] if floor else []
    head = state.stored.journal.head
    yield "journal_entries", [Sample((), head.number)]
    yield "journal_head", [Sample((head.hash.hex()[:_HEAD_DIGITS],), 1)]
    yield "audit_entries", [Sample((), state.stored.head.number)]
