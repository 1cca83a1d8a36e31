"""Connections that owe the console something: they shut nobody out, however many they are, and end by themselves."""

import ssl
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final, NoReturn

import httpx2
import pytest

from licensekit.console import Identity, app, connections
from licensekit.console.connections import WAITING
from licensekit.console.security import guard
from licensekit.console.serving import listen
from licensekit.installation import Installation
from tests.certificates import certificate
from tests.console.browsing import running
from tests.console.raw_http import Raw, request, statuses

MANY: Final = 3 * WAITING
OWN: Final = ("Host: localhost", "Origin: http://localhost", "Content-Type: application/x-www-form-urlencoded")
HALF: Final = {
    "nothing": b"",
    "half a head": b"GET /users HTTP/1.1\r\nHost: localhost\r\n",
    "a head without its body": request("POST /user/retire", *OWN, "Content-Length: 9"),
    "a byte of a body": request("POST /user/retire", *OWN, "Content-Length: 9", body=b"i"),
}


@contextmanager
def served(installation: Installation, *tls: Path) -> Generator[int]:
    """Serve the console to an administrator; yield its port."""
    listener = listen("127.0.0.1", 0)
    port: int = listener.getsockname()[1]
    with running(app(installation, lambda _: Identity("ingrid")), listener, *tls):
        yield port


def drip(connection: Raw) -> NoReturn:
    """Send bytes, one after the other, until nobody takes them."""
    while True:
        connection.client.sendall(b"x")


def users(port: int, cert: Path | None = None) -> int:
    """Return the status of a screen, as an honest browser asks for it."""
    trusted = ssl.create_default_context(cafile=None if cert is None else str(cert))
    with httpx2.Client(base_url=f"http{'s' if cert else ''}://127.0.0.1:{port}", verify=trusted, timeout=120) as client:
        return client.get("/users").status_code


@pytest.mark.attack("half-open-requests")
@pytest.mark.parametrize("sent", HALF.values(), ids=HALF)
def test_half_open_requests_shut_nobody_out(
    crm: Installation, sent: bytes, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    with served(crm) as port, ExitStack() as still_open:
        for _ in range(MANY):
            still_open.enter_context(Raw.to(port).send(sent).client)
        assert users(port) == 200
    assert len(caplog.text) + len("".join(capfd.readouterr())) < 1000


@pytest.mark.attack("half-open-requests")
def test_connections_that_never_speak_tls_shut_nobody_out(crm: Installation, tmp_path: Path) -> None:
    cert, key = certificate(tmp_path)
    with served(crm, cert, key) as port, ExitStack() as still_open:
        for _ in range(MANY):
            still_open.enter_context(Raw.to(port).client)
        assert users(port, cert) == 200


@pytest.mark.attack("slow-head")
@pytest.mark.parametrize("sent", list(HALF.values())[:2], ids=list(HALF)[:2])
def test_a_head_that_does_not_come_is_not_awaited_for_long(
    crm: Installation, monkeypatch: pytest.MonkeyPatch, sent: bytes
) -> None:
    monkeypatch.setattr(connections, "HEAD_SECONDS", 0.1)
    with served(crm) as port:
        assert Raw.to(port).send(sent).read() == b""


@pytest.mark.attack("slow-head")
def test_bytes_after_an_answer_give_a_connection_no_more_time(
    crm: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is left of a body that nobody reads is taken for a while, so that the answer arrives; not without end."""
    monkeypatch.setattr(connections, "HEAD_SECONDS", 0.5)
    sent = request("POST /nothing", *OWN, "Content-Length: 999999999")
    with served(crm) as port:
        connection = Raw.to(port).send(sent.replace(b"Connection: close\r\n", b""))
        with connection.client, pytest.raises(OSError, match=r"[Rr]eset|[Pp]ipe|abort"):
            drip(connection)


@pytest.mark.attack("slow-upload")
def test_a_body_that_does_not_come_is_answered_so(crm: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "BODY_SECONDS", 0.1)
    with served(crm) as port:
        assert statuses(Raw.to(port).send(request("POST /user/retire", *OWN, "Content-Length: 9")).read()) == [408]


def test_requests_of_one_connection_are_answered_one_after_the_other(crm: Installation) -> None:
    with served(crm) as port:
        ask = request("GET /users", "Host: localhost")
        more = ask.replace(b"Connection: close\r\n", b"")
        assert statuses(Raw.to(port).send(more + more + ask).read()) == [200, 200, 200]
