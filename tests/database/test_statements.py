"""Statements name their columns, so that they work on a newer schema, which may have more of them."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import licensekit
from licensekit.database.schemas import tables
from licensekit.issuer.ledger import entries
from licensekit.state import home as installation

PACKAGE = Path(licensekit.__file__).parent
TABLES = {*tables(installation.SCHEMA), *tables(entries.SCHEMA), "licensekit_schema"}
UNNAMED = re.compile(r"INSERT INTO (\w+)\s*(?:VALUES|SELECT|DEFAULT)\b")
EVERY = re.compile(r"(?:^|[^(])\bSELECT \* FROM (\w+)", re.MULTILINE)
OF_TABLE = re.compile(r"\b(\w+)\.\*")
NAMED = "INSERT INTO things (id) VALUES (1)"


def faults(text: str) -> Iterator[str]:
    """Yield each statement in a text that depends on how many columns a table has."""
    yield from (found[0] for found in UNNAMED.finditer(text))
    yield from (found[0] for found in EVERY.finditer(text) if found[1] in TABLES)
    for found in OF_TABLE.finditer(text):
        if re.search(rf"\b(?:{'|'.join(TABLES)})(?: AS)? {found[1]}\b", text) and "SELECT" in text:
            yield found[0]


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.sql")), ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_no_statement_of_a_file_depends_on_how_many_columns_there_are(path: Path) -> None:
    for part in path.read_text("utf-8").split("-- name: "):
        assert list(faults(part)) == []


def test_no_statement_in_code_depends_on_how_many_columns_there_are() -> None:
    written = {path.name: list(faults(path.read_text("utf-8"))) for path in PACKAGE.rglob("*.py")}
    assert {name: found for name, found in written.items() if found} == {}


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO users VALUES (?)",
        "INSERT INTO sales\n    SELECT day FROM movements",
        "SELECT * FROM bundles WHERE number = 1",
        "SELECT b.*, 0 FROM bundles AS b",
        "SELECT u.* FROM users u",
    ],
)
def test_such_statements_are_noticed(statement: str) -> None:
    assert list(faults(statement))
    assert not list(faults(NAMED))
