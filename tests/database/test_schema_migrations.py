"""Databases are set up, migrated and refused as a whole, on each engine."""

import threading
import time
from multiprocessing import get_context
from pathlib import Path
from typing import LiteralString

import pytest

from licensekit.database import Database, Schema, connect
from licensekit.database.schemas import Migration
from licensekit.database.upgrades import upgrade
from licensekit.errors import (
    ConstraintViolated,
    DatabaseDamaged,
    DatabaseNewer,
    DatabaseUnavailable,
    FileUnusable,
    LicenseError,
)
from tests.database.sample_database import (
    EXPANDED,
    FIRST,
    NEXT_SCHEMA,
    SCHEMA,
    SECOND,
    add,
    migrate_slowly,
    newer,
    things,
)

INSTALLATION = Schema("installation", (FIRST,))
BROKEN = Schema("ledger", (FIRST, SECOND, Migration(("DROP TABLE notes", "INSERT INTO nowhere VALUES (1)"), 3, 3, 3)))


def notes(database: Database) -> list[tuple[int, str]]:
    with database.read() as connection:
        return [(a, b) for a, b in connection.rows("SELECT number, note FROM notes ORDER BY 1")]


def beside(location: str) -> list[str]:
    """Return the files beside a SQLite database; a server's has none."""
    return [] if "://" in location else sorted(p.name for p in Path(location).parent.iterdir())


def _set(location: str, schema: Schema) -> None:
    """Write into a database that it has a schema, whoever uses it."""
    database = connect(location, schema=None, create=False)
    with database.write() as connection:
        connection.run("UPDATE licensekit_schema SET number = ?, reader = ?, writer = ?", *schema.row[1:])
    database.close()


def test_what_is_not_there_is_only_set_up_when_asked(location: str) -> None:
    with pytest.raises(FileUnusable):
        connect(location, schema=SCHEMA, create=False)
    assert beside(location) == []
    connect(location, schema=SCHEMA, create=True).close()
    connect(location, schema=SCHEMA, create=False).close()


def test_setting_up_what_is_there_already_changes_nothing(location: str, database: Database) -> None:
    add(database, 1)
    before = database.version()
    again = connect(location, schema=SCHEMA, create=True)
    assert things(again) == [1]
    assert database.version() == before
    again.close()


def test_pending_migrations_keep_what_is_there(location: str, database: Database) -> None:
    add(database, 5, 7)
    database.close()
    migrated = newer(location)
    assert things(migrated) == [5, 7]
    assert notes(migrated) == [(5, "thing"), (7, "thing")]
    migrated.close()


def test_foreign_keys_are_enforced(location: str) -> None:
    database = connect(location, schema=NEXT_SCHEMA, create=True)
    with pytest.raises(ConstraintViolated), database.write() as connection:
        connection.run("INSERT INTO notes VALUES (99, 99, 'of nothing')")
    assert notes(database) == []
    database.close()


def test_a_migration_that_fails_changes_nothing(location: str, database: Database) -> None:
    add(database, 1)
    database.close()
    with pytest.raises(DatabaseDamaged):
        upgrade(location, BROKEN)
    again = connect(location, schema=SCHEMA, create=False)
    assert things(again) == [1]
    again.close()


@pytest.mark.process
def test_a_migration_killed_in_the_middle_changes_nothing_and_can_be_repeated(
    location: str, database: Database
) -> None:
    add(database, 1)
    database.close()
    process = get_context("spawn").Process(target=migrate_slowly, args=(location,))
    process.start()
    time.sleep(0.7)
    assert process.is_alive()
    process.kill()
    process.join()
    before = connect(location, schema=SCHEMA, create=False)
    assert things(before) == [1]
    before.close()
    after = newer(location)
    assert notes(after) == [(1, "thing")]
    after.close()


