"""The card of a user: what it holds, what was changed by two, and the end of a user."""

import re
from html import unescape
from typing import Any

import pytest

from licensekit.errors import NotFound
from licensekit.installation import EventScope, Installation
from licensekit.wire.documents import UserKind
from tests import makers
from tests.console.conftest import Browser, held, words
from tests.console.forms import typed
from tests.crm import crm_catalog
from tests.homes import file


def ticks(browser: Browser, user: str, **changes: str | list[str]) -> dict[str, Any]:
    """Return what the form of licenses of a user's card sends, with some fields changed."""
    return typed(browser.get("/user", id=user), "/user/licenses", **changes)


def facts(browser: Browser, user: str, **changes: str | list[str]) -> dict[str, Any]:
    """Return what the form of details of a user's card sends, with some fields changed."""
    return typed(browser.get("/user", id=user), "/user/facts", **changes)


def test_licenses_are_saved_as_ticked(crm: Installation, browser: Browser) -> None:
    browser.post("/user/licenses", **ticks(browser, "anna", plan="sales", license=["windows", "travel"]))
    assert held(crm, "anna") == {"sales", "windows", "travel"}
    page = browser.post("/user/licenses", **ticks(browser, "anna", plan="service", license=["windows"]))
    assert "The licenses are saved." in words(page)
    assert held(crm, "anna") == {"service", "windows"}
    browser.post("/user/licenses", **ticks(browser, "anna", plan="", license=[]))
    assert held(crm, "anna") == set()


def test_what_somebody_else_changed_meanwhile_stays_and_is_named(crm: Installation, browser: Browser) -> None:
    crm.users.assign("anna", "user", "windows", "sales")
    mine = ticks(browser, "anna", license=["user"])  # windows is unticked
    crm.users.assign("anna", "service", release=["sales", "user"])
    crm.users.assign("anna", "user")
    page = browser.post("/user/licenses", **mine)
    assert held(crm, "anna") == {"user", "service"}
    assert (
        "Somebody else changed this in the meantime. These changes were kept: User was released User was assigned"
        in words(page)
    )
    again = browser.post("/user/licenses", **ticks(browser, "anna"))
    assert "Somebody else" not in words(again)


def test_what_two_release_is_released_once(crm: Installation, browser: Browser) -> None:
    crm.users.assign("anna", "user", "windows")
    mine = ticks(browser, "anna", license=["user"])
    crm.users.release("anna", "windows")
    browser.post("/user/licenses", **mine)
    assert held(crm, "anna") == {"user"}


def test_two_plans_that_two_people_chose_are_shown_beside_each_other(crm: Installation, browser: Browser) -> None:
    mine = ticks(browser, "anna", plan="sales", license=["windows"])
    crm.users.assign("anna", "service")
    page = browser.post("/user/licenses", 409, **mine)
    assert re.search(r"Plan of [\w ]+ User User ", words(page))
    assert held(crm, "anna") == {"service"}
    kept = typed(page, "/user/licenses")
    assert (kept["plan"], kept["license"]) == (["sales"], ["windows"])
    browser.post("/user/licenses", **kept)
    assert held(crm, "anna") == {"sales", "windows"}


def test_a_refused_change_shows_every_reason_and_keeps_what_was_ticked(crm: Installation, browser: Browser) -> None:
    crm.users.assign("bob", "service")
    mine = ticks(browser, "anna", plan="sales", license=["travel"])
    crm.users.assign("anna", "user")
    page = browser.post("/user/licenses", 409, **mine | {"plan": "service"})
    assert "Nothing was saved" in words(page)
    assert "no service is free" in words(page)
    assert "requires windows" in words(page)
    assert held(crm, "anna") == {"user"}
    assert typed(page, "/user/licenses")["license"] == ["user", "travel"]  # theirs and mine


def test_the_card_offers_a_tree_by_what_is_required(browser: Browser) -> None:
    page = browser.get("/user", id="anna")
    nested = re.search(r'value="windows".*?<ul>.*?value="travel"', page, re.DOTALL)
    assert nested
    for hidden in ("sale-cal", "extern-cal", "seat"):
        assert f'value="{hidden}"' not in page


