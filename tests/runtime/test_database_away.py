"""A database that is away: answers from memory for the offline hours, no changes, and recovery."""

import os
import signal
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

import psycopg
import pytest

from licensekit import Access, Licensing
from licensekit.errors import DatabaseDamaged, DatabaseUnavailable, StateError
from licensekit.installation import Installation
from licensekit.runtime import live_snapshot
from licensekit.runtime.watcher import TICK_SECONDS
from tests.conftest import Postgres
from tests.crm import SOLD
from tests.homes import PIN, Home, bundle, file
from tests.runtime.conftest import Open, comes
from tests.runtime.standby import standby_of


class Outage(NamedTuple):
    """How the database of a test is taken away and brought back."""

    begin: Callable[[], None]
    end: Callable[[], None]


@pytest.fixture
def outage(request: pytest.FixtureRequest, home: Home) -> Outage:
    """A file that somebody moves away, or a server that is killed."""
    if home.place.startswith("postgresql:"):
        return Outage(request.getfixturevalue("kill_postgres"), request.getfixturevalue("start_postgres"))
    here, there = home.folder, home.folder.with_name("elsewhere")
    return Outage(lambda: move(here, there), lambda: move(there, here))


def move(source: Path, target: Path) -> None:
    source.rename(target)


def is_away(licensing: Licensing) -> bool:
    return licensing.notices[:1] != () and licensing.notices[0].code == "database-away"


def test_answers_are_given_from_memory_and_it_recovers_by_itself(
    licensing: Licensing, admin: Installation, outage: Outage
) -> None:
    admin.users.assign("anna", "sales")
    assert comes(lambda: licensing.count("sales").in_use == 1)
    assert licensing.user("anna").allows("sale")
    outage.begin()
    assert comes(lambda: is_away(licensing))
    assert "answers are given from memory, as of 2027-01-01T01:00:00Z: " in licensing.notices[0].message
    assert licensing.allows("server")
    assert licensing.user("anna").allows("sale")
    assert licensing.user("anna").may_login("web")
    assert licensing.count("sales").in_use == 1
    outage.end()
    assert comes(lambda: not is_away(licensing))
    admin.users.release("anna", "sales")
    assert comes(lambda: not licensing.user("anna").allows("sale"))


@pytest.mark.attack("database-kept-away")
def test_changes_are_refused_and_nothing_is_half_done(
    licensing: Licensing, admin: Installation, outage: Outage
) -> None:
    before = admin.state().stored
    outage.begin()
    changes: list[Callable[[], object]] = [
        lambda: admin.users.assign("anna", "sales"),
        lambda: admin.users.add("carl"),
        lambda: admin.activate(file(bundle(2, **SOLD))),
        admin.statement,
    ]
    for change in changes:
        with pytest.raises(StateError):
            change()
    assert comes(lambda: is_away(licensing))
    outage.end()
    assert admin.state().stored == before
    admin.users.assign("anna", "sales")


def test_whoever_was_never_asked_about_is_not_known_meanwhile(
    licensing: Licensing, admin: Installation, outage: Outage
) -> None:
    admin.sites.add("oslo", central=True)
    assert licensing.user("nobody").access("server") is Access.NONE
    outage.begin()
    asked: list[Callable[[], object]] = [
        lambda: licensing.user("bob"),
        lambda: licensing.site("oslo"),
        lambda: licensing.user("nobody", site="oslo"),
    ]
    for _ in range(2):
        for ask in asked:
            with pytest.raises(DatabaseUnavailable, match=r"nothing is known yet about `(bob|oslo)`"):
                ask()
        assert comes(lambda: is_away(licensing))
    assert licensing.user("nobody").access("server") is Access.NONE
    outage.end()
    assert comes(lambda: not is_away(licensing))
    assert licensing.user("bob").access("sale") is Access.READ
    assert licensing.site("oslo").access("server") is Access.FULL


