"""Where figures of growth are kept, and the tables and charts of `docs/performance.md` made from them."""

import re
from pathlib import Path
from typing import Final

from tests.benchmarks.growth.series import Growth

DOCS: Final = Path(__file__).parents[3] / "docs"
PAGE: Final = DOCS / "performance.md"
FOLDER: Final = DOCS / "performance" / "growth"


def block(growth: Growth) -> str:
    """Return the part of the page for a growth, from its opening to its closing mark."""
    chart = f"![{growth.title}, by {growth.counted}](performance/growth/{growth.name}.svg)"
    return f"<!-- growth: {growth.name} -->\n{chart}\n\n{growth.table}<!-- growth ends -->"


def renewed(page: str, growth: Growth) -> str:
    """Return the page with the newest figures between the marks; raise `ValueError` where there are none."""
    marked = re.compile(rf"<!-- growth: {growth.name} -->\n.*?<!-- growth ends -->", re.DOTALL)
    if not marked.search(page):
        raise ValueError(f"the page has no place for {growth.name}")
    return marked.sub(lambda _: block(growth), page)


def write(growth: Growth) -> None:
    """Keep figures and chart, and renew the page."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    growth.save(FOLDER)
    PAGE.write_text(renewed(PAGE.read_text("utf-8"), growth), "utf-8")
