"""A server that stands still: every call has an end, by its deadline or once nothing was heard for long.

A call that raises while the server is stopped has not waited for it: that is what these tests see.
"""

import socket
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, closing
from functools import partial

import pytest

from licensekit.database import Connection, Database, Row, connect
from licensekit.database.postgres import connection as server
from licensekit.errors import DatabaseBusy, DatabaseUnavailable
from tests.conftest import Postgres
from tests.database.sample_database import SCHEMA, add, soon, things
from tests.runtime.standby import standby_of

Act = Callable[[Connection, Iterator[Row]], object]
Stop = Callable[[], AbstractContextManager[None]]

CALLS: dict[str, Callable[[Database], object]] = {
    "read": things,
    "write": lambda database: add(database, 2),
    "once": lambda database: database.once("UPDATE things SET name = 'once' RETURNING id"),
    "version": lambda database: database.version(),
    "epoch": lambda database: database.epoch(),
}


@pytest.fixture
def location(postgres_location: str) -> str:
    """Only PostgreSQL here."""
    return postgres_location


@pytest.fixture
def silence(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a server count as silent sooner."""
    monkeypatch.setattr(server, "_SILENT_SECONDS", 1.0)


def refusal(call: Callable[[], object]) -> str:
    """Return for which reason a call finds the database busy."""
    with pytest.raises(DatabaseBusy) as caught:
        call()
    return str(caught.value.reason)


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_a_connection_that_was_idle_is_waited_for_until_the_deadline(
    database: Database, stopped_postgres: Stop, call: Callable[[Database], object]
) -> None:
    add(database, 1)
    with stopped_postgres():
        assert refusal(lambda: call(database.within(soon()))) == "deadline"
    call(database.within(soon(60)))
    assert things(database)[0] == 1


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_a_new_connection_is_waited_for_until_the_deadline(
    database: Database, stopped_postgres: Stop, call: Callable[[Database], object]
) -> None:
    with database.read(), stopped_postgres():  # which has the only one that was made
        assert refusal(lambda: call(database.within(soon()))) == "deadline"
        assert refusal(lambda: call(database.within(soon(-1)))) == "deadline"
    call(database.within(soon(60)))


def test_a_statement_and_a_stream_inside_a_transaction_end_by_the_deadline(
    database: Database, stopped_postgres: Stop
) -> None:
    add(database, *range(5000))

    many = [(number, "x" * 1000, None) for number in range(5000, 20_000)]
    acts: list[Act] = [
        lambda connection, _: connection.rows("SELECT 1"),
        lambda _, rows: list(rows),
        lambda connection, _: connection.run_many("INSERT INTO things VALUES (?, ?, ?)", many),
    ]

    def stopped_before(act: Act) -> None:
        with ExitStack() as stop, database.within(soon(1)).write() as connection:
            rows = connection.stream("SELECT id FROM things")
            connection.run("UPDATE things SET name = 'changed'")
            stop.enter_context(stopped_postgres())
            act(connection, rows)

    for act in acts:
        assert refusal(partial(stopped_before, act)) == "deadline"
    assert database.once("SELECT count(*) FROM things WHERE name = 'thing'") == (5000,)


def test_a_commit_without_an_answer_is_uncertain(database: Database, stopped_postgres: Stop) -> None:
    def stop_before_the_commit(stop: ExitStack) -> None:
        with database.within(soon(1)).write() as connection:
            connection.run("INSERT INTO things VALUES (1, 'one', NULL)")
            stop.enter_context(stopped_postgres())

    with ExitStack() as stop, pytest.raises(DatabaseUnavailable, match="whether the change was made"):
        stop_before_the_commit(stop)


@pytest.mark.usefixtures("silence")
@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_a_call_without_a_deadline_ends_once_nothing_was_heard_for_long(
    database: Database, stopped_postgres: Stop, call: Callable[[Database], object]
) -> None:
    with stopped_postgres():
        assert refusal(lambda: call(database)) == "silent"


@pytest.mark.usefixtures("silence")
def test_a_server_that_answers_now_and_then_is_not_silent(database: Database) -> None:
    with database.read() as connection:
        assert len(connection.rows("SELECT repeat('x', 20000), pg_sleep(0.1) FROM generate_series(1, 20)")) == 20


def test_the_server_ends_a_statement_that_takes_long_and_keeps_the_connection(
    location: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "STATEMENT_SECONDS", 0.2)
    monkeypatch.setattr(server, "_SILENT_SECONDS", 0.5)
    database = connect(location, schema=SCHEMA, create=True)
    process = database.once("SELECT pg_backend_pid()")
    assert refusal(lambda: database.once("SELECT 1 FROM pg_sleep(60)")) == "server"
    assert database.once("SELECT pg_backend_pid()") == process
    with database.within(soon(60)).read() as connection:  # who knows that it takes longer says until when
        assert connection.rows("SELECT 1 FROM pg_sleep(1)") == [(1,)]
    database.close()


def test_what_an_administrator_lets_a_statement_take_stays_so(location: str) -> None:
    for given, kept in ("0", "30s"), ("50ms", "50ms"), ("2h", "2h"):
        with closing(connect(f"{location}%20-cstatement_timeout%3D{given}", schema=SCHEMA, create=True)) as database:
            assert database.once("SHOW statement_timeout") == (kept,)


@pytest.fixture
def deaf() -> Iterator[str]:
    """The URL of a server that accepts connections, and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield f"postgresql://anna@127.0.0.1:{listening.getsockname()[1]}/x"


def test_a_server_that_accepts_connections_and_says_nothing_is_given_up(deaf: str) -> None:
    database = connect(deaf, schema=None, create=False)
    assert refusal(lambda: things(database.within(soon()))) == "deadline"
    assert refusal(database.within(soon()).epoch) == "deadline"


def test_the_epoch_outlives_a_crash_and_changes_with_a_failover(
    database: Database, postgres: Postgres, kill_postgres: Callable[[], None], start_postgres: Callable[[], None]
) -> None:
    assert postgres.own is not None
    before = database.epoch()
    assert before == database.within(soon(60)).epoch() != ""
    with standby_of(postgres.own) as standby:
        other = connect(standby.url, schema=None, create=False)
        assert other.epoch() == before
        standby.promote()
        promoted = other.epoch()
        assert promoted.partition("/")[0] == before.partition("/")[0]
        assert promoted != before
        other.close()
    kill_postgres()
    start_postgres()
    assert database.epoch() == before
