"""Whatever a server does, what comes is the whole file or one error, within the bounds."""

import socket
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import cycle
from pathlib import Path
from threading import Thread

import pytest

from licensekit.errors import FetchFailed, FileUnusable, TooLarge
from licensekit.installation.fetching import REDIRECTS, fetch
from licensekit.limits import FILE_BYTES
from tests import authority
from tests.authority import Authority

FILE = b"lk1-bundle.AAAA\n"
WHOLE = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(FILE), FILE)
Send = Callable[[socket.socket], None]


@pytest.fixture(scope="session")
def trusted(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """An authority that tests name with `ca`."""
    return authority.make(tmp_path_factory.mktemp("authority"))


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave out the proxy of whoever runs the tests."""
    for name in ("https_proxy", "HTTPS_PROXY", "no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)


class Server:
    """A server that sends what it is told, whatever it is asked; one connection after the other."""

    def __init__(self, context: ssl.SSLContext | None) -> None:
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self.listening.getsockname()[1]}"
        self.asked: list[bytes] = []
        self.answers: Iterator[bytes | Send] = iter(())
        self._context = context
        Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self.listening.accept()
                with suppress(OSError, StopIteration):
                    self._answer(connection)
                connection.close()

    def _answer(self, plain: socket.socket) -> None:
        shown = plain if self._context is None else self._context.wrap_socket(plain, server_side=True)
        with shown as connection:
            self.asked.append(connection.recv(65536))
            answer = next(self.answers)
            answer(connection) if callable(answer) else connection.sendall(answer)


@pytest.fixture
def server(trusted: Authority) -> Iterator[Server]:
    """A server with a certificate of the authority."""
    server = Server(trusted.context())
    yield server
    server.listening.close()


def got(server: Server, ca: Path, *answers: bytes | Send, seconds: float = 20.0) -> bytes:
    """Return what is fetched from a server that sends some answers, one after the other."""
    server.answers = iter(answers)
    return fetch(f"https://{server.address}/licenses/name.lic", ca=ca, seconds=seconds)


def moved(to: str, status: int = 302) -> bytes:
    """Return an answer that names another address, and never ends."""
    return f"HTTP/1.1 {status} Moved\r\nLocation: {to}\r\n\r\n".encode() + b"x" * 100_000


def test_the_whole_file_comes_with_and_without_its_length(server: Server, trusted: Authority) -> None:
    assert got(server, trusted.ca, WHOLE) == FILE
    assert server.asked[0].startswith(b"GET /licenses/name.lic HTTP/1.1\r\n")
    for name in (b"Host: 127.0.0.1:", b"User-Agent: licensekit\r\n", b"Accept-Encoding: identity\r\n"):
        assert name in server.asked[0]
    assert got(server, trusted.ca, b"HTTP/1.1 200 OK\r\n\r\n" + FILE) == FILE
    chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n10\r\n" + FILE + b"\r\n0\r\n\r\n"
    assert got(server, trusted.ca, chunked) == FILE


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_few_redirects_are_followed_and_what_they_say_is_not_read(
    server: Server, trusted: Authority, status: int
) -> None:
    answers = [moved("/elsewhere", status)] * REDIRECTS
    assert got(server, trusted.ca, *answers, WHOLE) == FILE
    assert server.asked[-1].startswith(b"GET /elsewhere ")


@pytest.mark.parametrize(
    ("answer", "reason", "status"),
    [
        (b"HTTP/1.1 404 Not Found\r\nContent-Length: 9\r\n\r\nnot found", "absent", 404),
        (b"HTTP/1.1 410 Gone\r\n\r\n", "absent", 410),
        (b"HTTP/1.1 403 Forbidden\r\n\r\n", "status", 403),
        (b"HTTP/1.1 503 Busy\r\n\r\n", "status", 503),
        (moved("http://127.0.0.1/"), "not-https", 0),
        (moved("ftp://127.0.0.1/"), "not-https", 0),
        (moved("file:///etc/passwd"), "not-https", 302),
        (moved("/on-and-on"), "not-https", 302),
        (WHOLE[:-5], "cut-off", 0),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n10\r\nlk1-", "cut-off", 0),
        (b"", "cut-off", 0),
        (b"SSH-2.0-OpenSSH_9.2\r\n", "cut-off", 0),
        (b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 200 + b"\r\n", "cut-off", 0),
    ],
)
def test_what_is_not_the_whole_file_is_an_error(
    server: Server, trusted: Authority, answer: bytes, reason: str, status: int
) -> None:
    with pytest.raises(FetchFailed) as caught:
        got(server, trusted.ca, *[answer] * (REDIRECTS + 2))
    assert (caught.value.reason, caught.value.status) == (reason, status)


@pytest.mark.attack("server-without-end")
@pytest.mark.parametrize("length", [b"Content-Length: 99999999\r\n", b""])
def test_no_more_is_read_than_a_license_file_has(server: Server, trusted: Authority, length: bytes) -> None:
    sent: list[int] = []

    def without_end(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\n" + length + b"\r\n")
        for _ in range(1000):
            connection.sendall(bytes(100_000))
            sent.append(100_000)

    with pytest.raises(TooLarge):
        got(server, trusted.ca, without_end)
    time.sleep(0.1)
    assert sum(sent) < 4 * FILE_BYTES


def drip(connection: socket.socket, first: bytes) -> None:
    """Send a byte now and then, for as long as somebody reads."""
    connection.sendall(first)
    for byte in cycle([b"x"]):
        connection.sendall(byte)
        time.sleep(0.02)


@pytest.mark.attack("server-without-end")
@pytest.mark.parametrize("first", [b"", b"HTTP/1.1 200 OK\r\nX: ", b"HTTP/1.1 200 OK\r\n\r\n"])
def test_a_server_that_takes_its_time_is_left_and_so_is_its_socket(
    server: Server, trusted: Authority, first: bytes
) -> None:
    left: list[float] = []

    def slowly(connection: socket.socket) -> None:
        try:
            drip(connection, first)
        finally:
            left.append(time.monotonic())

    began = time.monotonic()
    with pytest.raises(FetchFailed) as caught:
        got(server, trusted.ca, slowly, seconds=0.5)
    assert (caught.value.reason, caught.value.seconds) == ("late", 0.5)
    while not left and time.monotonic() < began + 20:
        time.sleep(0.05)
    assert left


@pytest.mark.attack("server-without-end")
def test_a_name_that_the_system_looks_up_without_end_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    def slowly(*_: object, **__: object) -> list[object]:
        time.sleep(1)
        return []

    monkeypatch.setattr(socket, "getaddrinfo", slowly)
    with pytest.raises(FetchFailed, match=r"did not arrive within 0\.2 seconds"):
        fetch("https://licenses.example.com/", seconds=0.2)


@pytest.mark.attack("server-of-somebody-else")
@pytest.mark.parametrize("address", ["http://127.0.0.1/", "file:///etc/passwd", "", "licenses.example.com/x"])
def test_only_https_is_asked(address: str) -> None:
    with pytest.raises(FetchFailed) as caught:
        fetch(address)
    assert caught.value.reason == "not-https"


@pytest.mark.parametrize(
    "address", ["https://", "https://127.0.0.1:1/", "https://127.0.0.1:x/", "https://a b/", "https://[x"]
)
def test_what_cannot_be_reached_is_an_error(address: str) -> None:
    with pytest.raises(FetchFailed) as caught:
        fetch(address)
    assert caught.value.reason in {"unreachable", "cut-off"}
    assert caught.value.detail or caught.value.reason == "cut-off"


@pytest.mark.attack("server-of-somebody-else")
def test_a_certificate_of_another_authority_is_not_trusted(server: Server, tmp_path: Path) -> None:
    for ca in (None, authority.make(tmp_path).ca):
        server.answers = iter([WHOLE])
        with pytest.raises(FetchFailed, match="certificate of the server is not trusted") as caught:
            fetch(f"https://{server.address}/", ca=ca)
        assert "--ca FILE" in caught.value.hint
    assert server.asked == []


@pytest.mark.attack("server-of-somebody-else")
def test_a_certificate_for_another_name_is_not_trusted(tmp_path: Path) -> None:
    other = authority.make(tmp_path, "licenses.example.com")
    server = Server(other.context())
    with pytest.raises(FetchFailed, match=r"not trusted .*IP address mismatch"):
        got(server, other.ca, WHOLE)
    server.listening.close()


@pytest.mark.attack("server-of-somebody-else")
def test_a_server_without_tls_is_not_asked() -> None:
    server = Server(None)
    server.answers = iter([b"HTTP/1.1 200 OK\r\n\r\nplain"])
    with pytest.raises(FetchFailed) as caught:
        fetch(f"https://{server.address}/secret.lic")
    server.listening.close()
    assert caught.value.reason == "unreachable"
    assert b"secret" not in b"".join(server.asked)


def test_authorities_are_certificates(tmp_path: Path, trusted: Authority) -> None:
    for path in (trusted.key, tmp_path / "text"):
        (tmp_path / "text").write_bytes(b"\xff")
        with pytest.raises(FetchFailed) as caught:
            fetch("https://127.0.0.1:1/", ca=path)
        assert (caught.value.reason, caught.value.where) == ("authority", str(path))
    with pytest.raises(FileUnusable):
        fetch("https://127.0.0.1:1/", ca=tmp_path / "none")


def tunnel(connection: socket.socket) -> None:
    """Refuse to pass anything on."""
    connection.sendall(b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n")


def test_a_proxy_of_the_environment_sees_the_name_of_the_server_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    proxy = Server(None)
    proxy.answers = iter([tunnel])
    monkeypatch.setenv("https_proxy", f"http://anna:p%40ss@{proxy.address}")
    with pytest.raises(FetchFailed, match="407"):
        fetch("https://licenses.example.com/acme/0f0f.lic")
    proxy.listening.close()
    [asked] = proxy.asked
    assert asked.startswith(b"CONNECT licenses.example.com:443 HTTP/1.")
    assert b"Proxy-Authorization: Basic YW5uYTpwQHNz\r\n" in asked
    assert b"0f0f" not in asked


def test_no_proxy_names_what_is_asked_directly(
    server: Server, trusted: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:1")
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    assert got(server, trusted.ca, WHOLE) == FILE
