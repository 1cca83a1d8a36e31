"""A program knows which installation it is of, and follows no other one."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from licensekit import Licensing
from licensekit.errors import NotEntitled, OtherInstallation, StateError
from licensekit.state.home import open_installation
from licensekit.state.loading import OpenInstallation, read_installation, read_transaction
from licensekit.state.time import clocks_of
from licensekit.state.transactions import remember
from tests.homes import PIN, Home, bundle, file, pack
from tests.runtime.conftest import comes

MOUNT, UNMOUNT = shutil.which("mount") or "", shutil.which("umount") or ""


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home with a bundle, and another one beside it."""
    home = Home(str(tmp_path / "home"))
    with home.open() as installation:
        installation.activate(file(bundle()))
    with Home(str(tmp_path / "other")).open() as installation:
        installation.users.add("somebody")
    return home


def put(home: Home, database: Path) -> None:
    """Replace the database of a home by another one."""
    for name in ("licensing.db-wal", "licensing.db-shm"):
        (home.folder / name).unlink(missing_ok=True)
    copy = home.folder / "copy"
    shutil.copy(database, copy)
    copy.replace(home.folder / "licensing.db")


@pytest.mark.attack("another-installation-in-its-place")
def test_a_running_program_answers_from_memory_and_says_why(home: Home, tmp_path: Path) -> None:
    with home.run() as licensing:
        put(home, tmp_path / "other" / "licensing.db")
        with pytest.raises(OtherInstallation):
            licensing.refresh()
        assert licensing.allows("server")
        assert licensing.notices[0].code == "database-away"
        assert "took its place while it was open" in licensing.notices[0].message
        home.clock.move(hours=25)
        with pytest.raises(OtherInstallation):
            licensing.refresh()
        with pytest.raises(NotEntitled):
            licensing.require("server")


def test_a_watching_program_notices_by_itself(home: Home, tmp_path: Path) -> None:
    with Licensing.open(home.place, root=PIN, pack=home.pack, clock=home.clock) as licensing:
        put(home, tmp_path / "other" / "licensing.db")
        assert comes(lambda: [one.code for one in licensing.notices] == ["database-away"])
        assert licensing.allows("server")


@pytest.mark.attack("another-installation-in-its-place")
def test_an_open_installation_changes_no_other_one(home: Home, tmp_path: Path) -> None:
    with home.open() as installation:
        installation.state()
        put(home, tmp_path / "other" / "licensing.db")
        before = (home.folder / "licensing.db").read_bytes()
        for use in (installation.state, lambda: installation.users.add("anna")):
            with pytest.raises(OtherInstallation):
                use()
        assert (home.folder / "licensing.db").read_bytes() == before


def test_what_another_thread_changes_meanwhile_is_not_an_older_state(home: Home) -> None:
    """The one that began first reads what the other one has changed since."""
    with closing(open_installation(home.place, create=False)) as database, home.open() as other:
        opened = OpenInstallation(database, clocks_of(home.clock), PIN, home.pack)
        first = opened.last.stored = other.state().stored
        with database.read() as connection:
            connection.one("SELECT one FROM installation")
            other.activate(file(bundle(3)))
            newer = opened.last.stored = other.state().stored
            assert read_transaction(opened, connection, None, first).stored.head == first.head
        assert opened.last.stored is newer


@pytest.mark.attack("another-installation-in-its-place")
def test_a_program_keeps_no_time_in_another_installation(home: Home, tmp_path: Path) -> None:
    """The database is exchanged between the look and the write."""
    with closing(open_installation(home.place, create=False)) as database:
        opened = OpenInstallation(database, clocks_of(home.clock), PIN, home.pack)
        with read_installation(opened) as read:
            state = read.state()
        put(home, tmp_path / "other" / "licensing.db")
        home.clock.now += 100_000
        with pytest.raises(OtherInstallation):
            remember(opened, state)


def test_opening_creates_nothing(tmp_path: Path) -> None:
    home = Home(str(tmp_path / "home"))
    with home.run() as licensing:
        assert not licensing.allows("server")
        licensing.refresh()
        assert not (tmp_path / "home").exists()
        with home.open() as installation:
            installation.state()
            assert not (tmp_path / "home").exists()
            installation.activate(file(bundle()))
        licensing.refresh()
        assert licensing.allows("server")


def test_opening_creates_what_is_asked_for(tmp_path: Path) -> None:
    place = tmp_path / "home"
    with Licensing.open(place, root=PIN, pack=pack(), create=True):
        assert (place / "licensing.db").exists()


@pytest.mark.attack("state-deleted")
def test_a_home_that_is_not_mounted_is_not_made_again(home: Home, tmp_path: Path) -> None:
    with home.run() as licensing:
        home.folder.rename(tmp_path / "elsewhere")
        with pytest.raises(StateError):
            licensing.refresh()
        assert not home.folder.exists()
        assert licensing.allows("server")
        (tmp_path / "elsewhere").rename(home.folder)
        licensing.refresh()
        assert licensing.notices == ()


@pytest.mark.process
@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_a_child_leaves_what_its_parent_waits_with(tmp_path: Path) -> None:
    home = Home(str(tmp_path / "home"))
    with home.run() as licensing:
        child = os.fork()
        if child == 0:
            licensing.close()
            os._exit(0)
        os.waitpid(child, 0)
        licensing.refresh()
        assert not licensing.allows("server")


@pytest.fixture
def read_only(tmp_path: Path) -> Iterator[Path]:
    """A folder whose file system can be made read-only."""
    folder = tmp_path / "mounted"
    folder.mkdir()
    try:
        subprocess.run([MOUNT, "-t", "tmpfs", "tmpfs", folder], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("mounting is not allowed here")
    yield folder
    subprocess.run([UNMOUNT, folder], check=True)


@pytest.mark.process
def test_a_home_that_may_only_be_read_works_with_a_notice(read_only: Path) -> None:
    home = Home(str(read_only / "home"))
    with home.open() as installation:
        installation.activate(file(bundle()))
    subprocess.run([MOUNT, "-o", "remount,ro", read_only], check=True)
    with home.open() as installation, home.run() as licensing:
        assert [notice.code for notice in installation.state().notices] == ["read-only"]
        assert licensing.allows("server")
        assert [notice.code for notice in licensing.notices] == ["read-only"]
        with pytest.raises(StateError):
            installation.users.add("anna")