@pytest.mark.attack("database-kept-away")
def test_each_bundle_counts_for_its_offline_hours_and_for_good_when_it_is_back(
    home: Home, admin: Installation, open_licensing: Open, outage: Outage
) -> None:
    more: dict[str, Any] = {"system": {"expander": 1}, "sites": {}, "users": {}}
    admin.activate(file(bundle(part="long", offline_hours=48, **more)))
    admin.activate(file(bundle(part="none", offline_hours=0, users={"travel": 9}, system={}, sites={})))
    licensing = open_licensing()
    assert licensing.count("travel").total == 10
    outage.begin()
    assert comes(lambda: is_away(licensing))
    assert standing(licensing) == (Access.FULL, Access.FULL, 1)
    home.clock.move(hours=23)
    assert comes(lambda: standing(licensing) == (Access.FULL, Access.FULL, 1))
    home.clock.move(hours=2)
    assert comes(lambda: standing(licensing) == (Access.NONE, Access.FULL, 0))
    home.clock.move(hours=24)
    assert comes(lambda: standing(licensing) == (Access.NONE, Access.NONE, 0))
    outage.end()
    assert comes(lambda: standing(licensing) == (Access.FULL, Access.FULL, 10))


def standing(licensing: Licensing) -> tuple[Access, Access, int | None]:
    """Return what comes from a bundle of 24, of 48 and of no offline hours."""
    return licensing.access("server"), licensing.access("expander"), licensing.count("travel").total


def test_dates_pass_while_it_is_away(home: Home, licensing: Licensing, outage: Outage) -> None:
    home.clock.move(days=395, hours=10)
    licensing.refresh()
    assert [notice.code for notice in licensing.notices] == ["grace", "clock-ahead"]
    outage.begin()
    assert comes(lambda: is_away(licensing))
    assert licensing.allows("server")
    home.clock.move(hours=14)
    assert comes(lambda: licensing.access("server") is Access.READ)
    outage.end()


@pytest.mark.attack("database-kept-away")
def test_a_clock_turned_back_does_not_stretch_the_offline_hours(
    home: Home, licensing: Licensing, outage: Outage
) -> None:
    outage.begin()
    assert comes(lambda: is_away(licensing))
    home.clock.move(hours=25)
    assert comes(lambda: not licensing.allows("server"))
    home.clock.move(hours=-25)
    time.sleep(5 * TICK_SECONDS)
    assert not licensing.allows("server")
    outage.end()
    assert comes(lambda: licensing.allows("server"))


def test_unwatched_an_outage_is_noticed_when_the_host_refreshes(
    home: Home, admin: Installation, open_licensing: Open, outage: Outage
) -> None:
    licensing = open_licensing(watch=False)
    licensing.user("anna")
    outage.begin()
    assert not is_away(licensing)
    for hours, access in ((23, Access.FULL), (2, Access.NONE)):
        home.clock.move(hours=hours)
        with pytest.raises(StateError):
            licensing.refresh()
        assert is_away(licensing)
        assert licensing.access("server") is access
        assert licensing.user("anna").access("server") is access
    outage.end()
    licensing.refresh()
    assert licensing.allows("server")
    assert admin.state().serial


@pytest.mark.parametrize("home", ["server"], indirect=True)
def test_an_application_that_starts_meanwhile_is_told(
    admin: Installation, open_licensing: Open, outage: Outage
) -> None:
    assert admin.state().serial
    outage.begin()
    with pytest.raises(DatabaseUnavailable, match="check that the server runs"):
        open_licensing()
    outage.end()
    assert open_licensing().allows("server")


@pytest.mark.parametrize("home", ["folder"], indirect=True)
def test_a_file_that_is_overwritten_is_damaged_and_answers_come_from_memory(home: Home, licensing: Licensing) -> None:
    kept = home.folder.rename(home.folder.with_name("kept"))
    home.folder.mkdir()
    (home.folder / "licensing.db").write_bytes(b"not a database" * 1000)
    assert comes(lambda: is_away(licensing))
    assert licensing.allows("server")
    with pytest.raises(DatabaseDamaged):
        licensing.refresh()
    (home.folder / "licensing.db").unlink()
    home.folder.rmdir()
    kept.rename(home.folder)
    assert comes(lambda: not is_away(licensing))


@pytest.mark.parametrize("home", ["folder"], indirect=True)
def test_a_backup_put_in_place_is_read_and_reported(home: Home, licensing: Licensing, admin: Installation) -> None:
    backup = home.folder / "backup.db"
    with closing(sqlite3.connect(home.folder / "licensing.db")) as raw, closing(sqlite3.connect(backup)) as copy:
        raw.backup(copy)
    admin.users.assign("anna", "sales")
    assert comes(lambda: licensing.user("anna").allows("sale"))
    admin.close()
    for name in ("licensing.db-wal", "licensing.db-shm"):
        (home.folder / name).unlink(missing_ok=True)
    backup.replace(home.folder / "licensing.db")
    assert comes(lambda: "restored-backup" in {notice.code for notice in licensing.notices})
    assert not licensing.user("anna").allows("sale")


