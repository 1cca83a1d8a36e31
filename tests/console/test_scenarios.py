"""What an administrator does from beginning to end, in real Chromium, over several screens."""

import re
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest

from licensekit.console.rendering import text
from licensekit.installation import Installation, parse_directory
from tests.console.browsing import Served, served
from tests.console.conftest import held
from tests.crm import SOLD
from tests.homes import Home, bundle, file
from tests.makers import ISSUED_DAY
from tests.nginx import free_port, nginx

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

PHONE: Final = {
    "viewport": {"width": 390, "height": 844},
    "device_scale_factor": 3,
    "is_mobile": True,
    "has_touch": True,
}
CARL: Final = 'carl,Carl Dahl,True,"CN=Sales,OU=Groups,DC=example"\n'
DIRECTORY: Final = (
    "sAMAccountName,displayName,Enabled,memberOf\n"
    'anna,Anna Berg,True,"CN=Sales,OU=Groups,DC=example"\n'
    "bob,Bob Eide,True,\n"
    f"{CARL}"
)
SNIPPET: Final = (Path(__file__).parents[2] / "samples" / "console" / "nginx.conf").read_text("utf-8")
SESSION: Final = "licensekit-session"
"""The cookie of a session."""


@pytest.fixture
def console(crm: Installation) -> Iterator[Served]:
    """The console of `crm`."""
    with served(crm) as console:
        yield console


def press(page: "Page", key: str) -> None:
    """Press the button that has a text."""
    page.get_by_role("button", name=text(key), exact=True).click()


WITHOUT_SCRIPT: Final = {"java_script_enabled": False}
SCRIPTLESS: Final = pytest.param(WITHOUT_SCRIPT, id="no script")
WITH_SCRIPT: Final = pytest.param({}, id="script")


def paste(page: "Page", written: str) -> None:
    """Paste a license file, or a mail with one, on the screen where files are taken, and look at what it changes."""
    page.get_by_label(text("activate.paste"), exact=True).fill(written)
    press(page, "activate.button")


def follow(page: "Page", section: str) -> None:
    """Go to a section of the menu."""
    link = page.get_by_role("navigation", name=text("frame.menu")).get_by_role("link", name=text(f"menu.{section}"))
    with page.expect_navigation():
        link.click()


@pytest.mark.parametrize("settings", [WITH_SCRIPT, SCRIPTLESS, pytest.param(PHONE, id="phone")])
def test_the_first_file_is_activated_from_the_mail_it_came_in(
    crm_home: Home, chrome: "Browser", settings: "dict[str, Any]"
) -> None:
    """An empty home leads there; afterwards the result can be reloaded, and Back activates nothing again."""
    with crm_home.open("ingrid") as empty, served(empty) as console:
        page = chrome.new_context(**settings).new_page()
        console.sign_in(page)
        page.goto(console.address)
        if "/activate" not in page.url:
            follow(page, "activate")
        paste(page, f"Dear Ms Solberg,\n\nhere is your license:\n\n{file(bundle(**SOLD))}\nKind regards\n")
        page.get_by_text(text("preview.can")).wait_for()
        assert empty.state().bundles == ()
        press(page, "preview.button")
        page.get_by_text(text("activated.done")).wait_for()
        page.reload()
        page.get_by_text(text("activated.done")).wait_for()
        if settings is not WITHOUT_SCRIPT:  # Chromium asks before it shows the preview again, which was a form
            page.go_back()
        assert [one.document.sequence for one in empty.state().bundles] == [1]
        assert len(empty.bundles()) == 1
        follow(page, "licenses")
        page.get_by_role("link", name="Server").wait_for()
        page.context.close()


def test_a_deficit_is_settled_where_it_is_shown(crm: Installation, arrive: "Callable[..., Page]") -> None:
    """Fewer are in the file than are assigned: who gives up what is chosen, and the file is activated with it."""
    for user in ("anna", "bob"):
        crm.users.assign(user, "sales")
    page = arrive()
    follow(page, "activate")
    paste(page, file(bundle(2, **{**SOLD, "users": {"sales": 1, "service": 1}})))
    page.get_by_text(text("preview.fits", n=1)).wait_for()
    assert page.get_by_role("button", name=text("preview.button"), exact=True).count() == 0
    chosen = page.get_by_label(text("preview.choice", holder="anna", name="User"))
    keeping = page.locator("details.rest").filter(has=chosen)
    if keeping.count():
        keeping.locator("summary").click()
    chosen.select_option(text("preview.actions.release"))
    page.get_by_role("button", name=text("preview.settle", n=2)).wait_for()
    page.get_by_label(text("preview.choice", holder="bob", name="User")).select_option(text("preview.actions.keep"))
    page.get_by_role("button", name=text("preview.settle", n=1)).click()
    page.get_by_text(text("activated.done")).wait_for()
    assert (held(crm, "anna"), held(crm, "bob")) == (set(), {"sales"})
    follow(page, "history")
    page.get_by_text("anna").first.wait_for()


