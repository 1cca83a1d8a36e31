"""The sample for Django, asked by its own client: check, views, permissions, template tag."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import django
import pytest
from django.conf import settings
from django.core import checks
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.db import connections
from django.template import Context, Template, TemplateSyntaxError
from django.test import AsyncClient, Client, override_settings

from licensekit.contrib.django.licensed import licensing as opened
from licensekit.errors import DatabaseUnavailable, UnknownCode
from licensekit.testing import TestLicensing
from samples.superoffice.superoffice_crm_licensing import superoffice_crm

pytestmark = pytest.mark.framework


@pytest.fixture(scope="module", autouse=True)
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The sample's project, with tables of users in a file that all threads see."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("QUOTES_DATABASE", str(tmp_path_factory.mktemp("django") / "quotes.sqlite3"))
        patch.setenv("DJANGO_SETTINGS_MODULE", "samples.frameworks.django_quotes.settings")
        django.setup()
        call_command("migrate", verbosity=0)
        yield
        connections.close_all()


@pytest.fixture
def licensing() -> Iterator[TestLicensing]:
    """Quotes, and a plan for one user, who is anna."""
    with superoffice_crm.testing(system=["quote"], users={"sales-pro": 1}, expiry=30) as one:
        one.assign("anna", "sales-pro")
        yield one


def ask(path: str, user: str = "") -> Any:
    """Return the response to a request of a user, whom the proxy names."""
    return Client(headers={"x-user": user} if user else {}).get(path)


@pytest.mark.usefixtures("licensing")
@pytest.mark.parametrize(
    ("path", "user", "status"),
    [
        ("/quotes", "", 200),
        ("/pipeline", "anna", 200),
        ("/pipeline", "bob", 403),
        ("/pipeline", "", 403),
        ("/forecast", "anna", 200),
        ("/forecast", "bob", 403),
        ("/forecast", "", 403),
        ("/areas", "anna", 403),
    ],
)
def test_a_view_is_for_whom_its_license_is(path: str, user: str, status: int) -> None:
    assert ask(path, user).status_code == status


@pytest.mark.usefixtures("licensing")
@pytest.mark.parametrize(("path", "license_"), [("/pipeline", "sales-pro"), ("/areas", "area-mgt")])
def test_a_refusal_is_a_problem_wherever_it_is_raised(path: str, license_: str) -> None:
    response = ask(path, "bob")
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["license"] == license_


@pytest.mark.usefixtures("licensing")
def test_an_asynchronous_server_is_answered_alike() -> None:
    async def statuses() -> list[int]:
        return [(await AsyncClient(headers={"x-user": one}).get("/pipeline")).status_code for one in ("anna", "bob")]

    assert asyncio.run(statuses()) == [200, 403]


def test_a_page_shows_what_is_licensed(licensing: TestLicensing) -> None:
    assert 'href="/quotes"' in ask("/").content.decode()
    licensing.travel(31)
    assert 'href="/buy"' in ask("/").content.decode()


def test_a_tag_with_a_mistake_is_found() -> None:
    with pytest.raises(TemplateSyntaxError):
        Template("{% load licensekit %}{% license %}")
    with superoffice_crm.testing(system=["quote"]), pytest.raises(UnknownCode):
        Template("{% load licensekit %}{% license 'qoute' %}").render(Context())


def found() -> list[tuple[str | None, int, str | None]]:
    """Return what the system check says."""
    return [(one.id, one.level, one.hint) for one in checks.run_checks(tags=["licensekit"])]


def test_the_check_warns_of_what_an_administrator_should_know() -> None:
    with superoffice_crm.testing(system=["quote"], expiry=30) as licensing:
        assert found() == []
        licensing.travel(31)
        assert found() == [("licensekit.expired", checks.WARNING, "ask the vendor for a renewal")]


def test_an_expired_license_stops_no_command_and_fails_a_strict_check(licensing: TestLicensing) -> None:
    licensing.travel(31)
    call_command("migrate", verbosity=0, skip_checks=False)
    with pytest.raises(SystemCheckError, match=r"licensekit\.expired"):
        call_command("check", fail_level="WARNING")


def test_what_cannot_be_opened_is_an_error(tmp_path: Path) -> None:
    def unusable() -> Any:
        raise DatabaseUnavailable(reason="closed", where=str(tmp_path))

    opened.cache_clear()
    with override_settings(LICENSEKIT=unusable):
        ((code, level, _),) = found()
    assert (code, level) == ("licensekit.database-unavailable", checks.ERROR)
    opened.cache_clear()


def test_a_missing_setting_is_named() -> None:
    opened.cache_clear()
    with override_settings():
        del settings.LICENSEKIT
        with pytest.raises(ImproperlyConfigured, match="LICENSEKIT"):
            opened()
    opened.cache_clear()


def test_a_permission_of_another_application_is_not_ours(licensing: TestLicensing) -> None:
    from django.contrib.auth.models import User  # noqa: PLC0415  # when applications are ready

    anna, _ = User.objects.get_or_create(username="anna")
    assert anna.has_perm("license.sales-pro")
    assert asyncio.run(anna.ahas_perm("license.sales-pro"))
    assert not anna.has_perm("other.sales-pro")
    anna.is_active = False
    assert not anna.has_perm("license.sales-pro")
    licensing.withdraw("sales-pro")
    anna.is_active = True
    assert not anna.has_perm("license.sales-pro")
