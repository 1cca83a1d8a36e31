"""`licensekit console`: whom it lets in, where it listens, and what it refuses."""

import os
import re
import signal
import socket
import ssl
import stat
import subprocess
import sys
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from ipaddress import ip_address
from pathlib import Path
from typing import IO, Any, Final

import httpx2
import pytest
from click.testing import CliRunner

from licensekit.cli.customer.commands import customer_commands
from licensekit.cli.customer.console import PORT
from licensekit.console.security.sign_in import SECRET_HEADER
from tests import homes, makers, today
from tests.certificates import certificate
from tests.cli.customer.conftest import Command
from tests.console.conftest import words

grp: Any = pytest.importorskip("grp") if os.name == "posix" else None
LINK: Final = re.compile(r"(https?://\S+)/sign-in\?code=(\S+)")


@contextmanager
def running(shelf: Path, *arguments: str, home: str = "") -> Generator[tuple[str, IO[str]]]:
    """Start the command, give its first two lines and the rest, and stop it as Ctrl-C does."""
    home = home or str(shelf / "data" / "licensekit" / makers.PRODUCT)
    with subprocess.Popen(
        [sys.executable, "-m", "licensekit", "console", "--home", home, *arguments], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline() + process.stdout.readline(), process.stdout
        finally:
            process.send_signal(signal.SIGINT)
            code = process.wait(60)
        assert code == 0


@pytest.mark.process
def test_it_prints_a_link_that_signs_in(crm: Command, shelf: Path) -> None:
    crm("users add anna")
    with running(shelf, "--port", "0") as (printed, _):
        found = LINK.search(printed)
        assert found
        base, code = found.groups()
        assert base.startswith("http://127.0.0.1:")
        with httpx2.Client(base_url=base, headers={"origin": base}, timeout=60) as client:
            assert client.get("/users").status_code == 401
            answer = client.post("/sign-in", data={"code": code})
            assert answer.status_code == 303
            assert "anna" in client.get("/users").text
            assert "server" not in answer.headers
            link = crm("console link --for rolf --role reader").out
            following = LINK.search(link)
            assert following
            assert following[1] == base
            assert client.post("/sign-in", data={"code": following[2]}).status_code == 303
            assert "rolf (view only)" in words(client.get("/users").text)
    after = crm("console link")
    assert after.code != 0
    assert "no console runs" in after.err


@pytest.mark.process
def test_others_reach_it_by_tls(crm: Command, shelf: Path) -> None:
    assert crm("status").code == 0
    cert, key = certificate(shelf)
    public = "https://licenses.example.com"
    tls = ("--tls-cert", str(cert), "--tls-key", str(key))
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with running(shelf, "--host", str(ip_address(0)), "--port", str(port), "--public", public, *tls) as (printed, _):
        assert f"{public}/sign-in?code=" in printed
        trusted = ssl.create_default_context(cafile=str(cert))
        with httpx2.Client(base_url=f"https://127.0.0.1:{port}", verify=trusted, timeout=60) as client:
            assert client.get("/users").status_code == 421
            answer = client.get("/users", headers={"host": "licenses.example.com"})
            assert answer.status_code == 401


@pytest.mark.process
def test_by_tls_on_this_machine_the_link_says_so(crm: Command, shelf: Path) -> None:
    assert crm("status").code == 0
    cert, key = certificate(shelf)
    with running(shelf, "--port", "0", "--tls-cert", str(cert), "--tls-key", str(key)) as (printed, _):
        assert "https://127.0.0.1:" in printed


PUBLIC: Final = "https://licenses.example.com"
HEADERS: Final = ("--public", PUBLIC, "--proxy-user-header", "X-User", "--proxy-role-header", "X-Role")
READER: Final = {"host": "licenses.example.com", "x-user": "ingrid", "x-role": "reader"}


@pytest.mark.process
@pytest.mark.attack("proxy-that-is-none")
def test_a_proxy_that_knows_the_secret_says_who_asks(crm: Command, shelf: Path) -> None:
    crm("users add anna")
    (shelf / "secret").write_text("an-example-of-a-secret\n")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    arguments = ("--port", str(port), "--proxy-secret", str(shelf / "secret"), *HEADERS)
    with (
        running_by_proxy(shelf, *arguments),
        httpx2.Client(base_url=f"http://127.0.0.1:{port}", headers=READER, timeout=60) as client,
    ):
        assert client.get("/users").status_code == 403
        answer = client.get("/users", headers={SECRET_HEADER: "an-example-of-a-secret"})
        assert "anna" in answer.text
        assert "view only" in answer.text
        assert answer.headers["strict-transport-security"] == "max-age=31536000"
        assert client.get("/sign-in").status_code == 404


@pytest.mark.process
@pytest.mark.skipif(os.name != "posix", reason="Python has no Unix sockets there")
@pytest.mark.attack("proxy-that-is-none")
@pytest.mark.parametrize("group", [None, os.getgid() if os.name == "posix" else None])
def test_by_a_socket_only_the_accounts_that_may_reach_it_say_who_asks(
    crm: Command, shelf: Path, group: int | None
) -> None:
    crm("users add anna")
    path = Path(tempfile.mkdtemp()) / "console"  # a socket's path has at most about 100 characters
    with socket.socket(socket.AF_UNIX) as killed:
        killed.bind(str(path))  # what a console leaves that is killed
    named = () if group is None else ("--socket-group", grp.getgrgid(group).gr_name)
    with running_by_proxy(shelf, "--socket", str(path), *named, *HEADERS):
        assert stat.S_IMODE(path.stat().st_mode) == (0o600 if group is None else 0o660)
        with httpx2.Client(transport=httpx2.HTTPTransport(uds=str(path)), headers=READER, timeout=60) as client:
            assert "anna" in client.get("http://licenses.example.com/users").text
        taken = crm(f"console --socket {path} --public {PUBLIC}")
        assert taken.code == 8
        assert "the socket cannot be created" in taken.err
        assert path.is_socket()


def test_missing_unix_sockets_are_reported(crm: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(socket, "AF_UNIX", raising=False)
    ran = crm(f"console --public {PUBLIC} --socket there")
    assert ran.code == 8
    assert "Python has none on this system" in ran.err


@pytest.mark.skipif(os.name != "posix", reason="Python has no Unix sockets there")
def test_a_socket_that_cannot_be_made_is_reported(crm: Command, shelf: Path) -> None:
    (shelf / "file").write_text("kept")
    for where in ("file", "missing/socket", f"socket --socket-group {'x' * 40}"):
        ran = crm(f"console --public {PUBLIC} --socket {where}")
        assert ran.code == 8
        assert "the socket cannot be created" in ran.err
    assert (shelf / "file").read_text() == "kept"


@contextmanager
def running_by_proxy(shelf: Path, *arguments: str) -> Generator[None]:
    """As `running`, of a console that prints one line."""
    home = str(shelf / "data" / "licensekit" / makers.PRODUCT)
    with subprocess.Popen(
        [sys.executable, "-m", "licensekit", "console", "--home", home, *arguments], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        try:
            assert "the console is at https://licenses" in process.stdout.readline()
            yield
        finally:
            process.send_signal(signal.SIGINT)
            assert process.wait(60) == 0


@pytest.mark.attack("console-from-another-host")
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ("--host 0.0.0.0", "can be reached by others"),
        ("--host 192.168.1.5", "can be reached by others"),
        ("--host example.com", "can be reached by others"),
        ("--tls-cert one.lic", "give --tls-cert and --tls-key together"),
        ("--host :: --tls-cert a --tls-key b", "give --public"),
        ("--proxy-secret one.lic", "give --public"),
        ("--socket s", "give --public"),
        ("--socket s --tls-cert a --tls-key b --public https://a.example", "excludes --tls-cert and --tls-key"),
        ("--socket-group nobody", "needs --socket"),
        ("--proxy-without-role administrator", "'administrator' is not"),
        ("--public a.example --port 0", "is not an address like"),
        ("--port 70000", "70000"),
    ],
)
def test_what_would_not_be_safe_is_refused(crm: Command, arguments: str, said: str) -> None:
    ran = crm(f"console {arguments}")
    assert ran.code == 2
    assert said in ran.err


def test_where_nothing_was_activated_it_says_what_to_do(run: Command, shelf: Path) -> None:
    ran = run("console --port 0")
    assert (ran.code, ran.out) == (6, "")
    assert "activate" in ran.err
    assert not (shelf / "data").exists()


@pytest.mark.process
@pytest.mark.parametrize("is_there", [False, True])
def test_in_a_home_that_is_named_the_first_file_is_activated_in_the_browser(
    run: Command, shelf: Path, *, is_there: bool
) -> None:
    home = shelf / "home"
    if is_there:
        homes.Home(str(home)).set_up()
    with running(shelf, "--port", "0", home=str(home)) as (printed, _):
        found = LINK.search(printed)
        assert found
        base, code = found.groups()
        with httpx2.Client(base_url=base, headers={"origin": base}, timeout=60, follow_redirects=True) as client:
            page = client.post("/sign-in", data={"code": code})
            assert page.url.path == "/activate"
            [token] = re.findall(r'name="token" value="([0-9a-f]+)"', page.text)
            first = {"token": token, "pack": today.pack(), "root": homes.PIN, "text": today.file(today.bundle())}
            assert "This file can be activated." in words(client.post("/activate/preview", data=first).text)
            assert client.post("/activate", data=first).url.path == "/activated/2"
            assert client.get("/users").status_code == 200
    assert run("status --home home").code == 0


def test_localhost_is_this_machine(crm: Command) -> None:
    ran = crm("console --host localhost --tls-cert a --tls-key b --port 0")
    assert "a: there is no such file" in ran.err


def test_an_application_that_ships_its_pack_needs_no_first_file(shelf: Path) -> None:
    home = shelf / "new"
    homes.Home(str(home)).set_up()
    built_in = customer_commands(root=homes.PIN, pack=today.pack(), home=str(home))
    ran = CliRunner().invoke(built_in, ["console", "--port", "0", "--tls-cert", "a", "--tls-key", "b"])
    assert "a: there is no such file" in ran.output


def test_an_address_that_is_taken_is_refused(crm: Command) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        ran = crm(f"console --port {taken.getsockname()[1]}")
    assert ran.code == 8
    assert "choose another port" in ran.err
    ran = crm("console --host localhost.invalid --tls-cert a --tls-key b --public https://a.example")
    assert ran.code == 8


@pytest.mark.parametrize(
    ("names", "said"), [("missing.pem missing.key", "there is no such file"), ("one.lic two.lic", "certificate")]
)
def test_a_certificate_that_cannot_be_used_is_refused(crm: Command, names: str, said: str) -> None:
    cert, key = names.split()
    ran = crm(f"console --port 0 --tls-cert {cert} --tls-key {key}")
    assert ran.code == 8
    assert said in ran.err
    assert "sign-in" not in ran.out


@pytest.mark.process
def test_a_monitor_reads_metrics_by_a_token(crm: Command, shelf: Path) -> None:
    assert crm("status").code == 0
    token = shelf / "token"
    token.write_text("an-example-of-a-token\n")
    with running(shelf, "--port", "0", "--metrics-token", str(token)) as (printed, _):
        found = LINK.search(printed)
        assert found
        sent = {"authorization": "Bearer an-example-of-a-token"}
        answer = httpx2.get(f"{found[1]}/metrics", headers=sent, timeout=60)
        assert answer.text.endswith("# EOF\n")
        assert httpx2.get(f"{found[1]}/metrics", timeout=60).status_code == 401
        assert httpx2.get(f"{found[1]}/readyz", timeout=60).text == "ok"


@pytest.mark.attack("guessed-token")
@pytest.mark.parametrize("written", ["", "too-short\n", None])
def test_a_token_that_may_be_guessed_is_refused(crm: Command, shelf: Path, written: str | None) -> None:
    if written is not None:
        (shelf / "token").write_text(written)
    ran = crm(f"console --port 0 --metrics-token {shelf / 'token'}")
    assert (ran.code, ran.out) == (8, "")
    assert "token" in ran.err


@pytest.mark.parametrize("package", ["uvicorn", "starlette", "jinja2"])
def test_a_missing_package_is_named(crm: Command, monkeypatch: pytest.MonkeyPatch, package: str) -> None:
    for name in [n for n in sys.modules if n.startswith("licensekit.console")]:
        monkeypatch.delitem(sys.modules, name)
    for name in [n for n in sys.modules if n.partition(".")[0] == package]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(sys, "meta_path", [_Missing(package), *sys.meta_path])
    ran = crm("console --port 0")
    assert ran.code == 8
    assert f"needs the package {package}" in ran.err
    assert "licensekit-files[console]" in ran.err


class _Missing:
    """A finder by which a package is not there."""

    def __init__(self, package: str) -> None:
        self._package = package

    def find_spec(self, name: str, *_: object) -> None:
        """Report that it is not there."""
        if name.partition(".")[0] == self._package:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)


def test_the_usual_port_is_a_free_one() -> None:
    assert 1024 < PORT < 32_768
