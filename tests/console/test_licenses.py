"""The tab of an issuer, the page of a license, and how more of it are bought."""

import re
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from licensekit.console.rendering import coded
from licensekit.installation import Installation
from licensekit.trust.sign import sign
from licensekit.wire.documents import AfterGrace, Kind
from tests import makers
from tests.console.conftest import Browser, client_of, held, words
from tests.crm import SOLD, crm_catalog
from tests.homes import Home, bundle, file, pack


def test_without_a_name_the_vendors_tab_is_shown(browser: Browser) -> None:
    assert words(browser.get("/licenses")) == words(browser.get("/licenses/demo"))


def test_bundles_are_titled_as_people_say_with_their_numbers_on_demand(crm: Installation, browser: Browser) -> None:
    nothing: dict[str, Any] = {"system": {}, "sites": {}, "users": {}}
    for part, kind, counts in (
        ("travel-1", "users", {"travel": 5}),
        ("more", "users", {"windows": 9, "sales": 1, "sale-cal": 1}),
        ("odd", "system", {"mystery": 1}),
    ):
        sold: dict[str, Any] = {**nothing, "part": part, kind: counts}
        crm.activate(file(bundle(**sold)))
    page = browser.get("/licenses")
    for title in ("Base license", "Add-on: User", "Add-on: User and User", "Add-on: odd"):
        assert f"<strong>{title}</strong>" in page
    details = words(page.partition("Dates and numbers")[2].partition("</details>")[0])
    assert "Part base Serial 1010000014 Sequence 1" in details
    assert "Until 1 Jan 2028 (12 months left)" in words(page)


def test_counts_are_shown_in_figures_and_words(crm: Installation, browser: Browser) -> None:
    crm.users.assign("anna", "sales")
    crm.users.assign("bob", "service")
    page = words(browser.get("/licenses/demo"))
    assert "1 of 2 1 free" in page
    assert "1 of 1 none free" in page
    assert "User 0" not in page or "unrestricted" in page


@pytest.mark.parametrize(
    ("days", "said"), [(340, "Expires soon"), (370, "Grace period"), (400, "Expired"), (-60, "Active")]
)
def test_states_are_shown_in_words(crm_home: Home, browser: Browser, days: int, said: str) -> None:
    crm_home.clock.move(days=days)
    assert said in words(browser.get("/licenses/demo"))


def test_what_is_over_the_limit_is_shown(crm: Installation, crm_home: Home, browser: Browser) -> None:
    crm.activate(file(bundle(part="more", users={"sales": 1}, system={}, sites={})))
    perpetual = bundle(2, warning=None, expiry=None, grace=None, **SOLD)
    crm.activate(file(perpetual))
    for user in ("anna", "bob", "carl"):
        crm.users.assign(user, "sales")
    crm_home.clock.move(days=800)
    assert "1 over the limit" in words(browser.get("/licenses/demo"))
    assert "Perpetual" in words(browser.get("/licenses/demo"))
    assert "carl Remarks" not in words(browser.get("/license/sales"))
    assert "lapsed" in words(browser.get("/user", id="carl"))
    assert "carl" in words(browser.get("/users", state="expired"))
    assert "anna" not in words(browser.get("/users", state="expired"))


def test_everything_about_a_license_is_shown(crm: Installation, browser: Browser) -> None:
    crm.users.assign("anna", "sales")
    page = words(browser.get("/license/sales"))
    for said in ("Plan", "1 of 2", "Base license no. 1", "anna assigned Since 1 Jan", "Active", "Includes"):
        assert said in page
    assert "limits the number of satellite sites" in words(browser.get("/license/satellite"))
    hidden = words(browser.get("/license/sale-cal"))
    assert "comes with another license" in hidden
    assert "0 of 0" not in hidden
    assert "Buy more" not in hidden
    assert "Full access with" in words(browser.get("/license/sale"))


def test_seats_at_one_time_are_listed_and_ended(crm_home: Home, crm: Installation, browser: Browser) -> None:
    assert "No seat is taken" in words(browser.get("/license/seat"))
    with crm_home.run() as licensing:
        licensing.seat("seat", holder="dora").take()
        [lease] = crm.leases.list()
        assert "dora" in words(browser.get("/license/seat"))
        page = words(browser.post("/license/lease/end", lease=lease.id))
    assert "The lease was ended." in page
    assert "No seat is taken" in page
    assert crm.leases.list() == ()
    assert "no lease" in words(browser.post("/license/lease/end", 404, lease=lease.id))


@pytest.mark.attack("markup-in-a-name")
def test_a_way_to_buy_is_offered_only_as_a_web_address(tmp_path_factory: pytest.TempPathFactory) -> None:
    for url, offered in (("https://example.com/buy", True), ("javascript:alert(1)", False)):
        catalog = makers.changed(crm_catalog(), urls={"buy": url})
        home = Home(str(tmp_path_factory.mktemp("home")), pack=pack(catalog))
        with home.open() as installation:
            installation.activate(file(bundle(**SOLD)))
            page = Browser(client_of(installation)).get("/licenses")
        assert (f"{url}?serial=1010000014" in page) is offered
        assert ("Buy more from Demo" in page) is offered


