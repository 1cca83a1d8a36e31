"""A console, and browsers without a screen that ask it."""

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from licensekit.console import Identity, Role, app
from licensekit.installation import Installation
from tests.crm import crm_home_at, open_crm
from tests.homes import Home

ORIGIN = "http://localhost"
TOKEN = re.compile(r'name="token" value="([0-9a-f]+)"')


def words(page: str) -> str:
    """Return what a page says, without its markup."""
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", page)).split())


def held(crm: Installation, user: str) -> set[str]:
    """Return what a user is assigned."""
    return {holding.license for holding in crm.users.get(user).holdings}


class Browser:
    """Asks a console, and sends the forms of its pages."""

    def __init__(self, client: TestClient) -> None:
        self.client = client

    def get(self, path: str, **params: str) -> str:
        """Return a page, which must be there."""
        answer = self.client.get(path, params=params or None)
        assert answer.status_code == 200, answer.text
        return answer.text

    def token(self) -> str:
        """Return the token of a form."""
        [token, *_] = TOKEN.findall(self.get("/users/new"))
        return str(token)

    def post(self, path: str, status: int = 200, **fields: Any) -> str:
        """Send a form, and give the page that it leads to."""
        answer = self.client.post(path, data={"token": self.token(), **fields})
        assert answer.status_code == status, answer.text
        return answer.text

    def upload(self, path: str, data: bytes, status: int = 200) -> str:
        """Send a file."""
        files = {"file": ("a.lic", data)}
        answer = self.client.post(path, data={"token": self.token()}, files=files)
        assert answer.status_code == status, answer.text
        return answer.text


def client_of(
    installation: Installation,
    identity: Identity | None = Identity("ingrid"),  # noqa: B008  # a tuple, that nobody changes
    *,
    base: str = ORIGIN,
    headers: dict[str, str] | None = None,
) -> TestClient:
    """Return a client of the console of an installation; it sends the origin of its own pages."""
    served = app(installation, lambda _: identity)
    sent = {"origin": base} if headers is None else headers
    return TestClient(served, base_url=base, headers=sent, raise_server_exceptions=False)


@pytest.fixture
def crm_home(tmp_path: Path) -> Home:
    """The home of `crm`."""
    return crm_home_at(tmp_path / "crm")


@pytest.fixture
def crm(crm_home: Home) -> Iterator[Installation]:
    """An installation with the bundle `SOLD` and the users anna, bob and carl."""
    with open_crm(crm_home, "anna", "bob", "carl") as installation:
        yield installation


@pytest.fixture
def browser(crm: Installation) -> Browser:
    """A browser of an administrator."""
    return Browser(client_of(crm))


@pytest.fixture
def reader(crm: Installation) -> Browser:
    """A browser of somebody who may only look."""
    return Browser(client_of(crm, Identity("rolf", Role.READER)))


@pytest.fixture
def home_without_files(crm_home: Home) -> "Browser":
    """A browser of a console in which nothing was activated."""
    return Browser(client_of(crm_home.open()))