def test_a_renewal_ends_what_the_overview_asks_for(
    crm: Installation, crm_home: Home, console: Served, arrive: "Callable[..., Page]"
) -> None:
    """The task leads to where the file is taken; once it is active, nothing is to be done."""
    crm_home.clock.move(days=340)
    page = arrive()
    page.goto(console.address)
    page.get_by_role("link", name=text("task.warning.button")).first.click()
    later = {"warning": ISSUED_DAY + 700, "expiry": ISSUED_DAY + 730, "grace": ISSUED_DAY + 760}
    paste(page, file(bundle(2, **{**SOLD, **later})))
    page.get_by_text("31 Dec 2028").first.wait_for()
    press(page, "preview.button")
    page.get_by_text(text("activated.done")).wait_for()
    follow(page, "overview")
    page.get_by_role("heading", name=text("overview.coming")).wait_for()
    assert page.get_by_role("link", name=text("task.warning.button")).count() == 0
    assert [one.document.sequence for one in crm.state().bundles] == [2]


@pytest.mark.parametrize("settings", [WITH_SCRIPT, SCRIPTLESS])
def test_a_sync_says_by_name_who_leaves(
    crm: Installation, arrive: "Callable[..., Page]", settings: "dict[str, Any]"
) -> None:
    """Whoever came from the directory and is not in it any more is retired, and what they held is free."""
    crm.users.propose_sync(parse_directory(DIRECTORY)).apply()
    crm.users.assign("carl", "sales")
    page = arrive(**settings)
    follow(page, "users")
    page.get_by_role("link", name=text("users.directory")).click()
    page.get_by_label(text("users.group"), exact=True).fill("Sales")
    page.get_by_label(text("users.license"), exact=True).select_option("service")
    press(page, "directory.add_rule")
    page.get_by_text("Sales", exact=True).wait_for()
    page.get_by_label(text("directory.paste"), exact=True).fill(DIRECTORY.replace(CARL, "").replace("Anna", "Anna B."))
    press(page, "directory.preview")
    page.get_by_role("heading", name=text("directory.outcomes.left", n=1, number=1)).wait_for()
    assert "carl" in page.locator("section", has=page.locator("#left")).inner_text()
    assert not crm.users.get("carl").retired
    page.get_by_label(text("directory.confirm", n=1, number=1)).check()
    press(page, "directory.button")
    page.get_by_role("heading", name=text("directory.preview_title")).wait_for(state="detached")
    assert crm.users.get("carl").retired
    assert (held(crm, "carl"), held(crm, "anna")) == (set(), {"service"})
    assert crm.users.get("anna").name == "Anna B. Berg"


def test_two_administrators_keep_what_the_other_one_changed(
    crm: Installation, console: Served, arrive: "Callable[..., Page]", said: list[str]
) -> None:
    """What only one touched is merged; what both changed is shown, with what the second one typed."""
    first, second = arrive("ingrid.solberg"), arrive("rolf.vik")
    for page in (first, second):
        page.goto(f"{console.address}/user?id=anna")
    first.get_by_label(text("user.name"), exact=True).fill("Anna Berg")
    press(first, "user.save_facts")
    first.get_by_text(text("saved.facts")).wait_for()
    second.get_by_label(text("user.groups"), exact=True).fill("Sales")
    press(second, "user.save_facts")
    second.get_by_text(text("saved.facts")).wait_for()
    assert (crm.users.get("anna").name, crm.users.get("anna").groups) == ("Anna Berg", ("Sales",))
    first.get_by_label(text("user.name"), exact=True).fill("Anna Dahl")
    press(first, "user.save_facts")
    first.get_by_text(text("saved.facts")).wait_for()
    second.get_by_label(text("user.name"), exact=True).fill("Anna Lie")
    press(second, "user.save_facts")
    second.get_by_text(text("conflict.title")).wait_for()
    shown = second.get_by_role("main").inner_text()
    assert "Anna Dahl" in shown
    assert second.get_by_label(text("user.name"), exact=True).input_value() == "Anna Lie"
    assert crm.users.get("anna").name == "Anna Dahl"
    press(second, "user.save_facts")
    second.get_by_text(text("saved.facts")).wait_for()
    assert crm.users.get("anna").name == "Anna Lie"
    assert {entry.facts["by"] for entry in crm.audit.page(limit=4).entries} == {"ingrid.solberg", "rolf.vik"}
    assert all("409" in line for line in said), said
    said.clear()


