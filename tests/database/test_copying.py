"""All rows of a database in another one, from each engine to each."""

from collections.abc import Iterator
from pathlib import Path
from typing import LiteralString

import pytest

from licensekit.database import Database, Schema, connect
from licensekit.database.schemas import compare_rows, copy_rows, count_rows, mark_moved, tables
from licensekit.errors import DatabaseDamaged, DatabaseMoved
from licensekit.issuer.ledger import entries
from licensekit.state import home as installation
from tests.database.sample_database import NEXT_SCHEMA, things

CATALOGS: dict[str, LiteralString] = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'",
    "postgres": "SELECT tablename FROM pg_tables WHERE schemaname = current_schema()",
}
KEYS: LiteralString = (
    "SELECT max(c.cid) FROM sqlite_master m, pragma_table_info(m.name) c"
    " WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite%' AND c.pk > 0 GROUP BY m.name"
)
CHANGES: list[LiteralString] = [
    "DELETE FROM notes WHERE thing = 7",
    "UPDATE things SET name = 'other' WHERE id = 2499",
    "INSERT INTO things VALUES (9999, NULL, NULL)",
]


@pytest.fixture(params=["sqlite", "postgres"])
def other(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """An empty database on each engine, besides the one of `source`."""
    place = str(tmp_path / "other.db")
    if request.param == "postgres":
        place = request.getfixturevalue("postgres_location")
    database = connect(place, schema=NEXT_SCHEMA, create=True)
    yield database
    database.close()


@pytest.fixture(params=["sqlite", "postgres"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where `source` is."""
    if request.param == "sqlite":
        return str(tmp_path / "source.db")
    url: str = request.getfixturevalue("second_postgres_location")
    return url


@pytest.fixture
def source(place: str) -> Iterator[Database]:
    """A database with 2500 things, and two notes whose numbers have a gap."""
    database = connect(place, schema=NEXT_SCHEMA, create=True)
    with database.write() as connection:
        connection.run_many(
            "INSERT INTO things VALUES (?, ?, ?)",
            [(n, None if n % 7 == 0 else f"Æ{n}", bytes([n % 256])) for n in range(2500)],
        )
        for thing in (5, 6, 7):
            connection.run("INSERT INTO notes VALUES (?, ?, 'x')", thing - 4, thing)
        connection.run("DELETE FROM notes WHERE thing = 6")
    yield database
    database.close()


def test_every_row_arrives_as_it_was(source: Database, other: Database) -> None:
    told: list[int] = []
    with source.read() as here, other.write() as there:
        assert (count_rows(here, NEXT_SCHEMA), count_rows(there, NEXT_SCHEMA)) == (2502, 0)
        copy_rows(here, there, NEXT_SCHEMA, told.append)
        compare_rows(here, there, NEXT_SCHEMA, "there", told.append)
    assert sum(told) == 2 * 2502
    assert things(other) == list(range(2500))
    with other.read() as there:
        numbers = [number for (number,) in there.rows("SELECT number FROM notes ORDER BY number")]
    assert numbers == [1, 3]


@pytest.mark.parametrize("change", CHANGES)
def test_a_row_that_is_missing_other_or_new_is_noticed(
    source: Database, other: Database, change: LiteralString
) -> None:
    with source.read() as here, other.write() as there:
        copy_rows(here, there, NEXT_SCHEMA, abs)
        there.run(change)
        with pytest.raises(DatabaseDamaged, match=r"the copy of the table `(notes|things)` differs"):
            compare_rows(here, there, NEXT_SCHEMA, "there", abs)


def test_a_copy_that_is_cut_off_leaves_nothing(source: Database, other: Database) -> None:
    def cut_off(_: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), source.read() as here, other.write() as there:
        copy_rows(here, there, NEXT_SCHEMA, cut_off)
    with other.read() as there:
        assert count_rows(there, NEXT_SCHEMA) == 0


def test_a_database_that_was_moved_is_used_by_nobody(source: Database, place: str) -> None:
    with source.write() as connection:
        mark_moved(connection, NEXT_SCHEMA, "postgresql://there/licensing")
    with pytest.raises(DatabaseMoved, match="this ledger was moved to postgresql://there/licensing"):
        things(source)
    with pytest.raises(DatabaseMoved), source.write():
        pass
    with pytest.raises(DatabaseMoved) as caught:
        connect(place, schema=NEXT_SCHEMA, create=True)
    assert caught.value.data["place"] == "postgresql://there/licensing"


@pytest.mark.parametrize(
    "schema", [installation.SCHEMA, entries.SCHEMA, NEXT_SCHEMA], ids=["installation", "ledger", "sample"]
)
def test_every_table_of_a_schema_is_known_with_its_key_in_front(schema: Schema, location: str) -> None:
    database = connect(location, schema=schema, create=True)
    engine = "postgres" if location.startswith("postgresql:") else "sqlite"
    with database.read() as connection:
        found = {name for (name,) in connection.rows(CATALOGS[engine])}
        assert found - {"licensekit_schema"} == set(tables(schema))
        if engine == "sqlite":
            assert all(column < 2 for (column,) in connection.rows(KEYS))
    database.close()
