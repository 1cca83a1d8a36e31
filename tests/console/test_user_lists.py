"""Lists of users in the console: order, count, filters, and what is done with many of them."""

import re
from html import unescape
from typing import Any

import pytest

from licensekit.console.pages import users as pages
from licensekit.installation import Installation, parse_users, user_pages
from tests.console.conftest import Browser, held, words


def found(page: str) -> list[str]:
    """Return the ids on a list, in its order."""
    return re.findall(r'/user\?id=(\w+)"', page)


def shown(page: str) -> str:
    """Return what a preview says that it has shown."""
    [digest] = re.findall(r'name="shown" value="(\w+)"', page)
    return str(digest)


@pytest.fixture
def people(crm: Installation) -> Installation:
    """`crm` with names that are in another order than the ids."""
    crm.users.import_rows(parse_users("id,name,groups\nanna,Zoe,north\nbob,Abe,north;south\ncarl,Moe,\n"))
    return crm


@pytest.mark.usefixtures("people")
@pytest.mark.parametrize(
    ("sort", "ids"),
    [
        ("", ["anna", "bob", "carl"]),
        ("name", ["bob", "carl", "anna"]),
        ("-name", ["anna", "carl", "bob"]),
        ("-id", ["carl", "bob", "anna"]),
        ("added", ["anna", "bob", "carl"]),
        ("-seen", ["carl", "bob", "anna"]),
        ("nonsense", ["anna", "bob", "carl"]),
    ],
)
def test_a_list_comes_in_the_order_of_the_address(browser: Browser, sort: str, ids: list[str]) -> None:
    assert found(browser.get("/users", sort=sort)) == ids


@pytest.mark.usefixtures("people")
def test_the_order_is_shown_and_kept_from_page_to_page(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "PAGE", 2)
    page = browser.get("/users", sort="-name", group="north")
    assert 'aria-sort="descending"' in page
    page = browser.get("/users", sort="-name")
    [onward] = re.findall(r'href="([^"]*)" rel="next"', page)
    assert found(browser.get(unescape(onward))) == ["bob"]


@pytest.mark.parametrize(
    ("asked", "ids"),
    [
        ({"group": "NORTH"}, ["anna", "bob"]),
        ({"group": "north", "q": "ab"}, ["bob"]),
        ({"state": "unusable"}, ["bob"]),
        ({"idle": "30"}, []),
        ({"idle": "x"}, ["anna", "bob", "carl"]),
        ({"kind": "system"}, ["anna", "bob", "carl"]),
    ],
)
def test_lists_are_narrowed_by_what_the_address_says(
    people: Installation, browser: Browser, asked: dict[str, str], ids: list[str]
) -> None:
    people.users.assign("bob", "user")
    people.users.set("bob", can_log_in=False)
    assert found(browser.get("/users", **asked)) == ids


