"""The console in real Chromium, as an administrator uses it.

Without a browser or axe-core these tests are skipped; where LICENSEKIT_TEST_BROWSER is `required` they fail then.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from licensekit.installation import Installation, parse_directory
from licensekit.limits import FILE_BYTES
from licensekit.wire.documents import Kind
from tests import makers
from tests.console.browsing import Served, served
from tests.console.conftest import held
from tests.crm import SOLD, crm_catalog
from tests.homes import PIN, Clock, bundle, file, pack

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page


@pytest.fixture
def console(crm: Installation) -> Iterator[Served]:
    """The console of `crm`."""
    with served(crm) as console:
        yield console


def go(page: "Page", console: Served, path: str) -> None:
    """Open a screen."""
    page.goto(console.address + path)


def test_a_plan_is_assigned_and_the_count_moves(
    crm: Installation, console: Served, arrive: "Callable[..., Page]"
) -> None:
    page = arrive()
    row = page.get_by_role("row").filter(has=page.locator('a[href="/license/sales"]'))
    go(page, console, "/licenses/demo")
    assert "0 of 2" in row.inner_text()
    go(page, console, "/user?id=anna")
    page.locator('input[name="plan"][value="sales"]').check()
    assert held(crm, "anna") == set()
    page.get_by_role("button", name="Save licenses").click()
    page.get_by_text("The licenses are saved.").wait_for()
    assert held(crm, "anna") == {"sales"}
    go(page, console, "/licenses/demo")
    assert "1 of 2" in row.inner_text()


def test_ticking_brings_along_what_is_required(console: Served, arrive: "Callable[..., Page]") -> None:
    page = arrive()
    go(page, console, "/user?id=anna")
    windows = page.locator('input[value="windows"]')
    travel = page.locator('input[value="travel"]')
    travel.check()
    assert windows.is_checked()
    windows.uncheck()
    assert not travel.is_checked()


def test_a_bar_says_what_save_would_do(crm: Installation, console: Served, arrive: "Callable[..., Page]") -> None:
    crm.users.assign("anna", "sales")
    page = arrive()
    go(page, console, "/user?id=anna")
    bar = page.locator(".sticky")
    assert not bar.is_visible()
    page.locator('input[value="windows"]').check()
    assert "Adds" in bar.inner_text()
    assert "Releases" not in bar.inner_text()
    page.locator('input[name="plan"][value=""]').check()
    assert "Releases" in bar.inner_text()
    page.locator('input[name="plan"][value="sales"]').check()
    page.locator('input[value="windows"]').uncheck()
    assert not bar.is_visible()


def test_licenses_are_narrowed_and_what_is_ticked_stays_ticked(
    crm: Installation, console: Served, arrive: "Callable[..., Page]"
) -> None:
    more = {f"module-{number}": makers.license_entry(Kind.USER, f"Module {number}") for number in range(20)}
    catalog = makers.changed(crm_catalog(), version=2, licenses={**crm_catalog().licenses, **more})
    crm.activate(file(catalog, bundle(2, **{**SOLD, "users": {**SOLD["users"], **dict.fromkeys(more, 5)}})))
    crm.users.assign("anna", "module-1")
    page = arrive()
    go(page, console, "/user?id=anna")
    assert not page.locator('input[value="module-7"]').is_visible()  # folded
    page.get_by_label("Find a license").fill("module 7")
    page.locator('input[value="module-7"]').check()
    page.get_by_label("Find a license").fill("zzz")
    assert page.get_by_text("No license that can be added").is_visible()
    page.get_by_label("Find a license").fill("")
    assert page.locator('input[name="license"][value="module-1"]').is_visible()
    page.get_by_role("button", name="Save licenses").click()
    page.get_by_text("The licenses are saved.").wait_for()
    assert held(crm, "anna") == {"module-1", "module-7"}


@pytest.mark.attack("last-seat-taken-twice")
def test_the_last_seat_is_refused_to_the_second_of_two_browsers(
    crm: Installation, console: Served, arrive: "Callable[..., Page]", said: list[str]
) -> None:
    first, second = arrive(), arrive()
    for page, user in ((first, "anna"), (second, "bob")):
        go(page, console, f"/user?id={user}")
        page.locator('input[name="plan"][value="service"]').check()
    first.get_by_role("button", name="Save licenses").click()
    first.get_by_text("The licenses are saved.").wait_for()
    second.get_by_role("button", name="Save licenses").click()
    second.get_by_text("Nothing was saved").wait_for()
    assert "is free" in second.get_by_role("alert").inner_text()
    assert (held(crm, "anna"), held(crm, "bob")) == ({"service"}, set())
    assert all("409" in line for line in said), said  # Chromium's own remark on the refusal
    said.clear()


def test_everything_is_done_with_the_keyboard_alone(crm: Installation, arrive: "Callable[..., Page]") -> None:
    page = arrive()

    def tab_to(selector: str) -> None:
        for _ in range(80):
            page.keyboard.press("Tab")
            if page.evaluate("s => document.activeElement.matches(s)", selector):
                return
        pytest.fail(f"no Tab leads to {selector}")

    page.keyboard.press("Tab")
    assert page.evaluate("() => document.activeElement.textContent") == "Skip to the content"
    tab_to('a[href="/users"]')
    page.keyboard.press("Enter")
    page.get_by_label("Id or name").wait_for()
    tab_to('a[href="/user?id=anna"]')
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Licenses", exact=True).wait_for()
    tab_to('input[name="plan"]')
    page.keyboard.press("ArrowDown")
    tab_to('input[value="windows"]')
    page.keyboard.press("Space")
    tab_to("button.primary")
    page.keyboard.press("Enter")
    page.get_by_text("The licenses are saved.").wait_for()
    assert "windows" in held(crm, "anna")
    assert len(held(crm, "anna")) == 2


def test_a_list_is_narrowed_while_somebody_types(console: Served, arrive: "Callable[..., Page]") -> None:
    page = arrive()
    go(page, console, "/users")
    page.get_by_label("Id or name").press_sequentially("BO")
    page.get_by_role("link", name="anna").wait_for(state="detached")
    assert page.get_by_role("link", name="bob").is_visible()
    assert "q=BO" in page.url
    go(page, console, "/users/licenses")
    page.get_by_label("Filter by name").fill("no such license")
    assert page.locator(".picks li:visible").count() == 0


@pytest.mark.parametrize("script", [True, False])
def test_a_license_is_assigned_to_users_who_are_ticked_on_the_list(
    crm: Installation,
    console: Served,
    arrive: "Callable[..., Page]",
    script: bool,  # noqa: FBT001  # a case
) -> None:
    page = arrive(java_script_enabled=script)
    go(page, console, "/users?sort=name")
    if script:
        page.get_by_label("Select all on this page").check()
        assert page.locator("#who option").first.inner_text() == "Selected users: 3"
        page.get_by_role("checkbox", name="carl").uncheck()
        assert page.locator("#who option").first.inner_text() == "Selected users: 2"
    else:
        page.get_by_role("checkbox", name="anna").check()
        page.get_by_role("checkbox", name="bob").check()
    page.locator("#give").select_option("sales")
    page.get_by_role("button", name="Assign…").click()
    page.get_by_text("2 users get it.").wait_for()
    page.reload()
    page.get_by_role("button", name="Assign to 2 users").click()
    page.get_by_text("The change was made as shown.").wait_for()
    assert "sort=name" in page.url
    assert {user: held(crm, user) for user in ("anna", "bob", "carl")} == {
        "anna": {"sales"},
        "bob": {"sales"},
        "carl": set(),
    }


def test_a_table_of_a_directory_is_dropped_and_its_leavers_are_agreed_to(
    crm: Installation, console: Served, arrive: "Callable[..., Page]"
) -> None:
    crm.users.propose_sync(parse_directory("login,status\nanna,ACTIVE\ndora,ACTIVE\n")).apply()
    page = arrive()
    go(page, console, "/users/directory")
    page.evaluate(
        """() => {
            const moved = new DataTransfer();
            moved.items.add(new File(["login,status\\nanna,ACTIVE\\n"], "okta.csv"));
            document.querySelector("[data-drop]").dispatchEvent(new DragEvent("drop", { dataTransfer: moved }));
        }"""
    )
    page.get_by_role("button", name="Preview").click()
    page.get_by_role("heading", name="1 user is retired").wait_for()
    page.get_by_role("button", name="Make these changes").click()
    assert page.url.endswith("/users/directory")  # the browser asks for the check box
    page.get_by_label("1 user is retired and loses every license").check()
    page.get_by_role("button", name="Make these changes").click()
    page.get_by_text("The table was applied as shown").wait_for()
    assert crm.users.get("dora").retired


def test_times_are_in_the_zone_of_the_reader(console: Served, arrive: "Callable[..., Page]") -> None:
    page = arrive(timezone_id="Asia/Tokyo")
    go(page, console, "/history")
    time = page.locator('time[data-time="moment"]').first
    assert time.inner_text() == "1 Jan 2027, 10:00"
    assert time.get_attribute("title") == "2027-01-01T01:00:00Z (UTC)"


def test_a_user_is_given_a_license_without_a_script(
    crm: Installation, console: Served, arrive: "Callable[..., Page]"
) -> None:
    page = arrive(java_script_enabled=False)
    go(page, console, "/users?q=ann")
    page.get_by_role("link", name="anna").click()
    page.locator('input[name="plan"][value="sales"]').check()
    page.get_by_role("button", name="Save licenses").click()
    page.get_by_text("The licenses are saved.").wait_for()
    assert held(crm, "anna") == {"sales"}
    assert "UTC" in page.locator("footer").inner_text()


def test_a_file_can_be_dropped(console: Served, arrive: "Callable[..., Page]") -> None:
    page = arrive()
    go(page, console, "/activate")
    page.evaluate(
        """text => {
            const dropped = new DataTransfer();
            dropped.items.add(new File([text], "dropped.lic"));
            const event = new DragEvent("drop", { dataTransfer: dropped, cancelable: true });
            document.querySelector("[data-drop]").dispatchEvent(event);
        }""",
        file(bundle(2, **SOLD)),
    )
    page.get_by_text("This file can be activated.").wait_for()


def test_going_back_from_the_result_shows_that_it_is_active(
    crm: Installation, console: Served, arrive: "Callable[..., Page]"
) -> None:
    page = arrive()
    go(page, console, "/activate")
    page.get_by_label("Or paste its text").fill(file(bundle(2, **SOLD)))
    page.get_by_role("button", name="See what it changes").click()
    page.get_by_role("button", name="Activate", exact=True).click()
    page.wait_for_url("**/activated/*")
    entries = crm.audit.page(limit=1).entries
    page.go_back()
    page.get_by_text("Active now").wait_for()
    assert page.url.endswith("/activate")
    assert "sequence 2" in page.inner_text("aside")
    page.go_forward()
    page.get_by_text("The file is active.").wait_for()
    page.reload()
    page.get_by_text("The file is active.").wait_for()
    assert crm.audit.page(limit=1).entries == entries


def test_the_first_file_is_activated_with_its_pack(chrome: "Browser", tmp_path: Path) -> None:
    (tmp_path / "crm.lkp").write_text(pack(crm_catalog()))
    (tmp_path / "one.lic").write_text(file(bundle(**SOLD)))
    with Installation.open(tmp_path / "home", clock=Clock()) as bare, served(bare) as console:
        page = chrome.new_context().new_page()
        console.sign_in(page)
        page.get_by_label("License file").set_input_files([tmp_path / "crm.lkp", tmp_path / "one.lic"])
        page.get_by_label("Root pin").fill(PIN)
        page.get_by_role("button", name="See what it changes").click()
        page.get_by_role("button", name="Activate", exact=True).click()
        page.get_by_text("The file is active.").wait_for()
        page.get_by_role("link", name="See the licenses").click()
        page.get_by_role("heading", name="Licenses", exact=True).first.wait_for()
        page.context.close()
        assert bare.state().serial == bundle().serial


def test_a_file_that_is_too_large_is_refused_in_words(
    console: Served, arrive: "Callable[..., Page]", said: list[str], tmp_path: Path
) -> None:
    large = tmp_path / "large.lic"
    large.write_bytes(b"x" * (FILE_BYTES + 10))
    page = arrive()
    go(page, console, "/activate")
    page.get_by_label("License file").set_input_files(large)
    page.get_by_role("button", name="See what it changes").click()
    page.get_by_text("which is too much for a license file").wait_for()
    assert all("400" in line for line in said), said
    said.clear()


def test_a_link_signs_in_once_and_somebody_signs_out(
    chrome: "Browser", console: Served, arrive: "Callable[..., Page]"
) -> None:
    used = console.link_for("ingrid.solberg")
    page = arrive()
    page.goto(used)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("navigation", name="Sections").wait_for()
    stranger = chrome.new_context().new_page()
    stranger.goto(used)
    stranger.get_by_role("button", name="Sign in").click()
    stranger.get_by_text("This link was used before").wait_for()
    stranger.goto(console.address + "/users")
    assert "You are not signed in" in stranger.inner_text("main")
    page.get_by_role("button", name="Sign out").click()
    page.get_by_text("You are signed out.").wait_for()
    stranger.context.close()
