"""A console, and browsers without a screen that ask it."""

import re
from collections.abc import Callable, Iterator
from html import unescape
from typing import TYPE_CHECKING, Any

import pytest
from starlette.testclient import TestClient

from licensekit.console import Identity, Role, app
from licensekit.installation import Installation
from tests.console.browsing import Served, axe, chromium, missing
from tests.console.browsing import browser as start_chromium
from tests.crm import crm, crm_home
from tests.homes import Home

if TYPE_CHECKING:
    from playwright.sync_api import Browser as Chromium
    from playwright.sync_api import Page

__all__ = ["crm", "crm_home"]

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


@pytest.fixture(scope="module")
def chrome() -> "Iterator[Chromium]":
    """One Chromium for all tests of a module."""
    path = chromium()
    if path is None:
        missing("there is no Chromium here; LICENSEKIT_TEST_CHROMIUM names one")
    with start_chromium(path) as started:
        yield started


@pytest.fixture
def said() -> list[str]:
    """What pages complain about in the browser's console."""
    return []


@pytest.fixture
def arrive(chrome: "Chromium", console: Served, said: list[str]) -> "Iterator[Callable[..., Page]]":
    """Yield what opens a window of its own, signed in; at the end no page has complained.

    A test module has a fixture `console`, and may name another one. Settings are those of Playwright's `new_context`.
    """
    pages: list[Page] = []

    def start(name: str = "ingrid.solberg", at: Served | None = None, **settings: Any) -> "Page":
        page = chrome.new_context(**settings).new_page()
        page.set_default_timeout(60_000)
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        (at or console).sign_in(page, name)
        pages.append(page)
        return page

    yield start
    for page in pages:
        page.context.close()
    assert said == []


_WIDER = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture(scope="session")
def judge() -> "Callable[[Page], list[str]]":
    """What names each rule of axe-core that a page breaks, with the first element, and how far it is too wide.

    The page's context needs `bypass_csp`.
    """
    rules = axe()
    if rules is None:
        missing("there is no axe-core here; LICENSEKIT_TEST_AXE names its axe.min.js")

    def violations(page: "Page") -> list[str]:
        page.evaluate(rules)
        answer = page.evaluate("() => axe.run({ resultTypes: ['violations'] })")
        found = [f"{one['id']}: {one['nodes'][0]['html']}" for one in answer["violations"]]
        wider = page.evaluate(_WIDER)
        return [*found, f"{wider} pixels too wide"] if wider > 0 else found

    return violations
