"""What every database promises to the floors above, on each engine."""

from collections.abc import Iterator

import pytest

from licensekit.database import Database, Migration, Schema, connect

SCHEMA = Schema(
    "ledger",
    (
        Migration(
            1,
            "things",
            ("CREATE TABLE things (id {integer} PRIMARY KEY, name {text}, raw {blob}) {strict}",),
        ),
    ),
)


@pytest.fixture
def database(location: str) -> Iterator[Database]:
    database = connect(location, schema=SCHEMA, create=True)
    yield database
    database.close()


def things(database: Database) -> list[tuple[int, str, bytes]]:
    with database.read() as connection:
        return connection.rows("SELECT id, name, raw FROM things ORDER BY id")


def test_what_was_committed_is_there_after_opening_again(location: str) -> None:
    database = connect(location, schema=SCHEMA, create=True)
    with database.write() as connection:
        connection.run("INSERT INTO things VALUES (?, ?, ?)", 1, "one", b"\x00")
    database.close()
    database = connect(location, schema=SCHEMA, create=False)
    assert things(database) == [(1, "one", b"\x00")]
    database.close()
