"""Behind PgBouncer, which lends a session of the server for one transaction at a time, or for a connection."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from licensekit import Licensing
from licensekit.database import Database, connect
from licensekit.errors import DatabaseBusy
from licensekit.installation import UserFilter, parse_users
from tests.conftest import Postgres
from tests.crm import crm_home_at, open_crm
from tests.database.sample_database import SCHEMA, add, things
from tests.homes import PIN

PORT = 6432
"""Only the name of a socket in a folder of its own."""


@pytest.fixture(params=["transaction", "session"])
def pooling(request: pytest.FixtureRequest) -> str:
    """For how long the pooler lends a session."""
    return str(request.param)


@pytest.fixture
def location(postgres: Postgres, postgres_location: str, pooling: str) -> Iterator[str]:
    """A database behind a pooler, which has two sessions for everybody where it lends them for transactions."""
    program = shutil.which("pgbouncer") or "/usr/sbin/pgbouncer"
    if not Path(program).exists() or postgres.own is None:
        pytest.skip("PgBouncer is not installed (Debian: apt-get install pgbouncer)")
    schema = postgres_location.rpartition("%3D")[2]
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        folder.chmod(0o777)
        sockets = postgres.own.get_postmaster_info().socket_dir
        (folder / "settings.ini").write_text(
            f"[databases]\n"
            f"* = host={sockets} user=postgres connect_query='SET search_path = {schema}'\n"
            f"[pgbouncer]\n"
            f"pool_mode = {pooling}\n"
            f"default_pool_size = {2 if pooling == 'transaction' else 20}\n"
            f"auth_type = any\n"
            f"listen_port = {PORT}\n"
            f"unix_socket_dir = {folder}\n"
        )
        user = postgres.own.system_user or pwd.getpwuid(os.geteuid()).pw_name
        running = subprocess.Popen(
            [program, "-q", "-u", user, str(folder / "settings.ini")],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        _await(folder / f".s.PGSQL.{PORT}")
        yield f"postgresql://postgres@/postgres?host={folder}&port={PORT}"
        running.terminate()
        running.wait(60)


def _await(path: Path) -> None:
    end = time.monotonic() + 60
    while time.monotonic() < end:
        with socket.socket(socket.AF_UNIX) as client:
            if client.connect_ex(str(path)) == 0:
                return
        time.sleep(0.02)
    pytest.fail("PgBouncer did not start")


def test_what_is_asked_again_and_again_works_on_whatever_session_is_lent(location: str, database: Database) -> None:
    others = [connect(location, schema=SCHEMA, create=False) for _ in range(3)]
    for number in range(30):
        add(others[number % 3], number)
        assert things(database)[-1] == number
    with database.read() as connection:
        rows = connection.stream("SELECT id FROM things ORDER BY id")
        assert [number for (number,) in rows] == list(range(30))
    for other in others:
        other.close()


def test_changes_are_seen(location: str, database: Database) -> None:
    other = connect(location, schema=SCHEMA, create=False)
    before = database.version()
    assert database.version() == before
    add(other, 1)
    assert database.version() != before
    other.close()


def test_a_writer_gives_up_waiting_and_leaves_its_settings_to_nobody(location: str, database: Database) -> None:
    impatient = connect(location, schema=SCHEMA, create=False, wait=0.1)
    with database.write() as connection:
        connection.run("INSERT INTO things VALUES (1, 'one', NULL)")
        with pytest.raises(DatabaseBusy):
            add(impatient, 2)
    assert things(impatient) == [1]
    impatient.close()
    with psycopg.connect(location, autocommit=True) as somebody_else:
        for _ in range(4):
            assert somebody_else.execute("SHOW lock_timeout").fetchall() == [("0",)]
            listening = somebody_else.execute("SELECT count(*) FROM pg_listening_channels()")
            assert listening.fetchall() == [(0,)]


def test_many_users_are_imported_and_changed_and_an_application_sees_it(location: str) -> None:
    home = crm_home_at(location)
    with open_crm(home) as crm, Licensing.open(location, root=PIN, pack=home.pack, clock=home.clock) as licensing:
        rows = "".join(f"u{number},Person {number},user\n" for number in range(1200))
        assert crm.users.import_rows(parse_users("id,name,licenses\n" + rows)).assigned == 1200
        assert crm.users.propose_assign(UserFilter(text="person"), assign=["windows"]).apply() == 1200
        licensing.refresh()
        assert licensing.user("u7").allows("windows")
        with licensing.seat("seat", holder="anna") as seat:
            seat.renew()
        assert crm.users.propose_assign(UserFilter(text="person"), retire=True).apply() == 1200
        assert crm.state().in_use == {}
