"""Taking a file: preview, refusal, release, activation."""

import csv
import re
from html import unescape

import pytest

from licensekit.installation import Installation, parse_users
from licensekit.wire.documents import Kind, MeterPeriod, SettingType, Use
from tests import makers
from tests.console.conftest import Browser, held, words
from tests.crm import SOLD, crm_catalog
from tests.homes import bundle, file, signed
from tests.signers import trust_token


def test_a_file_is_shown_before_it_is_taken(crm: Installation, browser: Browser) -> None:
    more = file(bundle(2, **{**SOLD, "users": {"sales": 9}}))
    before = crm.state().stored
    page = words(browser.upload("/activate/preview", more.encode()))
    assert "This file can be activated." in page
    assert "+7" in page
    assert crm.state().stored == before
    page = words(browser.post("/activate", text=more))
    assert "The file is active." in page
    assert crm.state().bundles[0].document.sequence == 2
    assert crm.audit.page(limit=1).entries[0].facts["by"] == "ingrid"
    assert "Nothing changed" in words(browser.post("/activate", text=more))
    assert "Nothing changes" in words(browser.post("/activate/preview", text=more))


def test_what_was_left_out_of_a_mail_is_said(crm: Installation, browser: Browser) -> None:
    more = file(bundle(2, **{**SOLD, "users": {"sales": 9}}))
    page = words(browser.upload("/activate/preview", f"Hello Anna\n<b>{more}</b>".encode()))
    assert "Found among other text, and left out: HTML, the text around." in page
    assert "left out" not in words(browser.upload("/activate/preview", more.encode()))
    assert crm.state().bundles[0].document.sequence == 1


def test_a_trial_beside_what_was_bought_is_said_to_have_no_effect(crm: Installation, browser: Browser) -> None:
    tried = file(bundle(1, **{**SOLD, "use": Use.TRIAL}))
    page = words(browser.post("/activate/preview", text=tried))
    assert "No effect base, sequence 1, trial" in page
    assert "it grants nothing beside what is active here" in page
    browser.post("/activate", text=tried)
    assert len(crm.state().bundles) == 1
    assert "Base license Trial" in words(browser.get("/licenses"))


def test_settings_and_quantities_are_shown_with_names_and_units(crm: Installation, browser: Browser) -> None:
    """Where they would change, where they have changed, and where they count."""
    settings = {
        "rows": makers.setting(SettingType.NUMBER, "Rows"),
        "beta": makers.setting(SettingType.BOOLEAN, "Beta", default=False),
        "tier": makers.setting(name="Support tier", default="silver"),
    }
    gb = makers.license_entry(Kind.SYSTEM, "Storage", quantity="GB", per=MeterPeriod.MONTH)
    licenses = {**crm_catalog().licenses, "storage": gb}
    catalog = makers.changed(crm_catalog(), version=2, settings=settings, licenses=licenses)
    system = {**SOLD["system"], "storage": 20}
    sold = {**SOLD, "system": system, "settings": {"rows": 5000, "beta": True}}
    more = file(catalog, bundle(2, **sold))
    changed = "Setting Now Afterwards Beta \u2013 yes Rows \u2013 5 000 Support tier \u2013 silver"
    page = words(browser.post("/activate/preview", text=more))
    assert changed in page
    assert "Storage System license 0 GB per month +20 GB 20 GB per month" in page
    assert changed in words(browser.post("/activate", text=more))
    page = words(browser.get("/licenses/demo"))
    assert "Settings 3 Beta yes Rows 5 000 Support tier silver (default)" in page
    assert "Storage licensed 20 GB per month" in page
    assert "20 GB per month" in words(browser.get("/license/storage"))
    fewer = file(bundle(3, **{**sold, "settings": {"rows": 5000}}))
    page = words(browser.post("/activate/preview", text=fewer))
    assert "Setting Now Afterwards Beta yes no" in page
    assert "Rows" not in page
    crm.activate(fewer)
    assert "Beta no (default)" in words(browser.get("/licenses/demo"))


def test_what_a_file_makes_void_is_named(browser: Browser) -> None:
    gone = file(makers.revocations(identities=[makers.identity_of(signed(bundle(**SOLD)))]))
    page = words(browser.post("/activate/preview", text=gone))
    assert "Makes void base, sequence 1, by Demo" in page
    assert "was suspended or revoked by its issuer" in page


def test_what_is_yet_to_start_may_be_activated_before_what_is_too_much_is_released(
    crm: Installation, browser: Browser
) -> None:
    crm.users.assign("anna", "sales")
    crm.users.assign("bob", "sales")
    later = file(bundle(2, starts=makers.ISSUED_DAY + 30, **{**SOLD, "users": {"sales": 1}}))
    page = words(browser.post("/activate/preview", text=later))
    assert "2 in use: release 1 before 2027-01-31" in page
    assert "This file can be activated." in page


def test_all_licenses_are_shown_when_asked(browser: Browser) -> None:
    more = file(bundle(2, **{**SOLD, "users": {"sales": 9}}))
    altered = words(browser.post("/activate/preview", text=more)).partition("Changes")[2]
    assert "+7" in altered
    assert "Areas" not in altered
    assert "Areas" in words(browser.post("/activate/preview", text=more, all="1"))


@pytest.fixture
def short(crm: Installation) -> Installation:
    """An installation that has one `sales` too many for `FEWER`; bob has what requires a part of it."""
    crm.users.set("bob", name="Bob, the second")
    crm.users.assign("anna", "sales", "windows")
    crm.users.assign("bob", "sales", "windows", "travel")
    return crm


