"""Every screen keeps the rules of accessibility that axe-core knows, and is never wider than the window.

They are looked at in both color schemes, at the widths of a phone, a tablet and two desks, and zoomed to 200 %, in an
installation as large as any and in the sample. Colors do not depend on the width, nor the layout on the scheme: each
width and each scheme is looked at, and with LICENSEKIT_TEST_LOOKS=all each pair of them; a phone in Norwegian too. The
quick tier of the mark `browser` has a phone and a desk.
"""

import os
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import pytest

from licensekit.console.application import SCREENS
from licensekit.console.rendering import text
from licensekit.installation import Installation, parse_directory
from tests.console.browsing import Served, served
from tests.console.large_installation import make_large
from tests.console.sample_installation import make_sample
from tests.console.screens import LARGE, SAMPLE, Shown, addresses, unnamed
from tests.crm import SOLD
from tests.homes import bundle, file

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

USERS: Final = 400


class Look(NamedTuple):
    """A window in which screens are looked at."""

    width: int
    scheme: str
    zoom: int = 1
    language: str = "en"


QUICK: Final = (Look(390, "dark"), Look(1440, "light"))
# Words are longer in Norwegian: what fits a phone fits wherever the English does.
NORWEGIAN: Final = (Look(390, "light", language="nb"),)
# A browser that zooms to 200 % has half as many pixels of CSS, and draws each with twice as many of its own.
FURTHER: Final = (Look(768, "light"), Look(1024, "dark"), Look(640, "light", zoom=2))
PAIRS: Final = tuple(Look(one.width, scheme, one.zoom) for one in (*QUICK, *FURTHER) for scheme in ("light", "dark"))
LOOKS: Final = (*(PAIRS if os.environ.get("LICENSEKIT_TEST_LOOKS") == "all" else (*QUICK, *FURTHER)), *NORWEGIAN)


class Found(NamedTuple):
    """An installation that is served, and what there is to look at."""

    console: Served
    shown: Shown


@pytest.fixture(scope="module", params=["large", "sample"])
def looked_at(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Found]:
    """The installation as large as any, and the sample."""
    folder = tmp_path_factory.mktemp("looked-at")
    if request.param == "large":
        installation, shown = make_large(folder, USERS).open(), LARGE
    else:
        installation, shown = Installation.open(make_sample(folder).home, create=False), SAMPLE
    with installation, served(installation) as console:
        yield Found(console, shown)


@pytest.fixture
def console(looked_at: Found) -> Served:
    """The console of it."""
    return looked_at.console


def _parameter(look: Look) -> object:
    marks = () if look in (*QUICK, *NORWEGIAN) else (pytest.mark.thorough,)
    return pytest.param(look, marks=marks, id=f"{look.width}-{look.scheme}-{look.zoom}x-{look.language}")


@pytest.mark.parametrize("look", [_parameter(look) for look in LOOKS])
def test_every_screen_keeps_the_rules_and_fits(
    looked_at: Found, arrive: "Callable[..., Page]", judge: "Callable[[Page], list[str]]", look: Look
) -> None:
    size = {"width": look.width, "height": 900}
    more: dict[str, Any] = {"color_scheme": look.scheme, "device_scale_factor": look.zoom, "bypass_csp": True}
    page = arrive(viewport=size, locale=look.language, **more)
    found: list[str] = []
    for address in addresses(looked_at.shown):
        answer = page.goto(looked_at.console.address + address)
        is_there = answer is not None and answer.ok
        found += [f"{address}: {one}" for one in (judge(page) if is_there else ["is not there"])]
    assert found == []


@pytest.mark.parametrize("look", QUICK, ids=lambda look: f"{look.width}-{look.scheme}")
def test_what_a_form_leads_to_keeps_the_rules_and_fits(
    crm: Installation, chrome: "Browser", judge: "Callable[[Page], list[str]]", look: Look
) -> None:
    """Refusals, conflicts and previews are pages as well."""
    size, found = {"width": look.width, "height": 900}, list[str]()
    with served(crm) as console:
        page = chrome.new_page(viewport=size, color_scheme=look.scheme, bypass_csp=True)  # type: ignore[arg-type]  # Playwright's own names
        for what in _steps(page, console, crm):
            found += [f"{what}: {one}" for one in judge(page)]
        page.close()
    assert found == []


def _steps(page: "Page", console: Served, crm: Installation) -> Iterator[str]:
    """Go from page to page, and yield what each shows."""

    def go(path: str) -> None:
        page.goto(console.address + path)

    def press(key: str) -> None:
        page.get_by_role("button", name=text(key), exact=True).click()

    def write(key: str, written: str) -> None:
        page.get_by_label(text(key), exact=True).fill(written)

    def preview(users: dict[str, int | None], shows: str) -> None:
        go("/activate")
        write("activate.paste", file(bundle(2, **{**SOLD, "users": users})))
        press("activate.button")
        page.get_by_text(shows).wait_for()

    crm.users.propose_sync(parse_directory("id,licenses\nanna,sales\nbob,sales\ncarl,\n")).apply()
    go("/users")
    yield "who is not signed in"
    console.sign_in(page)
    go("/nothing")
    yield "no such page"
    go("/users/new")
    write("user.id", "anna")
    press("user.new_button")
    page.get_by_role("alert").wait_for()
    yield "a form that is refused"
    go("/user?id=anna")
    crm.users.set("anna", name="Anna Berg")
    write("user.name", "Anna Dahl")
    press("user.save_facts")
    page.get_by_text(text("conflict.title")).wait_for()
    yield "what two have changed"
    go("/users/directory")
    write("directory.paste", "id,licenses\nanna,sales\nbob,no-such\n")
    press("directory.preview")
    page.get_by_role("heading", name=text("directory.preview_title")).wait_for()
    yield "what a sync would change"
    preview({"sales": 1}, text("preview.fits", n=1))
    yield "a file that does not fit yet"
    preview({"sales": 9, "windows": None}, text("preview.can"))
    yield "a file that can be activated"
    press("preview.button")
    page.get_by_text(text("activated.done")).wait_for()
    yield "a file that is active"
    crm.events.start("no-login", message="Back at noon.")
    go("/sites")
    yield "logins that are stopped"
    go("/users/new")
    write("user.id", "dora")
    page.context.clear_cookies(name="licensekit-session")
    press("user.new_button")
    page.get_by_role("heading", name=text("interrupted.title")).wait_for()
    yield "a session that has ended"


def test_every_screen_is_looked_at() -> None:
    """A screen whose address varies has to be named in `screens.py`; any other is found."""
    assert unnamed() == set()
    assert len(set(addresses(LARGE))) >= len(SCREENS)
