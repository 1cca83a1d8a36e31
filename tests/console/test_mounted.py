"""The console among the screens of an application."""

import re

import pytest
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from licensekit.console import Identity, app
from licensekit.installation import Installation
from tests.console.conftest import Browser, client_of
from tests.homes import Home


def test_it_is_mounted_under_a_path(crm: Installation) -> None:

    inner = app(crm, lambda _: Identity("ingrid"))
    outer = Starlette(routes=[Mount("/licensing", app=inner)])
    client = TestClient(outer, base_url="http://localhost", headers={"origin": "http://localhost"})
    page = client.get("/licensing/").text
    assert 'href="/licensing/users"' in page
    assert client.get(re.findall(r'href="([^"]*console.css[^"]*)"', page)[0]).status_code == 200
    assert client.get("/licensing/readyz").text == "ok"
    browser = Browser(client)
    [token, *_] = re.findall(r'name="token" value="(\w+)"', client.get("/licensing/users/new").text)
    answer = browser.client.post("/licensing/user/retire", data={"token": token, "id": "anna"})
    assert answer.url.path == "/licensing/user"
    assert crm.users.get("anna").retired


@pytest.mark.parametrize("kept", ["/crm/licensing", ""])
def test_a_proxy_has_it_below_a_path_that_it_passes_on_or_takes_away(crm: Installation, kept: str) -> None:
    served = app(crm, lambda _: Identity("ingrid"), origins=["https://crm.example.com/crm/licensing"])
    client = TestClient(served, base_url="https://crm.example.com", headers={"origin": "https://crm.example.com"})
    page = client.get(f"{kept}/users/new").text
    assert 'action="/crm/licensing/users/new"' in page
    assert client.get(f"{kept}/static/console.css").status_code == 200
    [token, *_] = re.findall(r'name="token" value="(\w+)"', page)
    answer = client.post(f"{kept}/users/new", data={"token": token, "id": "dora"}, follow_redirects=False)
    assert answer.headers["location"].startswith("/crm/licensing/user?id=dora")


def test_what_is_not_a_request_is_not_answered(crm: Installation) -> None:
    with TestClient(app(crm, lambda _: Identity("ingrid")), base_url="http://localhost") as client:
        with pytest.raises(WebSocketDisconnect), client.websocket_connect("/users"):
            pass
        assert client.get("/users").status_code == 200


def test_a_database_that_cannot_be_read_is_reported(crm_home: Home, crm: Installation) -> None:
    client = client_of(crm)
    (crm_home.folder / "licensing.db").rename(crm_home.folder / "away")
    answer = client.get("/users")
    assert answer.status_code == 503
    assert "database-unavailable" in answer.text
