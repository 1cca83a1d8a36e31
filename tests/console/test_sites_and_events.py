"""Events, started and ended."""

import pytest

from licensekit.installation import EventScope, Installation
from tests import makers
from tests.console.conftest import Browser, words


def test_an_event_is_started_and_ended(crm: Installation, browser: Browser) -> None:
    crm.users.set("anna", groups=["night"])
    page = browser.post(
        "/events", kind="no-login", scope="group", group="night", message="Go home.", expected_end="2027-01-02T08:00"
    )
    assert "group night" in words(page)
    [event] = crm.events.list()
    assert (event.scope, event.subject, event.started_by) == (EventScope.GROUP, "night", "ingrid")
    assert event.expected_end == makers.ISSUED + 86_400 + 8 * 3600
    page = browser.post("/events/end", number=str(event.number))
    assert "No event is in force" in words(page)
    assert crm.events.list() == ()


@pytest.mark.parametrize(
    "fields",
    [
        {"kind": "no-", "function": "Lunch!"},
        {"kind": ""},
        {"kind": "no-login", "scope": "user", "user": "nobody"},
        {"kind": "no-login", "scope": "site", "site": ""},
        {"kind": "no-login", "expected_end": "tomorrow"},
        {"kind": "no-login", "expected_end": "0001-01-01T00:00+14:00"},
    ],
)
def test_what_is_not_an_event_is_refused(crm: Installation, browser: Browser, fields: dict[str, str]) -> None:
    answer = browser.client.post("/events", data={"token": browser.token(), "message": "Kept", **fields})
    assert answer.status_code in {404, 409}
    assert "Kept" in answer.text
    assert crm.events.list(ended=True) == ()


def test_other_kinds_are_typed(crm: Installation, browser: Browser) -> None:
    browser.post("/events", kind="rebuild-", function="index")
    assert crm.events.list()[0].stops == "index"
    assert "index is being rebuilt" in words(browser.get("/events"))


@pytest.mark.parametrize("number", ["", "99", "x", "²", "-1"])
def test_an_event_that_is_not_in_force_is_not_ended(browser: Browser, number: str) -> None:
    assert "no event" in words(browser.post("/events/end", 404, number=number))