def test_what_is_held_comes_first_and_is_not_offered_again(crm: Installation, browser: Browser) -> None:
    crm.users.assign("anna", "user", "windows")
    page = browser.get("/user", id="anna")
    assert page.index('value="windows" ') < page.index("<legend>Add") < page.index('value="travel"')
    assert page.count('type="checkbox" name="license" value="windows"') == 1


@pytest.mark.parametrize(
    ("text", "found"), [("TRAV", {"user", "windows", "travel"}), ("windows", {"user", "windows"}), ("zzz", set[str]())]
)
def test_what_can_be_added_is_found_by_name_or_code(browser: Browser, text: str, found: set[str]) -> None:
    page = browser.get("/user", id="anna", find=text)
    shown = re.findall(r'<li>\s*<label class="choice">\s*<input type="checkbox" name="license" value="(\w+)"', page)
    assert set(shown) == found
    assert ("No license that can be added" in re.sub(r"<p[^>]* hidden>.*?</p>", "", page)) is (not found)


def test_what_no_catalog_has_any_more_can_be_released(crm: Installation, browser: Browser) -> None:
    crm.users.assign("anna", "user", "windows")
    catalog = crm_catalog()
    fewer = {c: one for c, one in catalog.licenses.items() if c not in {"windows", "travel"}}
    crm.activate(file(makers.changed(catalog, version=2, licenses=fewer)))
    assert "you can only release it" in words(browser.get("/user", id="anna"))
    browser.post("/user/licenses", **ticks(browser, "anna", license=["user"]))
    assert held(crm, "anna") == {"user"}


def test_logins_are_shown_with_every_reason(crm: Installation, browser: Browser) -> None:
    page = browser.get("/user", id="anna")
    assert "no web the user does not hold the license user" in words(page)
    assert "find=User#licenses" in page
    crm.users.assign("anna", "sales")
    assert "yes web" in words(browser.get("/user", id="anna"))
    crm.events.start("no-login", message="Back at noon.")
    assert "Back at noon." in words(browser.get("/user", id="anna"))
    crm.events.start("message-of-the-day", message="Hello.")
    assert "Message of the day the whole installation Hello." in words(browser.get("/user", id="anna"))
    crm.users.add("robot", kind=UserKind.SYSTEM)
    assert "This kind of user cannot log in" in words(browser.get("/user", id="robot"))


def test_the_card_shows_the_events_that_are_for_the_user_and_no_other(crm: Installation, browser: Browser) -> None:
    crm.users.set("anna", groups=["night"])
    crm.events.start("no-travel", scope=EventScope.GROUP, subject="Night", message="Asleep.")
    crm.events.start("no-index", scope=EventScope.USER, subject="bob")
    assert "group Night Asleep." in words(browser.get("/user", id="anna"))
    assert "index" not in words(browser.get("/user", id="anna"))
    assert "Asleep." not in words(browser.get("/user", id="carl"))
    assert 'href="/events?scope=user&amp;user=carl#start"' in browser.get("/user", id="carl")


def test_the_card_shows_what_was_changed_of_the_user_page_by_page(crm: Installation, browser: Browser) -> None:
    crm.users.set("bob", name="Anna Berg")
    for number in range(12):
        crm.acting_as("ola").users.set("anna", name=f"Anna {number}")
    page = browser.get("/user", id="anna")
    assert words(page).count("changed user anna : name") == 8
    onward = re.search(r'href="([^"]*)#history" rel="next"', page)
    assert onward
    older = browser.get(unescape(onward[1]))
    assert words(older).count("changed user anna : name") == 4
    assert "added user anna" in words(older)
    assert "user bob" not in words(page + older)
    assert 'rel="next"' not in older


def test_what_everybody_has_is_told_apart(crm: Installation, browser: Browser) -> None:
    crm.users.assign("anna", "sales")
    page = words(browser.get("/user", id="anna"))
    assert "User through" in page
    assert "Licenses that everybody has" in page


