"""What the console refuses, whoever asks; afterwards the installation is as it was."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from starlette.testclient import TestClient

from licensekit.console import Identity, Role, app
from licensekit.console.application import CHANGES, LARGEST, SCREENS
from licensekit.console.security import guard
from licensekit.console.security.guard import BODY_BYTES, FORM_BYTES, HEADERS
from licensekit.console.security.sign_in import Links, SignIn
from licensekit.console.visit import PULSE
from licensekit.errors import OriginInvalid
from licensekit.installation import Installation
from tests.console.conftest import ORIGIN, Browser, client_of
from tests.console.forms import typed

if TYPE_CHECKING:
    from starlette.types import ASGIApp


def state_of(installation: Installation) -> tuple[Any, ...]:
    """Return everything that a change would change."""
    return (
        installation.state().stored,
        list(installation.users.list()),
        installation.sites.list(),
        list(installation.audit.entries()),
    )


@pytest.fixture
def unchanged(crm: Installation) -> Callable[[], bool]:
    """Return whether everything is as it was."""
    before = state_of(crm)
    return lambda: state_of(crm) == before


def places() -> list[str]:
    """Return the address of every screen."""
    return [path.format(issuer="demo", code="sales", entry="2") for path in SCREENS]


@pytest.mark.attack("console-without-signing-in")
@pytest.mark.parametrize("path", places())
def test_nobody_sees_anything_without_signing_in(crm: Installation, path: str) -> None:
    answer = client_of(crm, None).get(path)
    assert answer.status_code == 403
    assert "anna" not in answer.text
    assert "Nordlys" not in answer.text


@pytest.mark.attack("console-without-signing-in")
@pytest.mark.parametrize("path", CHANGES)
def test_nobody_changes_anything_without_signing_in(
    crm: Installation, unchanged: Callable[[], bool], path: str
) -> None:
    assert client_of(crm, None).post(path, data={"id": "anna"}).status_code == 403
    assert unchanged()


@pytest.mark.attack("console-role-exceeded")
@pytest.mark.parametrize("path", CHANGES)
def test_whoever_may_only_look_changes_nothing(reader: Browser, unchanged: Callable[[], bool], path: str) -> None:
    assert "cannot change anything" in reader.post(path, 403, id="anna", part="base", confirm="base")
    assert unchanged()


@pytest.mark.attack("console-from-another-site")
@pytest.mark.parametrize("path", CHANGES)
@pytest.mark.parametrize("token", ["", "0" * 64, "é"])
def test_a_form_without_its_token_changes_nothing(
    browser: Browser, unchanged: Callable[[], bool], path: str, token: str
) -> None:
    browser.token()
    answer = browser.client.post(path, data={"token": token, "id": "anna"})
    assert answer.status_code == 403
    assert "Nothing" in answer.text or "nothing" in answer.text
    assert unchanged()


@pytest.mark.attack("console-from-another-site")
def test_the_token_of_another_browser_or_person_changes_nothing(
    crm: Installation, browser: Browser, unchanged: Callable[[], bool]
) -> None:
    other = Browser(client_of(crm))
    answer = browser.client.post("/user/retire", data={"token": other.token(), "id": "anna"})
    assert answer.status_code == 403
    someone = client_of(crm, Identity("somebody-else"))
    someone.cookies = browser.client.cookies
    answer = someone.post("/user/retire", data={"token": browser.token(), "id": "anna"})
    assert answer.status_code == 403
    assert unchanged()


@pytest.mark.attack("console-from-another-site")
@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"origin": "null"},
        {"origin": "http://evil.example"},
        {"origin": "https://localhost"},
        {"origin": "http://localhost:81"},
        {"origin": "http://evil.example", "sec-fetch-site": "same-origin"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"sec-fetch-site": "none"},
    ],
)
def test_a_change_from_another_page_is_refused(
    crm: Installation, unchanged: Callable[[], bool], headers: dict[str, str]
) -> None:
    own = Browser(client_of(crm))
    token = own.token()
    stranger = client_of(crm, headers=headers)
    stranger.cookies = own.client.cookies
    answer = stranger.post("/user/retire", data={"token": token, "id": "anna"})
    assert answer.status_code == 403
    assert unchanged()


def test_a_browser_that_names_no_origin_but_says_same_origin_is_believed(crm: Installation) -> None:
    own = Browser(client_of(crm, headers={"sec-fetch-site": "same-origin"}))
    own.post("/user/retire", id="anna")
    assert crm.users.get("anna").retired


@pytest.mark.attack("console-from-another-host")
@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "localhost.evil.example",
        "127.0.0.1.evil.example",
        "localhost@evil.example",
        "192.168.0.1",
        "[::2]",
        "localhost:port",
        "localhost:",
        "",
    ],
)
def test_a_request_to_another_name_is_refused(crm: Installation, host: str) -> None:
    answer = client_of(crm).get("/users", headers={"host": host})
    assert answer.status_code == 421
    assert "anna" not in answer.text


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:8470", "127.0.0.1:1", "[::1]:8470"])
def test_this_machine_is_reached_by_its_names_at_any_port(crm: Installation, host: str) -> None:
    assert client_of(crm).get("/users", headers={"host": host}).status_code == 200


def test_named_origins_are_the_only_ones(crm: Installation) -> None:
    served = app(crm, lambda _: Identity("ingrid"), origins=["https://CRM.example.com:443/"])
    client = TestClient(served, headers={"origin": "https://crm.example.com"})
    assert client.get("/users", headers={"host": "localhost"}).status_code == 421
    client.base_url = "http://crm.example.com"  # behind a proxy that speaks TLS
    page = client.get("/users/new")
    assert page.status_code == 200
    assert "__Host-licensekit-form=" in page.headers["set-cookie"]
    assert "Secure" in page.headers["set-cookie"]
    assert page.headers["strict-transport-security"] == "max-age=31536000"


@pytest.mark.attack("downgrade-to-plain-http")
def test_only_a_public_address_with_tls_is_bound_to_tls(crm: Installation) -> None:
    for base, origins in (("https://localhost", []), ("http://crm.example.com", ["http://crm.example.com"])):
        served = app(crm, lambda _: Identity("ingrid"), origins=origins)
        answer = TestClient(served, base_url=base).get("/users")
        assert (answer.status_code, "strict-transport-security" in answer.headers) == (200, False)


@pytest.mark.parametrize(
    "address",
    ["", "crm.example.com", "ftp://crm", "https://crm/a b", "https://crm/../a", "https://crm/a//b", "https://user@crm"],
)
def test_what_is_not_an_origin_is_a_mistake_of_the_program(crm: Installation, address: str) -> None:
    with pytest.raises(OriginInvalid, match="is not an address like"):
        app(crm, lambda _: None, origins=[address])


@pytest.mark.attack("markup-in-a-name")
@pytest.mark.parametrize("path", [*places(), "/nothing", "/static/console.css", "/static/no"])
@pytest.mark.parametrize("identity", [Identity("ingrid"), None])
def test_every_answer_has_every_header(crm: Installation, path: str, identity: Identity | None) -> None:
    answer = client_of(crm, identity).get(path, follow_redirects=False)
    assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS
    assert answer.headers["cache-control"] in {"no-store", "public, max-age=31536000, immutable"}


def test_refusals_have_every_header(crm: Installation) -> None:
    for answer in (
        client_of(crm).get("/", headers={"host": "evil"}),
        client_of(crm, headers={}).post("/users/new"),
        client_of(crm).put("/users"),
    ):
        assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS


def test_cookies_are_for_this_console_alone(browser: Browser) -> None:
    said = browser.client.get("/users/new").headers["set-cookie"]
    assert "HttpOnly" in said
    assert "SameSite=lax" in said
    assert "set-cookie" not in browser.client.get("/users/new").headers


@pytest.mark.attack("markup-in-a-name")
def test_no_page_has_a_script_or_style_of_its_own(browser: Browser) -> None:
    for path in places():
        page = browser.client.get(path).text
        assert page.count("<script") == (path != PULSE)
        assert "<style" not in page
        assert "style=" not in page
        assert " onclick" not in page


@pytest.mark.attack("oversize-request")
def test_what_is_too_large_is_refused(browser: Browser, unchanged: Callable[[], bool]) -> None:
    token = browser.token()
    data = {"token": token, "text": "x" * BODY_BYTES}
    answer = browser.client.post("/activate/preview", data=data)
    assert answer.status_code == 413
    assert "larger than this page accepts" in answer.text
    assert unchanged()


@pytest.mark.attack("endless-upload")
@pytest.mark.parametrize("length", [b"", b"-1", b"many", b"\xb2", b"9" * 5000])
def test_what_does_not_say_how_large_it_is_is_refused(crm: Installation, length: bytes) -> None:
    def parts() -> Any:
        yield b"id=anna"

    headers = {"content-type": "application/x-www-form-urlencoded"}
    answer = client_of(crm).post("/user/retire", content=parts(), headers=headers)
    assert answer.status_code == 411
    assert asyncio.run(_status(crm, (b"content-length", length))) == 411


@pytest.mark.attack("endless-upload")
@pytest.mark.parametrize("path", ["/user/retire", "/sign-in", "/activate/preview", "/users/directory"])
def test_bytes_are_counted_as_they_arrive_whatever_was_said(
    crm: Installation, tmp_path: Path, unchanged: Callable[[], bool], path: str
) -> None:
    """Also before anybody has signed in, and by a server that does not compare them with what was said."""
    links = Links(tmp_path / "links")
    served = app(crm, SignIn(links) if path == "/sign-in" else lambda _: Identity("ingrid"))
    most = LARGEST.get(path, FORM_BYTES)
    for name in (b"multipart/form-data; boundary=x", b"application/x-www-form-urlencoded"):
        taken: list[int] = []
        sent = (b"content-length", b"4"), (b"content-type", name)
        assert asyncio.run(_status(crm, *sent, path=path, served=served, part=b"a" * 65536, taken=taken)) in {400, 413}
        assert sum(taken) <= most + 65536
    assert unchanged()


@pytest.mark.attack("ambiguous-framing")
@pytest.mark.parametrize(
    "headers",
    [
        [(b"content-length", b"4"), (b"transfer-encoding", b"chunked")],
        [(b"content-length", b"4"), (b"content-length", b"4")],
        [(b"transfer-encoding", b"chunked"), (b"transfer-encoding", b"identity")],
        [(b"content-length", b"4"), (b"host", b"localhost")],
    ],
)
def test_framing_in_two_ways_is_refused_under_any_server(
    crm: Installation, unchanged: Callable[[], bool], headers: list[tuple[bytes, bytes]]
) -> None:
    assert asyncio.run(_status(crm, *headers)) == 400
    assert unchanged()


@pytest.mark.attack("slow-upload")
def test_a_body_that_does_not_come_is_not_awaited_for_long(crm: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "BODY_SECONDS", 0.01)
    assert asyncio.run(_status(crm, (b"content-length", b"4"), part=None)) == 408


@pytest.mark.attack("too-many-requests")
def test_requests_of_one_address_are_limited(crm: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "BUSY_SECONDS", 0)

    async def ask() -> list[int]:
        served = app(crm, lambda _: Identity("ingrid"))
        slow = [
            asyncio.create_task(_status(crm, (b"content-length", b"4"), served=served, part=None, client="10.0.0.1"))
            for _ in range(guard.PER_ADDRESS)
        ]
        await asyncio.sleep(0)
        found = [
            await _status(crm, (b"content-length", b"0"), served=served, client=client, part=b"")
            for client in ("10.0.0.1", "10.0.0.2")
        ]
        for one in slow:
            one.cancel()
        await asyncio.gather(*slow, return_exceptions=True)
        return [*found, await _status(crm, (b"content-length", b"0"), served=served, client="10.0.0.1", part=b"")]

    assert asyncio.run(ask()) == [503, 403, 403]


async def _status(
    installation: Installation,
    *headers: tuple[bytes, bytes],
    path: str = "/user/retire",
    served: "ASGIApp | None" = None,
    part: bytes | None = b"",
    taken: list[int] | None = None,
    client: str = "127.0.0.1",
) -> int:
    """Return the status of a request that no honest client would send: of `part` without end; None never comes."""
    statuses: list[int] = []

    async def receive() -> dict[str, Any]:
        if part is None:
            await asyncio.sleep(3600)
        if taken is not None:
            taken.append(len(part or b""))
        return {"type": "http.request", "body": part, "more_body": bool(part)}

    async def send(message: Any) -> None:
        if message["type"] == "http.response.start":
            statuses.append(message["status"])

    common = [(b"host", b"localhost"), (b"origin", ORIGIN.encode())]
    if not any(name == b"content-type" for name, _ in headers):
        common.append((b"content-type", b"application/x-www-form-urlencoded"))
    scope = {
        "type": "http", "method": "POST", "path": path, "raw_path": path.encode(),
        "query_string": b"", "headers": [*common, *headers], "scheme": "http", "client": (client, 4711),
        "server": ("localhost", 80), "http_version": "1.1", "root_path": "",
    }  # fmt: skip
    await (served or app(installation, lambda _: Identity("ingrid")))(scope, receive, send)
    return statuses[0]


def test_a_body_that_is_not_a_form_is_refused(browser: Browser) -> None:
    headers = {"content-type": "multipart/form-data; boundary=x"}
    answer = browser.client.post("/users/new", content=b"nonsense", headers=headers)
    assert answer.status_code in {400, 403}
    many = "&".join(f"a{n}=1" for n in range(5000))
    headers = {"content-type": "application/x-www-form-urlencoded"}
    answer = browser.client.post("/users/new", content=many, headers=headers)
    assert answer.status_code == 400


def test_what_does_not_exist_is_reported_as_such(browser: Browser) -> None:
    for path in (
        "/nothing", "/static/secrets", "/licenses/nobody", "/license/nothing", "/user?id=nobody",
        "/site?id=nowhere", "/users?license=nothing", "/sign-in",
    ):  # fmt: skip
        answer = browser.client.get(path)
        assert answer.status_code == 404, path
    assert browser.client.post("/users").status_code == 405


@pytest.mark.attack("secret-in-a-traceback")
def test_what_the_program_does_wrong_is_not_shown(crm: Installation) -> None:
    def broken(_: object) -> Identity:
        raise RuntimeError("a secret of the program")

    client = TestClient(app(crm, broken), base_url=ORIGIN, raise_server_exceptions=False)
    answer = client.get("/users")
    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert answer.headers["content-security-policy"] == HEADERS["Content-Security-Policy"]


HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{ 7 * 'seven' }}",
    "' or 1=1 --",
    "../../etc/passwd",
    "a&b=c?d#e%41",
]


@pytest.mark.attack("markup-in-a-name")
@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_are_shown_as_they_are(crm: Installation, browser: Browser, name: str) -> None:
    crm.users.add(name, name=name, groups=["g"])
    crm.users.assign(name, "sales")
    crm.sites.add(name, name=name)
    crm.events.start("no-login", message=name)
    crm.acting_as(name).events.start("message-of-the-day", message=name)
    pages = [
        browser.get("/users"),
        browser.get("/user", id=name),
        browser.get("/site", id=name),
        browser.get("/sites"),
        browser.get("/events"),
        browser.get("/history"),
        browser.get("/license/sales"),
        browser.get("/users/licenses", license="sales"),
        browser.get("/users", q=name),
    ]
    for page in pages:
        assert "<script>alert" not in page
        assert "<img src=x" not in page
        assert "sevenseven" not in page
    assert "no logins for now" in pages[1]
    browser.post("/user/licenses", **typed(browser.get("/user", id=name), "/user/licenses", plan="service"))
    assert [h.license for h in crm.users.get(name).holdings] == ["service"]


def test_roles_are_those_that_a_program_gives(crm: Installation) -> None:
    page = Browser(client_of(crm, Identity("rolf", Role.READER))).get("/user", id="anna")
    assert "view only" in page
    assert "Save licenses" not in page