def test_on_a_phone_a_license_is_given_to_somebody_who_was_searched_for(
    crm: Installation, arrive: "Callable[..., Page]"
) -> None:
    """Nothing is wider than the screen on the way, and Save is in sight without scrolling."""
    page = arrive(**PHONE)

    def is_as_wide_as_the_screen() -> bool:
        return bool(page.evaluate("() => document.documentElement.scrollWidth <= innerWidth"))

    follow(page, "users")
    assert is_as_wide_as_the_screen()
    page.get_by_label(text("users.search")).fill("bo")
    page.get_by_role("link", name="anna").wait_for(state="detached")
    with page.expect_navigation():
        page.get_by_role("link", name="bob").tap()
    assert is_as_wide_as_the_screen()
    page.locator('input[name="plan"][value="sales"]').tap()
    save = page.get_by_role("button", name=text("holder.save"), exact=True)
    box = save.bounding_box()
    assert box is not None
    assert 0 <= box["y"] <= 844 - box["height"]
    save.tap()
    page.get_by_text(text("saved.licenses")).wait_for()
    assert held(crm, "bob") == {"sales"}


def test_with_the_keyboard_alone_an_event_is_started_and_ended(
    crm: Installation, arrive: "Callable[..., Page]"
) -> None:
    """Each press of Tab leads on, what has the focus shows it, and Enter does what is written there."""
    page = arrive()

    def tab_to(what: "Locator") -> None:
        for _ in range(120):
            page.keyboard.press("Tab")
            if what.evaluate("one => one === document.activeElement"):
                outline = what.evaluate("one => getComputedStyle(one).outlineStyle")
                assert outline != "none", what
                return
        pytest.fail(f"no Tab leads to {what}")

    tab_to(page.get_by_role("navigation", name=text("frame.menu")).get_by_role("link", name=text("menu.events")))
    page.keyboard.press("Enter")
    page.get_by_role("heading", name=text("events.title"), exact=True).wait_for()
    tab_to(page.locator("#message"))
    page.keyboard.type("Back at noon.")
    tab_to(page.get_by_role("button", name=text("events.button"), exact=True))
    page.keyboard.press("Enter")
    page.get_by_text(text("saved.started")).wait_for()
    assert [one.message for one in crm.events.list()] == ["Back at noon."]
    tab_to(page.get_by_role("button", name=text("events.end_of", number=1)))
    page.keyboard.press("Enter")
    page.get_by_text(text("saved.ended")).wait_for()
    assert crm.events.list() == ()


def test_an_expired_session_loses_nothing_that_was_typed(
    crm: Installation, console: Served, arrive: "Callable[..., Page]", said: list[str]
) -> None:
    page = arrive()
    page.goto(f"{console.address}/users/new")
    page.get_by_label(text("user.id"), exact=True).fill("dora")
    page.get_by_label(text("user.name"), exact=True).fill("Dora Lund")
    page.context.clear_cookies(name=SESSION)
    press(page, "user.new_button")
    page.get_by_role("heading", name=text("interrupted.title")).wait_for()
    page.get_by_label(text("sign_in.link")).fill("a wrong link")
    press(page, "interrupted.sign_in")
    page.get_by_role("alert").wait_for()
    page.get_by_label(text("sign_in.link")).fill(console.link_for("ingrid.solberg"))
    press(page, "interrupted.sign_in")
    press(page, "interrupted.send")
    page.get_by_text(text("saved.added")).wait_for()
    assert crm.users.get("dora").name == "Dora Lund"
    assert all("401" in line for line in said), said  # Chromium's own remark on the refusals
    said.clear()


@pytest.fixture(params=["taken away", "passed on"])
def behind_nginx(crm: Installation, request: pytest.FixtureRequest) -> Iterator[Served]:
    """The console below a path, as the sample has it, and where the path is taken away."""
    port = free_port()
    public = f"http://127.0.0.1:{port}/licensing"
    with served(crm, public) as console, tempfile.TemporaryDirectory() as folder:
        target = f"http://127.0.0.1:{console.port}{'/' if request.param == 'taken away' else ''};"
        rule = SNIPPET.replace("http://127.0.0.1:8470;", target)
        assert rule != SNIPPET
        with nginx(Path(folder), port, f"listen 127.0.0.1:{port};\n{rule}"):
            yield console


@pytest.mark.server
def test_it_is_used_below_a_path_of_another_server(crm: Installation, behind_nginx: Served, chrome: "Browser") -> None:
    """Every address that a page names lies below the path, and so does where a form leads."""
    page, own = chrome.new_page(), re.compile(rf"{re.escape(behind_nginx.address)}/(?!.*licensing)")
    behind_nginx.sign_in(page)
    named = [one.evaluate("one => one.href") for one in page.locator("nav.menu a").all()]
    assert [address for address in named if not own.match(address)] == []
    page.get_by_role("link", name=text("menu.users"), exact=True).click()
    page.get_by_role("link", name="anna").click()
    page.locator('input[name="plan"][value="sales"]').check()
    press(page, "holder.save")
    page.get_by_text(text("saved.licenses")).wait_for()
    assert own.match(page.url)
    assert "sales" in crm.users.get("anna").licenses
    page.close()
