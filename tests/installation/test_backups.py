"""A backup holds one moment of everything, and is restored whole or not at all."""

import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from licensekit.database import backup, connect
from licensekit.database.protocol import Fill
from licensekit.database.schemas import copy_rows
from licensekit.errors import (
    AcceptRefused,
    ConfirmationNeeded,
    DatabaseBusy,
    DatabaseDamaged,
    DatabaseUnavailable,
    FileUnusable,
    HomeInvalid,
    LicenseError,
    PlaceTaken,
)
from licensekit.installation import Installation, diagnose, restore
from licensekit.issuer.ledger.entries import SCHEMA as LEDGER
from tests.crm import SOLD, crm_home_on_engine, open_crm
from tests.homes import Home, bundle, file

ROOT = Path(__file__).parents[2]
BACKUPS = 40


@pytest.fixture(params=["folder", "server"])
def home(request: pytest.FixtureRequest, tmp_path: Path) -> Home:
    """An installation on each engine."""
    home = crm_home_on_engine(request, tmp_path)
    with open_crm(home, "anna", "bob") as crm:
        crm.users.assign("anna", "sales")
    return home


@pytest.fixture
def saved(home: Home, tmp_path: Path) -> Path:
    """A backup of `home`."""
    return backed_up(home, tmp_path / "saved")


@pytest.fixture
def filled(crm_home: Home) -> Home:
    """An installation in a folder."""
    with open_crm(crm_home, "anna"):
        return crm_home


def backed_up(home: Home, path: Path) -> Path:
    with home.open() as installation:
        installation.back_up(path)
    return path


def at(home: Home, place: Path | str) -> Home:
    return Home(str(place), home.clock, home.pack)


def restored(home: Home, source: Path, **options: Any) -> backup.Restored:
    return restore(source, home.place, clock=home.clock, by="admin", **options)


def people(home: Home) -> list[str]:
    with home.open() as installation:
        return [one.id for one, _ in installation.users.list()]


def notices(installation: Installation) -> list[str]:
    return [one.code for one in installation.state().notices]


def audited(installation: Installation) -> list[str]:
    return [one.facts["did"] for one in installation.audit.entries()]


@pytest.mark.parametrize("target", ["folder", "server"])
def test_a_backup_of_either_engine_is_restored_in_either(
    home: Home, saved: Path, tmp_path: Path, target: str, request: pytest.FixtureRequest
) -> None:
    place: str = str(tmp_path / "new")
    if target == "server":
        place = request.getfixturevalue("second_postgres_location")
    there = at(home, place)
    with home.open() as here:
        state, users = here.state(), list(here.users.list())
        entries = [one.entry for one in here.audit.entries()]
    done = restored(there, saved)
    assert (done.entries, done.set_aside) == (len(entries), None)
    with there.open() as new:
        arrived = new.state()
        assert list(new.users.list()) == users
        assert (arrived.entitlements, arrived.in_use) == (state.entitlements, state.in_use)
        assert arrived.stored.seed == state.stored.seed
        assert notices(new) == ["restored-backup"]
        assert [one.entry for one in new.audit.entries()][: len(entries)] == entries
        assert audited(new)[len(entries) :] == ["notice-restored", "restore"]
        new.restore_accept()
        assert notices(new) == []
        new.users.add("new")
        assert notices(new) == []


@pytest.mark.attack("secret-readable-by-others")
def test_a_backup_is_one_file_that_only_its_owner_reads(home: Home, saved: Path) -> None:
    assert saved.stat().st_mode & 0o777 == 0o600
    assert [one.name for one in saved.parent.iterdir() if one.is_file()] == ["saved"]
    before = saved.read_bytes()
    with home.open() as installation:
        with pytest.raises(PlaceTaken, match="a file of this name already exists"):
            installation.back_up(saved)
        assert saved.read_bytes() == before
        installation.users.add("carl")
        installation.back_up(saved, replace=True)
    assert saved.read_bytes() != before


def test_a_backup_without_a_place_leaves_nothing(filled: Home, tmp_path: Path) -> None:
    with filled.open() as installation, pytest.raises(FileUnusable, match="folder"):
        installation.back_up(tmp_path / "missing" / "backup")


