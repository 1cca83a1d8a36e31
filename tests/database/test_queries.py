"""The statements in a file of SQL beside a module are read by their names, with their parts filled in."""

from pathlib import Path

from licensekit.database.schemas import read_queries, with_marks

TEXT = """-- What a module asks.

-- A part of others.
-- name: columns
a, b;

-- name: every
SELECT {columns} FROM {table};

-- With a comment; that is left out.
-- name: first
{every}
WHERE a IN (?{more}) -- {unknown}
LIMIT 1;
"""


def test_each_statement_has_its_name_and_the_parts_that_precede_it_or_are_known(tmp_path: Path) -> None:
    (tmp_path / "module.sql").write_text(TEXT, "utf-8")
    assert read_queries(str(tmp_path / "module.py"), {"table": "t"}) == {
        "columns": "a, b",
        "every": "SELECT a, b FROM t",
        "first": "SELECT a, b FROM t\nWHERE a IN (?{more}) -- {unknown}\nLIMIT 1",
    }


def test_a_query_gets_a_mark_for_each_value() -> None:
    assert with_marks("a IN (?{more})", "x") == "a IN (?)"
    assert with_marks("a IN (?{more})", "xyz") == "a IN (?, ?, ?)"
