"""A console in a home in which nothing was activated, and that knows no pack."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from licensekit.console.application import SCREENS
from licensekit.installation import Installation
from licensekit.trust.roots import pin_of
from licensekit.trust.sign import sign
from tests import makers
from tests.console.conftest import TOKEN, Browser, client_of, words
from tests.crm import SOLD, crm_catalog
from tests.homes import PIN, Clock, bundle, file, pack

LICENSE = file(bundle(**SOLD))
PACK = pack(crm_catalog())


@pytest.fixture
def bare(tmp_path: Path) -> Iterator[Installation]:
    """An installation that is not there yet, opened without a pack."""
    with Installation.open(tmp_path / "home", clock=Clock(), by="x") as installation:
        yield installation


class FirstBrowser(Browser):
    """A browser before the first activation, when only one screen has a form."""

    def token(self) -> str:
        """Return the token of its form."""
        return str(TOKEN.findall(self.get("/activate"))[0])


@pytest.fixture
def browser(bare: Installation) -> Browser:
    """A browser of its administrator."""
    return FirstBrowser(client_of(bare))


def send(browser: Browser, status: int, *files: str, **fields: str) -> str:
    """Send files, and return the page that follows."""
    given = [("file", (f"{at}.txt", data.encode())) for at, data in enumerate(files)]
    answer = browser.client.post("/activate/preview", data={"token": browser.token(), **fields}, files=given)
    assert answer.status_code == status, answer.text
    return answer.text


ELSEWHERE = {"/pulse", "/activated/{entry}", "/site", "/user"}
"""Paths that are not pages, or that report first that there is no such activation, site or user."""


@pytest.mark.parametrize("path", sorted({*SCREENS} - ELSEWHERE))
def test_every_screen_leads_to_the_first_activation(browser: Browser, path: str) -> None:
    answer = browser.client.get(path.format(issuer="demo", code="sales", entry="2"))
    assert answer.url.path.startswith("/activate")
    assert "Pack of the product" in answer.text


@pytest.mark.parametrize("files", [(PACK, LICENSE), (LICENSE, PACK)])
def test_pack_and_license_are_told_apart_by_what_they_hold(
    bare: Installation, browser: Browser, files: tuple[str, str]
) -> None:
    page = send(browser, 200, *files)
    assert "This file can be activated." in words(page)
    assert "No root pin was given" in words(page)
    assert PIN in page
    assert bare.needs_pack
    done = browser.client.post("/activate", data={"token": browser.token(), "text": LICENSE, "pack": PACK})
    assert done.url.path == "/activated/2"
    assert bare.state().serial == bundle().serial


def test_a_pack_alone_is_kept_and_the_license_is_asked_for(browser: Browser) -> None:
    page = send(browser, 200, PACK)
    assert "The pack of Demo CRM was read." in words(page)
    assert PACK in page
    assert "This file can be activated." in words(send(browser, 200, LICENSE, pack=PACK))


def test_a_license_alone_is_kept_and_the_pack_is_asked_for(browser: Browser) -> None:
    page = send(browser, 409, LICENSE)
    assert "you need the pack of the product as well" in words(page)
    assert LICENSE.strip() in page
    assert "This file can be activated." in words(send(browser, 200, PACK, text=LICENSE))


def test_a_pack_that_is_damaged_is_not_kept(browser: Browser) -> None:
    page = send(browser, 400, PACK[:-9], text=LICENSE)
    assert "is cut off" in words(page)
    assert PACK[:-9] not in page


@pytest.mark.attack("swapped-root")
def test_a_pack_of_another_root_than_the_pin_is_refused(bare: Installation, browser: Browser) -> None:
    other = pin_of(b"another")
    page = send(browser, 409, PACK, LICENSE, root=other)
    assert other in page
    assert "root" in words(page)
    assert bare.needs_pack
    assert "No root pin was given" not in words(send(browser, 200, PACK, LICENSE, root=PIN))


def test_what_is_not_a_pin_is_reported(browser: Browser) -> None:
    assert "is not a root pin" in words(send(browser, 409, PACK, LICENSE, root="hello"))


def test_a_pack_that_a_form_brings_later_is_compared_with_the_recorded_root(
    bare: Installation, browser: Browser
) -> None:
    bare.with_pack(PACK, PIN).activate(LICENSE)
    other = makers.key("stranger")
    forged = makers.file_of(sign(makers.root(other), other), sign(makers.trust(makers.admitted(other)), other))
    before = bare.state().stored
    browser.client.post("/activate", data={"token": browser.token(), "text": LICENSE, "pack": forged})
    assert bare.state().stored == before
