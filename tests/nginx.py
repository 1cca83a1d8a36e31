"""A real nginx for tests, on a port of its own.

Without nginx these tests are skipped; where LICENSEKIT_TEST_NGINX is `required` they fail then.
"""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

import pytest

_CONFIGURATION = """
daemon off;
error_log stderr crit;
pid {folder}/pid;
events {{ }}
http {{
    access_log {folder}/access.log;
    client_body_temp_path {folder}/a; proxy_temp_path {folder}/b; fastcgi_temp_path {folder}/c;
    uwsgi_temp_path {folder}/d; scgi_temp_path {folder}/e;
    server {{
        {server}
    }}
}}
"""


def _missing(what: str) -> NoReturn:
    """Skip the test, or fail it where nginx is required."""
    if os.environ.get("LICENSEKIT_TEST_NGINX") == "required":
        pytest.fail(what)
    pytest.skip(what)


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as reserved:
        port: int = reserved.getsockname()[1]
        return port


@contextmanager
def nginx(folder: Path, port: int, server: str) -> Generator[None]:
    """Run an nginx with what a `server` block says, which listens on `port`; its workers are another account."""
    program = shutil.which("nginx") or "/usr/sbin/nginx"
    if not Path(program).exists():
        _missing("nginx is not installed (Debian: apt-get install nginx)")
    folder.chmod(0o755)  # who serves is another account
    (folder / "nginx.conf").write_text(_CONFIGURATION.format(folder=folder, server=server))
    running = subprocess.Popen([program, "-p", str(folder), "-c", str(folder / "nginx.conf")])
    try:
        _await(running, port)
        yield
    finally:
        running.terminate()
        running.wait(60)


def _await(running: subprocess.Popen[bytes], port: int) -> None:
    end = time.monotonic() + 60
    while time.monotonic() < end and running.poll() is None:
        with socket.socket() as client:
            if client.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    pytest.fail("nginx did not start")
