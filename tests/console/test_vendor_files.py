"""What the installation signs for its vendor: requests, statements, returns with their receipts."""

import pytest

from licensekit.console.pages.files import NAMED
from licensekit.installation import Installation, parse_users
from licensekit.trust.signed import self_signed
from licensekit.wire import armor
from licensekit.wire.documents import Request
from tests.console.conftest import Browser, held, words
from tests.crm import SOLD
from tests.homes import bundle, file


@pytest.mark.parametrize("name", ["request", "statement"])
def test_each_file_is_downloaded(browser: Browser, name: str) -> None:
    answer = browser.client.post(f"/files/{name}", data={"token": browser.token(), "facts": "1"})
    assert answer.text.startswith(f"lk1-{name}.")
    assert answer.headers["content-disposition"] == f'attachment; filename="{name}.lkr"'


def test_a_request_says_what_the_installation_is_called_and_for(browser: Browser) -> None:
    text = browser.post("/files/request", name="Oslo, floor 3", purpose="test")
    request = self_signed(armor.read(text)[0], Request).document
    assert {"Oslo, floor 3", "test"} <= set(map(str, request.extensions.values()))
    assert not request.facts


def test_a_refused_request_keeps_what_was_typed(browser: Browser) -> None:
    page = browser.post("/files/request", 409, name="a" * 300, purpose="recovery")
    assert "Nothing was created" in words(page)
    assert 'value="' + "a" * 300 in page
    assert 'value="recovery" selected' in page


def test_a_return_says_first_what_it_takes_away(crm: Installation, browser: Browser) -> None:
    crm.users.assign("anna", "sales")
    page = words(browser.get("/files/return", part="base", issuer="demo"))
    assert "can never work here again" in page
    assert "1 assignment exceeds what is left" in page
    assert "anna" in page


def test_a_part_is_given_back_once_its_name_was_typed(crm: Installation, browser: Browser) -> None:
    crm.users.assign("anna", "sales")
    page = browser.post("/files/return", 409, part="base", issuer="demo", confirm="bas", settle="1")
    assert "must be typed" in words(page)
    assert 'value="bas"' in page
    assert crm.state().bundles
    page = browser.post("/files/return", part="base", issuer="demo", confirm="base", settle="1")
    assert "base was given back" in words(page)
    assert (crm.state().bundles, crm.users.get("anna").holdings) == ((), ())
    data = {"token": browser.token(), "part": "base", "issuer": "demo"}
    answer = browser.client.post("/files/receipts", data=data)
    assert answer.text.startswith("lk1-receipt.")
    assert answer.text == browser.client.post("/files/receipts", data=data).text
    assert "It is no longer active here" in words(browser.get("/files/return", part="base", issuer="demo"))


def test_without_releasing_they_stay_assigned(crm: Installation, browser: Browser) -> None:
    crm.users.assign("anna", "sales")
    browser.post("/files/return", part="base", issuer="demo", confirm="base")
    assert len(crm.users.get("anna").holdings) == 1


def test_asking_for_receipts_gives_nothing_back(crm: Installation, browser: Browser) -> None:
    browser.post("/files/receipts", 404, part="base", issuer="demo")
    crm.propose_return().apply(confirm=True)
    crm.activate(file(bundle(2, **SOLD)))
    browser.post("/files/receipts", part="base", issuer="demo")
    assert [b.document.sequence for b in crm.state().bundles] == [2]


def test_nothing_can_be_made_by_somebody_who_may_only_look(reader: Browser) -> None:
    page = reader.get("/files")
    assert page.count("<button disabled>") == 2
    assert "Give back for good" not in reader.get("/files/return", part="base", issuer="demo")


def test_where_very_many_lose_a_license_they_are_counted_and_not_named(crm: Installation, browser: Browser) -> None:
    """Each who is named takes time, so that the page would take minutes with very many users."""
    users = NAMED + 5
    crm.activate(file(bundle(2, **{**SOLD, "users": {"sales": users}})))
    lines = "".join(f"user{number},sales\n" for number in range(users))
    crm.users.import_rows(parse_users("id,licenses\n" + lines))
    page = browser.get("/files/return", part="base", issuer="demo")
    assert f"{users} assigned, 0 left" in words(page)
    assert "user3" not in page
    browser.post("/files/return", part="base", issuer="demo", confirm="base", settle="1")
    assert held(crm, "user3") == set()
