"""Reading the Markdown of `docs/`: sections, tables and code blocks."""

import re
from pathlib import Path

DOCS = Path(__file__).parents[2] / "docs"


def text_of(name: str) -> str:
    """Return the text of `docs/<name>`."""
    return (DOCS / name).read_text("utf-8")


def headings(text: str) -> list[str]:
    """Return every heading, without its marks."""
    return re.findall(r"^#+ (.+)$", text, re.MULTILINE)


def section(text: str, heading: str) -> str:
    """Return the text under `heading`, down to the next heading of its level or above."""
    found = re.search(rf"^(#+) {re.escape(heading)}$", text, re.MULTILINE)
    assert found, heading
    rest = text[found.end() :]
    end = re.search(rf"^#{{1,{len(found[1])}}} ", rest, re.MULTILINE)
    return rest[: end.start()] if end else rest


def tables(text: str) -> list[list[list[str]]]:
    """Return every table as rows of cells, without its head."""
    found: list[list[list[str]]] = []
    for block in re.findall(r"(?:^\|.*\n)+", text, re.MULTILINE):
        rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in block.splitlines()]
        found.append(rows[2:])
    return found


def code_blocks(text: str) -> list[str]:
    """Return the contents of every fenced block."""
    return re.findall(r"^```\w*\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
