"""What is particular to a server: it goes away and comes back, and its URL holds a password."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from licensekit.database import Database, connect
from licensekit.database.postgres.connection import placed, read_url
from licensekit.errors import DatabaseBusy, DatabaseDamaged, DatabaseUnavailable, LicenseError
from tests.database.sample_database import SCHEMA, add, things

Admin = psycopg.Connection[tuple[object, ...]]


@pytest.fixture
def location(postgres_location: str) -> str:
    """Only PostgreSQL here."""
    return postgres_location


@pytest.fixture
def admin(location: str) -> Iterator[Admin]:
    """A connection of somebody else."""
    with psycopg.connect(location, autocommit=True) as connection:
        yield connection


def disconnect(admin: Admin) -> None:
    """End every connection of ours, as a restart or an administrator does."""
    admin.execute(
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
        " WHERE application_name = current_setting('application_name')"
        " AND pid <> pg_backend_pid()"
    )


def test_idle_connections_that_the_server_has_ended_are_not_used_again(database: Database, admin: Admin) -> None:
    add(database, 1)
    before = database.version()
    assert database.version() == before
    for number in (2, 3):
        disconnect(admin)
        add(database, number)
        disconnect(admin)
        assert things(database)[-1] == number
        disconnect(admin)
        assert database.version() != before


def test_a_transaction_that_the_server_has_ended_is_undone(database: Database, admin: Admin) -> None:
    def add_two() -> None:
        with database.write() as connection:
            connection.run("INSERT INTO things VALUES (1, 'one', NULL)")
            disconnect(admin)
            connection.run("INSERT INTO things VALUES (2, 'two', NULL)")

    with pytest.raises(DatabaseUnavailable):
        add_two()
    assert things(database) == []


def test_a_commit_that_got_no_answer_says_that_it_is_uncertain(database: Database, admin: Admin) -> None:
    def add_one() -> None:
        with database.write() as connection:
            connection.run("INSERT INTO things VALUES (1, 'one', NULL)")
            disconnect(admin)

    with pytest.raises(DatabaseUnavailable, match="check whether the change was made"):
        add_one()
    assert things(database) == []


def test_a_killed_server_is_reported_and_used_again_when_it_is_back(
    database: Database, kill_postgres: Callable[[], None], start_postgres: Callable[[], None]
) -> None:
    add(database, 1)
    before = database.version()
    kill_postgres()
    for use in (lambda: things(database), lambda: add(database, 2), database.version):
        with pytest.raises(DatabaseUnavailable, match="server"):
            use()
    start_postgres()
    assert things(database) == [1]
    assert database.version() == before
    add(database, 2)
    assert database.version() != before


def test_changes_of_another_schema_are_not_changes_here(location: str, database: Database, admin: Admin) -> None:
    before = database.version()
    admin.execute("CREATE SCHEMA IF NOT EXISTS another_test")
    other = connect(location.rpartition("%3D")[0] + "%3Danother_test", schema=SCHEMA, create=True)
    add(other, 1)
    assert database.version() == before
    assert things(database) == []
    other.close()
    admin.execute("DROP SCHEMA another_test CASCADE")


def test_writers_of_another_schema_wait_for_nobody(location: str, database: Database, admin: Admin) -> None:
    admin.execute("CREATE SCHEMA another_test")
    other = connect(location.rpartition("%3D")[0] + "%3Danother_test", schema=SCHEMA, create=True, wait=0.2)
    with database.write() as connection:
        connection.run("INSERT INTO things VALUES (1, 'one', NULL)")
        add(other, 2)
    assert (things(database), things(other)) == ([1], [2])
    other.close()
    admin.execute("DROP SCHEMA another_test CASCADE")


def test_shared_writers_wait_for_nobody_but_who_has_the_same_row(location: str, database: Database) -> None:
    other = connect(location, schema=SCHEMA, create=False, wait=0.2)
    before = database.version()
    take = "INSERT INTO things VALUES (?, ?, NULL) ON CONFLICT (id) DO NOTHING"
    with database.write(shared=True) as connection:
        assert connection.run(take, 1, "anna") == 1
        with other.write(shared=True) as beside:
            assert beside.run(take, 2, "bert") == 1
        with pytest.raises(DatabaseBusy), other.write(shared=True) as beside:
            beside.run(take, 1, "bert")
    with other.write(shared=True) as beside:
        assert beside.run(take, 1, "bert") == 0
    assert things(database) == [1, 2]
    assert database.version() == before
    other.close()


def test_a_statement_that_takes_too_long_is_busy(location: str) -> None:
    slow = connect(location + "%20-cstatement_timeout%3D50", schema=SCHEMA, create=True)
    with pytest.raises(DatabaseBusy), slow.read() as connection:
        connection.rows("SELECT pg_sleep(5)")
    slow.close()


def test_tables_of_another_program_are_left_alone(location: str, admin: Admin) -> None:
    admin.execute("CREATE TABLE things (theirs TEXT)")
    with pytest.raises(DatabaseDamaged, match="contains nothing else"):
        connect(location, schema=SCHEMA, create=True)
    found = admin.execute("SELECT tablename FROM pg_tables WHERE schemaname = current_schema()")
    assert found.fetchall() == [("things",)]


@pytest.fixture
def reader(location: str, admin: Admin) -> Iterator[str]:
    """The same database, for a user who may read the schema's table and nothing else."""
    if "LICENSEKIT_TEST_POSTGRES" in os.environ:
        pytest.skip("the server of LICENSEKIT_TEST_POSTGRES gets no other users")
    schema = sql.Identifier(location.rpartition("%3D")[2])
    admin.execute("CREATE ROLE reader LOGIN")
    admin.execute(sql.SQL("GRANT USAGE ON SCHEMA {} TO reader").format(schema))
    yield location.replace("//postgres:", "//reader:", 1)
    admin.execute("DROP OWNED BY reader")
    admin.execute("DROP ROLE reader")


