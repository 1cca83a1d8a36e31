"""A schema is expanded while older programs use it, and contracted once they have gone, on each engine."""

import threading
import time
from pathlib import Path
from typing import LiteralString

import pytest

from licensekit.database import Database, Schema, connect, is_url
from licensekit.database.backup import Restorable, restore_backup, write_backup
from licensekit.database.schemas import Migration
from licensekit.database.upgrades import Upgrade, upgrade
from licensekit.errors import DatabaseBusy, DatabaseNewer, DatabaseUnavailable, FileUnusable
from licensekit.issuer.ledger import entries
from licensekit.state import home as installation
from tests.database.sample_database import EXPANDED, FIRST, NEXT_SCHEMA, SCHEMA, add, newer, things

MORE: tuple[LiteralString, ...] = (
    "ALTER TABLE things ADD COLUMN more {text}",
    "CREATE TABLE later (id {integer} PRIMARY KEY, name {text}) {strict}",
)
WIDER = Migration(MORE, 1, 1, 2, "2-wider")
BOTH = Schema("ledger", (FIRST, WIDER, Migration(("DROP TABLE later",), 2, 2, 2, "3-narrower")))
"""A schema that is expanded first, and contracted once no program of the first one is left."""
READ_ONLY = Schema("ledger", (FIRST, WIDER._replace(writer=2)))
"""A schema that programs of the first one can read and not change."""


def number(location: str) -> int:
    """Return the schema that a database has."""
    database = connect(location, schema=None, create=False)
    with database.read() as connection:
        [(found,)] = connection.rows("SELECT number FROM licensekit_schema")
    database.close()
    return int(found)


def test_programs_of_both_schemas_work_on_an_expanded_database(location: str, database: Database) -> None:
    add(database, 1)
    done = upgrade(location, EXPANDED)
    assert (done.found, done.schema, done.steps, done.reader, done.writer) == (1, 2, ("2-notes",), 1, 1)
    program = connect(location, schema=EXPANDED, create=False)
    with database.write() as connection:
        connection.run("INSERT INTO things (id, name) VALUES (2, 'older')")
    with program.write() as connection:
        connection.run("INSERT INTO notes (number, thing, note) VALUES (9, 2, 'newer')")
    assert things(database) == things(program) == [1, 2]
    program.close()
    again = connect(location, schema=SCHEMA, create=True)
    assert things(again) == [1, 2]
    again.close()


def test_statements_that_a_connection_has_prepared_go_on(location: str, database: Database) -> None:
    for _ in range(10):
        assert things(database) == []
    upgrade(location, BOTH)
    add_by_name = "INSERT INTO things (id, name, raw) VALUES (?, 'thing', NULL)"
    for one in range(10):
        with database.write() as connection:
            connection.run(add_by_name, one)
        assert things(database) == list(range(one + 1))


def test_a_preview_says_it_and_changes_nothing(location: str, database: Database) -> None:
    files = sorted(Path(location).parent.iterdir()) if not is_url(location) else []
    seen = upgrade(location, EXPANDED, preview=True)
    assert number(location) == 1
    assert (sorted(Path(location).parent.iterdir()) if not is_url(location) else []) == files
    assert upgrade(location, EXPANDED) == seen
    assert upgrade(location, EXPANDED).steps == ()
    assert things(database) == []


def test_a_contracting_step_waits_while_an_older_program_is_seen(location: str, database: Database) -> None:
    upgrade(location, BOTH)
    for _ in range(2):
        waits = upgrade(location, BOTH)
        assert (waits.schema, waits.steps, waits.waiting) == (2, (), ("3-narrower",))
        assert len(waits.programs) == 1
    add_one = "INSERT INTO things (id) VALUES (1)"
    with database.write() as connection:
        connection.run(add_one)
    database.close()
    done = upgrade(location, BOTH)
    assert (done.schema, done.steps, done.waiting, done.reader, done.writer) == (3, ("3-narrower",), (), 2, 2)
    program = connect(location, schema=BOTH, create=False)
    assert things(program) == [1]
    program.close()


def test_programs_of_the_newest_schema_hold_nothing_up_on_a_server(postgres_location: str) -> None:
    connect(postgres_location, schema=SCHEMA, create=True).close()
    program = newer(postgres_location, BOTH)
    assert things(program) == []
    assert upgrade(postgres_location, BOTH).schema == 3
    assert things(program) == []
    program.close()


def test_on_a_server_one_call_never_expands_and_contracts(postgres_location: str) -> None:
    connect(postgres_location, schema=SCHEMA, create=True).close()
    assert [upgrade(postgres_location, BOTH).schema for _ in range(3)] == [2, 3, 3]


def test_programs_of_a_schema_work_before_its_last_step_could_be_made(location: str, database: Database) -> None:
    program = newer(location, BOTH)
    with program.write() as connection:
        connection.run("INSERT INTO things (id, more) VALUES (1, 'more')")
    assert things(database) == [1]
    assert number(location) == 2
    program.close()


