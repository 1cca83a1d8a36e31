"""What every database promises to the floors above, on each engine."""

import gc
import threading
import time
import tracemalloc
from collections.abc import Callable
from typing import Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from licensekit.database import Connection, Database, Value, connect
from licensekit.errors import ConstraintViolated, DatabaseBusy, DatabaseDamaged, DatabaseUnavailable, NotStorable
from tests.database.sample_database import SCHEMA, add, things
from tests.profiles import examples

TEXT = st.text(st.characters(exclude_characters="\0", codec="utf-8"))
INTEGERS = st.integers(-(2**63), 2**63 - 1)
USES: Final[dict[str, Callable[[Connection], object]]] = {
    "rows": lambda c: c.rows("SELECT 1"),
    "one": lambda c: c.one("SELECT 1"),
    "stream": lambda c: c.stream("SELECT 1"),
    "run": lambda c: c.run("DELETE FROM things"),
    "run_many": lambda c: c.run_many("DELETE FROM things WHERE id = ?", [(1,)]),
}


def test_what_was_committed_is_there_after_opening_again(location: str) -> None:
    database = connect(location, schema=SCHEMA, create=True)
    with database.write() as connection:
        assert connection.run("INSERT INTO things VALUES (?, ?, ?)", 1, "one", b"\x00") == 1
    database.close()
    database = connect(location, schema=SCHEMA, create=False)
    with database.read() as connection:
        assert connection.rows("SELECT * FROM things") == [(1, "one", b"\x00")]
    database.close()


