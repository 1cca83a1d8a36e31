"""The console behind a real nginx that signs people in, by a Unix socket, as the sample has it."""

import re
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import httpx2
import pytest

from licensekit.console import app
from licensekit.console.security.sign_in import Proxy
from licensekit.console.serving import listen_at
from licensekit.installation import Installation
from tests.certificates import certificate
from tests.console.browsing import running
from tests.nginx import free_port, nginx

SAMPLE: Final = (Path(__file__).parents[2] / "samples" / "console" / "nginx-sign-in.conf").read_text("utf-8")
PUBLIC: Final = "https://licenses.example.com"
_USERS: Final = "ingrid:{PLAIN}a\nrolf:{PLAIN}b\n"


@pytest.fixture
def client(crm: Installation) -> Iterator[httpx2.Client]:
    """What asks nginx, in front of a console that is reached by its socket alone."""
    with tempfile.TemporaryDirectory() as short:  # a socket's path has at most about 100 characters
        folder, path, port = Path(short), Path(short, "console"), free_port()
        cert, key = certificate(folder)
        (folder / "passwords").write_text(_USERS)
        server = SAMPLE.replace("listen 443 ssl", f"listen 127.0.0.1:{port} ssl").replace("licensekit/console", "x")
        for there, here in {
            "/etc/ssl/licenses.pem": cert,
            "/etc/ssl/licenses.key": key,
            "/etc/nginx/licenses.htpasswd": folder / "passwords",
            "/run/x": path,
        }.items():
            server = server.replace(there, str(here))
        listener = listen_at(path, None)
        path.chmod(0o666)  # the workers of this nginx are another account, and in no group of ours
        served = app(crm, Proxy("", "X-Forwarded-User", "X-Forwarded-Role", "").identity, origins=[PUBLIC])
        inner = f"listen unix:{short}/unused;\n}}\n{server.rstrip().removesuffix('}')}"  # a server of its own
        with running(served, listener), nginx(folder, port, inner):
            headers = {"host": "licenses.example.com", "origin": PUBLIC}
            base = f"https://127.0.0.1:{port}"
            with httpx2.Client(base_url=base, headers=headers, verify=False, timeout=60) as client:
                yield client


TOKEN: Final = re.compile(r'name="token" value="([0-9a-f]+)"')
INGRID, ROLF = ("ingrid", "a"), ("rolf", "b")


@pytest.mark.server
def test_nginx_says_who_asks_and_what_they_may_do(client: httpx2.Client, crm: Installation) -> None:
    assert client.get("/users").status_code == 401
    page = client.get("/users/new", auth=INGRID)
    assert (page.status_code, "strict-transport-security" in page.headers) == (200, True)
    [token, *_] = TOKEN.findall(page.text)
    answer = client.post("/user/retire", auth=INGRID, data={"token": token, "id": "anna"})
    assert answer.status_code == 303
    assert crm.users.get("anna").retired
    assert [*crm.audit.entries()][-1].facts["by"] == "ingrid"


@pytest.mark.server
@pytest.mark.attack("role-that-nobody-gave")
def test_what_a_browser_says_of_itself_is_replaced(client: httpx2.Client, crm: Installation) -> None:
    forged = {"x-forwarded-user": "ingrid", "x-forwarded-role": "administrator"}
    page = client.get("/user?id=anna", auth=ROLF, headers=forged).text
    assert "rolf" in page
    assert "view only" in page
    assert client.post("/user/retire", auth=ROLF, headers=forged, data={"id": "anna"}).status_code == 403
    assert not crm.users.get("anna").retired
