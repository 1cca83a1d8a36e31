"""Calls with a deadline end by it, on each engine, whatever they wait for."""

from contextlib import ExitStack
from time import monotonic

import pytest

from licensekit.database import Database
from licensekit.database.protocol import CONNECTIONS
from licensekit.errors import DatabaseBusy
from tests.database.sample_database import add, soon, things

FAR = 3600.0
ENDLESS = "WITH RECURSIVE up (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM up) SELECT count(*) FROM up"


@pytest.mark.parametrize("seconds", [FAR, 30.0])
def test_a_deadline_in_time_changes_nothing(database: Database, seconds: float) -> None:
    add(database.within(soon(seconds)), 1)
    assert things(database) == things(database.within(soon(seconds))) == [1]
    assert database.within(soon(seconds)).version() == database.version()
    assert database.within(soon(seconds)).once("SELECT count(*) FROM things") == (1,)
    add(database, 2)
    assert things(database.within(soon(seconds))) == [1, 2]


def test_a_writer_waits_for_another_until_its_deadline_and_then_writes_again(database: Database) -> None:
    with database.write() as connection:
        connection.run("INSERT INTO things VALUES (1, 'one', NULL)")
        with pytest.raises(DatabaseBusy):
            add(database.within(soon()), 2)
    add(database.within(soon(FAR)), 2)
    add(database, 3)
    assert things(database) == [1, 2, 3]


def test_a_statement_that_runs_on_is_ended_and_its_transaction_undone(database: Database) -> None:

    def run_on() -> None:
        with database.within(soon()).write() as connection:
            connection.run("INSERT INTO things VALUES (1, 'one', NULL)")
            connection.rows(ENDLESS)

    with pytest.raises(DatabaseBusy):
        run_on()
    assert things(database) == []
    add(database.within(soon(FAR)), 1)
    assert things(database) == [1]


def test_a_deadline_is_of_its_calls_alone(database: Database) -> None:
    late = database.within(monotonic() - 1)
    add(database, 1)
    slow = "WITH RECURSIVE up (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM up WHERE n < 300000) SELECT count(*) FROM up"
    with pytest.raises(DatabaseBusy), late.read() as connection:
        connection.rows(slow)
    with database.read() as connection:
        assert connection.rows(slow) == [(300000,)]


def test_a_pool_whose_connections_are_all_lent_is_waited_for_until_the_deadline(database: Database) -> None:
    with ExitStack() as lent:
        for _ in range(CONNECTIONS):
            lent.enter_context(database.read())
        with pytest.raises(DatabaseBusy, match="too many threads"):
            things(database.within(soon()))
    assert things(database) == []


def test_only_a_server_has_an_epoch(database: Database) -> None:
    assert (database.epoch() != "") == database.location.startswith("postgresql:")