@pytest.fixture
def stop_backends(postgres: Postgres, home: Home) -> Iterator[Callable[[], None]]:
    """Let the server stand still, with every connection open, as a hanging disk does."""
    if postgres.own is None:
        pytest.skip("the server of LICENSEKIT_TEST_POSTGRES is not ours to stop")
    name = home.place.partition("application_name=")[2].partition("&")[0]
    query = "SELECT pid FROM pg_stat_activity WHERE application_name = %s"
    stopped: list[int] = []

    def stop() -> None:
        with psycopg.connect(postgres.url, autocommit=True) as connection:
            stopped.extend(pid for (pid,) in connection.execute(query, (name,)))
        for pid in stopped:
            os.kill(pid, signal.SIGSTOP)

    yield stop
    for pid in stopped:
        os.kill(pid, signal.SIGCONT)


@pytest.mark.parametrize("home", ["server"], indirect=True)
def test_a_server_that_hangs_counts_as_away_and_holds_up_nothing(
    home: Home, licensing: Licensing, stop_backends: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live_snapshot, "SILENT_TICKS", 5)
    licensing.user("anna")
    home.clock.move(days=365, hours=22)
    licensing.refresh()
    assert licensing.user("anna").access("sale") is Access.READ
    stop_backends()
    home.clock.move(hours=1)
    assert comes(lambda: "grace" in {notice.code for notice in licensing.notices})
    assert comes(lambda: is_away(licensing))
    assert "it has not answered for a while" in licensing.notices[0].message
    assert licensing.user("anna").access("sale") is Access.READ
    with pytest.raises(DatabaseUnavailable, match="nothing is known yet about `bob`"):
        licensing.user("bob")


@pytest.mark.parametrize("home", ["server"], indirect=True)
def test_connections_that_the_server_has_ended_are_made_again(
    home: Home, licensing: Licensing, admin: Installation, postgres: Postgres
) -> None:
    name = home.place.partition("application_name=")[2].partition("&")[0]
    for _ in range(3):
        with psycopg.connect(postgres.url, autocommit=True) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE application_name = %s", (name,)
            )
        admin.users.assign("anna", "sales")
        assert comes(lambda: licensing.user("anna").allows("sale"))
        admin.users.release("anna", "sales")
        assert comes(lambda: not licensing.user("anna").allows("sale"))


@pytest.mark.parametrize("home", ["server"], indirect=True)
def test_a_standby_is_read_and_takes_over(
    home: Home, admin: Installation, postgres: Postgres, kill_postgres: Callable[[], None]
) -> None:
    own = postgres.own
    assert own is not None
    admin.users.assign("anna", "sales")
    schema = home.place.rpartition("%3D")[2]
    first = postgres.url.partition("host=")[2]
    with standby_of(own) as standby:
        assert comes(lambda: standby.has_schema(schema))
        options = f"options=-csearch_path%3D{schema}"
        hosts = f"host={first},{standby.sockets}&target_session_attrs="
        reading = f"{standby.url}&{options}"
        following = f"postgresql://postgres@/postgres?{hosts}read-write&{options}"
        given: dict[str, Any] = {"root": PIN, "pack": home.pack, "clock": home.clock}
        with Licensing.open(reading, **given) as replica:
            home.clock.move(hours=2)
            assert comes(lambda: "time-not-kept" in {notice.code for notice in replica.notices})
            admin.users.assign("bob", "windows", "user")
            assert comes(lambda: replica.user("bob").allows("windows"))
        with (
            Licensing.open(reading, **given) as replica,
            Licensing.open(following, **given) as licensing,
            Home(following, home.clock, home.pack).open() as changing,
        ):
            assert licensing.user("anna").allows("sale")
            kill_postgres()
            assert comes(lambda: is_away(licensing))
            assert licensing.user("anna").allows("sale")
            standby.promote()
            assert comes(lambda: not is_away(licensing))
            changing.users.release("anna", "sales")
            assert comes(lambda: not licensing.user("anna").allows("sale"))
            assert comes(lambda: not replica.user("anna").allows("sale"))
