"""What a console answers to an orchestrator and to a monitor, who have no session."""

from pathlib import Path

import pytest
from starlette.testclient import TestClient

from licensekit.console import app
from licensekit.installation import Installation
from tests.homes import Home

TOKEN = "an-example-of-a-token"
SENT = {"authorization": f"Bearer {TOKEN}"}


def monitor_of(installation: Installation, *, base: str = "http://localhost", token: str = TOKEN) -> TestClient:
    """Return a client of a console that lets nobody in."""
    served = app(installation, lambda _: None, metrics_token=token)
    return TestClient(served, base_url=base, raise_server_exceptions=False)


@pytest.mark.parametrize("path", ["/livez", "/readyz"])
@pytest.mark.parametrize("base", ["http://localhost", "http://10.1.2.3:8470"])
def test_an_orchestrator_needs_neither_a_session_nor_a_name(crm: Installation, path: str, base: str) -> None:
    answer = monitor_of(crm, base=base).get(path)
    assert (answer.status_code, answer.text) == (200, "ok")
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("path", ["/livez", "/readyz", "/metrics"])
def test_what_is_asked_for_changes_nothing(crm: Installation, path: str) -> None:
    assert monitor_of(crm).post(path, headers={"origin": "http://localhost"}).status_code == 405
    assert monitor_of(crm, base="http://10.1.2.3").post(path).status_code in {403, 421}


def test_a_console_that_cannot_read_is_alive_and_not_ready(crm_home: Home, crm: Installation) -> None:
    monitor = monitor_of(crm)
    (crm_home.folder / "licensing.db").rename(crm_home.folder / "away")
    assert monitor.get("/livez").status_code == 200
    assert (monitor.get("/readyz").status_code, monitor.get("/readyz").text) == (503, "database-unavailable")
    assert monitor.get("/metrics", headers=SENT).status_code == 503


def test_a_console_that_waits_for_its_first_file_is_ready(tmp_path: Path) -> None:
    with Installation.open(tmp_path / "home") as installation:
        answer = monitor_of(installation).get("/readyz")
    assert (answer.status_code, answer.text) == (200, "ok, and waits for its first license file")


def test_metrics_are_for_whoever_sends_the_token(crm: Installation) -> None:
    answer = monitor_of(crm).get("/metrics", headers=SENT)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("application/openmetrics-text")
    assert answer.text.endswith("# EOF\n")
    assert "licensekit_doctor_findings{" in answer.text


@pytest.mark.attack("console-without-signing-in")
@pytest.mark.parametrize("sent", [{}, {"authorization": TOKEN}, {"authorization": f"Bearer {TOKEN}x"}])
def test_nobody_else_sees_them(crm: Installation, sent: dict[str, str]) -> None:
    answer = monitor_of(crm).get("/metrics", headers=sent)
    assert (answer.status_code, answer.text, answer.headers["www-authenticate"]) == (401, "", "Bearer")


@pytest.mark.attack("guessed-token")
@pytest.mark.parametrize("sent", [{}, {"authorization": "Bearer "}, {"authorization": "Bearer"}])
def test_without_a_token_nobody_sees_them(crm: Installation, sent: dict[str, str]) -> None:
    assert monitor_of(crm, token="").get("/metrics", headers=sent).status_code == 401


def test_metrics_are_at_the_names_of_the_console_alone(crm: Installation) -> None:
    assert monitor_of(crm, base="http://elsewhere.example.com").get("/metrics", headers=SENT).status_code == 421
