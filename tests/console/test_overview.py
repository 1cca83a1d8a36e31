"""The overview: one verdict, what needs somebody, what is to come, and what is nearly used up."""

import re
from itertools import pairwise
from typing import Any

import pytest

from licensekit.console.pages.overview import headline, outlook
from licensekit.dates import day_at
from licensekit.installation import EventScope, Installation
from licensekit.trust.sign import sign
from licensekit.wire.documents import Kind
from tests import makers
from tests.console.conftest import Browser, words
from tests.crm import SOLD
from tests.homes import Home, bundle, file

NOTHING: dict[str, Any] = {"system": {}, "sites": {}, "users": {}}
PERPETUAL: dict[str, Any] = {"warning": None, "expiry": None, "grace": None}


def section(page: str, name: str) -> str:
    """Return what a section of the overview says."""
    [found] = re.findall(f'<section[^>]*aria-labelledby="{name}".*?</section>', page, re.DOTALL)
    return words(found)


def add_on(part: str) -> dict[str, Any]:
    """Return what is in a small add-on."""
    return {**NOTHING, "part": part, "users": {"travel": 1}}


def activate_partner(crm: Installation, **changes: Any) -> None:
    """Activate a file of a second issuer."""
    partner, licenses = makers.key("partner"), {"maps": makers.license_entry(Kind.SYSTEM, "Maps")}
    scope = makers.scope(issuers=["partner"])
    keys = [makers.admitted(makers.key("vendor")), makers.admitted(partner, "p", scope=scope)]
    trust = sign(makers.trust(*keys, version=2), makers.key("root"))
    catalog = makers.catalog(issuer="partner", names={"issuer": "Partner & Co"}, licenses=licenses, access={})
    sold: dict[str, Any] = {**NOTHING, "issuer": "partner", "system": {"maps": 1}, **changes}
    crm.activate(file(trust, sign(catalog, partner), sign(bundle(**sold), partner)))


def test_where_nothing_needs_anybody_it_says_until_when_everything_is_licensed(browser: Browser) -> None:
    page = words(browser.get("/").partition("<main")[2])
    assert "Everything is licensed until 1 Jan 2028" in page
    assert "What needs your attention" not in page


def test_everything_is_licensed_until_the_first_end_of_any_issuer(crm: Installation, browser: Browser) -> None:
    today = day_at(makers.NOW)
    activate_partner(crm, warning=None, expiry=today + 90, grace=None)
    assert "Everything is licensed until 1 Apr 2027" in words(browser.get("/"))


def test_what_is_perpetual_has_no_end(crm: Installation, browser: Browser) -> None:
    crm.activate(file(bundle(2, **PERPETUAL, maintenance=None, next_check=None, **SOLD)))
    page = words(browser.get("/"))
    assert "Everything is licensed perpetually" in page
    assert "There are no upcoming dates." in page


def test_what_needs_somebody_is_counted_with_the_first_date(crm_home: Home, browser: Browser) -> None:
    crm_home.clock.move(days=340)
    page = browser.get("/")
    assert "1 thing needs your attention before 1 Jan 2028" in words(page)
    due = section(page, "due")
    assert "Act soon" in due
    assert "Activate a renewal" in due
    assert "25 days left" in due


def test_an_event_that_stops_all_logins_is_shown_first(crm: Installation, crm_home: Home, browser: Browser) -> None:
    crm_home.clock.move(days=340)
    crm.users.add("dora", groups=["night"])
    event = crm.events.start("no-login", scope=EventScope.GROUP, subject="night")
    assert headline(crm.state()).text == "due_before"
    crm.events.end(event.number)
    crm.events.start("no-login", message="We move.")
    assert "Logins are stopped by an event" in words(browser.get("/").partition("<main")[2])
    assert "We move." in words(browser.get("/").partition("<main")[2])


@pytest.mark.parametrize(
    ("changes", "days", "said"),
    [
        ({}, 500, "Not licensed: the base license has expired"),
        ({"starts": day_at(makers.NOW) + 9}, 0, "Not licensed yet: the base license starts on 10 Jan 2027"),
    ],
)
def test_what_is_not_licensed_is_shown(
    crm_home: Home, home_without_files: Browser, changes: dict[str, Any], days: int, said: str
) -> None:
    with crm_home.open() as crm:
        crm.activate(file(bundle(**{**SOLD, **changes})))
    crm_home.clock.move(days=days)
    assert said in words(home_without_files.get("/"))


def test_of_an_installation_with_an_add_on_alone_the_base_is_missed(
    crm_home: Home, home_without_files: Browser
) -> None:
    with crm_home.open() as crm:
        crm.activate(file(bundle(**add_on("more"))))
    assert "Not licensed: no base license is in force" in words(home_without_files.get("/"))


def test_without_anything_the_first_visit_leads_to_activate(home_without_files: Browser) -> None:
    answer = home_without_files.client.get("/", follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/activate")


def test_the_dates_of_all_issuers_are_one_list(crm: Installation, browser: Browser) -> None:
    today = day_at(makers.NOW)
    activate_partner(crm, warning=None, expiry=today + 30, grace=today + 40)
    coming = section(browser.get("/"), "coming")
    assert "31 Jan 2027 Expires Base license Partner & Co in 30 days" in coming
    assert "10 Feb 2027 Grace until Base license Partner & Co in 40 days" in coming
    assert coming.index("31 Jan 2027") < coming.index("10 Feb 2027") < coming.index("Base license Demo")


def test_what_has_the_same_date_is_one_entry(crm: Installation, browser: Browser) -> None:
    for number in range(3):
        crm.activate(file(bundle(**add_on(f"more{number}"))))
    dates = outlook(crm.state())[0]
    assert len({(one.day, one.name) for one in dates}) == len(dates)
    assert {len(one.parts) for one in dates} == {4}
    assert "and 3 more" in section(browser.get("/"), "coming")


def test_dates_are_on_the_line_in_their_order_and_its_names_do_not_touch(crm: Installation) -> None:
    crm.activate(file(bundle(2, **{**SOLD, "expiry": day_at(makers.NOW) + 4000, "grace": None, "warning": None})))
    dates, ticks = outlook(crm.state())
    places = [one.place for one in dates]
    assert places == sorted(places)
    assert (min(places) > 0, max(places)) == (True, 100)
    assert all(later - sooner >= 22 for (_, sooner), (_, later) in pairwise(ticks))


def test_the_fullest_licenses_come_first(crm: Installation, browser: Browser) -> None:
    crm.users.assign("anna", "sales")
    crm.users.assign("bob", "service")
    page = browser.get("/")
    fullest = section(page, "fullest")
    assert fullest.index("1 of 1") < fullest.index("1 of 2")
    assert 'href="/license/service/buy"' in page
    assert 'href="/license/sales/buy"' not in page


def test_company_serial_and_product_are_there_on_demand(browser: Browser) -> None:
    page = browser.get("/")
    assert "Company Nordlys Kraft AS Serial 1010000014 Product" in words(page.partition("Company, serial and")[2])
