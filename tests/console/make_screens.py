"""Makes the pictures in `docs/screens` from the sample.

Run: python -m tests.console.make_screens
"""

import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from licensekit.console.rendering import text
from licensekit.installation import Installation
from tests.console.browsing import Served, browser, chromium, served
from tests.console.sample_installation import Sample, make_sample

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

FOLDER: Final = Path(__file__).parents[2] / "docs" / "screens"
WIDE: Final = (1280, 860)
NARROW: Final = (390, 844)
LEAVERS: Final = frozenset({"nils.dahl", "tuva.foss"})
NEW: Final = "dora.lund,Dora Lund,sales,contact-manager\nerik.vang,Erik Vang,sales,no-such-license\n"


class Picture(NamedTuple):
    """One picture of a screen that an address shows."""

    name: str
    path: str
    size: tuple[int, int] = WIDE
    scheme: Literal["light", "dark"] = "light"
    locale: str = "en-GB"


PICTURES: Final = (
    Picture("overview", "/"),
    Picture("overview-dark", "/", scheme="dark"),
    Picture("overview-narrow", "/", size=NARROW),
    Picture("overview-norwegian", "/", locale="nb-NO"),
    Picture("licenses", "/licenses"),
    Picture("license", "/license/sales-pro"),
    Picture("buy", "/license/sales-pro/buy?number=5"),
    Picture("users", "/users"),
    Picture("users-narrow", "/users", size=NARROW),
    Picture("others", "/users/others"),
    Picture("user-licenses", "/users/licenses?license=sales-pro"),
    Picture("assign", "/users/change?list=/users&do=assign&give=windows&user=bjorn.berg&user=camilla.berg"),
    Picture("user", "/user?id=anna.berg"),
    Picture("user-narrow", "/user?id=anna.berg", size=NARROW),
    Picture("user-norwegian", "/user?id=anna.berg", locale="nb-NO"),
    Picture("sites", "/sites"),
    Picture("site", "/site?id=oslo"),
    Picture("events", "/events"),
    Picture("activate", "/activate"),
    Picture("files", "/files"),
    Picture("history", "/history"),
    Picture("health", "/health?check=1"),
)


def main() -> None:
    """Make every picture."""
    path = chromium()
    if path is None:
        sys.exit("there is no Chromium here; LICENSEKIT_TEST_CHROMIUM names one")
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        sample = make_sample(Path(folder))
        with (
            Installation.open(sample.home, create=False) as installation,
            served(installation) as console,
            browser(path) as chrome,
        ):
            for picture in PICTURES:
                page = opened(chrome, console, picture)
                page.goto(console.address + picture.path)
                keep(page, picture.name)
            page = opened(chrome, console, Picture("", ""))
            sync(page, console, installation)
            preview(page, console, sample)


def opened(chrome: "Browser", console: Served, picture: Picture) -> "Page":
    """Open a browser of its own, signed in."""
    width, height = picture.size
    context = chrome.new_context(
        viewport={"width": width, "height": height},
        color_scheme=picture.scheme,
        timezone_id="Europe/Oslo",
        locale=picture.locale,
    )
    page = context.new_page()
    console.sign_in(page)
    return page


def preview(page: "Page", console: Served, sample: Sample) -> None:
    """Take the pictures of an activation: refused, possible, done."""
    for name, data in (("preview-refused", sample.smaller), ("preview", sample.larger)):
        page.goto(console.address + "/activate")
        page.get_by_label(text("activate.paste"), exact=True).fill(data.decode())
        page.get_by_role("button", name=text("activate.button"), exact=True).click()
        page.get_by_role("heading", name=text("preview.title")).wait_for()
        keep(page, name)
    page.get_by_role("button", name=text("preview.button"), exact=True).click()
    page.get_by_text(text("activated.done")).wait_for()
    keep(page, "activated")


def sync(page: "Page", console: Served, installation: Installation) -> None:
    """Take the picture of what a table of a directory would change: some leave, some come, one is refused."""
    there = (one.user for one in installation.users.list() if one.user.groups and one.user.id not in LEAVERS)
    lines = (f"{one.written},{one.name},{';'.join(one.groups)},\n" for one in there)
    page.goto(console.address + "/users/directory")
    table = "id,name,groups,licenses\n" + "".join(lines).replace("Anna Berg,", "Anna Berg-Hansen,") + NEW
    page.get_by_label(text("directory.paste"), exact=True).fill(table)
    page.get_by_role("button", name=text("directory.preview"), exact=True).click()
    page.get_by_role("heading", name=text("directory.preview_title")).wait_for()
    keep(page, "directory-preview")


def keep(page: "Page", name: str) -> None:
    """Take a picture of what is seen."""
    page.screenshot(path=FOLDER / f"{name}.png", full_page=False)


if __name__ == "__main__":
    main()