def test_of_two_that_wait_to_migrate_one_does_and_the_other_finds_it_done(location: str, database: Database) -> None:
    migrated: list[Database] = []

    def migrate() -> None:
        migrated.append(newer(location, EXPANDED))

    threads = [threading.Thread(target=migrate) for _ in range(2)]
    with database.write() as connection:
        connection.run("INSERT INTO things VALUES (1, 'thing', NULL)")
        for thread in threads:
            thread.start()
        time.sleep(0.3)
    for thread in threads:
        thread.join()
    assert [notes(each) for each in migrated] == [[(1, "thing")]] * 2
    for each in migrated:
        each.close()


@pytest.mark.attack("older-program")
def test_a_newer_schema_is_refused_politely_and_left_alone(location: str, database: Database) -> None:
    add(database, 1)
    database.close()
    newer(location).close()
    files = beside(location)
    with pytest.raises(DatabaseNewer) as caught:
        connect(location, schema=SCHEMA, create=True)
    assert (caught.value.reason, caught.value.data["found"], caught.value.data["known"]) == ("read", 2, 1)
    assert "update this program" in str(caught.value)
    assert beside(location) == files
    after = connect(location, schema=NEXT_SCHEMA, create=False)
    assert things(after) == [1]
    after.close()


def test_a_program_stops_when_its_database_gets_a_schema_that_it_cannot_read(location: str, database: Database) -> None:
    raised = Schema("ledger", (FIRST, Migration((), 2, 2, 2)))
    _set(location, raised)
    with pytest.raises(DatabaseNewer):
        things(database)
    with pytest.raises(DatabaseNewer):
        add(database, 1)


@pytest.mark.attack("older-program")
def test_a_program_stops_when_an_older_database_is_put_in_place(location: str) -> None:
    program = connect(location, schema=NEXT_SCHEMA, create=True)
    with program.write() as connection:
        connection.run("UPDATE licensekit_schema SET number = 1")
    with pytest.raises(DatabaseUnavailable) as caught:
        things(program)
    assert caught.value.reason == "older"
    assert "start the program again" in str(caught.value)
    program.close()


def test_a_ledger_is_not_an_installation(location: str, database: Database) -> None:
    add(database, 1)
    for create in (True, False):
        with pytest.raises(DatabaseDamaged) as caught:
            connect(location, schema=INSTALLATION, create=create)
        assert "contains no installation" in str(caught.value)
    assert things(database) == [1]


@pytest.mark.parametrize(
    "change",
    [
        "DELETE FROM licensekit_schema",
        "UPDATE licensekit_schema SET number = 0",
        "UPDATE licensekit_schema SET number = -1",
    ],
)
def test_a_database_that_does_not_know_what_it_is_is_refused(
    location: str, database: Database, change: LiteralString
) -> None:
    with database.write() as connection:
        connection.run(change)
    for use in (lambda: things(database), lambda: add(database, 1)):
        with pytest.raises(DatabaseDamaged):
            use()
    database.close()
    with pytest.raises(LicenseError):
        connect(location, schema=SCHEMA, create=False)


def test_a_table_that_a_migration_altered_or_filled_opens_again(location: str) -> None:
    third = Migration(("ALTER TABLE things ADD COLUMN more {integer}",), 3, 3, 3)
    fourth = Migration(("DROP TABLE notes", "UPDATE things SET more = 1"), 4, 4, 4)
    schema = Schema("ledger", (FIRST, SECOND, third, fourth))
    for _ in range(2):
        connect(location, schema=schema, create=True).close()


def test_a_table_with_rules_of_every_kind_opens_again(location: str) -> None:
    ruled = """CREATE TABLE ruled (
        id {integer} PRIMARY KEY,
        name {text} NOT NULL UNIQUE,
        parent {integer} REFERENCES ruled (id),
        place {integer} CHECK (place > 0),
        UNIQUE (parent, place)
    ) {strict}"""
    schema = Schema("ledger", (Migration((ruled,), 1, 1, 1),))
    connect(location, schema=schema, create=True).close()
    connect(location, schema=schema, create=False).close()
