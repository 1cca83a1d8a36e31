"""The collector, judged by the parser of `prometheus_client`."""

from math import inf

import pytest
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.parser import text_string_to_metric_families

from licensekit.contrib.prometheus import LicenseCollector
from licensekit.installation import metric_lines
from licensekit.testing import TestLicensing
from samples.frameworks.prometheus_app import registry
from samples.superoffice.superoffice_crm_licensing import superoffice_crm

pytestmark = pytest.mark.framework

SOLD = {"sales-pro": 25, "pocket-crm-cal": None}


def page_of(one: CollectorRegistry) -> str:
    return generate_latest(one).decode()


def read(page: str) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    """Return every sample of a page."""
    families = text_string_to_metric_families(page)
    return {(one.name, frozenset(one.labels.items())): one.value for family in families for one in family.samples}


def sample(page: str, name: str, **labels: str) -> float:
    return read(page)[name, frozenset(labels.items())]


def test_a_page_has_what_the_command_prints() -> None:
    """The same metrics with the same labels and values, help and types included."""
    with superoffice_crm.testing(system=["quote"], users=SOLD, expiry=30) as licensing:
        licensing.assign("anna", "sales-pro")
        page = page_of(registry)
        lines = "\n".join(metric_lines(licensing.installation.state())) + "\n"
    assert read(page) == read(lines)
    assert [line for line in page.splitlines() if line.startswith("#")] == [
        line for line in lines.splitlines() if line.startswith("#")
    ]


def test_a_page_follows_the_license() -> None:
    with superoffice_crm.testing(system=["quote"], users=SOLD, expiry=30) as licensing:
        licensing.assign("anna", "sales-pro")
        page = page_of(registry)
        assert sample(page, "licensekit_license_in_use", license="sales-pro", kind="user") == 1
        assert sample(page, "licensekit_license_total", license="sales-pro", kind="user") == 25
        assert sample(page, "licensekit_license_total", license="pocket-crm-cal", kind="user") == inf
        assert sample(page, "licensekit_notices", severity="error") == 0
        licensing.travel(31)
        assert sample(page_of(registry), "licensekit_notices", severity="error") == 1


def test_a_page_is_there_while_the_database_is_away() -> None:
    """And says so: what only a running program knows is counted as well."""
    with superoffice_crm.testing(system=["quote"], users=SOLD) as licensing, licensing.lose_database():
        page = page_of(registry)
    assert sample(page, "licensekit_license_total", license="sales-pro", kind="user") == 25
    assert sample(page, "licensekit_notices", severity="error") == 1


class Silent(TestLicensing):
    """One that may not be asked."""

    def __init__(self) -> None:
        """Open nothing."""


def test_a_collector_asks_nothing_before_it_is_collected() -> None:
    CollectorRegistry(auto_describe=True).register(LicenseCollector(Silent()))
