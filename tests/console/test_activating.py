"""Taking a file: preview, refusal, release, activation."""

import csv
import re
from collections.abc import Iterator
from html import unescape
from unittest.mock import Mock

import pytest

from licensekit.errors import FetchFailed
from licensekit.installation import Installation, fetching, parse_users
from licensekit.wire.documents import PICKUP, Kind, MeterPeriod, SettingType, Use
from tests import makers
from tests.console.conftest import Browser, client_of, held, words
from tests.crm import SOLD, crm_catalog
from tests.homes import Home, bundle, file, pack, signed
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
    again = browser.post("/activate", text=more)
    assert "Nothing changed: all of it was already activated." in words(again)
    assert "Nothing changes" in words(browser.post("/activate/preview", text=more))


def test_what_was_left_out_of_a_mail_is_reported(crm: Installation, browser: Browser) -> None:
    more = file(bundle(2, **{**SOLD, "users": {"sales": 9}}))
    page = words(browser.upload("/activate/preview", f"Hello Anna\n<b>{more}</b>".encode()))
    assert "Left out of what you sent: HTML, the surrounding text." in page
    assert "left out" not in words(browser.upload("/activate/preview", more.encode()))
    assert crm.state().bundles[0].document.sequence == 1


def test_a_trial_beside_a_bought_license_is_reported_to_have_no_effect(crm: Installation, browser: Browser) -> None:
    tried = file(bundle(1, **{**SOLD, "use": Use.TRIAL}))
    page = words(browser.post("/activate/preview", text=tried))
    assert "No effect Base license (trial), until 1 Jan 2028 (Demo, sequence 1)" in page
    assert "it adds nothing to what is active here" in page
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
    page = words(browser.post("/activate/preview", text=more))
    assert "Setting Now Afterwards Beta \u2013 yes Rows \u2013 5,000 Support tier \u2013 silver" in page
    assert "Storage System license 0 GB per month +20 GB 20 GB per month" in page
    page = words(browser.post("/activate", text=more))
    assert "licenses Date or term Before After Storage \u2013 20 Beta \u2013 yes Rows \u2013 5,000" in page
    page = words(browser.get("/licenses/demo"))
    assert "Settings 3 Beta yes Rows 5,000 Support tier silver (default)" in page
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
    assert "Makes void Base license, until 1 Jan 2028 (Demo, sequence 1)" in page
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


def test_licenses_that_do_not_change_come_last(browser: Browser) -> None:
    more = file(bundle(2, **{**SOLD, "users": {"sales": 9}}))
    tables = words(browser.post("/activate/preview", text=more)).partition("Licenses License")[2]
    changed, _, rest = tables.partition("licenses that do not change")
    assert "+7" in changed
    assert "Areas" not in changed
    assert "Areas" in rest


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
    assert "It can be activated once 1 user or site gives up licenses." in page
    losing, _, keeping = page.partition("1 user or site that keeps the license")
    assert "Bob, the second bob User 2 User, User Release Keep" in losing
    assert "anna User 1 User Release Keep" in keeping
    refused = words(browser.post("/activate", 409, text=FEWER))
    assert "2 in use" in refused
    assert short.state().stored == before


def test_the_highest_slots_are_released_and_the_file_is_activated_in_one_change(
    short: Installation, browser: Browser
) -> None:
    page = words(browser.post("/activate", text=FEWER, settle="newest"))
    assert "The file is active." in page
    assert (held(short, "anna"), held(short, "bob")) == ({"sales", "windows"}, set())


def test_who_loses_what_is_chosen_for_each(short: Installation, browser: Browser) -> None:
    each = options(browser.post("/activate/preview", text=FEWER))
    wrong = browser.post("/activate", 409, text=FEWER, settle="chosen", choice=[each["bob keep"], each["anna keep"]])
    assert "0 holders lose it, but 1 must" in words(wrong)
    assert f'<option value="{each["bob keep"]}" selected' in unescape(wrong)
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


def test_nothing_is_settled_if_the_file_is_refused_for_another_reason(short: Installation, browser: Browser) -> None:
    other = file(bundle(2, serial="OTHER-1"), bundle(2, users={"sales": 1}))
    page = browser.post("/activate/preview", text=other)
    assert "Why it cannot be activated" in words(page)
    assert 'name="settle"' not in page
    assert held(short, "bob")


def test_a_bundle_that_was_signed_again_is_reported_with_its_signer(crm: Installation, browser: Browser) -> None:
    again = file(trust_token(), signed(bundle(**SOLD), "second"))
    page = words(browser.post("/activate/preview", text=again))
    assert "Signed again Base license, until 1 Jan 2028 (Demo, sequence 1)" in page
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
    assert "Why it cannot be activated" in page
    assert "OTHER-1" in page


