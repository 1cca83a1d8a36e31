"""No page, header or log of a console has the secret by which somebody came in, or the installation's key."""

import base64
import logging
import sqlite3
from contextlib import closing
from pathlib import Path
from unittest.mock import Mock

import pytest
from starlette.applications import Starlette
from starlette.routing import BaseRoute, Mount, Route
from starlette.testclient import TestClient

from licensekit.console import Identity, app, application
from licensekit.console.security.sign_in import Links, SignIn
from licensekit.installation import Installation
from tests.console.conftest import ORIGIN
from tests.homes import Home

TOKEN = "MARK-of-a-metrics-token"


def paths(routes: list[BaseRoute], above: str = "") -> list[str]:
    """Return every address that is read and has nothing to fill in."""
    found: list[str] = []
    for route in routes:
        if isinstance(route, Mount):
            found += paths(list(route.routes), above + route.path)
        elif isinstance(route, Route) and "GET" in (route.methods or ()) and "{" not in route.path:
            found.append(above + route.path)
    return found


@pytest.mark.attack("leaked-secret")
def test_what_lets_somebody_in_is_on_no_page_and_in_no_log(
    crm: Installation, crm_home: Home, tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = Mock(wraps=Starlette)
    monkeypatch.setattr(application, "Starlette", made)
    caplog.set_level(logging.DEBUG, "licensekit")
    links = Links(tmp_path / "console")
    links.announce(ORIGIN)
    served = app(crm, SignIn(links), metrics_token=TOKEN)
    code, unused = (links.make(Identity("ingrid")).rpartition("=")[2] for _ in range(2))
    with closing(sqlite3.connect(crm_home.folder / "licensing.db")) as raw:
        [(seed,)] = raw.execute("SELECT seed FROM installation")
    client = TestClient(served, base_url=ORIGIN, headers={"origin": ORIGIN}, raise_server_exceptions=False)
    assert client.post("/sign-in", data={"code": code}).status_code == 200
    sessions = [cookie.value or "" for cookie in client.cookies.jar]
    assert sessions
    found = [*paths(made.call_args.kwargs["routes"]), "/user?id=anna", "/nowhere", "/user?id=none", "/sign-in?code=x"]
    assert len(found) > 15
    answers = [client.get(path) for path in found]
    answers += [client.get("/metrics", headers={"authorization": f"Bearer {one}"}) for one in (TOKEN, "wrong")]
    (crm_home.folder / "licensing.db").rename(tmp_path / "away")
    answers += [client.get(path) for path in found]
    said = [caplog.text, *(f"{one.text} {one.headers}" for one in answers)]
    said += [path.read_text() for path in (tmp_path / "console").iterdir()]
    for secret in (TOKEN, code, unused, *sessions, seed.hex(), base64.b64encode(seed).decode().rstrip("=")):
        assert not [one for one in said if secret in one], secret
