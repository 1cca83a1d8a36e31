"""Signing in by a link, and by what a proxy says."""

import re
from html import unescape
from pathlib import Path
from urllib.parse import quote

import pytest
from starlette.requests import Request
from starlette.testclient import TestClient

from licensekit.console import Identity, Role
from licensekit.console.application import app
from licensekit.console.security.sign_in import (
    IDLE_SECONDS,
    LINK_SECONDS,
    SECRET_HEADER,
    SESSION_SECONDS,
    SESSIONS,
    WANTED,
    Links,
    Proxy,
    SignIn,
)
from licensekit.errors import ConsoleUnavailable
from licensekit.installation import Installation
from tests.console.conftest import ORIGIN


class Door:
    """A console with sign-in links, and a clock that tests turn."""

    def __init__(self, installation: Installation, folder: Path) -> None:
        self.now = 0.0
        self.links = Links(folder, clock=lambda: self.now)
        self.links.announce(ORIGIN)
        self.sign_in = SignIn(self.links, clock=lambda: self.now)
        self.app = app(installation, self.sign_in)

    def link(self, name: str = "ingrid", role: Role = Role.ADMINISTRATOR) -> str:
        """Return a new link."""
        return self.links.make(Identity(name, role))

    def code(self) -> str:
        """Return the code of a new link."""
        return self.link().rpartition("=")[2]

    def client(self, base: str = ORIGIN) -> TestClient:
        """Return a browser that is not signed in."""
        return TestClient(self.app, base_url=base, headers={"origin": base})

    def signed_in(self, name: str = "ingrid", role: Role = Role.ADMINISTRATOR) -> TestClient:
        """Return a browser that is."""
        client = self.client()
        assert client.post("/sign-in", data={"code": self.link(name, role)}).status_code == 200
        return client