@pytest.mark.parametrize(
    ("data", "status", "said"),
    [
        (b"", 400, "No file was chosen"),
        (b"hello", 400, ""),
        (b"\xff\xfe\x00", 400, ""),
        (b"x" * 4_200_000, 400, "More than 4194304 bytes"),
        (file(bundle(2), by="stranger").encode(), 409, ""),
    ],
)
def test_what_is_not_a_license_file_is_refused_on_the_same_page(
    crm: Installation, browser: Browser, data: bytes, status: int, said: str
) -> None:
    before = crm.state().stored
    page = words(browser.upload("/activate/preview", data, status))
    assert "Choose a license file from your vendor." in page
    assert said in page
    assert crm.state().stored == before


def test_a_file_may_wait_for_its_start(browser: Browser) -> None:
    later = file(bundle(2, starts=makers.ISSUED_DAY + 30, **SOLD))
    assert "It starts on 31 Jan 2027 . The figures below" in words(browser.post("/activate/preview", text=later))
    assert "The file is activated. It starts on 31 Jan 2027 ." in words(browser.post("/activate", text=later))


def test_the_first_file_is_asked_for(home_without_files: Browser) -> None:
    page = words(home_without_files.get("/activate"))
    assert "Nothing has been activated for Demo CRM yet." in page
    page = words(home_without_files.post("/activate", text=file(bundle(**SOLD))))
    assert "The file is active." in page


MORE = file(bundle(2, **{**SOLD, "users": {**SOLD["users"], "sales": 9}}, expiry=makers.ISSUED_DAY + 500, grace=None))


def test_dates_and_terms_are_shown_old_and_new(browser: Browser) -> None:
    page = words(browser.post("/activate/preview", text=MORE))
    assert "Expires 1 Jan 2028 15 May 2028 Grace until 31 Jan 2028 \u2013" in page
    assert "licensed until 15 May 2028 ; without this file, until 1 Jan 2028" in page
    shorter = file(bundle(2, **SOLD, expiry=makers.ISSUED_DAY + 300, warning=None, grace=None))
    assert '<li class="less">The product is licensed' in browser.post("/activate/preview", text=shorter)


def test_who_may_log_in_and_what_ends_is_shown_in_words(short: Installation, browser: Browser) -> None:
    without_server = file(bundle(2, **{**SOLD, "system": {"area": 1}}))
    page = words(browser.post("/activate/preview", text=without_server))
    assert "2 people may log in now; 0 with this file" in page
    assert "Ends with this file: Server." in page
    assert "As now, 2 people may log in; 0 from 1 Feb 2028 on" not in page
    assert short.state().bundles[0].document.sequence == 1


def test_the_result_has_an_address_that_stays(crm: Installation, browser: Browser) -> None:
    crm.users.assign("anna", "sales")
    done = browser.client.post("/activate", data={"token": browser.token(), "text": MORE})
    number = crm.audit.page(limit=1).entries[0].number
    assert (done.history[0].status_code, done.url.path) == (303, f"/activated/{number}")
    for page in (done.text, browser.get(f"/activated/{number}")):
        said = words(page)
        assert "The file is active." in said
        assert "by ingrid" in said
        assert "Expires 1 Jan 2028 15 May 2028" in said
        assert "Sales" not in said or "2 9" in said
    crm.activate(file(bundle(3, **SOLD)))
    later = words(browser.get(f"/activated/{number}"))
    assert "is no longer active" in later
    assert "Expires 1 Jan 2028 15 May 2028" in later


@pytest.mark.parametrize("number", ["1", "3", "0", "99", "x", "-1", "9" * 40, "\u0663"])
def test_what_is_not_an_activation_has_no_result(browser: Browser, number: str) -> None:
    assert browser.client.get(f"/activated/{number}").status_code == 404


def test_the_same_file_is_not_activated_twice(crm: Installation, browser: Browser) -> None:
    browser.post("/activate", text=MORE)
    before = crm.audit.page(limit=1).entries[0].number
    answer = browser.client.post("/activate", data={"token": browser.token(), "text": MORE})
    assert (answer.url.path, answer.url.params["saved"]) == ("/activate", "same")
    assert "until 15 May 2028" in words(answer.text)
    assert crm.audit.page(limit=1).entries[0].number == before


def shown_in(page: str) -> str:
    """Return what a preview says that it has shown."""
    return str(re.findall(r'name="shown" value="([0-9a-f]+)"', page)[0])


def test_what_would_change_something_else_than_was_shown_is_shown_again(crm: Installation, browser: Browser) -> None:
    shown = shown_in(browser.post("/activate/preview", text=MORE))
    crm.activate(file(bundle(part="extra", users={"travel": 1})))
    assert shown_in(browser.post("/activate/preview", text=MORE)) == shown
    third = file(bundle(3, **SOLD))
    shown = shown_in(browser.post("/activate/preview", text=third))
    crm.activate(MORE)
    page = browser.post("/activate", 409, text=third, shown=shown)
    assert "has changed since this was proposed" in words(page)
    assert crm.state().bundles[0].document.sequence == 2
    browser.post("/activate", text=third, shown=shown_in(page))
    assert crm.state().bundles[0].document.sequence == 3