def test_a_user_is_added(crm: Installation, browser: Browser) -> None:
    form = typed(browser.get("/users/new"), "/users/new", id="Dora", name="Dora", kind="external", groups="a; B c")
    assert "Added." in words(browser.post("/users/new", **form))
    user = crm.users.get("dora")
    assert (user.name, user.kind, user.groups) == ("Dora", UserKind.EXTERNAL, ("a", "B c"))
    assert (user.can_log_in, user.administrator) == (True, False)


@pytest.mark.parametrize("user_id", ["anna", "", "x" * 300, "a\nb"])
def test_a_user_that_cannot_be_is_refused_and_nothing_typed_is_lost(
    crm: Installation, browser: Browser, user_id: str
) -> None:
    form = typed(browser.get("/users/new"), "/users/new", id=user_id, name="Kept", can_log_in=[], administrator="1")
    kept = typed(browser.post("/users/new", 409, **form), "/users/new")
    assert (kept["name"], kept["administrator"], "can_log_in" in kept) == (["Kept"], ["1"], False)
    assert len(list(crm.users.list())) == 3


def test_facts_are_saved(crm: Installation, browser: Browser) -> None:
    form = facts(browser, "anna", name="Anna B", kind="system", groups='x | "y; z"', can_log_in=[], administrator="1")
    browser.post("/user/facts", **form)
    user = crm.users.get("anna")
    assert (user.name, user.kind, user.groups) == ("Anna B", UserKind.SYSTEM, ("x", "y; z"))
    assert (user.can_log_in, user.administrator) == (False, True)
    page = browser.post("/user/facts", 409, **facts(browser, "anna", name="n", groups="No\u2028Group"))
    assert "This group contains" in words(page)
    assert typed(page, "/user/facts")["name"] == ["n"]
    assert crm.users.get("anna") == user


def test_details_that_two_people_change_are_merged(crm: Installation, browser: Browser) -> None:
    mine = facts(browser, "anna", name="Anna B", can_log_in=[])
    crm.users.set("anna", groups=["night"], administrator=True)
    browser.post("/user/facts", **mine)
    user = crm.users.get("anna")
    assert (user.name, user.groups, user.administrator, user.can_log_in) == ("Anna B", ("night",), True, False)


def test_a_detail_that_two_people_change_is_shown_three_times(crm: Installation, browser: Browser) -> None:
    crm.users.set("anna", name="Anna")
    mine = facts(browser, "anna", name="Anna Berg", groups="day")
    crm.users.set("anna", name="Anna Bakke", administrator=True)
    page = browser.post("/user/facts", 409, **mine)
    assert "Name Anna Anna Bakke Anna Berg" in words(page)
    kept = typed(page, "/user/facts")
    assert (kept["name"], kept["groups"], kept["administrator"]) == (["Anna Berg"], ["day"], ["1"])
    assert crm.users.get("anna").name == "Anna Bakke"
    browser.post("/user/facts", **kept)
    user = crm.users.get("anna")
    assert (user.name, user.groups, user.administrator) == ("Anna Berg", ("day",), True)


def test_users_are_retired_and_brought_back(crm: Installation, browser: Browser) -> None:
    crm.users.assign("anna", "sales")
    assert "This becomes free for others: User" in words(browser.get("/user", id="anna"))
    page = browser.post("/user/retire", id="anna")
    assert "all of their licenses are released" in words(page)
    assert "holds no licenses" in words(page)
    assert held(crm, "anna") == set()
    assert "was brought back" in words(browser.post("/user/return", id="anna"))
    assert not crm.users.get("anna").retired


def test_a_person_is_erased_once_the_id_is_typed(crm: Installation, browser: Browser) -> None:
    page = browser.post("/user/erase", 409, id="anna", confirm="Anna ")
    assert 'value="Anna"' in page
    assert crm.users.get("anna").written == "anna"
    browser.post("/user/erase", id="anna", confirm="anna")
    with pytest.raises(NotFound, match="no user"):
        crm.users.get("anna")


@pytest.mark.parametrize("path", ["licenses", "facts", "retire", "return", "erase"])
def test_a_user_that_is_not_there_is_not_changed(crm: Installation, browser: Browser, path: str) -> None:
    assert "no user" in words(browser.post(f"/user/{path}", 404, id="nobody", confirm="nobody"))
    with pytest.raises(NotFound, match="no user"):
        crm.users.get("nobody")