def test_what_took_the_place_of_a_license_is_shown_beside_it(tmp_path_factory: pytest.TempPathFactory) -> None:
    known = crm_catalog()
    old = {"area": "expander", "sales": "service"}
    licenses = {code: makers.changed(one, replaced_by=old.get(code)) for code, one in known.licenses.items()}
    home = Home(str(tmp_path_factory.mktemp("home")), pack=pack(makers.changed(known, licenses=licenses)))
    with home.open() as installation:
        installation.activate(file(bundle(**SOLD)))
        page = words(Browser(client_of(installation)).get("/licenses/demo"))
    assert "Areas replaced by Expander" in page
    assert "replaced by User" in page


def test_what_a_file_names_and_nobody_knows_is_shown(crm: Installation, browser: Browser) -> None:
    crm.activate(file(bundle(part="odd", system={"mystery": 1}, sites={}, users={})))
    assert "mystery" in browser.get("/licenses/demo")


def test_every_bundle_that_was_ever_active_is_listed_with_its_state(crm: Installation, browser: Browser) -> None:
    crm.activate(file(bundle(2, **SOLD)))
    crm.activate(file(bundle(part="extra", users={"travel": 2}, system={}, sites={})))
    crm.propose_return("extra").apply(confirm=True)
    page = words(browser.get("/licenses").partition("All license files activated here")[2])
    for said in ("1010000014 2", "Active", "Replaced", "Add-on: extra", "Given back"):
        assert said in page
    history = words(browser.get("/license/sales").partition("License files that contained it")[2])
    assert "Active" in history
    assert "Replaced" in history


def test_a_block_is_shown(crm: Installation, crm_home: Home, browser: Browser) -> None:
    crm.activate(file(bundle(2, after_grace=AfterGrace.BLOCK, **SOLD)))
    crm_home.clock.move(days=500)
    assert "It no longer grants anything" in words(browser.get("/"))


def test_a_long_list_is_folded_and_narrowed(tmp_path_factory: pytest.TempPathFactory) -> None:
    many = {f"module-{number}": makers.license_entry(name=f"Module {number}") for number in range(30)}
    home = Home(str(tmp_path_factory.mktemp("home")), pack=pack(makers.catalog(licenses=many, access={})))
    sold = dict.fromkeys(list(many)[:28], 5)
    with home.open() as installation:
        installation.activate(file(bundle(system={}, sites={}, users=sold)))
        browser = Browser(client_of(installation))
        page = words(browser.get("/licenses"))
        found = words(browser.get("/licenses/demo", find="module 2"))
        by_code = words(browser.get("/licenses", find="MODULE-29"))
        none = words(browser.get("/licenses", find="travel"))
    assert "User licenses 28" in page
    assert "Show 13 more" in page
    assert "Not licensed 2" in page
    assert "User licenses 9" in found
    assert "Module 3" not in found.replace("Module 29", "")
    assert "Module 29" in by_code
    assert "No license of this issuer has “travel” in its name or code." in none


def test_a_short_list_has_nothing_to_narrow(browser: Browser) -> None:
    assert "Find a license" not in browser.get("/licenses")


def test_holders_are_people_and_what_gives_it_to_them(crm: Installation, crm_home: Home, browser: Browser) -> None:
    crm.users.set("anna", name="Anna Berg")
    crm.users.assign("anna", "sales")
    crm.users.set("bob", can_log_in=False)
    crm_home.clock.move(days=9)
    crm.users.assign("bob", "user")
    page = words(browser.get("/license/user"))
    assert "Anna Berg anna through User Since 1 Jan 2027" in page
    assert "bob assigned Since 10 Jan 2027 cannot log in" in page


def test_sites_that_hold_a_license_are_listed_alike(crm: Installation, browser: Browser) -> None:
    crm.sites.add("oslo", name="Oslo", central=True)
    crm.sites.add("bergen")
    crm.sites.assign("oslo", "reporter")
    assert "Oslo oslo assigned Since 1 Jan 2027 Central" in words(browser.get("/license/reporter"))
    assert 'href="/site?id=bergen"' in browser.get("/license/satellite")


def test_holders_come_in_pages(crm: Installation, browser: Browser) -> None:
    for number in range(30):
        crm.users.add(f"u{number:02}")
        crm.users.assign(f"u{number:02}", "user")
    page = browser.get("/license/user")
    assert page.count('href="/user?id=') == 25
    [following] = re.findall(r'href="([^"]*)" rel="next"', page)
    rest = browser.get(following)
    assert rest.count('href="/user?id=') == 5
    assert "First page" in words(rest)
    assert "There are no more." in words(browser.get("/license/user", after="zoe"))


def test_what_everybody_has_says_so(crm: Installation, browser: Browser) -> None:
    crm.activate(file(bundle(2, **{**SOLD, "system": {**SOLD["system"], "expander": 1}})))
    assert "Everybody has it" in words(browser.get("/license/extern-cal"))


