"""Every relative link of every page of the repository leads to a file, and its anchor to a heading."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).parents[2]
OUR_FOLDERS: Final = ("docs", "keys", "samples", "testkit", "tests")
PAGES: Final = sorted(
    page
    for page in (*ROOT.glob("*.md"), *(one for folder in OUR_FOLDERS for one in (ROOT / folder).rglob("*.md")))
    if "node_modules" not in page.parts
)


def prose(page: Path) -> str:
    """Return the text of a page without its code blocks."""
    return re.sub(r"^( *)```.*?^\1```$", "", page.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)


def links(page: Path) -> Iterator[str]:
    """Yield the relative links of a page, those of pictures included."""
    for link in re.findall(r"\]\(([^)\s]+)\)", re.sub(r"`[^`\n]*`", "", prose(page))):
        if not re.match(r"[a-z]+:", link):
            yield link


def anchors(page: Path) -> set[str]:
    """Return the anchors of the headings of a page, as GitHub and the site both make them."""
    found: set[str] = set()
    for heading in re.findall(r"^#+ +(.+?) *$", prose(page), re.MULTILINE):
        text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading)
        anchor = re.sub(r"[^\w\- ]", "", text.lower()).replace(" ", "-")
        number = sum(1 for one in found if re.fullmatch(rf"{re.escape(anchor)}(_\d+|-\d+)?", one))
        found.add(f"{anchor}-{number}" if number else anchor)
    return found


def broken(page: Path) -> list[str]:
    """Return the links of a page that lead nowhere."""
    wrong: list[str] = []
    for link in links(page):
        name, _, anchor = link.partition("#")
        target = (page.parent / name).resolve() if name else page
        if not target.exists() or (anchor and anchor not in anchors(target)):
            wrong.append(link)
    return wrong


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_of_a_page_leads_somewhere(page: Path) -> None:
    assert broken(page) == []


def test_a_link_that_leads_nowhere_is_found(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(
        "# A `b` c?\n\n[a](#a-b-c) [b](#b) [c](gone.md) [d](page.md#a-b-c)\n```sh\n[e](e.md)\n```\n", "utf-8"
    )
    assert broken(page) == ["#b", "gone.md"]


NAMED: Final = [
    (str(module.relative_to(ROOT)), *found)
    for folder in ("licensekit", "samples", "testkit")
    for module in sorted((ROOT / folder).rglob("*.py"))
    for found in re.findall(r'(docs/[\w/-]+\.md)`?(?:, "([^"\n]+)")?', module.read_text("utf-8"))
]
"""Modules, pages that they name, and headings of these."""


@pytest.mark.parametrize(("module", "page", "heading"), NAMED)
def test_a_page_that_a_module_names_is_there_with_its_heading(module: str, page: str, heading: str) -> None:
    text = (ROOT / page).read_text("utf-8")
    assert not heading or re.search(rf"^#+ {re.escape(heading)}$", text, re.MULTILINE), module
