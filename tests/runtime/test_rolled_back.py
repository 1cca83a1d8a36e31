"""A database that is older than a program has seen it: a backup in its place, a failover to a server that lagged."""

from collections.abc import Callable, Generator, Iterator
from contextlib import closing, contextmanager, suppress
from typing import NamedTuple

import psycopg
import pytest
from psycopg import sql

from licensekit import Lease, Licensing
from licensekit.database import Connection
from licensekit.database.schemas import copy_rows, tables
from licensekit.errors import LeaseLost, StateError
from licensekit.installation import Installation
from licensekit.state.home import SCHEMA, open_in_memory, open_installation
from tests.conftest import Postgres
from tests.crm import SOLD
from tests.homes import PIN, Home, bundle, file
from tests.runtime.conftest import comes
from tests.runtime.standby import Standby, standby_of


def codes(licensing: Licensing | Installation) -> list[str]:
    notices = licensing.notices if isinstance(licensing, Licensing) else licensing.state().notices
    return [one.code for one in notices]


@contextmanager
def rolled_back(home: Home) -> Generator[None]:
    """Put every row back, at the end of a block, as it was at its beginning."""

    def move(source: Connection, target: Connection) -> None:
        for table in reversed(tuple(tables(SCHEMA))):
            target.run("DELETE FROM {table}".replace("{table}", table))
        copy_rows(source, target, SCHEMA)

    with closing(open_in_memory()) as kept, closing(open_installation(home.place, create=False)) as database:
        with database.read() as connection, kept.write() as copy:
            move(connection, copy)
        yield
        with kept.read() as copy, database.write() as connection:
            move(copy, connection)


class Failover(NamedTuple):
    """A standby, what kills its primary server, and the URL of whichever of both can be written."""

    standby: Standby
    kill: Callable[[], None]
    place: str


@pytest.fixture
def failover(
    home: Home, admin: Installation, postgres: Postgres, kill_postgres: Callable[[], None]
) -> Iterator[Failover]:
    """A standby of the installation's server."""
    assert postgres.own is not None
    schema = home.place.rpartition("%3D")[2]
    assert admin.state().serial
    with standby_of(postgres.own) as standby:
        assert comes(lambda: standby.has_schema(schema))
        hosts = f"host={postgres.url.partition('host=')[2]},{standby.sockets}&target_session_attrs=read-write"
        yield Failover(
            standby, kill_postgres, f"postgresql://postgres@/postgres?{hosts}&options=-csearch_path%3D{schema}"
        )


CHANGES: dict[str, Callable[[Installation], object]] = {
    "activated": lambda admin: admin.activate(file(bundle(2, **SOLD))),
    "assigned": lambda admin: admin.users.assign("anna", "sales"),
}


@pytest.mark.attack("state-restored-from-an-older-copy")
@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_running_program_says_that_changes_are_gone_and_goes_on(
    home: Home, admin: Installation, licensing: Licensing, change: Callable[[Installation], object]
) -> None:
    with rolled_back(home):
        change(admin)
        licensing.refresh()
        seen = admin.state().stored.head
        assert codes(licensing) == []
    assert comes(lambda: codes(licensing) in (["rolled-back"], ["restored-backup"]))
    assert licensing.allows("server")
    assert not licensing.user("anna").allows("sale")
    assert admin.state().stored.head < seen
    assert codes(admin) == codes(licensing)
    about = [one for one in admin.diagnose() if one.check == "backup"]
    assert [one.state for one in about] == ["notice" if home.place.startswith("/") else "error"]
    admin.users.assign("bob", "sales")
    assert comes(lambda: licensing.user("bob").allows("sale"))


@pytest.mark.attack("state-restored-from-an-older-copy")
@pytest.mark.parametrize("home", ["folder"], indirect=True)
def test_a_folder_put_back_with_its_mark_is_noticed_by_who_had_it_open(
    home: Home, admin: Installation, licensing: Licensing
) -> None:
    mark = home.folder / "licensing.mark"
    before = mark.read_bytes()
    with rolled_back(home):
        admin.users.assign("anna", "sales")
        assert comes(lambda: licensing.count("sales").in_use == 1)
        mark.write_bytes(before)
    assert comes(lambda: codes(licensing) == ["rolled-back"])
    assert codes(admin) == ["rolled-back"]
    with home.open() as other, home.run() as newcomer:
        assert codes(other) == codes(newcomer) == []


@pytest.mark.parametrize("home", ["folder"], indirect=True)
def test_a_restored_backup_that_was_accepted_is_not_a_rollback_any_more(
    home: Home, admin: Installation, licensing: Licensing
) -> None:
    with rolled_back(home):
        admin.users.assign("anna", "sales")
        assert comes(lambda: licensing.count("sales").in_use == 1)
    assert comes(lambda: codes(licensing) == ["restored-backup"])
    admin.restore_accept()
    assert comes(lambda: codes(licensing) == [])
    assert codes(admin) == []


@pytest.mark.parametrize("home", ["server"], indirect=True)
@pytest.mark.parametrize("lost", [[], ["rolled-back"]], ids=["current", "lagging"])
def test_a_failover_is_shown_and_what_was_lost_by_it(
    home: Home, admin: Installation, failover: Failover, caplog: pytest.LogCaptureFixture, lost: list[str]
) -> None:
    standby, kill, place = failover
    with Licensing.open(place, root=PIN, pack=home.pack, clock=home.clock, watch=True) as licensing:
        assert licensing.allows("server")
        if lost:
            standby.stop_following()
        admin.users.assign("anna", "sales")
        assert comes(lambda: licensing.count("sales").in_use == 1)
        kill()
        standby.promote()
        assert comes(lambda: codes(licensing) == [*lost, "failed-over"])
        assert licensing.user("anna").allows("sale") is not bool(lost)
        assert comes(lambda: {*lost, "failed-over"} <= {getattr(one, "code", "") for one in caplog.records})
        assert bool(lost) or "rolled-back" not in {getattr(one, "code", "") for one in caplog.records}
        home.clock.move(hours=25)
        assert comes(lambda: codes(licensing) == lost)


@pytest.mark.parametrize("home", ["server"], indirect=True)
def test_a_lease_that_a_server_that_lagged_does_not_know_says_so(home: Home, failover: Failover) -> None:
    with Licensing.open(failover.place, root=PIN, pack=home.pack, clock=home.clock, watch=True) as licensing:
        known = licensing.seat("seat", holder="anna", ttl=600).take()
        schema = home.place.rpartition("%3D")[2]
        with psycopg.connect(failover.standby.url, autocommit=True) as standby:
            arrived = sql.SQL("SELECT 1 FROM {}.leases WHERE id = %s").format(sql.Identifier(schema))
            assert comes(lambda: standby.execute(arrived, (known.id,)).fetchone() is not None)
        failover.standby.stop_following()
        forgotten = licensing.seat("seat", holder="bob", ttl=600).take()
        failover.kill()
        failover.standby.promote()
        assert comes(lambda: can_renew(known))
        with pytest.raises(LeaseLost, match="the server failed over"):
            forgotten.renew()
        known.check()


def can_renew(lease: Lease) -> bool:
    with suppress(StateError):
        lease.renew()
        return True
    return False
