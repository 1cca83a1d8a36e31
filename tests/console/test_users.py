"""Lists of users, and the card of one."""

import re
from html import unescape

import pytest

from licensekit.errors import NotFound
from licensekit.installation import Installation, user_pages
from licensekit.wire.documents import UserKind
from tests import makers
from tests.console.conftest import Browser, held, words
from tests.crm import crm_catalog
from tests.homes import file


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
    assert "looks further" in words(page)
    onward = re.search(r'href="([^"]*)" rel="next"', page)
    assert onward is not None
    assert "No user fits." in words(browser.get(unescape(onward[1])))


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


def test_licenses_are_saved_as_ticked(crm: Installation, browser: Browser) -> None:
    browser.post("/user/licenses", id="anna", plan="sales", license=["windows", "travel"])
    assert held(crm, "anna") == {"sales", "windows", "travel"}
    page = browser.post(
        "/user/licenses", id="anna", held=["sales", "windows", "travel"], plan="service", license=["windows"]
    )
    assert "The licenses are saved." in words(page)
    assert held(crm, "anna") == {"service", "windows"}


def test_what_somebody_else_changed_meanwhile_stays(crm: Installation, browser: Browser) -> None:
    crm.users.assign("anna", "user", "windows")
    browser.post("/user/licenses", id="anna", held=["user"], plan="service", license="user")
    assert held(crm, "anna") == {"user", "windows", "service"}


def test_a_refused_change_shows_every_reason_and_keeps_what_was_ticked(crm: Installation, browser: Browser) -> None:
    crm.users.assign("bob", "service")
    page = browser.post("/user/licenses", 409, id="anna", plan="service", license=["travel"])
    assert "Nothing was saved" in words(page)
    assert "no service is free" in words(page)
    assert "requires windows" in words(page)
    assert re.search(r'value="travel" checked', page)
    assert held(crm, "anna") == set()


def test_the_card_offers_a_tree_by_what_is_required(browser: Browser) -> None:
    page = browser.get("/user", id="anna")
    nested = re.search(r'value="windows".*?<ul>.*?value="travel"', page, re.DOTALL)
    assert nested
    for hidden in ("sale-cal", "extern-cal", "seat"):
        assert f'value="{hidden}"' not in page


def test_what_no_catalog_has_any_more_can_be_released(crm: Installation, browser: Browser) -> None:
    crm.users.assign("anna", "user", "windows")
    catalog = crm_catalog()
    fewer = {c: one for c, one in catalog.licenses.items() if c not in {"windows", "travel"}}
    crm.activate(file(makers.changed(catalog, version=2, licenses=fewer)))
    assert "can only be released" in words(browser.get("/user", id="anna"))
    browser.post("/user/licenses", id="anna", held=["user", "windows"], license="user")
    assert held(crm, "anna") == {"user"}


def test_logins_are_told_with_every_reason(crm: Installation, browser: Browser) -> None:
    page = words(browser.get("/user", id="anna"))
    assert "no web the user does not hold the license user" in page
    crm.users.assign("anna", "sales")
    assert "yes web" in words(browser.get("/user", id="anna"))
    crm.events.start("no-login", message="Back at noon.")
    assert "Back at noon." in words(browser.get("/user", id="anna"))
    crm.events.start("message-of-the-day", message="Hello.")
    assert "Is shown at login: Hello." in words(browser.get("/user", id="anna"))
    crm.users.add("robot", kind=UserKind.SYSTEM)
    assert "no way to log in" in words(browser.get("/user", id="robot"))


def test_what_everybody_has_is_told_apart(crm: Installation, browser: Browser) -> None:
    crm.users.assign("anna", "sales")
    page = words(browser.get("/user", id="anna"))
    assert "User through" in page
    assert "And what everybody has" in page


def test_a_user_is_added(crm: Installation, browser: Browser) -> None:
    page = browser.post("/users/new", id="dora", name="Dora", kind="external", groups="a; B c", can_log_in="1")
    assert "Added." in words(page)
    user = crm.users.get("dora")
    assert (user.name, user.kind, user.groups) == ("Dora", UserKind.EXTERNAL, ("a", "B c"))
    assert (user.can_log_in, user.administrator) == (True, False)


@pytest.mark.parametrize("user_id", ["anna", "", "x" * 300, "a\nb"])
def test_a_user_that_cannot_be_is_refused(crm: Installation, browser: Browser, user_id: str) -> None:
    page = browser.post("/users/new", 409, id=user_id, name="Kept")
    assert 'value="Kept"' in page
    assert len(list(crm.users.list())) == 3


def test_facts_are_saved(crm: Installation, browser: Browser) -> None:
    browser.post("/user/facts", id="anna", name="Anna B", kind="system", groups='x | "y; z"', administrator="1")
    user = crm.users.get("anna")
    assert (user.name, user.kind, user.groups) == ("Anna B", UserKind.SYSTEM, ("x", "y; z"))
    assert (user.can_log_in, user.administrator) == (False, True)
    page = browser.post("/user/facts", 409, id="anna", name="n", groups="No\u2028Group")
    assert "this group has" in words(page)
    assert crm.users.get("anna") == user


def test_users_are_retired_and_brought_back(crm: Installation, browser: Browser) -> None:
    crm.users.assign("anna", "sales")
    page = browser.post("/user/retire", id="anna")
    assert "Every license was released" in words(page)
    assert "holds no licenses" in words(page)
    assert held(crm, "anna") == set()
    assert "Brought back" in words(browser.post("/user/return", id="anna"))
    assert not crm.users.get("anna").retired


@pytest.mark.parametrize("path", ["licenses", "facts", "retire", "return"])
def test_a_user_that_is_not_there_is_not_changed(crm: Installation, browser: Browser, path: str) -> None:
    assert "no user" in words(browser.post(f"/user/{path}", 404, id="nobody"))
    with pytest.raises(NotFound, match="no user"):
        crm.users.get("nobody")
