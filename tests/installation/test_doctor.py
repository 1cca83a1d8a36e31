"""A doctor finds each thing that is wrong, says what to do, and changes nothing."""

import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pytest

from licensekit.database import is_url
from licensekit.errors import ConfirmationNeeded
from licensekit.installation import Diagnosis, diagnose, restore
from licensekit.state.home import SCHEMA
from licensekit.state.time import Boot
from tests.crm import SOLD, crm_home_on_engine, open_crm
from tests.homes import PIN, Home, bundle, file
from tests.homes import signed as signed_token
from tests.installation.operations import NEXT

CHECKS = [*("database", "schema", "audit", "slots", "journal", "documents", "time", "activation"), "backup"]
OF_A_FOLDER = ["files", "space"]


@pytest.fixture(params=["folder", "server"])
def healthy(request: pytest.FixtureRequest, tmp_path: Path) -> Home:
    """An installation on each engine with which nothing is wrong."""
    home = crm_home_on_engine(request, tmp_path)
    open_crm_at(home)
    return home


@pytest.fixture
def ill(crm_home: Home) -> Home:
    """An installation in a folder, to which a test does something."""
    open_crm_at(crm_home)
    return crm_home


def open_crm_at(home: Home) -> None:
    with open_crm(home, "anna", "bob") as crm:
        crm.users.assign("anna", "sales")


def found(home: Home) -> tuple[Diagnosis, ...]:
    return diagnose(home.place, root=PIN, pack=home.pack, clock=home.clock, boot=lambda: Boot(bytes(16), 1))


def wrong(home: Home) -> list[tuple[str, str, str]]:
    """Return what is not well, without what follows from something else."""
    return [
        (one.check, one.state, one.about.code)
        for one in found(home)
        if one.state != "ok" and one.about.data.get("reason") != "same"
    ]


def edited(home: Home, statement: str, *values: Any) -> None:
    with closing(sqlite3.connect(home.folder / "licensing.db")) as raw:
        raw.execute(statement, values)
        raw.commit()


def content(home: Home) -> dict[str, tuple[bytes, int]]:
    return {
        one.name: (one.read_bytes(), one.stat().st_mode)
        for one in home.folder.iterdir()
        if not one.name.endswith(("-shm", "-wal"))
    }


def test_everything_is_well_with_a_healthy_installation(healthy: Home) -> None:
    everything = found(healthy)
    assert {one.state for one in everything} == {"ok"}
    places = [] if is_url(healthy.place) else OF_A_FOLDER
    assert [one.check for one in everything] == [*CHECKS, *places, "versions"]
    said = {one.check: one.about.message for one in everything}
    _, number, reader, writer = SCHEMA.row
    may = f"programs that know schema {reader} can read it, and those that know {writer} can change it"
    assert said["schema"] == f"schema {number}, as this program expects it ({may})"
    assert said["documents"] == "4 documents verify"
    engine = "PostgreSQL" if is_url(healthy.place) else "SQLite"
    assert said["database"].startswith(engine)
    plain = everything[0].plain()
    assert (plain["check"], plain["state"], plain["code"]) == ("database", "ok", "check-passed")


def test_a_folder_is_as_it_was_and_a_running_program_is_not_disturbed(ill: Home) -> None:
    before = content(ill)
    with ill.open() as running:
        assert not wrong(ill)
        running.users.add("zoe")
        assert not wrong(ill)
    assert not wrong(ill)
    assert content(ill).keys() == before.keys()


@pytest.mark.parametrize(
    ("statement", "finding"),
    [
        ("UPDATE audit SET entry = x'7b7d' WHERE number = 3", ("audit", "error", "audit-damaged")),
        ("DELETE FROM audit WHERE number = 2", ("audit", "error", "audit-damaged")),
        ("INSERT INTO user_licenses VALUES ('bob', 'windows', 9, 1)", ("slots", "error", "audit-damaged")),
        ("UPDATE journal SET entry = x'7b7d' WHERE number = 2", ("journal", "error", "damaged-journal")),
        ("UPDATE bundles SET frame = x'00'", ("documents", "error", "unusable-document")),
        (
            "UPDATE trust_documents SET frame = x'01ff' WHERE type = 'catalog'",
            ("documents", "error", "unusable-document"),
        ),
        ("INSERT INTO user_licenses VALUES ('nobody', 'service', 1, 1)", ("slots", "error", "audit-damaged")),
        ("INSERT INTO site_licenses VALUES ('nobody', 'reporter', 9, 1)", ("database", "error", "database-damaged")),
    ],
)
def test_edited_rows_are_named(ill: Home, statement: str, finding: tuple[str, str, str]) -> None:
    edited(ill, statement)
    before = content(ill)
    assert finding in wrong(ill)
    assert content(ill) == before


