"""The sample for FastAPI, asked by its own client."""

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import Depends, FastAPI
from fastapi.testclient import TestClient

from licensekit.contrib.fastapi import requires
from licensekit.runtime.licensing import Licensing
from licensekit.testing import TestLicensing
from samples.frameworks.fastapi_app import app
from samples.superoffice.superoffice_crm_licensing import superoffice_crm

pytestmark = pytest.mark.framework


@pytest.fixture
def licensing() -> Iterator[TestLicensing]:
    """Quotes, and a plan for one user, who is anna."""
    with superoffice_crm.testing(system=["quote"], users={"sales-pro": 1}) as one:
        one.assign("anna", "sales-pro")
        yield one


@pytest.mark.usefixtures("licensing")
@pytest.mark.parametrize(
    ("path", "user", "status"),
    [("/quotes", "", 200), ("/pipeline", "anna", 200), ("/pipeline", "bob", 403), ("/pipeline", "", 403)],
)
def test_a_route_is_for_whom_its_license_is(path: str, user: str, status: int) -> None:
    headers = {"x-user": user} if user else {}
    assert TestClient(app).get(path, headers=headers).status_code == status


@pytest.mark.usefixtures("licensing")
@pytest.mark.parametrize(("path", "license_"), [("/pipeline", "sales-pro"), ("/web-services", "online-webservices")])
def test_a_refusal_is_a_problem_wherever_it_is_raised(path: str, license_: str) -> None:
    response = TestClient(app).get(path)
    assert response.headers["content-type"] == "application/problem+json"
    assert (response.status_code, response.json()["license"]) == (403, license_)


def test_a_route_follows_the_license(licensing: TestLicensing) -> None:
    client = TestClient(app)
    licensing.withdraw("quote")
    assert client.get("/quotes").json()["reason"] == "not-licensed"
    licensing.grant(system=["quote"])
    assert client.get("/quotes").json() == ["Q-1"]


@pytest.mark.usefixtures("licensing")
def test_a_dependency_asks_in_a_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also for a route that is a task: a first question about a user reads the database."""
    asked: list[str] = []
    user = Licensing.user

    def noting(licensing: Licensing, *given: Any) -> Any:
        asked.append(threading.current_thread().name)
        return user(licensing, *given)

    monkeypatch.setattr(Licensing, "user", noting)
    assert TestClient(app).get("/pipeline", headers={"x-user": "anna"}).status_code == 200
    assert asked == ["AnyIO worker thread"]


def test_a_forgotten_middleware_is_named() -> None:
    bare = FastAPI()

    @bare.get("/", dependencies=[Depends(requires("quote"))])
    def page() -> None:
        """Return nothing."""

    with pytest.raises(RuntimeError, match="add_middleware"):
        TestClient(bare).get("/")