def test_a_user_without_rights_is_told_what_to_do(database: Database, reader: str, admin: Admin) -> None:
    with pytest.raises(DatabaseUnavailable, match="what the server permits"):
        connect(reader, schema=SCHEMA, create=False)
    admin.execute("GRANT SELECT ON licensekit_schema TO reader")
    other = connect(reader, schema=SCHEMA, create=False)
    for use in (lambda: things(other), lambda: add(other, 1)):
        with pytest.raises(DatabaseUnavailable, match="what the server permits"):
            use()
    other.close()
    assert things(database) == []


def test_a_server_that_does_not_tell_its_epoch_has_none(database: Database, reader: str, admin: Admin) -> None:
    assert database.epoch()
    admin.execute("GRANT SELECT ON licensekit_schema TO reader")
    admin.execute("REVOKE EXECUTE ON FUNCTION pg_control_system FROM PUBLIC")
    with closing(connect(reader, schema=SCHEMA, create=False)) as other:
        assert other.epoch() == ""
    admin.execute("GRANT EXECUTE ON FUNCTION pg_control_system TO PUBLIC")


def test_a_server_that_only_reads_is_read_and_not_written(location: str, database: Database) -> None:
    add(database, 1)
    read_only = location + "%20-cdefault_transaction_read_only%3Don"
    standby = connect(read_only, schema=SCHEMA, create=False)
    assert things(standby) == [1]
    with pytest.raises(DatabaseUnavailable, match="connect to the primary"):
        add(standby, 2)
    assert things(standby) == [1]
    standby.close()


