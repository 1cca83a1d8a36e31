"""Sites: added, named, assigned licenses, removed."""

import pytest

from licensekit.installation import EventScope, Installation
from tests.console.conftest import Browser, words
from tests.console.forms import typed


@pytest.mark.attack("count-at-its-limit")
def test_sites_are_added_until_there_is_no_room(crm: Installation, browser: Browser) -> None:
    assert "no sites yet" in words(browser.get("/sites"))
    assert "Oslo oslo Central" in words(browser.post("/sites/new", id="oslo", name="Oslo", central="1"))
    for site in ("bergen", "tromso"):
        browser.post("/sites/new", id=site)
    page = browser.post("/sites/new", 409, id="alta", name="Kept")
    assert "No satellite is free" in words(page)
    assert typed(page, "/sites/new")["name"] == ["Kept"]
    assert 'name="central"' not in page
    assert [site.id for site, _ in crm.sites.list()] == ["oslo", "bergen", "tromso"]
    assert "2 of 2 defined" in words(browser.get("/sites"))


def test_licenses_are_saved_as_ticked(crm: Installation, browser: Browser) -> None:
    crm.sites.add("oslo")
    crm.sites.add("bergen")
    browser.post("/site/licenses", **typed(browser.get("/site", id="oslo"), "/site/licenses", license="reporter"))
    assert crm.sites.get("oslo").site.licenses == ("reporter",)
    form = typed(browser.get("/site", id="bergen"), "/site/licenses", license="reporter")
    assert "no reporter is free" in words(browser.post("/site/licenses", 409, **form))
    browser.post("/site/licenses", **typed(browser.get("/site", id="oslo"), "/site/licenses", license=[]))
    assert crm.sites.get("oslo").site.licenses == ()


def test_a_site_is_named_and_two_names_are_shown_beside_each_other(crm: Installation, browser: Browser) -> None:
    crm.sites.add("oslo", name="Oslo")
    mine = typed(browser.get("/site", id="oslo"), "/site/facts", name="Christiania")
    crm.sites.set("oslo", name="Kristiania")
    page = browser.post("/site/facts", 409, **mine)
    assert "Name Oslo Kristiania Christiania" in words(page)
    assert "The details are saved." in words(browser.post("/site/facts", **typed(page, "/site/facts")))
    assert crm.sites.get("oslo").site.name == "Christiania"
    browser.post("/site/facts", 409, **typed(browser.get("/site", id="oslo"), "/site/facts", name="x" * 300))


def test_an_event_is_shown_at_the_site_where_it_acts(crm: Installation, browser: Browser) -> None:
    crm.sites.add("oslo", central=True)
    crm.sites.add("bergen")
    crm.events.start("no-login", scope=EventScope.SITE, subject="bergen", message="The server moves.")
    assert "The server moves." in words(browser.get("/site", id="bergen"))
    assert "The server moves." not in words(browser.get("/site", id="oslo"))
    assert words(browser.get("/sites")).count("event in force") == 1
    assert "added the satellite site bergen" in words(browser.get("/site", id="bergen"))
    assert "site bergen" not in words(browser.get("/site", id="oslo"))


def test_a_site_is_removed(crm: Installation, browser: Browser) -> None:
    crm.sites.add("oslo")
    crm.sites.assign("oslo", "reporter")
    assert "This becomes free for others: Reporter" in words(browser.get("/site", id="oslo"))
    assert "was removed" in words(browser.post("/site/remove", id="oslo"))
    assert crm.sites.list() == ()
    for path in ("licenses", "facts", "remove"):
        assert "no site" in words(browser.post(f"/site/{path}", 404, id="oslo"))