def test_an_edited_row_that_nothing_can_read_stops_no_other_check(ill: Home) -> None:
    with ill.open() as crm:
        crm.events.start("message-of-the-day", message="hi")
    edited(ill, "UPDATE events SET scope = 'nowhere'")
    assert ("documents", "error", "check-not-made") in wrong(ill)
    assert {one.check for one in found(ill)} >= {"audit", "files", "versions"}


def grown(home: Home) -> Path:
    """Make a database so large that opening it looks at no page by itself."""
    for _ in range(40):
        edited(
            home,
            "INSERT INTO events (kind, scope, subject, message, started, started_by, ended)"
            " VALUES ('no-login', 'user', 'anna', ?, 0, '', 1)",
            "x" * 100_000,
        )
    path = home.folder / "licensing.db"
    assert path.stat().st_size > 3_000_000
    return path


def overwritten(path: Path, offset: int, length: int) -> None:
    with path.open("r+b") as file_:
        file_.seek(offset)
        file_.write(b"\xff" * length)


@pytest.mark.parametrize("where", ["the end", "a table"])
def test_damage_that_opening_does_not_see_is_found(ill: Home, tmp_path: Path, where: str) -> None:
    path = grown(ill)
    with ill.open() as crm:
        crm.back_up(tmp_path / "saved")
    if where == "the end":
        overwritten(path, path.stat().st_size - 600_000, 500_000)
    else:
        query = "SELECT rootpage FROM sqlite_master WHERE name = 'user_licenses'"
        with closing(sqlite3.connect(path)) as raw:
            [(page,)] = raw.execute(query)
            [(size,)] = raw.execute("PRAGMA page_size")
        overwritten(path, (page - 1) * size, size)
    ill.open().close()
    results = [one for one in wrong(ill) if one[0] == "database"]
    assert results
    assert {code for _, _, code in results} == {"database-damaged"}
    with pytest.raises(ConfirmationNeeded, match="set aside"):
        restore(tmp_path / "saved", ill.place, clock=ill.clock)
    restore(tmp_path / "saved", ill.place, clock=ill.clock, confirm=True)
    assert wrong(ill) == [("backup", "notice", "restored-backup")]


@pytest.mark.parametrize("data", [b"not a database" * 100, b"SQLite format 3\x00" + b"\xff" * 5000])
def test_a_file_that_is_not_a_database_is_one_finding_and_the_place_is_looked_at(ill: Home, data: bytes) -> None:
    (ill.folder / "licensing.db").write_bytes(data)
    assert wrong(ill) == [("database", "error", "database-damaged")]
    assert [one.check for one in found(ill)] == ["database", "files", "space", "versions"]
    assert content(ill)["licensing.db"][0] == data


def test_a_home_without_an_installation_is_said_and_nothing_is_made(home: Home) -> None:
    assert wrong(home) == [("database", "error", "file-unusable")]
    assert not home.folder.exists()


def test_a_table_that_somebody_changed_is_named(ill: Home) -> None:
    edited(ill, "CREATE TRIGGER more AFTER DELETE ON users BEGIN SELECT 1; END")
    assert wrong(ill) == [("schema", "error", "database-damaged")]


