"""What an administrator does from beginning to end, in real Chromium, over several screens."""

import re
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from licensekit.console.rendering import text
from licensekit.installation import Installation
from tests.console.browsing import Served, served
from tests.nginx import free_port, nginx

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

PHONE: Final = {
    "viewport": {"width": 390, "height": 844},
    "device_scale_factor": 3,
    "is_mobile": True,
    "has_touch": True,
}
SESSION: Final = "licensekit-session"
"""The cookie of a session."""


@pytest.fixture
def console(crm: Installation) -> Iterator[Served]:
    """The console of `crm`."""
    with served(crm) as console:
        yield console


def press(page: "Page", key: str) -> None:
    """Press the button that has a text."""
    page.get_by_role("button", name=text(key), exact=True).click()


def test_an_expired_session_loses_nothing_that_was_typed(
    crm: Installation, console: Served, arrive: "Callable[..., Page]", said: list[str]
) -> None:
    page = arrive()
    page.goto(f"{console.address}/users/new")
    page.get_by_label(text("user.id"), exact=True).fill("dora")
    page.get_by_label(text("user.name"), exact=True).fill("Dora Lund")
    page.context.clear_cookies(name=SESSION)
    press(page, "user.new_button")
    page.get_by_role("heading", name=text("interrupted.title")).wait_for()
    page.get_by_label(text("sign_in.link")).fill("a wrong link")
    press(page, "interrupted.sign_in")
    page.get_by_role("alert").wait_for()
    page.get_by_label(text("sign_in.link")).fill(console.link_for("ingrid.solberg"))
    press(page, "interrupted.sign_in")
    press(page, "interrupted.send")
    page.get_by_text(text("saved.added")).wait_for()
    assert crm.users.get("dora").name == "Dora Lund"
    assert all("401" in line for line in said), said  # Chromium's own remark on the refusals
    said.clear()


def test_what_was_asked_for_is_shown_after_signing_in(
    console: Served, arrive: "Callable[..., Page]", said: list[str]
) -> None:
    page = arrive()
    page.context.clear_cookies()
    page.goto(f"{console.address}/user?id=anna")
    page.get_by_label(text("sign_in.link")).fill(console.link_for("ingrid.solberg"))
    press(page, "sign_in.button")
    page.get_by_role("heading", name="anna").first.wait_for()
    assert page.url == f"{console.address}/user?id=anna"
    said.clear()


@pytest.fixture(params=["taken away", "passed on"])
def behind_nginx(crm: Installation, request: pytest.FixtureRequest) -> Iterator[Served]:
    """The console below a path of another server, which takes the path away or passes it on."""
    port = free_port()
    public = f"http://127.0.0.1:{port}/crm/licensing"
    with served(crm, public) as console, tempfile.TemporaryDirectory() as folder:
        target = f"http://127.0.0.1:{console.port}{'/' if request.param == 'taken away' else ''}"
        rule = f"location /crm/licensing/ {{ proxy_pass {target}; proxy_set_header Host $http_host; }}"
        with nginx(Path(folder), port, f"listen 127.0.0.1:{port}; {rule}"):
            yield console


@pytest.mark.server
def test_it_is_used_below_a_path_of_another_server(crm: Installation, behind_nginx: Served, chrome: "Browser") -> None:
    """Every address that a page names lies below the path, and so does where a form leads."""
    page, own = chrome.new_page(), re.compile(rf"{re.escape(behind_nginx.address)}/(?!.*/crm/)")
    behind_nginx.sign_in(page)
    named = [one.evaluate("one => one.href") for one in page.locator("nav.menu a").all()]
    assert [address for address in named if not own.match(address)] == []
    page.get_by_role("link", name=text("menu.users"), exact=True).click()
    page.get_by_role("link", name="anna").click()
    page.locator('input[name="plan"][value="sales"]').check()
    press(page, "user.save")
    page.get_by_text(text("saved.licenses")).wait_for()
    assert own.match(page.url)
    assert "sales" in crm.users.get("anna").licenses
    page.close()
