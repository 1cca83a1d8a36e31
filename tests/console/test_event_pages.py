"""Events where they are started, where they act, and after they have ended."""

import re

import pytest

from licensekit.installation import EventScope, Installation
from tests.console.conftest import Browser, words

PAGES = ["/", "/users", "/history", "/health", "/activate", "/user?id=anna"]


@pytest.mark.parametrize("path", PAGES)
def test_what_stops_all_logins_is_shown_on_every_page(crm: Installation, browser: Browser, path: str) -> None:
    crm.events.start("no-login", scope=EventScope.USER, subject="anna")
    crm.events.start("message-of-the-day", message="Cake")
    assert "Only administrators can log in" not in browser.get(path)
    crm.events.start("no-login", message="We are moving.")
    page = words(browser.get(path))
    assert "Only administrators can log in. We are moving." in page


def test_a_link_fills_the_form_in(browser: Browser) -> None:
    page = browser.get("/events", scope="user", user="anna")
    assert 'value="user" checked' in page
    assert 'name="user" value="anna"' in page


def test_sites_are_chosen_from_a_list_of_names(crm: Installation, browser: Browser) -> None:
    crm.sites.add("oslo", name="Oslo office")
    assert '<option value="oslo">Oslo office</option>' in browser.get("/events")
    browser.post("/events", kind="no-", function="travel", scope="site", site="oslo")
    [event] = crm.events.list()
    assert (event.kind, event.scope, event.subject) == ("no-travel", EventScope.SITE, "oslo")
    assert "travel unavailable" in words(browser.get("/events"))


def test_only_the_field_of_the_scope_counts(crm: Installation, browser: Browser) -> None:
    browser.post("/events", kind="no-login", function="left over", scope="installation", user="anna", site="oslo")
    assert crm.events.list()[0].subject == ""


def test_a_refused_event_keeps_all_that_was_chosen(crm: Installation, browser: Browser) -> None:
    page = browser.post(
        "/events",
        404,
        kind="rebuild-",
        function="index",
        scope="user",
        user="nobody",
        message="Kept",
        expected_end="2027-01-02T08:00",
    )
    for kept in (
        'value="rebuild-" checked',
        'value="user" checked',
        'value="nobody"',
        ">Kept<",
        'value="2027-01-02T08:00"',
    ):
        assert kept in page
    assert crm.events.list() == ()


def test_an_event_that_should_be_over_is_marked(crm: Installation, browser: Browser) -> None:
    now = crm.state().now
    crm.events.start("no-login", expected_end=now + 60)
    assert "overdue" not in browser.get("/events")
    crm.events.start("no-travel", expected_end=now - 60)
    assert browser.get("/events").count("overdue") == 1


def test_events_that_were_ended_are_listed_the_newest_first(crm: Installation, browser: Browser) -> None:
    for number in range(3):
        crm.events.end(crm.events.start(f"no-thing{number}", message="Over").number)
    page = words(browser.get("/events"))
    assert re.findall(r"(thing.) unavailable", page) == ["thing2", "thing1", "thing0"]


def test_who_may_only_look_starts_and_ends_nothing(crm: Installation, reader: Browser) -> None:
    crm.events.start("no-login")
    page = reader.get("/events")
    assert "Start an event" not in page
    assert "End event" not in page
