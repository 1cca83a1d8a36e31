"""Alert rules and dashboard name metrics and labels that there are, in expressions that Prometheus reads."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple, cast

import pytest
import yaml

from licensekit.entitlements import Severity
from licensekit.errors import LeaseLost, NoneFree
from licensekit.errors.coded import messages_beside
from licensekit.state import metrics
from tests.docs.tables import text_of

MONITORING: Final = Path(__file__).parents[2] / "samples" / "monitoring"
METRICS: Final = cast("dict[str, dict[str, str]]", messages_beside(metrics.__name__, "metrics.toml"))
OF_SCRAPERS: Final = frozenset({"job", "instance"})
"""Labels that Prometheus adds."""
SUFFIXES: Final = {"gauge": ("",), "counter": ("_total",), "histogram": ("_bucket", "_sum", "_count")}
SERIES: Final = {
    f"licensekit_{name}{suffix}": frozenset(about.get("labels", "").split())
    for name, about in METRICS.items()
    for suffix in SUFFIXES[about["type"]]
}
"""Every name that Prometheus keeps, with its labels."""
SELECTED: Final = re.compile(r"(licensekit_\w+)(?:\{([^}]*)\})?")
MATCHED: Final = re.compile(r'(\w+)\s*(?:=~|!=|!~|=)\s*"([^"]*)"')
GROUPED: Final = re.compile(r"\b(sum|max|min|count) by \(([^)]*)\)")


class Rule(NamedTuple):
    """An alert."""

    name: str
    expr: str
    severity: str
    summary: str
    runbook: str


def rules() -> Iterator[Rule]:
    """Yield every alert."""
    for group in yaml.safe_load((MONITORING / "alerts.yml").read_text())["groups"]:
        for rule in group["rules"]:
            notes = rule["annotations"]
            yield Rule(rule["alert"], rule["expr"], rule["labels"]["severity"], notes["summary"], notes["runbook_url"])


def dashboard() -> dict[str, Any]:
    """Return the dashboard."""
    board: dict[str, Any] = json.loads((MONITORING / "dashboard.json").read_text())
    return board


def queries() -> Iterator[tuple[str, str]]:
    """Yield the title of each panel with each of its expressions, as Grafana sends them."""
    for panel in dashboard()["panels"]:
        for target in panel.get("targets", []):
            expr = target["expr"].replace("$__rate_interval", "5m")
            yield panel["title"], re.sub(r"\$(job|license)", ".*", expr)


RULES: Final = list(rules())
EXPRESSIONS: Final = [*((rule.name, rule.expr) for rule in RULES), *queries()]


@pytest.mark.parametrize(("name", "expr"), EXPRESSIONS)
def test_an_expression_names_metrics_and_labels_that_there_are(name: str, expr: str) -> None:
    selected = SELECTED.findall(expr)
    assert selected, name
    known = OF_SCRAPERS.union(*(SERIES[metric] for metric, _ in selected))
    for metric, matchers in selected:
        matched = MATCHED.findall(matchers)
        assert {label for label, _ in matched} <= SERIES[metric] | OF_SCRAPERS, metric
        assert matchers.count('"') == 2 * len(matched), matchers
    grouped = {label.strip() for _, labels in GROUPED.findall(expr) for label in labels.split(",")}
    assert grouped <= known


@pytest.mark.parametrize(("name", "expr"), EXPRESSIONS)
def test_a_value_that_is_asked_for_is_one_that_there_is(name: str, expr: str) -> None:
    values = {
        "severity": {severity.value for severity in Severity},
        "reason": {*LeaseLost.template, NoneFree.code},
        "state": {"error", "ok", "notice", "grace", "expired"},
    }
    for label, wanted in MATCHED.findall(expr):
        if label in values and wanted != ".*":
            assert set(wanted.split("|")) <= values[label], name


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_an_alert_leads_to_a_heading_of_the_runbook(rule: Rule) -> None:
    headings = re.findall(r"^### (.+)$", text_of("operations.md"), re.MULTILINE)
    page, _, anchor = rule.runbook.partition("#")
    assert page == "docs/operations.md"
    assert anchor in {heading.lower().replace(" ", "-") for heading in headings}


def test_each_alert_of_the_runbook_has_a_rule() -> None:
    section = text_of("operations.md").partition("\n## Alerts\n")[2].partition("\n## ")[0]
    headings = {heading.lower().replace(" ", "-") for heading in re.findall(r"^### (.+)$", section, re.MULTILINE)}
    assert headings == {rule.runbook.partition("#")[2] for rule in RULES}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_an_alert_says_only_what_its_expression_keeps(rule: Rule) -> None:
    """A label that an expression has grouped away is empty in the summary."""
    shown = set(re.findall(r"\$labels\.(\w+)", rule.summary))
    groups = [set(re.split(r",\s*", labels)) for _, labels in GROUPED.findall(rule.expr)[:1]]
    assert rule.severity in {"critical", "warning", "info"}
    assert not groups or shown <= groups[0]


def test_every_metric_is_on_the_dashboard() -> None:
    shown = {metric for _, expr in queries() for metric, _ in SELECTED.findall(expr)}
    assert {name for name in METRICS if not any(metric.startswith(f"licensekit_{name}") for metric in shown)} == set()


def test_panels_do_not_overlap() -> None:
    taken: set[tuple[int, int]] = set()
    for panel in dashboard()["panels"]:
        at = panel["gridPos"]
        cells = {(x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])}
        assert not taken & cells, panel["title"]
        assert at["x"] + at["w"] <= 24
        taken |= cells


def test_ids_of_panels_are_unique() -> None:
    ids = [panel["id"] for panel in dashboard()["panels"]]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize(("name", "expr"), EXPRESSIONS)
def test_brackets_of_an_expression_are_closed(name: str, expr: str) -> None:
    text, opened = re.sub(r'"[^"]*"', "", expr), list[str]()
    pairs = {")": "(", "]": "[", "}": "{"}
    for char in text:
        if char in pairs.values():
            opened.append(char)
        elif char in pairs:
            assert opened.pop() == pairs[char], name
    assert opened == []


@pytest.mark.process
def test_prometheus_reads_rules_and_queries(tmp_path: Path) -> None:
    """`promtool` is part of Debian's `prometheus`."""
    promtool = shutil.which("promtool")
    if promtool is None:
        pytest.skip("there is no promtool here")
    asked = [{"record": f"panel:{number}", "expr": expr} for number, (_, expr) in enumerate(queries())]
    written = tmp_path / "queries.yml"
    written.write_text(json.dumps({"groups": [{"name": "dashboard", "rules": asked}]}))  # which is YAML as well
    for file in (MONITORING / "alerts.yml", written):
        ran = subprocess.run([promtool, "check", "rules", str(file)], capture_output=True, text=True, check=False)
        assert ran.returncode == 0, ran.stdout + ran.stderr


def test_the_runbook_has_each_metric() -> None:
    text = text_of("operations.md").partition("\n## Metrics\n")[2].partition("\n## ")[0]
    table = {}
    for name, labels, what in re.findall(r"^\| `licensekit_(\w+)` \| (.*?) ?\| (.+) \|$", text, re.MULTILINE):
        table[name] = (re.findall(r"`(\w+)`", labels), what)
    assert table == {
        name + ("_total" if about["type"] == "counter" else ""): (about.get("labels", "").split(), about["help"])
        for name, about in METRICS.items()
    }