@pytest.mark.parametrize("step", ["copy_rows", "compare_rows", "copyfileobj"])
def test_a_disk_that_is_full_leaves_no_part_of_a_backup(
    filled: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    def full(*_: object) -> None:
        if step == "copyfileobj":
            raise OSError(28, "No space left on device")
        raise DatabaseUnavailable(reason="disk-full")

    before = sorted(tmp_path.iterdir())
    monkeypatch.setattr(backup, step, full)
    with filled.open() as installation, pytest.raises(LicenseError, match="disk is full"):
        installation.back_up(tmp_path / "backup")
    assert sorted(tmp_path.iterdir()) == before


def test_a_copy_that_differs_is_not_a_backup(filled: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def altered(source: Any, target: Any, *rest: Any) -> None:
        copy_rows(source, target, *rest)
        target.run("UPDATE users SET name = 'other'")

    monkeypatch.setattr(backup, "copy_rows", altered)
    with filled.open() as installation, pytest.raises(DatabaseDamaged, match="users") as caught:
        installation.back_up(tmp_path / "backup")
    assert caught.value.where == str(tmp_path / "backup")
    assert not (tmp_path / "backup").exists()


def test_restoring_the_present_state_loses_nothing_and_is_not_a_restored_backup(home: Home, saved: Path) -> None:
    restored(home, saved)
    with home.open() as installation:
        assert notices(installation) == []
        assert audited(installation)[-1] == "restore"
        with pytest.raises(AcceptRefused):
            installation.restore_accept()


def test_a_newer_installation_is_replaced_only_when_that_is_confirmed(home: Home, saved: Path) -> None:
    with home.open() as installation:
        installation.users.add("carl")
        before = installation.state().stored
        with pytest.raises(ConfirmationNeeded, match="1 entry made after this backup"):
            restored(home, saved)
        assert installation.state().stored == before
    restored(home, saved, confirm=True)
    assert "carl" not in people(home)
    with home.open() as installation:
        assert notices(installation) == ["restored-backup"]
        assert audited(installation)[-2:] == ["notice-restored", "restore"]
    assert ("backup", "notice") in [one[:2] for one in diagnose(home.place, pack=home.pack)]


def test_a_backup_that_is_newer_than_what_is_there_needs_no_confirmation(filled: Home, tmp_path: Path) -> None:
    older = backed_up(filled, tmp_path / "older")
    with filled.open() as installation:
        installation.users.add("carl")
    newer = backed_up(filled, tmp_path / "newer")
    restored(filled, older, confirm=True)
    # What was restored has entries of its own by now.
    with pytest.raises(ConfirmationNeeded, match="2 entries"):
        restored(filled, newer)
    restored(filled, newer, confirm=True)
    assert "carl" in people(filled)


def test_another_installation_is_replaced_only_when_that_is_confirmed(home: Home, saved: Path, tmp_path: Path) -> None:
    other = at(home, tmp_path / "other")
    with open_crm(other, "zoe"):
        pass
    with pytest.raises(ConfirmationNeeded, match="the installation here is another one"):
        restored(other, saved)
    assert people(other) == ["zoe"]
    restored(other, saved, confirm=True)
    assert people(other) == people(home)


def test_a_running_program_notices_that_another_state_took_the_place(home: Home, saved: Path) -> None:
    with home.open() as running:
        running.activate(file(bundle(2, **SOLD)))
        assert notices(running) == []
        restored(home, saved, confirm=True)
        running.users.add("dora")
        assert notices(running) == ["restored-backup"]


@pytest.mark.parametrize("damage", ["no database", "pages"])
def test_a_damaged_database_is_set_aside_when_that_is_confirmed(filled: Home, tmp_path: Path, damage: str) -> None:
    source, path = backed_up(filled, tmp_path / "saved"), filled.folder / "licensing.db"
    damaged = b"nothing" * 1000
    if damage == "pages":
        damaged = path.read_bytes()[:4096] + b"\xff" * (path.stat().st_size - 4096)
    path.write_bytes(damaged)
    path.with_name("licensing.db-wal").write_bytes(b"log")
    with pytest.raises(ConfirmationNeeded, match="set aside"):
        restored(filled, source)
    assert path.read_bytes() == damaged
    done = restored(filled, source, confirm=True)
    assert done.set_aside == f"{path}.damaged-1"
    assert Path(f"{path}.damaged-1").read_bytes() == damaged
    assert people(filled) == ["anna"]


def test_a_damaged_database_that_cannot_be_renamed_stays(
    filled: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, path = backed_up(filled, tmp_path / "saved"), filled.folder / "licensing.db"
    path.write_bytes(b"nothing" * 1000)

    def refused(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "rename", refused)
    with pytest.raises(FileUnusable, match="may not use it"):
        restored(filled, source, confirm=True)
    assert path.read_bytes() == b"nothing" * 1000


@pytest.mark.attack("foreign-database")
def test_a_database_of_another_program_is_never_replaced(filled: Home, tmp_path: Path) -> None:
    source, path = backed_up(filled, tmp_path / "saved"), filled.folder / "licensing.db"
    path.unlink()
    with closing(sqlite3.connect(path)) as raw:
        raw.execute("CREATE TABLE other (x)")
    before = path.read_bytes()
    with pytest.raises(DatabaseDamaged, match="another program"):
        restored(filled, source, confirm=True)
    assert path.read_bytes() == before


def test_what_is_not_a_backup_is_refused_and_names_itself(filled: Home, tmp_path: Path) -> None:
    source = tmp_path / "source"
    with pytest.raises(FileUnusable, match="no such file"):
        restored(filled, source)
    source.write_bytes(b"nothing" * 1000)
    with pytest.raises(DatabaseDamaged) as caught:
        restored(filled, source, confirm=True)
    assert caught.value.where == str(source)
    source.unlink()
    connect(source, schema=LEDGER, create=True).close()
    with pytest.raises(DatabaseDamaged, match="contains no installation"):
        restored(filled, source, confirm=True)
    data = backed_up(filled, tmp_path / "saved").read_bytes()
    source.write_bytes(data[:-4096] + b"\xff" * 4096)
    with pytest.raises(DatabaseDamaged):
        restored(filled, source, confirm=True)
    with closing(sqlite3.connect(tmp_path / "saved")) as raw:
        raw.execute("DELETE FROM installation")
        raw.commit()
    with pytest.raises(HomeInvalid, match="lost its key"):
        restored(filled, tmp_path / "saved", confirm=True)
    assert people(filled) == ["anna"]


def test_no_room_for_a_private_copy_is_reported(filled: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = backed_up(filled, tmp_path / "saved")

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(tempfile, "mkdtemp", full)
    with pytest.raises(FileUnusable, match="disk is full"):
        restored(filled, source)


def test_a_database_that_was_copied_with_its_log_is_a_backup_as_well(filled: Home, tmp_path: Path) -> None:
    with filled.open() as installation:
        installation.users.add("logged")
        for suffix in ("", "-wal"):
            shutil.copy(filled.folder / f"licensing.db{suffix}", tmp_path / f"copied{suffix}")
    assert (tmp_path / "copied-wal").stat().st_size > 0
    there = at(filled, tmp_path / "there")
    restored(there, tmp_path / "copied")
    assert "logged" in people(there)


def test_a_place_that_another_process_has_set_up_meanwhile_is_left_to_it(
    filled: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, there = backed_up(filled, tmp_path / "saved"), at(filled, tmp_path / "there")

    def faster(location: Path, *, fill: Fill | None = None, **options: Any) -> Any:
        if fill is not None:
            there.set_up()
        return connect(location, fill=fill, **options)

    monkeypatch.setattr(backup, "connect", faster)
    with pytest.raises(DatabaseBusy, match="meanwhile"):
        restored(there, source)
    assert people(there) == []


def test_a_folder_that_cannot_be_looked_at_is_not_taken_for_an_empty_one(filled: Home, tmp_path: Path) -> None:
    source = backed_up(filled, tmp_path / "saved")
    (tmp_path / "odd").mkdir()
    (tmp_path / "odd" / "licensing.db").mkdir()
    with pytest.raises(FileUnusable, match="folder"):
        restored(at(filled, tmp_path / "odd"), source, confirm=True)


WRITER = """
import sys
import tempfile
from tests.homes import Home
home = Home(sys.argv[1])
with home.open() as installation:
    for begin in map(int, sys.stdin):
        for number in range(begin, begin + 20):
            installation.users.add(f"u{number}")
"""


@pytest.fixture
def writing(filled: Home) -> Iterator[Callable[[int], None]]:
    """Return a function that lets another process add 20 users to the installation, numbered from its argument.

    It never adds more by itself: each user makes the next backup slower, so the backups might never be finished.
    """
    writer = subprocess.Popen(
        [sys.executable, "-c", WRITER, filled.place],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    with writer:
        assert writer.stdin is not None
        yield partial(print, file=writer.stdin, flush=True)
        writer.kill()


@pytest.mark.process
def test_backups_while_another_process_writes_each_hold_one_moment(
    filled: Home, writing: Callable[[int], None], tmp_path: Path
) -> None:
    last = 0
    with filled.open() as installation:
        for number in range(BACKUPS):
            writing(20 * number)
            path = tmp_path / f"backup-{number}"
            installation.back_up(path)
            present = installation.state()
            assert [one.code for one in present.notices if one.code == "restored-backup"] == []
            there = at(filled, tmp_path / f"home-{number}")
            entries = restored(there, path).entries
            assert last <= entries <= present.stored.head.number
            last = entries
            with there.open() as copy:
                assert copy.audit.verify().head.number == entries + 2
                # The first user, and one with each entry after those of the file and of `anna`.
                assert len(list(copy.users.list())) == entries - 2
            shutil.rmtree(there.folder)
            path.unlink()
    assert last > BACKUPS


def test_a_bundle_survives_a_backup(home: Home, saved: Path, tmp_path: Path) -> None:
    there = at(home, tmp_path / "there")
    restored(there, saved)
    with there.open() as installation:
        installation.activate(file(bundle(2, **SOLD)))
        assert installation.state().entitlements.system["server"] > 0
