"""Signing in by a link, and by what a proxy says."""

from ipaddress import ip_network

import pytest
from starlette.requests import Request
from starlette.testclient import TestClient

from licensekit.console import Identity, Role
from licensekit.console.application import app
from licensekit.console.security.sign_in import IDLE_SECONDS, SESSIONS, Proxy, SignIn
from licensekit.installation import Installation
from tests.console.conftest import ORIGIN


class Door:
    """A console with sign-in links, and a clock that tests turn."""

    def __init__(self, installation: Installation) -> None:
        self.now = 0
        self.codes: list[str] = []
        self.sign_in = SignIn(Identity("ingrid"), announce=self.codes.append, clock=lambda: self.now)
        self.app = app(installation, self.sign_in)

    def client(self, base: str = ORIGIN) -> TestClient:
        """Return a browser that is not signed in."""
        return TestClient(self.app, base_url=base, headers={"origin": base})

    def signed_in(self) -> TestClient:
        """Return a browser that is."""
        client = self.client()
        assert client.post("/sign-in", data={"code": self.codes[-1]}).status_code == 200
        return client


@pytest.fixture
def door(crm: Installation) -> Door:
    """A console with sign-in links."""
    return Door(crm)


def test_a_link_lets_one_browser_in_and_the_next_one_is_told(door: Door) -> None:
    first = door.codes[0]
    client = door.client()
    assert client.get("/users").status_code == 401
    assert "signs this browser in" in client.get(f"/sign-in?code={first}").text
    answer = client.post("/sign-in", data={"code": first}, follow_redirects=False)
    said = answer.headers["set-cookie"]
    for part in ("HttpOnly", "SameSite=strict", "Path=/"):
        assert part in said
    assert "Max-Age" not in said
    assert client.get("/users").status_code == 200
    assert len(set(door.codes)) == 2
    assert door.client().post("/sign-in", data={"code": first}).status_code == 403
    assert door.signed_in().get("/users").status_code == 200


@pytest.mark.parametrize("code", ["", "x", "é", "0" * 43])
def test_a_wrong_link_uses_nothing_up(door: Door, code: str) -> None:
    client = door.client()
    assert client.post("/sign-in", data={"code": code}).status_code == 403
    assert client.post("/sign-in").status_code == 403
    files = {"code": ("a", b"b")}
    assert client.post("/sign-in", files=files).status_code == 403
    assert client.get("/users").status_code == 401
    assert len(door.codes) == 1
    door.signed_in()


def test_a_link_that_another_page_sends_is_refused(door: Door) -> None:
    client = door.client()
    headers = {"origin": "http://evil.example"}
    answer = client.post("/sign-in", data={"code": door.codes[0]}, headers=headers)
    assert answer.status_code == 403
    door.signed_in()


def test_by_tls_the_session_is_for_tls_alone(crm: Installation) -> None:
    door = Door(crm)
    client = door.client("https://localhost")
    answer = client.post("/sign-in", data={"code": door.codes[0]}, follow_redirects=False)
    assert answer.headers["set-cookie"].startswith("__Host-licensekit-session=")
    assert "Secure" in answer.headers["set-cookie"]
    assert client.get("/users").status_code == 200


def test_a_session_ends_when_somebody_signs_out(door: Door) -> None:
    client = door.signed_in()
    cookies = dict(client.cookies)
    assert "You are signed out" in client.post("/sign-out").text
    assert client.get("/users").status_code == 401
    client.cookies.update(cookies)
    assert client.get("/users").status_code == 401
    assert "session has ended" in client.get("/users").text


def test_a_session_ends_when_nothing_is_asked_for_long(door: Door) -> None:
    client = door.signed_in()
    for _ in range(3):
        door.now += IDLE_SECONDS - 1
        assert client.get("/users").status_code == 200
    door.now += IDLE_SECONDS + 1
    assert client.get("/users").status_code == 401


def test_there_are_only_so_many_sessions(door: Door) -> None:
    first = door.signed_in()
    others = [door.signed_in() for door.now in range(1, SESSIONS + 1)]
    assert first.get("/users").status_code == 401
    assert {other.get("/users").status_code for other in others} == {200}


def asked(address: str | None, *headers: tuple[str, str]) -> Request:
    """Return a request from an address."""
    raw = [(name.lower().encode(), value.encode("utf-8")) for name, value in headers]
    client = None if address is None else (address, 4711)
    return Request({"type": "http", "headers": raw, "client": client})


PROXY = Proxy((ip_network("10.0.0.5"), ip_network("fd00::/8")), "X-User", "X-Role")
PLAIN = Proxy((ip_network("10.0.0.5"),), "X-User", None)
USER, READER, CHIEF = ("X-User", "ingrid"), ("X-Role", "reader"), ("X-Role", "administrator")


@pytest.mark.parametrize(
    ("proxy", "request_", "identity"),
    [
        (PROXY, asked("10.0.0.5", USER, CHIEF), Identity("ingrid", Role.ADMINISTRATOR)),
        (PROXY, asked("fd00::1", USER, READER), Identity("ingrid", Role.READER)),
        (PLAIN, asked("10.0.0.5", USER), Identity("ingrid", Role.ADMINISTRATOR)),
        (PLAIN, asked("10.0.0.5", ("X-User", "Åse")), Identity("Åse", Role.ADMINISTRATOR)),
        (PROXY, asked("10.0.0.6", USER, CHIEF), None),
        (PROXY, asked(None, USER, CHIEF), None),
        (PROXY, asked("not an address", USER, CHIEF), None),
        (PROXY, asked("10.0.0.5", CHIEF), None),
        (PROXY, asked("10.0.0.5", USER), None),
        (PROXY, asked("10.0.0.5", USER, ("X-Role", "root")), None),
        (PROXY, asked("10.0.0.5", USER, USER, CHIEF), None),
        (PROXY, asked("10.0.0.5", USER, READER, CHIEF), None),
        (PLAIN, asked("10.0.0.5", ("X-User", " ")), None),
        (PLAIN, asked("10.0.0.5", ("X-User", "x" * 201)), None),
        (PLAIN, asked("10.0.0.5", ("X-User", "a\u202eb")), None),
    ],
)
def test_a_proxy_is_believed_where_it_is_named(proxy: Proxy, request_: Request, identity: Identity | None) -> None:
    assert proxy.identity(request_) == identity


def test_a_header_that_is_no_text_is_nobody() -> None:
    scope = {"type": "http", "headers": [(b"x-user", b"\xff")], "client": ("10.0.0.5", 1)}
    assert PLAIN.identity(Request(scope)) is None