def test_an_event_that_stops_a_license_is_shown_where_it_is(crm: Installation, browser: Browser) -> None:
    crm.events.start("no-travel", message="The road is closed.")
    assert "The road is closed." in words(browser.get("/license/travel").partition("<main")[2])
    assert "The road is closed." not in words(browser.get("/license/windows").partition("<main")[2])


@pytest.mark.parametrize(("asked", "number"), [("7", 7), ("", 1), ("0", 1), ("-3", 1), ("x", 1), ("9" * 40, 1)])
def test_a_license_is_bought_with_serial_license_and_number(
    tmp_path_factory: pytest.TempPathFactory, asked: str, number: int
) -> None:
    catalog = makers.changed(crm_catalog(), urls={"buy": "https://example.com/buy?lang=en#shop"})
    home = Home(str(tmp_path_factory.mktemp("home")), pack=pack(catalog))
    with home.open("ingrid") as installation:
        installation.activate(file(bundle(**SOLD)))
        page = unescape(Browser(client_of(installation)).get("/license/travel/buy", number=asked))
    assert f'href="https://example.com/buy?lang=en&serial=1010000014&license=travel&number={number}#shop"' in page
    assert "mailto:" not in page
    assert f"We would like to buy {number} more of User." in page


def test_more_is_asked_for_as_is_lacking(crm: Installation, crm_home: Home, browser: Browser) -> None:
    crm.activate(file(bundle(part="more", users={"sales": 1}, system={}, sites={})))
    crm.activate(file(bundle(2, warning=None, expiry=None, grace=None, **SOLD)))
    for user in ("anna", "bob", "carl"):
        crm.users.assign(user, "sales")
    crm_home.clock.move(days=800)
    assert 'value="1"' in browser.get("/license/sales/buy")
    assert "In use: 3 of 2" in words(browser.get("/license/sales/buy"))


def test_where_a_catalog_names_a_mail_address_the_mail_is_written(tmp_path_factory: pytest.TempPathFactory) -> None:
    catalog = makers.changed(crm_catalog(), urls={"buy": "mailto:sales@example.com?subject=x"})
    home = Home(str(tmp_path_factory.mktemp("home")), pack=pack(catalog))
    with home.open() as installation:
        installation.activate(file(bundle(**SOLD)))
        page = unescape(Browser(client_of(installation)).get("/license/sales/buy", number="3"))
    [address] = map(str, re.findall(r'href="(mailto:[^"]*)"', page))
    written = parse_qs(urlsplit(address).query)
    assert urlsplit(address).path == "sales@example.com"
    assert written["subject"] == ["Order: 3 \u00d7 User, serial 1010000014"]
    assert "License: sales" in written["body"][0]
    assert "\r\n" in written["body"][0]
    assert "Online, from" not in page


def test_each_issuer_has_its_tab(crm: Installation, browser: Browser) -> None:
    partner = makers.key("partner")
    scope = makers.scope(issuers=["partner"])
    keys = [makers.admitted(makers.key("vendor")), makers.admitted(partner, "p", scope=scope)]
    trust = sign(makers.trust(*keys, version=2), makers.key("root"))
    licenses = {
        "maps": makers.license_entry(Kind.SYSTEM, "Maps", quantity="GB"),
        "maps-user": makers.license_entry(Kind.USER, "Maps User", requires=["demo.user"]),
        "maps-plan": makers.license_entry(Kind.USER, "Maps Plan", plan=True),
    }
    names = {"issuer": "Partner & Co"}
    catalog = makers.catalog(issuer="partner", names=names, licenses=licenses, access={})
    sold = bundle(issuer="partner", system={"maps": 30}, sites={}, users={"maps-user": 3, "maps-plan": 3})
    crm.activate(file(trust, sign(catalog, partner), sign(sold, partner)))
    assert "Demo (Active) Partner & Co (Active)" in words(browser.get("/licenses"))
    page = words(browser.get("/licenses/partner"))
    assert "30 GB" in page
    assert "0 of 3" in page
    assert "Reporter" not in page
    assert "Maps User" not in words(browser.get("/licenses/demo"))
    browser.post("/user/licenses", id="anna", plan="sales", license="partner.maps-user")
    assert held(crm, "anna") == {"sales", "partner.maps-user"}
    assert "anna" in words(browser.get("/license/partner.maps-user"))
    assert "Plan of Partner & Co" in words(browser.get("/user?id=bob"))
    theirs = {"plan.partner": "partner.maps-plan"}
    browser.post("/user/licenses", 200, id="bob", plan="service", **theirs)
    assert held(crm, "bob") == {"service", "partner.maps-plan"}


@pytest.mark.parametrize(
    ("sentence", "shown"),
    [
        ("no `a` is `b`", "no <code>a</code> is <code>b</code>"),
        ("one ` alone <b>", "one ` alone &lt;b&gt;"),
        ("`<b>` &", "<code>&lt;b&gt;</code> &amp;"),
    ],
)
def test_text_between_backticks_is_code(sentence: str, shown: str) -> None:
    assert coded(sentence) == shown