def test_several_files_are_taken_together(crm: Installation, browser: Browser) -> None:
    extra = file(bundle(part="extra", users={"travel": 1}))
    given = [("file", ("a.lic", MORE.encode())), ("file", ("b.eml", f"Hello\n{extra}".encode()))]
    page = browser.client.post("/activate/preview", data={"token": browser.token()}, files=given).text
    assert "Add-on: Server, Satellite and 1 more, until" in words(page)
    assert "Base license, until 15 May 2028" in words(page)
    assert "Left out" in words(page)
    both = unescape(re.findall(r'<textarea name="text" hidden>([^<]*)', page)[0])
    browser.post("/activate", text=both)
    assert {one.document.part for one in crm.state().bundles} == {"base", "extra"}


def test_what_can_be_looked_at_again_keeps_what_was_chosen(short: Installation, browser: Browser) -> None:
    each = options(browser.post("/activate/preview", text=FEWER))
    page = browser.post("/activate/preview", text=FEWER, choice=[each["bob keep"], each["anna release"]])
    assert f'<option value="{each["bob keep"]}" selected' in unescape(page)
    short.users.retire("bob")
    assert "This file can be activated." in words(browser.post("/activate/preview", text=FEWER))


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"PK\x03\x04rest", "a compressed folder (ZIP)"),
        (b"%PDF-1.7 rest", "This is a PDF document"),
        (b"SQLite format 3\0rest", "This is a database"),
        (b"lkkey1.AAAA", "never send a key file to anybody"),
        (b"lkroot1-abc", "This is a root pin"),
        (b'order = "A-1"', "This is an order"),
        (pack(crm_catalog()).encode(), "This file contains no license"),
    ],
)
def test_each_wrong_file_has_a_sentence_that_helps(browser: Browser, data: bytes, said: str) -> None:
    is_pack = data.startswith(b"lk1-")
    assert said in words(browser.upload("/activate/preview", data, 200 if is_pack else 400))


def test_a_request_is_for_the_vendor(crm: Installation, browser: Browser) -> None:
    written, _ = crm.request()
    page = words(browser.upload("/activate/preview", written.encode(), 400))
    assert "for the vendor, and cannot be activated" in page


def test_a_reader_may_look_and_not_activate(reader: Browser) -> None:
    page = reader.get("/activate")
    assert re.search(r'<button class="primary" disabled>', page)


@pytest.fixture
def updating(crm_home: Home, monkeypatch: pytest.MonkeyPatch) -> Iterator[Browser]:
    """A browser of an installation whose vendor has the second file at an address."""
    named = {PICKUP: "0f" * 16}
    crm_home.pack = pack(makers.changed(crm_catalog(), urls={"update": "https://licenses.example.com"}))
    newest = file(bundle(2, extensions=named, **SOLD)).encode()
    monkeypatch.setattr(fetching, "fetch", Mock(return_value=newest))
    with crm_home.open() as installation:
        installation.activate(file(bundle(extensions=named, **SOLD)))
        yield Browser(client_of(installation))


def test_a_newer_file_is_fetched_shown_and_activated(updating: Browser) -> None:
    assert "Look for a newer file from Demo" in words(updating.get("/activate"))
    page = updating.post("/activate/fetch", issuer="demo")
    assert "Base license, until 1 Jan 2028 (Demo, sequence 2)" in words(page)
    text = unescape(re.findall(r'<textarea name="text" hidden>([^<]*)', page)[0])
    assert "The file is active." in words(updating.post("/activate", text=text, shown=shown_in(page)))
    assert "The newest license file is already active here" in words(updating.post("/activate/fetch", issuer="demo"))


def test_what_cannot_be_fetched_is_reported_where_it_was_asked(
    updating: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetching, "fetch", Mock(side_effect=FetchFailed(reason="late", seconds=60.0)))
    page = words(updating.post("/activate/fetch", 503, issuer="demo"))
    assert "Choose a license file from your vendor." in page
    assert "60" in page


def test_where_the_catalog_names_no_address_nothing_is_fetched(browser: Browser) -> None:
    assert "Look for a newer file" not in words(browser.get("/activate"))
    assert "names no address" in words(browser.post("/activate/fetch", 409))


def test_a_new_issuer_is_shown_with_the_names_of_its_own_catalog(browser: Browser) -> None:
    scope = makers.scope(issuers=["partner"])
    partner = makers.admitted(makers.key("partner"), "p", scope=scope)
    trust = makers.trust(makers.admitted(makers.key("vendor")), partner, version=2)
    tools = {"tool": makers.license_entry(Kind.SYSTEM, "Shiny tool")}
    catalog = makers.catalog(issuer="partner", licenses=tools, access={}, trust_version=2)
    sold = bundle(issuer="partner", part="tools", system={"tool": 1}, sites={}, users={})
    text = file(signed(trust, "root"), signed(catalog, "partner"), signed(sold, "partner"))
    page = words(browser.post("/activate/preview", text=text))
    assert "New Add-on: Shiny tool, until" in page
    assert "partner.tool" not in page
