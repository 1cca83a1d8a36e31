"""`docs/requirements.md` names tests, commands, addresses and pictures that are there, and leaves no license out."""

import ast
import re
from pathlib import Path
from typing import Final, NamedTuple

import pytest

from licensekit.console.application import SCREENS
from licensekit.issuer.catalog.catalog_file import read_catalog
from tests.cli.command_tree import every_command
from tests.docs.tables import DOCS, tables, text_of

ROOT: Final = DOCS.parent
CATALOG: Final = read_catalog((ROOT / "samples" / "superoffice" / "catalog.toml").read_bytes(), version=1, issued=0)


class Requirement(NamedTuple):
    """A row of the page."""

    id: str
    says: str
    answer: str
    where: str
    test: str
    picture: str


ROWS: Final = [Requirement(*row) for table in tables(text_of("requirements.md")) for row in table]
each = pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)


def quoted(cell: str) -> list[str]:
    """Return the texts between backticks."""
    return re.findall(r"`([^`]+)`", cell)


def functions_of(path: Path) -> set[str]:
    """Return the names of the tests in a module."""
    return {node.name for node in ast.parse(path.read_text("utf-8")).body if isinstance(node, ast.FunctionDef)}


def test_requirements_are_numbered_without_a_gap() -> None:
    assert [row.id for row in ROWS] == [f"R{number}" for number in range(1, len(ROWS) + 1)]


@each
def test_its_test_is_there(row: Requirement) -> None:
    if row.test == "the same test":
        assert ROWS[ROWS.index(row) - 1].test
        return
    [named] = quoted(row.test)
    path, _, name = named.partition("::")
    assert name in functions_of(ROOT / path)


@each
def test_its_picture_is_there(row: Requirement) -> None:
    links = re.findall(r"\]\((screens/[\w-]+\.png)\)", row.picture)
    assert links
    assert [link for link in links if not (DOCS / link).is_file()] == []


@each
def test_where_it_is_answered_is_there(row: Requirement) -> None:
    commands = {str(node) for node in every_command()}
    unknown = [one for one in quoted(row.where) if one not in commands and one not in SCREENS]
    assert unknown == []


def test_no_license_of_the_catalog_is_left_out() -> None:
    named = {code for row in ROWS for code in quoted(row.answer)}
    shown = {code for code, license_ in CATALOG.licenses.items() if not license_.hidden}
    assert shown <= named
    assert {license_.name for code, license_ in CATALOG.licenses.items() if code in shown} <= {
        name for row in ROWS for name in [row.says.partition(":")[0], f"SuperOffice {row.says.partition(':')[0]}"]
    }
