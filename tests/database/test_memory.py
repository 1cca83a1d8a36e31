"""A database in memory: what was committed is an image, and everybody works on a copy."""

import os
import threading
from multiprocessing import get_context

import pytest

from licensekit.database import Database, in_memory
from licensekit.database.sqlite import database as memory
from licensekit.database.sqlite.connection import SqliteConnection
from licensekit.errors import ConstraintViolated, DatabaseUnavailable
from tests.database.sample_database import NEXT_SCHEMA, SCHEMA, add, things

pytestmark = pytest.mark.filterwarnings("ignore:This process .* is multi-threaded")
needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")


@pytest.fixture
def database() -> Database:
    """A new database in memory."""
    return in_memory(SCHEMA)


def test_two_databases_have_nothing_in_common(database: Database) -> None:
    add(database, 1)
    assert things(in_memory(SCHEMA)) == []


def test_a_thread_writes_while_it_reads(database: Database) -> None:
    add(database, 1)
    with database.read() as connection:
        for (number,) in connection.stream("SELECT id FROM things"):
            add(database, number + 1)
        assert connection.rows("SELECT id FROM things") == [(1,)]
    assert things(database) == [1, 2]


def test_another_thread_sees_what_was_committed(database: Database) -> None:
    thread = threading.Thread(target=add, args=(database, 1))
    thread.start()
    thread.join()
    assert things(database) == [1]


def test_a_commit_that_changes_nothing_does_not_move_the_version(database: Database) -> None:
    add(database, 1)
    before = database.version()
    with database.write() as connection:
        connection.run("DELETE FROM things WHERE id = 2")
    assert database.version() == before


def test_what_was_interrupted_at_its_commit_does_not_come_back(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(connection: SqliteConnection) -> None:
        commit(connection)
        raise KeyboardInterrupt

    commit = SqliteConnection.commit
    with monkeypatch.context() as patch:
        patch.setattr(SqliteConnection, "commit", interrupt)
        with pytest.raises(KeyboardInterrupt):
            add(database, 1)
    add(database, 2)
    assert things(database) == [2]


def test_an_sqlite_without_images_keeps_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "HAS_IMAGES", False)
    monkeypatch.setattr(memory, "new_image", memory.new_image.__wrapped__)
    database = in_memory(NEXT_SCHEMA)
    with database.write() as connection:
        connection.run("INSERT INTO things VALUES (1, ?, ?)", "it's; é\n", b"\x00\xff")
        connection.run("INSERT INTO notes VALUES (1, 1, 'it')")
    add(database, 2)
    with database.read() as connection:
        assert connection.rows("SELECT * FROM things ORDER BY id") == [
            (1, "it's; é\n", b"\x00\xff"),
            (2, "thing", None),
        ]
        assert connection.rows("SELECT * FROM notes") == [(1, 1, "it")]
    with pytest.raises(ConstraintViolated), database.write() as connection:
        connection.run("INSERT INTO notes VALUES (3, 3, 'none')")
    with pytest.raises(DatabaseUnavailable), database.read() as connection:
        connection.run("DELETE FROM things")


@needs_fork
@pytest.mark.process
@pytest.mark.parametrize("in_a_transaction", [False, True])
def test_a_forked_child_continues_with_a_copy_of_its_own(database: Database, *, in_a_transaction: bool) -> None:
    def child() -> None:
        assert things(database) == [1]
        assert database.version() != version
        add(database, 2)
        assert things(database) == [1, 2]

    add(database, 1)
    version = database.version()
    process = get_context("fork").Process(target=child)
    if in_a_transaction:
        with database.write() as connection, database.read():
            connection.run("INSERT INTO things VALUES (3, 'thing', NULL)")
            process.start()
    else:
        process.start()
    process.join(60)
    assert process.exitcode == 0
    assert things(database) == [1, 3] if in_a_transaction else [1]


@needs_fork
@pytest.mark.process
def test_what_another_thread_has_begun_is_not_in_a_forked_child_and_does_not_stop_it(database: Database) -> None:
    def write() -> None:
        with database.write() as connection:
            connection.run("INSERT INTO things VALUES (1, 'thing', NULL)")
            begun.set()
            forked.wait(60)

    def child() -> None:
        add(database, 2)
        assert things(database) == [2]

    begun, forked = threading.Event(), threading.Event()
    writer = threading.Thread(target=write)
    writer.start()
    begun.wait(60)
    process = get_context("fork").Process(target=child)
    process.start()
    process.join(60)
    forked.set()
    writer.join()
    assert process.exitcode == 0
    assert things(database) == [1]
