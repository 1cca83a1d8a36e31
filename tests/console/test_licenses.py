"""The tab of an issuer, and the page of a license."""

import pytest

from licensekit.console.rendering import coded
from licensekit.installation import Installation
from licensekit.trust.sign import sign
from licensekit.wire.documents import AfterGrace, Kind
from tests import makers
from tests.console.conftest import Browser, client_of, held, words
from tests.crm import SOLD, crm_catalog
from tests.homes import Home, bundle, file, pack


def test_the_first_issuer_is_the_vendor(browser: Browser) -> None:
    page = words(browser.get("/licenses"))
    assert "Nordlys Kraft AS" in page
    assert "base sequence 1" in page
    assert "365 days left" in page


def test_counts_are_told_in_figures_and_words(crm: Installation, browser: Browser) -> None:
    crm.users.assign("anna", "sales")
    crm.users.assign("bob", "service")
    page = words(browser.get("/licenses/demo"))
    assert "1 of 2 1 free" in page
    assert "1 of 1 none free" in page
    assert "User 0" not in page or "unrestricted" in page


@pytest.mark.parametrize(
    ("days", "said"), [(340, "Expires soon"), (370, "Grace period"), (400, "Expired"), (-60, "Active")]
)
def test_states_are_told_in_words(crm_home: Home, browser: Browser, days: int, said: str) -> None:
    crm_home.clock.move(days=days)
    assert said in words(browser.get("/licenses/demo"))


def test_what_is_over_the_limit_is_told(crm: Installation, crm_home: Home, browser: Browser) -> None:
    crm.activate(file(bundle(part="more", users={"sales": 1}, system={}, sites={})))
    perpetual = bundle(2, warning=None, expiry=None, grace=None, **SOLD)
    crm.activate(file(perpetual))
    for user in ("anna", "bob", "carl"):
        crm.users.assign(user, "sales")
    crm_home.clock.move(days=800)
    assert "1 over the limit" in words(browser.get("/licenses/demo"))
    assert "Perpetual" in words(browser.get("/licenses/demo"))
    assert "lapsed" in words(browser.get("/user", id="carl"))
    assert "carl" in words(browser.get("/users", state="expired"))
    assert "anna" not in words(browser.get("/users", state="expired"))


def test_everything_about_a_license_is_told(crm: Installation, browser: Browser) -> None:
    crm.users.assign("anna", "sales")
    page = words(browser.get("/license/sales"))
    for said in ("Plan", "1 of 2", "1010000014 base 1", "anna", "active", "Includes"):
        assert said in page
    assert "limits how many satellite sites" in words(browser.get("/license/satellite"))
    assert "comes with another license" in words(browser.get("/license/sale-cal"))
    assert "Full with" in words(browser.get("/license/sale"))


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


def test_a_way_to_buy_is_offered_only_as_a_web_address(tmp_path_factory: pytest.TempPathFactory) -> None:
    for url, offered in (("https://example.com/buy", True), ("javascript:alert(1)", False)):
        catalog = makers.changed(crm_catalog(), urls={"buy": url})
        home = Home(str(tmp_path_factory.mktemp("home")), pack=pack(catalog))
        with home.open() as installation:
            installation.activate(file(bundle(**SOLD)))
            page = Browser(client_of(installation)).get("/licenses")
        assert (url in page) is offered
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


def test_status_tells_how_the_installation_stands(crm: Installation, browser: Browser) -> None:
    page = words(browser.get("/"))
    for said in ("1010000014", "Reminders from", "Nothing needs your attention", "entries"):
        assert said in page
    assert crm.state().stored.head.hash.hex() in page


def test_a_block_is_told(crm: Installation, crm_home: Home, browser: Browser) -> None:
    crm.activate(file(bundle(2, after_grace=AfterGrace.BLOCK, **SOLD)))
    crm_home.clock.move(days=500)
    assert "What it granted is gone" in words(browser.get("/"))


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
    assert "Partner & Co" in words(browser.get("/"))
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
def test_what_stands_between_backticks_is_code(sentence: str, shown: str) -> None:
    assert coded(sentence) == shown
