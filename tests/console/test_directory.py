"""Users from a directory or a table, in the console."""

import re
from base64 import b64encode
from typing import Any
from zlib import compress

import pytest

from licensekit.installation import Installation, parse_directory
from tests.console.conftest import Browser, held, words

EXPORT = "sAMAccountName,displayName,Enabled,memberOf\n"
ANNA = 'anna,Anna Berg,True,"CN=North,OU=x"\n'
DORA = 'dora,Dora Lund,True,"CN=North,OU=x"\n'


def hidden(page: str) -> dict[str, Any]:
    """Return what the form of a preview carries."""
    return dict(re.findall(r'name="(table|shown|how|profile)" value="([^"]*)"', page))


def synced(crm: Installation, *lines: str) -> None:
    """Sync without the console."""
    crm.users.propose_sync(parse_directory(EXPORT + "".join(lines))).apply(confirm=True)


def test_a_sync_is_shown_with_its_leavers_by_name_and_then_made(crm: Installation, browser: Browser) -> None:
    crm.users.add_rule("North", "user")
    synced(crm, ANNA, DORA)
    page = browser.post("/users/directory", how="sync", text=EXPORT + ANNA + "new,New,True,\nbad,Bad,perhaps,\n")
    said = words(page)
    for part in ("1 user is retired", "Dora Lund dora", "1 row is refused", "neither yes nor no", "1 user is added"):
        assert part in said
    assert not crm.users.get("dora").retired
    refused = browser.post("/users/directory", 409, **hidden(page))
    assert "1 user is retired and loses every license" in words(refused)
    assert not crm.users.get("dora").retired
    page = browser.post("/users/directory", **hidden(refused), confirm="1")
    assert "The table was applied as shown" in words(page)
    assert crm.users.get("dora").retired
    assert held(crm, "dora") == set()
    assert crm.users.get("new").name == "New"


def test_a_sync_answers_with_a_page_that_can_be_reloaded(browser: Browser) -> None:
    page = browser.post("/users/directory", text=EXPORT + ANNA)
    fields = {"token": browser.token(), **hidden(page)}
    answer = browser.client.post("/users/directory", data=fields, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/users?saved=synced")


def test_most_users_leave_only_where_somebody_agrees(crm: Installation, browser: Browser) -> None:
    synced(crm, ANNA, *(f"u{number},,True,\n" for number in range(30)))
    page = browser.post("/users/directory", text=EXPORT + ANNA)
    assert "Continue anyway" in words(page)
    browser.post("/users/directory", 409, **hidden(page), confirm="1")
    assert not crm.users.get("u1").retired
    browser.post("/users/directory", **hidden(page), confirm="1", most="1")
    assert crm.users.get("u1").retired


def test_an_uploaded_table_is_imported_without_leavers(crm: Installation, browser: Browser) -> None:
    synced(crm, DORA)
    answer = browser.client.post(
        "/users/directory",
        data={"token": browser.token(), "how": "import"},
        files={"file": ("users.csv", "id;name;licenses\nanna;Anna;sales\nnew;Ny\n".encode("cp1252"))},
    )
    assert "1 user is added" in words(answer.text)
    assert "Retired 0" in words(answer.text)
    browser.post("/users/directory", **hidden(answer.text))
    assert held(crm, "anna") == {"sales"}
    assert not crm.users.get("dora").retired


@pytest.mark.parametrize(
    ("text", "said"),
    [("", "nothing was"), ("hello", "line 1: there is no column"), ("id,licenses\nanna,nothing\n", "line 2")],
)
def test_a_table_that_cannot_be_taken_is_kept_with_every_reason(browser: Browser, text: str, said: str) -> None:
    answer = browser.client.post("/users/directory", data={"token": browser.token(), "how": "import", "text": text})
    assert answer.status_code >= 400
    assert said in words(answer.text).lower()
    assert text in answer.text
    assert 'value="import" checked' in answer.text


def test_a_table_that_changes_something_else_by_now_is_shown_again(crm: Installation, browser: Browser) -> None:
    page = browser.post("/users/directory", text=EXPORT + ANNA)
    crm.users.assign("anna", "user")
    refused = browser.post("/users/directory", 409, **hidden(page))
    assert "has changed since this was proposed" in words(refused)
    browser.post("/users/directory", **hidden(refused))
    assert crm.users.get("anna").name == "Anna Berg"


def test_no_table_is_larger_than_an_import_may_be(browser: Browser) -> None:
    bomb = b64encode(compress(b"id\n" + b"a" * 70_000_000)).decode()
    answer = browser.client.post("/users/directory", data={"token": browser.token(), "table": bomb, "shown": "x"})
    assert 400 <= answer.status_code < 500


def test_a_table_that_changes_nothing_has_no_button(crm: Installation, browser: Browser) -> None:
    synced(crm, ANNA)
    page = browser.post("/users/directory", text=EXPORT + ANNA)
    assert "Nothing would change" in words(page)
    assert 'name="shown"' not in page


def test_rules_of_groups_are_added_and_removed(crm: Installation, browser: Browser) -> None:
    page = browser.post("/users/directory/rule", group="North", license="sales")
    assert "The rules are saved." in words(page)
    assert "North" in words(page)
    assert [rule.plain() for rule in crm.users.rules()] == [{"group": "North", "licenses": ["sales"]}]
    browser.post("/users/directory/rule", 404, group="North", license="nothing")
    browser.post("/users/directory/rule", group="North", drop="1")
    assert crm.users.rules() == ()


def test_whoever_may_only_look_takes_no_table(reader: Browser) -> None:
    assert "Licenses by group" in words(reader.get("/users/directory"))
    reader.post("/users/directory", 403, text=EXPORT + ANNA)
