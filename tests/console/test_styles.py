"""Each area has its own sheet, and no sheet changes what another one draws."""

import re
from pathlib import Path

import licensekit.console

SHEETS = {
    path.stem: re.sub(r"/\*.*?\*/", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    for path in (Path(licensekit.console.__file__).parent / "static" / "css").glob("*.css")
}
BASE = "10-base"


def selectors(sheet: str) -> list[str]:
    """Return every selector of a sheet."""
    heads = re.findall(r"([^{}]+)\{", sheet)
    return [one.strip() for head in heads if not head.strip().startswith("@") for one in head.split(",")]


def begins(sheet: str) -> set[str]:
    """Return the classes with which the selectors of a sheet begin: what it draws wherever it is."""
    return {found[1] for one in selectors(sheet) if (found := re.match(r"[a-z]*\.([\w-]+)", one))}


def test_what_one_area_draws_everywhere_no_other_area_names() -> None:
    areas = {name: sheet for name, sheet in SHEETS.items() if name != BASE}
    shared = begins(SHEETS[BASE])
    clashes = {
        (area, other, name)
        for area, sheet in areas.items()
        for name in begins(sheet) - shared
        for other, theirs in areas.items()
        if other != area and re.search(rf"\.{name}(?![\w-])", " ".join(selectors(theirs)))
    }
    assert clashes == set()
