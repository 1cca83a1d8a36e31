"""What needs somebody: each notice says what to do, and leads to where it is done."""

from collections.abc import Iterator

from licensekit.console.rendering import MENU, texts
from licensekit.installation import Notice
from tests.console.conftest import Browser, words
from tests.homes import Home


def concrete(kind: type[Notice] = Notice) -> Iterator[type[Notice]]:
    """Yield the classes of notices, without the base classes."""
    below = kind.__subclasses__()
    for one in below:
        yield from concrete(one)
    if not below:
        yield kind


def test_notices_are_tasks_with_date_consequence_and_the_way_to_them(crm_home: Home, browser: Browser) -> None:
    crm_home.clock.move(days=340)
    page = browser.get("/")
    said = words(page)
    assert "Act soon" in said
    assert "25 days left" in said
    assert "After 31 Jan 2028, full access becomes read-only. Ask the vendor for a renewal." in said
    assert '<a class="button" href="/activate">Activate a renewal</a>' in page


def test_every_page_says_how_much_needs_somebody(crm_home: Home, browser: Browser) -> None:
    crm_home.clock.move(days=340)
    for path in ("/", "/users", "/sites", "/events", "/history", "/activate"):
        assert "1 thing needs your attention" in words(browser.get(path))


def test_each_notice_leads_to_a_section_or_a_license() -> None:
    paths = {
        key.split(".")[1]: said for key, said in texts().items() if key.startswith("task.") and key.endswith("path")
    }
    here = ("licensekit.entitlements", "licensekit.state")
    assert paths.keys() == {kind.code for kind in concrete() if kind.__module__.startswith(here)}
    assert {one.partition("?")[0] for one in paths.values()} <= {*MENU.values(), "/license/LICENSE"}
