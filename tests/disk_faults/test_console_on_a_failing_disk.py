"""A web console whose disk fails: a page says so, and everything or nothing has changed."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest

from licensekit.console.security.sign_in import Links
from licensekit.console.visit import Identity, Role
from licensekit.errors import FileUnusable, LicenseError
from licensekit.installation import Installation
from tests.console.conftest import Browser, client_of
from tests.disk_faults import worlds
from tests.disk_faults.calls import Call, Fault, watched
from tests.disk_faults.trials import TROUBLES, Trouble

PLACE: Final = "home/licensing.db"


def add_user(browser: Browser, token: str) -> int:
    """Add a user, and return the status of the page that comes."""
    form = {"token": token, "id": "carl", "kind": "associate", "can_log_in": "yes"}
    return int(browser.client.post("/users/new", data=form, follow_redirects=False).status_code)


def activate(browser: Browser, token: str) -> int:
    """Activate a license file, and return the status of the page that comes."""
    form = {"token": token, "text": Path("renewed.lic").read_text("utf-8")}
    return int(browser.client.post("/activate", data=form, follow_redirects=False).status_code)


def failing(trouble: Trouble, first: int) -> Callable[[Call], Fault | None]:
    """Return a function that fails calls of the kind: call number `first`, and those after it if the fault stays."""
    number = -1

    def fail(call: Call) -> Fault | None:
        nonlocal number
        number += call.kind in trouble.kinds
        is_struck = call.kind in trouble.kinds and (number >= first if trouble.stays else number == first)
        return Fault(trouble.errno) if is_struck else None

    return fail


@pytest.mark.attack("failing-disk")
@pytest.mark.parametrize("trouble", ["full", "error", "read-only"])
@pytest.mark.parametrize("act", [add_user, activate])
def test_a_form_is_carried_out_or_refused(world: Path, trouble: str, act: Callable[[Browser, str], int]) -> None:
    with worlds.still(world):
        worlds.prepare("renew 1010000014 --days 400 {w} -o renewed.lic --yes {p}")
        with Installation.open("home") as installation:
            browser = Browser(client_of(installation))
            token = browser.token()
            before = worlds.view(world)[PLACE]
            for first in (0, 1, 2, 5):
                with watched(world, failing(TROUBLES[trouble], first)):
                    status = act(browser, token)
                if worlds.view(world)[PLACE] != before:
                    assert status in {200, 303}
                    break
                assert status in {200, 503}  # a page to confirm changes nothing
                assert browser.client.get("/").status_code == 200
            assert act(browser, token) in {200, 303, 409}


@pytest.mark.attack("failing-disk")
@pytest.mark.parametrize("trouble", ["full", "error", "read-only", "permission"])
def test_a_link_that_cannot_be_kept_is_not_given(world: Path, trouble: str) -> None:
    with worlds.still(world):
        links = Links(world / "home" / "console")
        links.announce("http://127.0.0.1:8470")
        links.make(Identity("anna", Role.ADMINISTRATOR))
        before = worlds.view(world)
        with watched(world, failing(TROUBLES[trouble], 0)), pytest.raises(LicenseError) as caught:
            links.make(Identity("bob", Role.ADMINISTRATOR))
        assert isinstance(caught.value, FileUnusable)
        assert worlds.view(world) == before
