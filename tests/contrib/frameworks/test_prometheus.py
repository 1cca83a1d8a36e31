"""The collector, judged by the parser of `prometheus_client`."""

from collections.abc import Iterable
from math import inf
from pathlib import Path
from typing import cast

import pytest
from prometheus_client import CollectorRegistry, Metric, generate_latest
from prometheus_client.openmetrics import parser as openmetrics
from prometheus_client.parser import text_string_to_metric_families

from licensekit.contrib.prometheus import LicenseCollector
from licensekit.errors.coded import messages_beside
from licensekit.testing import TestLicensing
from samples.frameworks.prometheus_app import registry
from samples.superoffice.superoffice_crm_licensing import superoffice_crm
from tests.crm import crm_home_at, open_crm

pytestmark = pytest.mark.framework

METRICS = cast("dict[str, dict[str, str]]", messages_beside("licensekit.state.metrics", "metrics.toml"))
SOLD = {"sales-pro": 25, "pocket-crm-cal": None}


def page_of(one: CollectorRegistry) -> str:
    return generate_latest(one).decode()


def read(page: str) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    """Return every sample of a page."""
    families = text_string_to_metric_families(page)
    return {(one.name, frozenset(one.labels.items())): one.value for family in families for one in family.samples}


def sample(page: str, name: str, **labels: str) -> float:
    return read(page)[name, frozenset(labels.items())]


def test_a_page_has_what_the_program_tells() -> None:
    """The same samples, without the clock, which goes on."""
    with superoffice_crm.testing(system=["quote"], users=SOLD, expiry=30) as licensing:
        licensing.assign("anna", "sales-pro")
        page = page_of(registry)
        lines = "\n".join(licensing.metric_lines()) + "\n"
    told, known = read(page), read(lines)
    assert told.keys() == known.keys()
    assert {key for key in told if told[key] != known[key]} <= {("licensekit_clock_behind_seconds", frozenset())}


def families(lines: Iterable[str]) -> dict[str, Metric]:
    """Return the families of a page of OpenMetrics, whose parser is strict."""
    page = "".join(f"{line}\n" for line in lines)
    return {one.name: one for one in openmetrics.text_string_to_metric_families(page)}  # type: ignore[no-untyped-call]  # theirs


def test_the_parser_of_openmetrics_takes_every_metric_of_a_program(tmp_path: Path) -> None:
    home = crm_home_at(tmp_path / "home")
    with open_crm(home), home.run() as licensing:
        lost, held = (licensing.seat("seat", holder=name).take() for name in ("anna", "bob"))
        held.renew()
        lost.lose("ended")
        found = families(licensing.metric_lines())
    # Nothing needs an administrator yet.
    assert {f"licensekit_{name}" for name in METRICS} - found.keys() == {
        "licensekit_doctor_findings",
        "licensekit_notice",
    }
    for name, one in found.items():
        about = METRICS[name.removeprefix("licensekit_")]
        assert (one.type, one.unit, one.documentation) == (about["type"], about.get("unit", ""), about["help"])
        assert set(about.get("labels", "").split()) == {label for sample in one.samples for label in sample.labels}


def test_the_parser_of_openmetrics_takes_every_metric_of_the_command() -> None:
    with superoffice_crm.testing(system=["quote"], users=SOLD, expiry=30) as licensing:
        found = families(licensing.installation.metric_lines())
    assert {one.type for one in found.values()} == {"gauge"}  # of which the text format of Prometheus has no other form
    assert "licensekit_doctor_findings" in found


def test_no_family_ends_as_samples_of_another_kind_do() -> None:
    """Suffixes that OpenMetrics reserves (its section "Suffixes")."""
    assert [name for name in METRICS if name.endswith(("_total", "_created", "_count", "_sum", "_bucket"))] == []


def test_a_unit_is_the_end_of_its_name() -> None:
    assert [name for name, about in METRICS.items() if not name.endswith(about.get("unit", ""))] == []


def test_a_page_follows_the_license() -> None:
    with superoffice_crm.testing(system=["quote"], users=SOLD, expiry=30) as licensing:
        licensing.assign("anna", "sales-pro")
        page = page_of(registry)
        assert sample(page, "licensekit_license_in_use", license="sales-pro", kind="user") == 1
        assert sample(page, "licensekit_license_limit", license="sales-pro", kind="user") == 25
        assert sample(page, "licensekit_license_limit", license="pocket-crm-cal", kind="user") == inf
        assert sample(page, "licensekit_notices", severity="error") == 0
        licensing.travel(31)
        assert sample(page_of(registry), "licensekit_notices", severity="error") == 1


def test_a_page_is_there_while_the_database_is_away() -> None:
    """And says so: what only a running program knows is counted as well."""
    with superoffice_crm.testing(system=["quote"], users=SOLD) as licensing, licensing.lose_database():
        page = page_of(registry)
    assert sample(page, "licensekit_license_limit", license="sales-pro", kind="user") == 25
    assert sample(page, "licensekit_notices", severity="error") == 1


class Silent(TestLicensing):
    """One that may not be asked."""

    def __init__(self) -> None:
        """Open nothing."""


def test_a_collector_asks_nothing_before_it_is_collected() -> None:
    CollectorRegistry(auto_describe=True).register(LicenseCollector(Silent()))