def test_a_program_opens_no_contracted_database_that_it_cannot_read(location: str, database: Database) -> None:
    database.close()
    for _ in range(2):
        upgrade(location, BOTH)
    with pytest.raises(DatabaseNewer, match="schema 3, which programs of schema 1 cannot read; update this program"):
        connect(location, schema=SCHEMA, create=False)
    assert number(location) == 3


def test_a_program_that_may_only_read_reads_and_says_why_it_changes_nothing(location: str, database: Database) -> None:
    add(database, 1)
    database.close()
    upgrade(location, READ_ONLY)
    older = connect(location, schema=SCHEMA, create=False)
    assert things(older) == [1]
    with pytest.raises(DatabaseNewer, match="can read but not change"), older.write():
        pass
    assert things(older) == [1]
    older.close()


def test_a_step_that_cannot_wait_is_not_made_below_a_running_program(location: str, database: Database) -> None:
    waits = upgrade(location, NEXT_SCHEMA)
    assert (waits.schema, waits.needed, waits.waiting, len(waits.programs)) == (1, 2, ("2-notes",), 1)
    add(database, 1)
    database.close()
    assert upgrade(location, NEXT_SCHEMA).schema == 2


def test_open_changes_no_schema_on_a_server(postgres_location: str) -> None:
    connect(postgres_location, schema=SCHEMA, create=True).close()
    with pytest.raises(DatabaseUnavailable, match="run `licensekit upgrade` of this version") as caught:
        connect(postgres_location, schema=EXPANDED, create=True)
    assert caught.value.reason == "older"
    assert number(postgres_location) == 1


def test_open_brings_a_file_as_far_as_the_program_needs(tmp_path: Path) -> None:
    place = str(tmp_path / "licensing.db")
    connect(place, schema=SCHEMA, create=True).close()
    connect(place, schema=BOTH, create=False).close()
    assert number(place) == 2


def test_an_upgrade_waits_for_who_reads_and_holds_nobody_up_meanwhile(location: str, database: Database) -> None:
    done: list[Upgrade] = []
    reading = database.read()
    with reading as connection:
        assert connection.rows("SELECT id FROM things") == []
        thread = threading.Thread(target=lambda: done.append(upgrade(location, EXPANDED)))
        thread.start()
        for one in range(4):
            time.sleep(0.3)
            with database.write() as writing:
                writing.run("INSERT INTO things (id) VALUES (?)", one)
        assert connection.rows("SELECT id FROM things") == []
    thread.join()
    assert [one.schema for one in done] == [2]
    assert things(database) == [0, 1, 2, 3]


def test_an_upgrade_gives_up_while_others_hold_the_database(
    location: str, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("licensekit.database.upgrades._TRIES", 1)
    with database.write() as connection:
        connection.run("INSERT INTO things (id) VALUES (1)")
        with pytest.raises(DatabaseBusy):
            upgrade(location, EXPANDED)
    assert number(location) == 1


def test_where_nothing_is_nothing_is_upgraded(location: str) -> None:
    with pytest.raises(FileUnusable):
        upgrade(location, SCHEMA)
    if not is_url(location):
        assert not Path(location).exists()


def test_an_older_program_upgrades_nothing(location: str, database: Database) -> None:
    add(database, 1)
    upgrade(location, EXPANDED)
    assert upgrade(location, SCHEMA)[1:5] == (2, 2, 1, 1)
    assert number(location) == 2


def test_an_older_program_copies_no_part_of_a_newer_database(location: str, database: Database, tmp_path: Path) -> None:
    upgrade(location, EXPANDED)
    with pytest.raises(DatabaseNewer, match="would copy only a part"):
        write_backup(database, SCHEMA, tmp_path / "backup")
    assert not (tmp_path / "backup").exists()


def test_a_backup_before_the_last_step_is_restored_by_the_same_version(
    location: str, database: Database, tmp_path: Path
) -> None:
    add(database, 1)
    database.close()
    program = newer(location, BOTH)
    write_backup(program, BOTH, tmp_path / "backup")
    program.close()
    there = tmp_path / "there.db"
    place = Restorable(there, BOTH, "SELECT min(id) FROM things", "things")
    place = place._replace(log="(SELECT id AS number, name AS hash FROM things)")
    restore_backup(place, tmp_path / "backup")
    restored = connect(there, schema=BOTH, create=False)
    assert things(restored) == [1]
    restored.close()


@pytest.mark.parametrize("schema", [installation.SCHEMA, entries.SCHEMA], ids=["installation", "ledger"])
def test_each_migration_says_which_programs_may_work_after_it(schema: Schema) -> None:
    for after, step in enumerate(schema.migrations, 1):
        assert step.name.startswith(f"{after}-")
        assert 1 <= step.reader <= step.writer <= after
        assert 1 <= step.database <= after