def test_a_database_that_is_still_to_be_migrated_is_named_and_left(ill: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    before = content(ill)
    monkeypatch.setattr("licensekit.state.home.SCHEMA", NEXT)
    assert wrong(ill) == [("schema", "notice", "check-passed")]
    assert content(ill) == before


def test_a_database_of_another_kind_is_named(ill: Home) -> None:
    edited(ill, "UPDATE licensekit_schema SET kind = 'ledger'")
    assert ("schema", "error", "database-damaged") in wrong(ill)
    edited(ill, "DROP TABLE licensekit_schema")
    assert ("schema", "error", "database-damaged") in wrong(ill)


def test_a_machine_without_a_boot_clock_is_named(ill: Home) -> None:
    findings = diagnose(ill.place, root=PIN, pack=ill.pack, clock=ill.clock, boot=lambda: None)
    assert [(one.check, one.about.code) for one in findings if one.state != "ok"] == [("time", "boot-clock-missing")]


def test_a_clock_that_is_wrong_is_a_notice(ill: Home) -> None:
    ill.clock.move(days=-3)
    assert ("time", "notice", "clock-behind") in wrong(ill)


def test_a_restored_backup_is_a_notice(ill: Home) -> None:
    (ill.folder / "licensing.mark").unlink()
    assert wrong(ill) == [("backup", "notice", "restored-backup")]


def changed_mode(path: Path) -> None:
    path.chmod(0o644)


def given_away(path: Path) -> None:
    os.chown(path, 12345, -1)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (changed_mode, "exposed"),
        pytest.param(
            given_away, "owner", marks=pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
        ),
    ],
)
@pytest.mark.parametrize("name", ["licensing.db", "licensing.mark"])
def test_files_that_others_may_use_are_named(ill: Home, change: Callable[[Path], None], reason: str, name: str) -> None:
    path = ill.folder / name
    change(path)
    named = {(one.check, one.about.data["reason"], one.about.data["path"]) for one in found(ill) if one.state != "ok"}
    assert ("files", reason, str(path)) in named
    assert {named_reason for _, named_reason, _ in named} == {reason}


def test_a_folder_in_which_others_may_write_is_named(ill: Home) -> None:
    ill.folder.chmod(0o770)
    assert wrong(ill) == [("files", "notice", "place-unsafe")]


def test_what_may_only_be_read_is_a_notice(ill: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object, **__: object) -> bool:
        return False

    monkeypatch.setattr(os, "access", refused)
    assert {one[:2] for one in wrong(ill) if one[0] == "files"} == {("files", "notice")}


@pytest.mark.parametrize(("free", "state"), [(1_000_000, "error"), (20_000_000, "notice"), (10**9, "ok")])
def test_a_disk_that_is_nearly_full_is_named(ill: Home, monkeypatch: pytest.MonkeyPatch, free: int, state: str) -> None:
    usage = shutil.disk_usage(ill.folder)._replace(free=free)

    def nearly_full(_: Path) -> Any:
        return usage

    monkeypatch.setattr(shutil, "disk_usage", nearly_full)
    [space] = [one for one in found(ill) if one.check == "space"]
    assert space.state == state


def test_a_system_that_answers_nothing_is_reported(ill: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(shutil, "disk_usage", refused)
    assert wrong(ill) == [("space", "error", "file-unusable")]
    shutil.rmtree(ill.folder / "licensing.mark", ignore_errors=True)
    monkeypatch.undo()
    (ill.folder / "licensing.mark").unlink()
    (ill.folder / "licensing.mark").symlink_to(ill.folder / "licensing.mark")
    assert ("files", "error", "file-unusable") in wrong(ill)


def test_a_server_that_is_away_is_one_finding(tmp_path: Path) -> None:
    place = f"postgresql:///nowhere?host={tmp_path}"
    findings = diagnose(place)
    assert [(one.check, one.about.code) for one in findings] == [
        ("database", "database-unavailable"),
        ("versions", "check-passed"),
    ]


def test_an_index_that_a_server_has_not_finished_is_named(postgres_location: str) -> None:
    home = Home(postgres_location)
    home.set_up()
    with psycopg.connect(postgres_location, autocommit=True) as raw:
        raw.execute("UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'events_by_end'::regclass")
    [one] = [one for one in found(home) if one.check == "database"]
    assert str(one.about.message) == "the index events_by_end is not valid"


def test_a_bundle_that_another_key_signed_is_named(ill: Home) -> None:
    token = signed_token(bundle(**SOLD), by="nobody")
    edited(ill, "UPDATE bundles SET frame = ?", token.frame)
    assert ("documents", "error", "unusable-document") in wrong(ill)
    with ill.open() as crm:
        crm.activate(file(bundle(2, **SOLD)))
    assert wrong(ill) == []
