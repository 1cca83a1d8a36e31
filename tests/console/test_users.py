"""Lists of users."""

import re
from html import unescape

import pytest

from licensekit.installation import Installation, user_pages
from licensekit.wire.documents import UserKind
from tests.console.conftest import Browser, words


def test_each_list_has_its_kinds(crm: Installation, browser: Browser) -> None:
    crm.users.add("robot", kind=UserKind.SYSTEM)
    crm.users.add("guest", kind=UserKind.ANONYMOUS)
    assert "robot" not in words(browser.get("/users"))
    others = words(browser.get("/users/others"))
    assert "robot" in others
    assert "anna" not in others
    system = words(browser.get("/users/others", kind="system"))
    assert "robot" in system
    assert "guest" not in system


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"q": "BO"}, {"bob"}),
        ({"license": "user"}, {"anna"}),
        ({"state": "retired"}, {"carl"}),
        ({"state": "all"}, {"anna", "bob", "carl"}),
        ({"state": "nonsense"}, {"anna", "bob"}),
        ({"q": "nobody"}, set[str]()),
    ],
)
def test_lists_are_narrowed(crm: Installation, browser: Browser, asked: dict[str, str], found: set[str]) -> None:
    crm.users.assign("anna", "sales")
    crm.users.retire("carl")
    page = browser.get("/users", **asked)
    assert set(re.findall(r'/user\?id=(\w+)"', page)) == found


def test_long_lists_come_in_pages(crm: Installation, browser: Browser) -> None:
    for number in range(120):
        crm.users.add(f"user{number:03}")
    seen: list[str] = []
    path, page = "/users?q=user", ""
    while path:
        page = browser.get(path)
        seen += re.findall(r'/user\?id=(user\d+)"', page)
        onward = re.search(r'href="([^"]*)" rel="next"', page)
        path = unescape(onward[1]) if onward else ""
    assert seen == [f"user{number:03}" for number in range(120)]
    assert "First page" in words(page)


def test_a_page_on_which_nobody_fits_leads_to_the_next_while_there_is_one(
    crm: Installation, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(6):
        crm.users.add(f"user{number}", name="Olga" if number % 2 else "Per")
    monkeypatch.setattr(user_pages, "LOOKED_AT", 2)
    page = browser.get("/users", q="olga per")
    assert "continues on the next page" in words(page)
    onward = re.search(r'href="([^"]*)" rel="next"', page)
    assert onward is not None
    assert "No user matches." in words(browser.get(unescape(onward[1])))


def test_picking_a_license_shows_who_holds_it(crm: Installation, browser: Browser) -> None:
    crm.users.assign("anna", "sales")
    crm.users.assign("bob", "user")
    assert "Pick a license to see" in words(browser.get("/users/licenses"))
    page = words(browser.get("/users/licenses", license="user"))
    assert "anna through another license" in page
    assert "bob assigned" in page
    assert "Nobody holds it" in words(browser.get("/users/licenses", license="travel"))
    for number in range(60):
        crm.users.add(f"u{number:02}")
        crm.users.assign(f"u{number:02}", "user")
    assert 'rel="next"' in browser.get("/users/licenses", license="user")