@pytest.mark.attack("password-in-a-message")
@pytest.mark.parametrize(
    "url",
    [
        "postgresql://anna:s3cret@127.0.0.1:1/ledger",
        "postgres://anna:s3cret@127.0.0.1:1/ledger?sslpassword=s3cret",
        "postgresql://anna@127.0.0.1:1/ledger?password=s3cret",
        "postgresql://127.0.0.1:1/ledger?user=anna&password=s3cret&options=-cx%3Ds3cret",
        "postgresql:///ledger?host=/nowhere&password=s3cret",
        "postgresql://?host=/nowhere&password=s3cret",
        "postgresql://anna:s3cret@/ledger?host=/nowhere",
        "postgresql://anna:s3c@s3cret@127.0.0.1:1/ledger",
        "postgresql://anna:s3cret:s3cret/s3cret@127.0.0.1:1/ledger",
        "postgresql://anna:s3cret#s3cret@127.0.0.1:1/ledger",
        "postgresql://anna:s3cret?s3cret@127.0.0.1:1/ledger",
        "postgresql://anna:s3cret%zz@127.0.0.1:1/ledger",
        "postgresql://anna:s3cret[@127.0.0.1:1/ledger",
        "postgresql://anna:s3cret@127.0.0.1:1/ledger?nonsense=s3cret",
        "postgresql://[::1/s3cret",
        "postgresql://anna:s3cret\0@127.0.0.1:1/ledger",
        "postgresql://anna:s3cret/ledger",
        "postgresql://anna:s3cret\udcff@127.0.0.1:1/ledger",
        "postgresql://anna:s3cret%ff@127.0.0.1:1/ledger",
    ],
)
def test_no_message_shows_a_password(url: str) -> None:
    with pytest.raises(DatabaseUnavailable) as caught:
        connect(url, schema=SCHEMA, create=True)
    error: BaseException | None = caught.value
    assert str(error).isprintable()
    while error is not None:
        assert "s3c" not in f"{error} {error.args} {getattr(error, 'data', '')}"
        error = error.__cause__ or error.__context__


@pytest.mark.attack("password-in-a-message")
@pytest.mark.parametrize(
    ("url", "safe"),
    [
        ("postgresql://anna:s3cret@host:5432/ledger", "postgresql://anna:***@host:5432/ledger"),
        ("postgresql://anna@host/ledger?sslmode=require", "postgresql://anna@host/ledger"),
        ("postgres:///ledger", "postgres:///ledger"),
        ("postgresql://host", "postgresql://host"),
        ("postgresql://anna:s3cret@host", "postgresql://anna:***@host"),
        ("postgresql://[::1]:5/ledger", "postgresql://[::1]:5/ledger"),
        ("postgresql://a:1@one,two:5433/ledger", "postgresql://a:***@one,two:5433/ledger"),
    ],
)
def test_a_location_is_shown_without_its_password(url: str, safe: str) -> None:
    assert read_url(url)[0] == safe


def test_an_unreachable_server_is_unavailable() -> None:
    with pytest.raises(DatabaseUnavailable, match="check that the server runs"):
        connect("postgresql://postgres@127.0.0.1:1/x", schema=SCHEMA, create=True)


def test_a_database_that_does_not_exist_is_unavailable(location: str) -> None:
    with pytest.raises(DatabaseUnavailable, match="does not exist"):
        connect(location.replace("/postgres?", "/nothing?"), schema=SCHEMA, create=True)


def test_a_schema_that_does_not_exist_is_unavailable(location: str) -> None:
    with pytest.raises(LicenseError, match="create the schema first"):
        connect(location + "_nothing", schema=SCHEMA, create=True)


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("SELECT ?, '?', \"?\", ?", "SELECT %s, '?', \"?\", %s"),
        ("SELECT 'it''s ?' || ?", "SELECT 'it''s ?' || %s"),
        ("SELECT 5 % 2, '%', ?", "SELECT 5 %% 2, '%%', %s"),
    ],
)
def test_placeholders_are_translated_outside_quotes(sql: str, expected: str) -> None:
    assert placed(sql) == expected.encode()  # pyright: ignore[reportArgumentType]  # from a table


@pytest.mark.process
def test_without_the_driver_the_extra_is_named(tmp_path: Path) -> None:
    code = (
        "import sys; sys.modules['psycopg'] = None\n"
        "from licensekit.database import Schema, connect\n"
        "from licensekit.errors import DatabaseUnavailable\n"
        "try: connect('postgresql://x/y', schema=Schema('ledger', ()), create=True)\n"
        "except DatabaseUnavailable as error: print(error)"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    shown = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True, cwd=tmp_path, env=environment
    )
    assert "licensekit-files[postgres]" in shown.stdout