@pytest.mark.usefixtures("people")
def test_the_total_says_how_many_fit_of_how_many(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "3 users" in words(browser.get("/users"))
    assert "2 of 3 users" in words(browser.get("/users", group="north"))
    monkeypatch.setattr(user_pages, "COUNTED", 2)
    assert "More than 2 users" in words(browser.get("/users"))


def test_a_license_is_assigned_to_ticked_users_once_its_consequences_were_shown(
    people: Installation, browser: Browser
) -> None:
    people.users.assign("anna", "service", "windows")
    asked: dict[str, Any] = {"list": "/users", "do": "assign", "give": "sales", "user": ["anna", "bob"]}
    page = browser.client.get("/users/change", params=asked).text
    assert "2 users get it. For 1 user, it replaces the plan that is assigned now." in words(page)
    assert "User in use: 0 now, 2 of 2 afterwards." in words(page)
    assert held(people, "anna") == {"service", "windows"}
    page = browser.post("/users/change", **asked, shown=shown(page))
    assert "The change was made" in words(page)
    assert held(people, "anna") == {"sales", "windows"}
    assert held(people, "bob") == {"sales"}


def test_all_whom_a_filter_finds_are_changed_and_the_list_is_shown_again(
    people: Installation, browser: Browser
) -> None:
    asked: dict[str, Any] = {"list": "/users", "do": "assign", "give": "user", "who": "all", "group": "north"}
    page = browser.get("/users/change", **asked)
    answer = browser.client.post(
        "/users/change", data={"token": browser.token(), "shown": shown(page), **asked}, follow_redirects=False
    )
    assert answer.status_code == 303
    assert answer.headers["location"] == "/users?group=north&saved=many"
    assert [row.user.id for row in people.users.list() if row.user.licenses] == ["anna", "bob"]


def test_users_are_retired_and_licenses_released_and_whom_it_does_not_concern_stays(
    people: Installation, browser: Browser
) -> None:
    people.users.assign("anna", "user")
    asked: dict[str, Any] = {"list": "/users/licenses", "do": "release", "give": "user", "user": ["anna", "bob"]}
    page = browser.client.get("/users/change", params=asked).text
    assert "1 user loses it." in words(page)
    assert "1 selected user is not affected" in words(page)
    browser.post("/users/change", **asked, shown=shown(page))
    assert held(people, "anna") == set()
    asked = {"list": "/users", "do": "retire", "user": ["anna", "bob"]}
    page = browser.client.get("/users/change", params=asked).text
    browser.post("/users/change", **asked, shown=shown(page))
    assert [row.user.id for row in people.users.list() if row.user.retired] == ["anna", "bob"]


def test_a_change_that_is_not_the_one_that_was_shown_is_shown_again(people: Installation, browser: Browser) -> None:
    asked: dict[str, Any] = {"list": "/users", "do": "assign", "give": "user", "who": "all"}
    page = browser.get("/users/change", **asked)
    people.users.add("dora")
    refused = browser.post("/users/change", 409, **asked, shown=shown(page))
    assert "has changed since this was proposed" in words(refused)
    assert "4 users get it" in words(refused)
    assert held(people, "anna") == set()
    browser.post("/users/change", **asked, shown=shown(refused))
    assert held(people, "dora") == {"user"}


def test_reasons_against_a_change_are_shown_and_nothing_is_changed(people: Installation, browser: Browser) -> None:
    asked: dict[str, Any] = {"list": "/users", "do": "assign", "give": "sales", "who": "all"}
    page = browser.client.get("/users/change", params=asked)
    assert page.status_code == 409
    assert "no sales is free" in words(page.text)
    assert 'name="shown"' not in page.text
    browser.post("/users/change", 409, **asked, shown="")
    assert held(people, "anna") == set()


@pytest.mark.usefixtures("people")
@pytest.mark.parametrize("asked", [{}, {"do": "assign"}, {"do": "assign", "give": "user"}, {"do": "x", "user": "anna"}])
def test_a_change_of_nobody_says_what_to_do(browser: Browser, asked: dict[str, str]) -> None:
    assert "no user is selected" in words(browser.get("/users/change", **asked))


@pytest.mark.attack("console-role-exceeded")
def test_whoever_may_only_look_sees_no_check_boxes_and_changes_nothing(crm: Installation, reader: Browser) -> None:
    assert 'type="checkbox"' not in reader.get("/users")
    page = reader.get("/users/change", do="retire", user="anna")
    reader.post("/users/change", 403, do="retire", user="anna", shown=shown(page))
    assert not crm.users.get("anna").retired


def test_ticked_users_or_all_on_a_list_are_exported_as_a_table(people: Installation, reader: Browser) -> None:
    people.users.assign("bob", "user")
    table = reader.get("/users", format="csv", group="north")
    rows = parse_users(table)
    assert [(row.user_id, row.licenses) for row in rows] == [("anna", ()), ("bob", ("user",))]
    assert [row.user_id for row in parse_users(reader.get("/users", format="csv", user="carl"))] == ["carl"]
    assert len(parse_users(reader.get("/users", format="csv", who="all", user="carl"))) == 3