@settings(max_examples=examples(50), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(number=INTEGERS, name=st.none() | TEXT, raw=st.none() | st.binary(max_size=3000))
def test_values_come_back_as_they_went_in(database: Database, number: int, name: str | None, raw: bytes | None) -> None:
    with database.write() as connection:
        connection.run("DELETE FROM things")
        connection.run("INSERT INTO things VALUES (?, ?, ?)", number, name, raw)
        row = connection.one("SELECT id, name, raw FROM things WHERE id = ?", number)
    assert row == (number, name, raw)
    assert row is not None
    assert [type(value) for value in row] == [int, type(name), type(raw)]


@pytest.mark.parametrize(
    "params",
    [(1, "a\0b", None), (1, "\udc80", None), (2**63, "x", None), (-(2**63) - 1, "x", None), (1, "x", bytes(2**24 + 1))],
    ids=["NUL", "surrogate", "too large", "too small", "too long"],
)
def test_what_cannot_be_stored_is_refused_and_nothing_changes(database: Database, params: tuple[Value, ...]) -> None:
    with pytest.raises(NotStorable) as caught:
        _try(database, lambda c: c.run("INSERT INTO things VALUES (?, ?, ?)", *params))
    assert caught.value.where == database.location
    with pytest.raises(NotStorable):
        _try(database, lambda c: c.run_many("INSERT INTO things VALUES (?, ?, ?)", [params]))
    assert things(database) == []


def test_any_error_in_the_block_undoes_it(database: Database) -> None:
    def fail(connection: Connection) -> None:
        connection.run("INSERT INTO things VALUES (1, 'one', NULL)")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        _try(database, fail)
    assert things(database) == []
    add(database, 2)
    assert things(database) == [2]


def test_a_broken_constraint_has_its_own_error(database: Database) -> None:
    add(database, 1)
    with pytest.raises(ConstraintViolated):
        add(database, 2, 1)
    assert things(database) == [1]


def test_an_error_ends_the_transaction_even_if_it_is_passed_over(database: Database) -> None:
    add(database, 1)

    def pass_over(connection: Connection) -> None:
        connection.run("INSERT INTO things VALUES (5, 'five', NULL)")
        with pytest.raises(ConstraintViolated):
            connection.run("INSERT INTO things VALUES (1, 'again', NULL)")
        with pytest.raises(DatabaseUnavailable):
            connection.one("SELECT 1")

    with pytest.raises(DatabaseUnavailable):
        _try(database, pass_over)
    assert things(database) == [1]


@pytest.mark.parametrize("use", USES.values(), ids=USES.keys())
def test_a_connection_is_of_no_use_after_its_block(database: Database, use: Callable[[Connection], object]) -> None:
    add(database, 1)
    with database.read() as reader:
        pass
    with database.write() as writer:
        pass
    for connection in (reader, writer):
        with pytest.raises(DatabaseUnavailable):
            use(connection)
    assert things(database) == [1]


def test_a_table_that_is_missing_means_damage(database: Database) -> None:
    with pytest.raises(DatabaseDamaged), database.read() as connection:
        connection.rows("SELECT * FROM nothing")


def test_a_snapshot_does_not_see_what_is_written_meanwhile(database: Database) -> None:
    add(database, 1)
    with database.read() as connection:
        before = connection.rows("SELECT id FROM things")
        add(database, 2)
        assert connection.rows("SELECT id FROM things") == before
    assert things(database) == [1, 2]


def test_a_snapshot_cannot_be_written(database: Database) -> None:
    with pytest.raises(DatabaseUnavailable), database.read() as connection:
        connection.run("INSERT INTO things VALUES (1, 'one', NULL)")
    assert things(database) == []


def test_a_second_writer_waits_and_then_gives_up(location: str, database: Database) -> None:
    impatient = connect(location, schema=SCHEMA, create=False, wait=0.1)
    with database.write() as connection:
        connection.run("INSERT INTO things VALUES (1, 'one', NULL)")
        with pytest.raises(DatabaseBusy):
            add(impatient, 2)
        assert things(impatient) == []
    add(impatient, 2)
    assert things(database) == [1, 2]
    impatient.close()


def test_shared_writers_shut_out_those_that_are_not(location: str, database: Database) -> None:
    other = connect(location, schema=SCHEMA, create=False, wait=0.1)
    with database.write(shared=True) as connection:
        connection.run("INSERT INTO things VALUES (1, 'one', NULL)")
        with pytest.raises(DatabaseBusy):
            add(other, 2)
    with database.write() as connection:
        connection.run("INSERT INTO things VALUES (3, 'three', NULL)")
        with pytest.raises(DatabaseBusy), other.write(shared=True):
            pass
    assert things(other) == [1, 3]
    assert things(database) == [1, 3]
    other.close()


def test_threads_that_count_up_lose_no_count(database: Database) -> None:
    add(database, 0)

    def count_up() -> None:
        for _ in range(20):
            with database.write() as connection:
                [(number,)] = connection.rows("SELECT id FROM things")
                connection.run("UPDATE things SET id = ?", number + 1)

    threads = [threading.Thread(target=count_up) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert things(database) == [100]


def test_rows_stream_one_after_the_other_in_constant_memory(database: Database) -> None:
    with database.write() as connection:
        changed = connection.run_many(
            "INSERT INTO things VALUES (?, ?, ?)", ((n, "x" * 100, None) for n in range(20_000))
        )
    assert changed == 20_000
    gc.collect()
    tracemalloc.start()
    with database.read() as connection:
        rows = connection.stream("SELECT id, name FROM things WHERE id >= ? ORDER BY id", 0)
        assert all(number == row[0] for number, row in enumerate(rows))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 2_000_000


def test_two_streams_can_be_read_side_by_side(database: Database) -> None:
    add(database, *range(2500))
    with database.read() as connection:
        up = connection.stream("SELECT id FROM things ORDER BY id")
        down = connection.stream("SELECT id FROM things ORDER BY id DESC")
        assert all(a + b == 2499 for (a,), (b,) in zip(up, down, strict=True))


def test_a_stream_that_was_left_early_holds_nothing_and_goes_no_further(database: Database) -> None:
    add(database, *range(2500))
    with database.read() as connection:
        rows = connection.stream("SELECT id FROM things ORDER BY id")
        assert next(rows) == (0,)
    with pytest.raises(DatabaseUnavailable):
        list(rows)
    add(database, 9999)
    assert things(database)[-1] == 9999


def test_an_empty_stream_ends(database: Database) -> None:
    with database.read() as connection:
        assert list(connection.stream("SELECT id FROM things")) == []


def test_run_tells_how_many_rows_it_changed(database: Database) -> None:
    add(database, 1, 2, 3)
    with database.write() as connection:
        assert connection.run("UPDATE things SET name = ? WHERE id >= ?", "new", 2) == 2
        assert connection.run("DELETE FROM things WHERE id = 17") == 0
        assert connection.run_many("DELETE FROM things WHERE id = ?", [(1,), (2,), (9,)]) == 2
        assert connection.run_many("DELETE FROM things WHERE id = ?", []) == 0


def test_one_gives_the_first_row_or_none(database: Database) -> None:
    add(database, 1, 2)
    with database.read() as connection:
        assert connection.one("SELECT id FROM things ORDER BY id") == (1,)
        assert connection.one("SELECT id FROM things WHERE id = ?", 3) is None


def test_both_engines_speak_the_same_sql(database: Database) -> None:
    with database.write() as connection:
        insert = "INSERT INTO things (id, name) VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET name = excluded.name"
        names = ["b", "A", "a", "ä", "B", "?%s", "Ab"]
        connection.run_many(insert, list(enumerate(names)))
        connection.run(insert, 0, "c")
        assert connection.one("INSERT INTO things (id, name) VALUES (?, ?) RETURNING id", 7, None) == (7,)
        ordered = connection.rows("SELECT name FROM things WHERE name IS NOT NULL ORDER BY name")
        found = connection.rows("SELECT id FROM things WHERE lower(name) LIKE lower(?) ESCAPE '\\' ORDER BY id", "a%")
        literal = connection.rows("SELECT id FROM things WHERE name = '?%s'")
        summed = connection.one("SELECT SUM(id), COUNT(*), MAX(id) FROM things WHERE id < ?", 3)
        empty = connection.one("SELECT SUM(id) FROM things WHERE id > ?", 100)
        nothing = connection.one("SELECT COUNT(*) FROM things WHERE CAST(? AS TEXT) IS NULL", None)
        flags = connection.rows("SELECT id FROM things WHERE id = ? OR id = ?", True, False)
    assert [name for (name,) in ordered] == ["?%s", "A", "Ab", "B", "a", "c", "ä"]
    assert found == [(1,), (2,), (6,)]
    assert literal == [(5,)]
    assert summed == (3, 3, 2)
    assert summed is not None
    assert type(summed[0]) is int
    assert empty == (None,)
    assert nothing == (8,)
    assert sorted(flags) == [(0,), (1,)]


def test_the_clock_is_the_servers_or_nobodys(location: str, database: Database) -> None:
    with database.read() as connection:
        now = connection.now()
    if location.startswith("postgresql"):
        assert now is not None
        assert abs(now - time.time()) < 60
    else:
        assert now is None


def test_the_version_moves_exactly_when_something_was_committed(location: str, database: Database) -> None:
    other = connect(location, schema=SCHEMA, create=False)
    seen = [database.version()]
    assert database.version() == seen[-1]
    things(database)
    with database.write() as connection:
        connection.rows("SELECT * FROM things")
        connection.run("DELETE FROM things WHERE id = 1")
    with pytest.raises(RuntimeError):
        _try(database, _insert_and_fail)
    assert database.version() == seen[-1]
    for writer in (database, other, other, database):
        add(writer, len(seen))
        assert database.version() not in seen
        seen.append(database.version())
        assert database.version() == seen[-1]
    other.close()


def test_a_closed_database_says_so(database: Database) -> None:
    with database.read() as connection:
        database.close()
        assert connection.one("SELECT 1") == (1,)
    for use in (lambda: things(database), lambda: add(database, 1), database.version):
        with pytest.raises(DatabaseUnavailable) as caught:
            use()
        assert "closed" in str(caught.value)
    database.close()


def _try(database: Database, use: Callable[[Connection], object]) -> None:
    with database.write() as connection:
        use(connection)


def _insert_and_fail(connection: Connection) -> None:
    connection.run("INSERT INTO things VALUES (77, 'x', NULL)")
    raise RuntimeError


def test_a_statement_by_itself_is_a_transaction(location: str, database: Database) -> None:
    """It gives its first row, and what one statement refuses leaves nothing."""
    add(database, 1)
    other = connect(location, schema=SCHEMA, create=False)
    with other.write(shared=True):
        pass
    changed = "UPDATE things SET id = id + ? WHERE id = ? RETURNING id"
    assert database.once(changed, 1, 1) == (2,)
    assert other.once(changed, 1, 1) is None
    with other.read() as connection:
        assert connection.one("SELECT id FROM things") == (2,)
    with pytest.raises(ConstraintViolated):
        other.once("INSERT INTO things (id, name) VALUES (?, ?) RETURNING id", 2, "again")
    with pytest.raises(NotStorable):
        other.once("SELECT ?", "\0")
    assert database.once("SELECT count(*) FROM things") == (1,)
    other.close()


def test_a_statement_by_itself_does_not_wait_for_who_reads_or_writes_elsewhere(
    location: str, database: Database
) -> None:
    add(database, 1)
    before = database.version()
    with database.read():
        assert database.once("UPDATE things SET name = ? RETURNING name", "new") == ("new",)
    if location.startswith("postgresql"):
        assert database.version() == before


def test_statements_ask_for_the_servers_clock_and_say_what_may_be_lost(location: str, database: Database) -> None:
    add(database, 1)
    row = database.once("SELECT COALESCE(server_now(), ?), 'server_now() ?' FROM things", 7)
    assert row is not None
    assert row[1] == "server_now() ?"
    if location.startswith("postgresql"):
        assert abs(row[0] - time.time()) < 60
    else:
        assert row[0] == 7
    freed = "UPDATE things SET name = ? WHERE id = ? AND may_be_lost() RETURNING name"
    assert database.once(freed, "freed", 1) == ("freed",)
    with database.read() as connection:
        assert connection.one("SELECT name FROM things") == ("freed",)
