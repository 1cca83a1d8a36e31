"""Events, history and files, where only a browser shows what happens."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from licensekit.installation import Installation
from tests.console.browsing import Served, browser, chromium, missing, served

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def page() -> "Iterator[Page]":
    """One page of a browser for all tests."""
    path = chromium()
    if path is None:
        missing("there is no Chromium here; LICENSEKIT_TEST_CHROMIUM names one")
    with browser(path) as chrome:
        yield chrome.new_page()


@pytest.fixture
def console(crm: Installation, page: "Page") -> Iterator[Served]:
    """The console of `crm`, in which the page is signed in."""
    crm.users.set("anna", name="Anna Bergström")
    with served(crm) as console:
        console.sign_in(page)
        yield console


def test_a_user_is_found_by_name_and_chosen_with_the_keyboard(crm: Installation, page: "Page", console: Served) -> None:
    page.goto(f"{console.address}/events")
    assert not page.get_by_label("User", exact=True).is_visible()
    page.get_by_label("No login").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowUp")  # from the first to the last: a user
    field = page.get_by_label("User", exact=True)
    field.press_sequentially("berg")
    option = page.locator("#people option")
    option.wait_for(state="attached")
    assert option.get_attribute("value") == "anna"
    field.fill("anna")
    page.keyboard.press("Enter")
    page.get_by_text("The event is in force.").wait_for()
    assert [event.subject for event in crm.events.list()] == ["anna"]
    page.reload()
    assert page.get_by_text("The event is in force.").count() == 0


def test_the_field_of_a_function_shows_with_its_kind(page: "Page", console: Served) -> None:
    page.goto(f"{console.address}/events")
    assert not page.get_by_label("Function", exact=True).is_visible()
    page.get_by_label("A function is being rebuilt").check()
    assert page.get_by_label("Function", exact=True).is_visible()


def test_the_history_is_narrowed_while_somebody_types(page: "Page", console: Served) -> None:
    page.goto(f"{console.address}/history")
    assert page.get_by_text("added user carl").is_visible()
    page.get_by_label("About").press_sequentially("anna")
    page.get_by_text("added user carl").wait_for(state="detached")
    assert page.get_by_text("added user anna").is_visible()
    assert "about=anna" in page.url
    with page.expect_download() as kept:
        page.get_by_role("link", name="CSV").click()
    assert Path(kept.value.path()).read_text(encoding="utf-8-sig").count("\n") == 3


def test_a_file_for_the_vendor_is_kept_and_the_page_stays(page: "Page", console: Served) -> None:
    page.goto(f"{console.address}/files")
    page.get_by_label("Name of this installation").fill("Oslo")
    with page.expect_download() as kept:
        page.get_by_role("button", name="Download request.lkr").click()
    assert kept.value.suggested_filename == "request.lkr"
    assert page.get_by_role("heading", name="Request").is_visible()
    with page.expect_download() as saved:
        page.goto(f"{console.address}/health")
        page.get_by_role("button", name="Download a backup").click()
    assert Path(saved.value.path()).read_bytes().startswith(b"SQLite")