def options(page: str) -> dict[str, str]:
    """Return what can be chosen, by id and action."""
    found = [unescape(line) for line in re.findall(r'<option value="([^"]*)"', page)]
    cells = [next(csv.reader([line])) for line in found]
    return {f"{cell[1]} {cell[4]}": line for cell, line in zip(cells, found, strict=True)}


FEWER = file(bundle(2, **{**SOLD, "users": {**SOLD["users"], "sales": 1}}))


def test_what_is_too_much_is_shown_with_what_goes_along(short: Installation, browser: Browser) -> None:
    before = short.state().stored
    page = words(browser.post("/activate/preview", text=FEWER))
    assert "2 in use, 1 in the new file" in page
    assert "It fits once 1 user or site gives up licenses." in page
    assert "bob Bob, the second User 2 User, User Release Keep anna User 1 User Release Keep" in page
    refused = words(browser.post("/activate", 409, text=FEWER))
    assert "2 in use" in refused
    assert short.state().stored == before


def test_the_highest_slots_are_released_and_the_file_is_activated_at_once(
    short: Installation, browser: Browser
) -> None:
    page = words(browser.post("/activate", text=FEWER, settle="newest"))
    assert "The file is active." in page
    assert (held(short, "anna"), held(short, "bob")) == ({"sales", "windows"}, set())


def test_who_loses_what_is_chosen_for_each(short: Installation, browser: Browser) -> None:
    each = options(browser.post("/activate/preview", text=FEWER))
    wrong = browser.post("/activate", 409, text=FEWER, settle="chosen", choice=[each["bob keep"], each["anna keep"]])
    assert "0 holders lose it, and 1 must" in words(wrong)
    assert f'<option value="{each["bob keep"]}" selected>' in unescape(wrong)
    assert held(short, "bob") == {"sales", "windows", "travel"}
    browser.post("/activate", text=FEWER, settle="chosen", choice=[each["bob keep"], each["anna release"]])
    assert (held(short, "anna"), held(short, "bob")) == (set(), {"sales", "windows", "travel"})


def test_where_very_many_lose_something_it_is_the_newest(crm: Installation, browser: Browser) -> None:
    crm.activate(file(bundle(2, users={"sales": 150})))
    rows = "".join(f"user{number:03},sales\n" for number in range(150))
    crm.users.import_rows(parse_users(f"id,licenses\n{rows}"))
    fewer = file(bundle(3, users={"sales": 10}))
    page = browser.post("/activate/preview", text=fewer)
    assert options(page) == {}
    assert "50 more rows are not shown" in words(page)
    assert "user149" in page
    assert "The file is active." in words(browser.post("/activate", text=fewer, settle="newest"))
    assert crm.license("sales").row.in_use == 10


def test_nothing_is_settled_where_something_else_stands_against_the_file(short: Installation, browser: Browser) -> None:
    other = file(bundle(2, serial="OTHER-1"), bundle(2, users={"sales": 1}))
    page = browser.post("/activate/preview", text=other)
    assert "What stands against it" in words(page)
    assert 'name="settle"' not in page
    assert held(short, "bob")


def test_a_bundle_that_was_signed_again_is_said_to_be_and_by_whom(crm: Installation, browser: Browser) -> None:
    again = file(trust_token(), signed(bundle(**SOLD), "second"))
    page = words(browser.post("/activate/preview", text=again))
    assert "Signed again base, sequence 1, by Demo," in page
    assert "The file is active." in words(browser.post("/activate", text=again))
    assert crm.audit.page(limit=1).entries[0].facts["again"]


def test_sites_that_are_too_many_are_removed(crm: Installation, browser: Browser) -> None:
    for site in ("bergen", "oslo"):
        crm.sites.add(site)
    fewer = file(bundle(2, **{**SOLD, "sites": {"satellite": 1}}))
    assert "Remove the site" in words(browser.post("/activate/preview", text=fewer))
    browser.post("/activate", text=fewer, settle="newest")
    assert [row.site.id for row in crm.sites.list()] == ["bergen"]


def test_another_serial_is_refused_with_the_reason(browser: Browser) -> None:
    other = file(bundle(serial="OTHER-1"))
    page = words(browser.post("/activate/preview", text=other))
    assert "What stands against it" in page
    assert "OTHER-1" in page


@pytest.mark.parametrize(
    ("data", "status", "said"),
    [
        (b"", 400, "no file was chosen"),
        (b"hello", 400, ""),
        (b"\xff\xfe\x00", 400, ""),
        (b"x" * 4_200_000, 400, "more than 4194304 bytes"),
        (file(bundle(2), by="stranger").encode(), 409, ""),
    ],
)
def test_what_is_no_license_file_is_refused_on_the_same_page(
    crm: Installation, browser: Browser, data: bytes, status: int, said: str
) -> None:
    before = crm.state().stored
    page = words(browser.upload("/activate/preview", data, status))
    assert "Take a license file." in page
    assert said in page
    assert crm.state().stored == before


def test_a_file_may_wait_for_its_start(browser: Browser) -> None:
    later = file(bundle(2, starts=makers.ISSUED_DAY + 30, **SOLD))
    assert "at its start" in words(browser.post("/activate/preview", text=later))


def test_the_first_file_is_asked_for(home_without_files: Browser) -> None:
    page = words(home_without_files.get("/licenses"))
    assert "Nothing was activated here yet." in page
    page = words(home_without_files.post("/activate", text=file(bundle(**SOLD))))
    assert "The file is active." in page
