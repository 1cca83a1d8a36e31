"""The audit log. What the installation signs."""

import re
import sqlite3
from html import unescape

from licensekit.installation import Installation
from tests.console.conftest import Browser, words
from tests.crm import SOLD
from tests.homes import Home, bundle, file


def test_every_change_is_a_sentence(crm: Installation, browser: Browser) -> None:
    crm.users.assign("anna", "sales")
    crm.users.set("anna", name="Anna")
    crm.sites.add("oslo", central=True)
    crm.events.end(crm.events.start("no-login").number)
    crm.request()
    page = words(browser.get("/history"))
    for said in (
        "changed the licenses of user anna, assigned sales",
        "changed user anna: name",
        "added the central site oslo",
        ": no-login for the installation",
        "ended event 1",
        "made a request",
        "activated a license file",
        "set up the installation",
    ):
        assert said in page


def test_it_comes_in_pages(crm: Installation, browser: Browser) -> None:
    for number in range(60):
        crm.users.add(f"user{number}")
    page = browser.get("/history")
    onward = re.search(r'href="([^"]*)" rel="next"', page)
    assert onward
    last = browser.get(unescape(onward[1]))
    assert "set up the installation" in words(last)
    assert 'rel="next"' not in last


def test_it_is_verified(browser: Browser) -> None:
    assert "The log is whole" in words(browser.get("/history", verify="1"))


def test_damage_is_told(crm_home: Home, browser: Browser) -> None:
    raw = sqlite3.connect(crm_home.folder / "licensing.db")
    raw.execute("UPDATE audit SET entry = ? WHERE number = 2", (b'{"did":"odd","list":[1]}',))
    raw.commit()
    raw.close()
    page = words(browser.get("/history", verify="1"))
    assert "The log does not hold" in page
    assert "odd" in page


def test_exchange_are_downloaded(browser: Browser) -> None:
    for name in ("request", "statement"):
        data = {"token": browser.token(), "facts": "1"}
        answer = browser.client.post(f"/exchange/{name}", data=data)
        assert answer.text.startswith(f"lk1-{name}.")
        said = answer.headers["content-disposition"]
        assert said == f'attachment; filename="{name}.lkr"'


def test_a_part_is_given_back_once_its_name_was_typed(crm: Installation, browser: Browser) -> None:
    page = browser.post("/exchange/return", 409, part="base", issuer="demo", confirm="bas")
    assert "must be typed" in words(page)
    assert crm.state().bundles
    page = browser.post("/exchange/return", part="base", issuer="demo", confirm="base")
    assert "It was given back" in words(page)
    assert crm.state().bundles == ()
    data = {"token": browser.token(), "part": "base", "issuer": "demo"}
    answer = browser.client.post("/exchange/receipts", data=data)
    assert answer.text.startswith("lk1-receipt.")
    assert answer.text == browser.client.post("/exchange/receipts", data=data).text


def test_asking_for_receipts_gives_nothing_back(crm: Installation, browser: Browser) -> None:
    browser.post("/exchange/receipts", 404, part="base", issuer="demo")
    crm.return_bundles(confirm=True)
    crm.activate(file(bundle(2, **SOLD)))
    browser.post("/exchange/receipts", part="base", issuer="demo")
    assert [b.document.sequence for b in crm.state().bundles] == [2]