def fields_of(page: str) -> dict[str, str]:
    """Return what is in the hidden fields of a page."""
    return {name: unescape(value) for name, value in re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', page)}


@pytest.fixture
def door(crm: Installation, tmp_path: Path) -> Door:
    """A console with sign-in links."""
    return Door(crm, tmp_path / "console")


@pytest.mark.attack("sign-in-link-used-again")
def test_a_link_lets_one_browser_in(door: Door) -> None:
    code = door.code()
    client = door.client()
    assert client.get("/users").status_code == 401
    assert "signs in this browser" in client.get(f"/sign-in?code={code}").text
    answer = client.post("/sign-in", data={"code": code}, follow_redirects=False)
    said = answer.headers["set-cookie"]
    for part in ("HttpOnly", "SameSite=lax", "Path=/"):
        assert part in said
    assert client.get("/users").status_code == 200
    assert door.client().post("/sign-in", data={"code": code}).status_code == 403
    assert door.signed_in().get("/users").status_code == 200


@pytest.mark.attack("sign-in-link-used-again")
@pytest.mark.parametrize("code", ["", "x", "é", "0" * 43, "../address", "\0"])
def test_a_wrong_link_signs_nobody_in(door: Door, code: str) -> None:
    client = door.client()
    assert client.post("/sign-in", data={"code": code}).status_code == 403
    assert client.post("/sign-in").status_code == 403
    files = {"code": ("a", b"b")}
    assert client.post("/sign-in", files=files).status_code == 403
    assert client.get("/users").status_code == 401
    door.signed_in()


@pytest.mark.attack("console-from-another-site")
def test_a_link_that_another_page_sends_is_refused_and_not_used_up(door: Door) -> None:
    client, code = door.client(), door.code()
    headers = {"origin": "http://evil.example"}
    assert client.post("/sign-in", data={"code": code}, headers=headers).status_code == 403
    assert client.post("/sign-in", data={"code": code}).status_code == 200


@pytest.mark.attack("sign-in-link-used-again")
def test_a_link_ends_after_a_day(door: Door) -> None:
    code = door.code()
    door.now += LINK_SECONDS
    assert door.client().post("/sign-in", data={"code": code}).status_code == 403


def test_a_new_link_takes_those_away_that_have_ended(door: Door) -> None:
    door.code()
    door.now += LINK_SECONDS
    door.code()
    assert len(list(door.links.folder.glob("*.link"))) == 1


@pytest.mark.attack("any-bytes-in-our-own-files")
def test_a_damaged_link_signs_nobody_in(door: Door) -> None:
    code = door.code()
    [path] = door.links.folder.glob("*.link")
    for damaged in (b"", b"{}", b'["ingrid", "root", 9e9]', b"[1]", b"\xff", b"[" * 4000):
        path.write_bytes(damaged)
        assert door.client().post("/sign-in", data={"code": code}).status_code == 403


def test_a_link_says_who_comes_and_what_they_may_do(door: Door) -> None:
    page = door.signed_in("rolf", Role.READER).get("/users").text
    assert "rolf" in page
    assert "view only" in page


def test_without_a_console_there_is_no_link(tmp_path: Path) -> None:
    with pytest.raises(ConsoleUnavailable, match="no console runs"):
        Links(tmp_path).make(Identity("ingrid"))


@pytest.mark.attack("sign-in-link-used-again")
def test_links_are_for_their_account_alone(door: Door) -> None:
    door.code()
    assert {path.stat().st_mode & 0o077 for path in (door.links.folder, *door.links.folder.iterdir())} == {0}


def test_the_page_that_was_asked_for_is_shown_after_signing_in(door: Door) -> None:
    client = door.client()
    assert client.get("/users?q=an%20na&state=all").status_code == 401
    answer = client.post("/sign-in", data={"code": door.code()}, follow_redirects=False)
    assert answer.headers["location"] == "/users?q=an%20na&state=all"
    again = client.post("/sign-in", data={"code": door.code()}, follow_redirects=False)
    assert again.headers["location"] == "/"


@pytest.mark.attack("open-redirect")
@pytest.mark.parametrize("wanted", ["//evil.example/", "/\\evil.example", "https://evil.example", "/" * 3000, "/a\nb"])
def test_nobody_is_led_elsewhere_after_signing_in(door: Door, wanted: str) -> None:
    client = door.client()
    client.cookies.set(WANTED, quote(wanted, safe=""))
    answer = client.post("/sign-in", data={"code": door.code()}, follow_redirects=False)
    assert answer.headers["location"] == "/"


def test_a_form_whose_session_has_ended_is_kept_and_sent_again(door: Door, crm: Installation) -> None:
    client = door.signed_in()
    typed = {"id": 'd<"ora', "name": "Dora & Åse", "kind": "associate", "can_log_in": "1"}
    token = fields_of(client.get("/users/new").text)["token"]
    door.now += IDLE_SECONDS + 1
    answer = client.post("/users/new", data={"token": token, **typed})
    assert answer.status_code == 401
    assert {name: fields_of(answer.text)[name] for name in typed} == typed
    wrong = client.post("/users/new", data={**fields_of(answer.text), "sign-in-again": "x"})
    assert (wrong.status_code, "used before" in wrong.text) == (401, True)
    assert [row.user.id for row in crm.users.list()] == ["anna", "bob", "carl"]
    signed = client.post("/users/new", data={**fields_of(wrong.text), "sign-in-again": door.link("berta")})
    assert "You are signed in as berta" in signed.text
    assert client.post("/users/new", data=fields_of(signed.text)).status_code == 200
    assert crm.users.get(typed["id"]).name == typed["name"]


def test_a_form_is_sent_again_after_signing_in_in_another_tab(door: Door, crm: Installation) -> None:
    client = door.signed_in()
    token = fields_of(client.get("/users/new").text)["token"]
    door.now += IDLE_SECONDS + 1
    kept = client.post("/users/new", data={"token": token, "id": "dora"})
    client.post("/sign-in", data={"code": door.link()})
    assert client.post("/users/new", data=fields_of(kept.text)).status_code == 200
    assert crm.users.get("dora")


def test_a_form_of_a_browser_that_never_had_one_is_not_read(door: Door) -> None:
    answer = door.client().post("/users/new", data={"id": "<b>"})
    assert answer.status_code == 401
    assert "&lt;b" not in answer.text


def test_a_long_form_is_not_kept(door: Door) -> None:
    client = door.signed_in()
    client.get("/users/new")
    door.now += IDLE_SECONDS + 1
    answer = client.post("/users/new", data={"id": "x" * 300_000})
    assert (answer.status_code, len(answer.text) < 10_000) == (401, True)


@pytest.mark.attack("session-left-open")
def test_a_page_that_is_left_open_does_not_keep_its_session(door: Door) -> None:
    client = door.signed_in()
    before = client.get("/pulse").text
    door.now += IDLE_SECONDS - 1
    assert client.get("/pulse").text == before
    door.now += 2
    assert client.get("/pulse").status_code == 401


def test_an_open_page_learns_that_something_has_changed(door: Door, crm: Installation) -> None:
    client = door.signed_in()
    before = client.get("/pulse").text
    assert f'data-known="{before}"' in client.get("/users").text
    crm.users.add("dora")
    assert client.get("/pulse").text != before


def test_by_tls_the_session_is_for_tls_alone(door: Door) -> None:
    client = door.client("https://localhost")
    answer = client.post("/sign-in", data={"code": door.code()}, follow_redirects=False)
    assert answer.headers["set-cookie"].startswith("__Host-licensekit-session=")
    assert "Secure" in answer.headers["set-cookie"]
    assert client.get("/users").status_code == 200


@pytest.mark.attack("session-left-open")
def test_a_session_ends_when_somebody_signs_out(door: Door) -> None:
    client = door.signed_in()
    cookies = dict(client.cookies)
    assert "You are signed out" in client.post("/sign-out").text
    assert client.get("/users").status_code == 401
    client.cookies.update(cookies)
    assert client.get("/users").status_code == 401
    assert "session has ended" in client.get("/users").text


@pytest.mark.attack("session-left-open")
def test_a_session_ends_when_nothing_is_asked_for_long(door: Door) -> None:
    client = door.signed_in()
    for _ in range(3):
        door.now += (SESSION_SECONDS - IDLE_SECONDS) // 4
        assert client.get("/users").status_code == 200
    door.now += IDLE_SECONDS + 1
    assert door.now < SESSION_SECONDS
    assert client.get("/users").status_code == 401


@pytest.mark.attack("session-without-end")
def test_a_session_ends_after_half_a_day_whatever_is_asked(door: Door) -> None:
    client = door.signed_in()
    until = door.now + SESSION_SECONDS
    while door.now < until - 3600:
        door.now += 3600
        assert client.get("/users").status_code == 200
    door.now = until
    assert client.get("/users").status_code == 401


def test_the_number_of_sessions_is_limited(door: Door) -> None:
    first = door.signed_in()
    others = [door.signed_in() for door.now in range(1, SESSIONS + 1)]
    assert first.get("/users").status_code == 401
    assert {other.get("/users").status_code for other in others} == {200}


def asked(*headers: tuple[str, str]) -> Request:
    """Return a request with these headers."""
    raw = [(name.lower().encode(), value.encode("utf-8")) for name, value in headers]
    return Request({"type": "http", "headers": raw, "client": ("127.0.0.1", 4711)})


BY_SOCKET = Proxy("", "X-User", "X-Role", "")
BY_SECRET = Proxy("an-example-of-a-secret", "X-User", "X-Role", "")
LENIENT = Proxy("", "X-User", "X-Role", "reader")
USER, READER, CHIEF = ("X-User", "ingrid"), ("X-Role", "reader"), ("X-Role", "administrator")
SECRET = (SECRET_HEADER, "an-example-of-a-secret")


@pytest.mark.attack("forged-proxy-header")
@pytest.mark.parametrize(
    ("proxy", "request_", "identity"),
    [
        (BY_SOCKET, asked(USER, CHIEF), Identity("ingrid", Role.ADMINISTRATOR)),
        (BY_SOCKET, asked(USER, READER), Identity("ingrid", Role.READER)),
        (BY_SOCKET, asked(("X-User", "Åse"), CHIEF), Identity("Åse", Role.ADMINISTRATOR)),
        (BY_SECRET, asked(SECRET, USER, CHIEF), Identity("ingrid", Role.ADMINISTRATOR)),
        (LENIENT, asked(USER), Identity("ingrid", Role.READER)),
        (LENIENT, asked(USER, CHIEF), Identity("ingrid", Role.ADMINISTRATOR)),
    ],
)
def test_a_proxy_says_who_asks_and_what_they_may_do(proxy: Proxy, request_: Request, identity: Identity) -> None:
    assert proxy.identity(request_) == identity


@pytest.mark.attack("proxy-that-is-none")
@pytest.mark.parametrize(
    "request_",
    [
        asked(USER, CHIEF),
        asked((SECRET_HEADER, ""), USER, CHIEF),
        asked((SECRET_HEADER, "an-example-of-a-secre"), USER, CHIEF),
        asked((SECRET_HEADER, "an-example-of-a-secret2"), USER, CHIEF),
        asked((SECRET_HEADER, "é"), USER, CHIEF),
        asked(SECRET, SECRET, USER, CHIEF),
    ],
)
def test_whoever_does_not_know_the_secret_is_nobody_from_this_machine_too(request_: Request) -> None:
    assert BY_SECRET.identity(request_) is None


@pytest.mark.attack("role-that-nobody-gave")
@pytest.mark.parametrize("proxy", [BY_SOCKET, LENIENT])
@pytest.mark.parametrize(
    "headers",
    [
        (CHIEF,),
        (USER, ("X-Role", "root")),
        (USER, ("X-Role", "")),
        (USER, ("X-Role", "Administrator")),
        (USER, USER, CHIEF),
        (USER, READER, CHIEF),
        (USER, CHIEF, CHIEF),
        (("X-User", " "), CHIEF),
        (("X-User", "x" * 201), CHIEF),
        (("X-User", "a\u202eb"), CHIEF),
    ],
)
def test_who_is_not_named_once_with_one_known_role_is_nobody(
    proxy: Proxy, headers: tuple[tuple[str, str], ...]
) -> None:
    assert proxy.identity(asked(*headers)) is None


@pytest.mark.attack("role-that-nobody-gave")
def test_without_a_role_nobody_is_an_administrator() -> None:
    assert BY_SOCKET.identity(asked(USER)) is None
    assert LENIENT.identity(asked(USER)) == Identity("ingrid", Role.READER)


def test_a_header_that_is_not_a_text_is_nobody() -> None:
    scope = {"type": "http", "headers": [(b"x-user", b"\xff"), (b"x-role", b"reader")], "client": ("10.0.0.5", 1)}
    assert BY_SOCKET.identity(Request(scope)) is None
