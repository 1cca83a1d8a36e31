"""The audit log on its screen: sentences, filters, pages, files, and whether it is whole."""

import csv
import io
import json
import re
import sqlite3
import tomllib
from html import unescape
from pathlib import Path

import pytest

import licensekit.state
from licensekit.console.rendering import texts
from licensekit.installation import Installation, parse_users
from tests.console.conftest import Browser, words
from tests.homes import Home


def results(page: str) -> str:
    """Return what the list of entries says."""
    return words(page.partition('id="results"')[2])


def test_every_change_is_a_sentence_with_links(crm: Installation, browser: Browser) -> None:
    crm.users.assign("anna", "sales")
    crm.users.set("anna", name="Anna")
    crm.sites.add("oslo", central=True)
    crm.events.end(crm.events.start("no-login").number)
    crm.request()
    page = browser.get("/history")
    for said in (
        'changed the licenses of <a href="/user?id=anna">anna</a>, assigned <a href="/license/sales">User</a>',
        'changed user <a href="/user?id=anna">anna</a>: name',
        'added the central site <a href="/site?id=oslo">oslo</a>',
        ": no-login for the installation",
        "ended event 1",
        "made a request",
        "activated a license file for",
        "base 1",
        "set up the installation",
    ):
        assert said in page


@pytest.mark.attack("markup-in-a-name")
def test_markup_in_a_name_is_text(crm: Installation, browser: Browser) -> None:
    crm.users.add("<b>x</b>&")
    assert 'added user <a href="/user?id=%3Cb%3Ex%3C%2Fb%3E%26">&lt;b&gt;x&lt;/b&gt;&amp;</a>' in browser.get(
        "/history"
    )


@pytest.mark.parametrize(
    ("asked", "found", "missing"),
    [
        ({"about": "anna"}, "added user anna", "bob"),
        ({"what": "event"}, "started event 1", "added"),
        ({"by": "ola"}, "changed user bob", "anna"),
        ({"from": "2000-01-01", "what": "activate"}, "activated", "added"),
        ({"until": "2000-01-01"}, "No change matches.", "added"),
        ({"about": "nobody"}, "No change matches.", "added"),
    ],
)
def test_entries_are_found(
    crm: Installation, browser: Browser, asked: dict[str, str], found: str, missing: str
) -> None:
    crm.acting_as("ola").users.set("bob", name="Bob")
    crm.events.start("no-login")
    said = results(browser.get("/history", **asked))
    assert found in said
    assert missing not in said


@pytest.mark.parametrize("day", ["yesterday", "2026-13-01", "0"])
def test_what_is_not_a_day_is_refused(browser: Browser, day: str) -> None:
    answer = browser.client.get("/history", params={"from": day})
    assert answer.status_code == 409
    assert "is not a date" in words(answer.text)


@pytest.mark.parametrize("number", ["x", "-1", "9" * 400, "²"])
def test_what_is_not_a_number_shows_the_newest(browser: Browser, number: str) -> None:
    assert "added user carl" in results(browser.get("/history", before=number if number != "9" * 400 else "9" * 15))
    browser.get("/history", before=number, after=number)


def test_it_comes_in_pages_and_back(crm: Installation, browser: Browser) -> None:
    crm.users.add("first")
    for number in range(60):
        crm.users.set("first", name=f"Name {number}")
    page = browser.get("/history", what="user-set")
    onward = re.search(r'href="([^"]*)" rel="next"', page)
    assert onward
    assert 'rel="prev"' not in page
    last = browser.get(unescape(onward[1]))
    assert 'rel="next"' not in last
    back = re.search(r'href="([^"]*)" rel="prev"', last)
    assert back
    assert results(browser.get(unescape(back[1]))).split("Older")[0].count("changed user first") == 50


def test_what_is_found_is_kept_as_a_file(crm: Installation, browser: Browser) -> None:
    rows = "".join(f"new{number},\n" for number in range(5))
    crm.users.import_rows(parse_users("id,licenses\n" + rows))
    answer = browser.client.get("/history", params={"as": "csv", "what": "user-import"})
    assert answer.headers["content-disposition"] == 'attachment; filename="history.csv"'
    heading, line = csv.reader(io.StringIO(answer.text.removeprefix("\ufeff")))
    assert heading == ["number", "at", "by", "did", "message"]
    assert line[2:4] == ["admin", "user-import"]
    assert "new0, new1, new2, new3, new4" in line[4]  # nobody is left out of a file
    answer = browser.client.get("/history", params={"as": "jsonl"})
    entries = [json.loads(line) for line in answer.text.splitlines()]
    assert entries == [entry.plain() for entry in crm.audit.entries()]


def test_an_entry_that_was_edited_is_shown_by_its_code_alone(crm_home: Home, browser: Browser) -> None:
    raw = sqlite3.connect(crm_home.folder / "licensing.db")
    raw.execute("UPDATE audit SET entry = ? WHERE number = 2", (b'{"at":7,"did":"odd","list":[1],"user":{"a":[]}}',))
    raw.execute("UPDATE audit SET entry = ? WHERE number = 3", (b"[",))
    raw.commit()
    raw.close()
    assert "odd" in results(browser.get("/history"))


def test_the_whole_of_it_is_verified_among_the_checks(browser: Browser) -> None:
    assert 'href="/health?check=1"' in browser.get("/history")


def test_every_kind_of_change_can_be_asked_for() -> None:
    said = Path(licensekit.state.__file__).with_name("messages.toml").read_text(encoding="utf-8")
    codes = tomllib.loads(said)["audit-entry"]["message"].keys()
    offered = {key.removeprefix("history.kinds.") for key in texts() if key.startswith("history.kinds.")}
    assert offered == codes | {"user", "site", "event"}
