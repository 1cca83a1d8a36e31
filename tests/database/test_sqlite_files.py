"""What SQLite files are accepted, how they are kept, and what is said about the others."""

import errno
import os
import random
import resource
import sqlite3
import stat
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from licensekit.database import Database, connect
from licensekit.database.sqlite.connection import CHECKED_BYTES, create_private
from licensekit.errors import DatabaseBusy, DatabaseDamaged, DatabaseUnavailable, FileUnusable, LicenseError
from tests.database.sample_database import NEXT_SCHEMA, SCHEMA, add, things
from tests.files import special_paths


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where a SQLite database may be made."""
    return tmp_path / "licensing.db"


@pytest.fixture
def filled(path: Path) -> Path:
    """A closed database with a few pages of things."""
    database = connect(path, schema=SCHEMA, create=True)
    with database.write() as connection:
        rows = [(number, f"thing {number}", bytes(50)) for number in range(400)]
        connection.run_many("INSERT INTO things VALUES (?, ?, ?)", rows)
    database.close()
    return path


def refused(path: Path, kind: type[LicenseError]) -> str:
    """Open `path`, which must be refused as `kind`, and give the message."""
    messages: set[str] = set()
    for create in (False, True):
        with pytest.raises(kind) as caught:
            connect(path, schema=SCHEMA, create=create)
        assert caught.value.where == str(path)
        messages.add(str(caught.value))
    return " / ".join(messages)


def raw(path: Path, *statements: str) -> None:
    """Do to the file what we would not do."""
    connection = sqlite3.connect(path, isolation_level=None)
    for statement in statements:
        connection.execute(statement)
    connection.close()


@pytest.mark.attack("secret-readable-by-others")
def test_a_new_database_can_be_read_by_its_owner_alone(filled: Path) -> None:
    assert stat.S_IMODE(filled.stat().st_mode) == 0o600
    assert [entry.name for entry in filled.parent.iterdir()] == [filled.name]


@pytest.mark.attack("secret-readable-by-others")
def test_the_files_beside_an_open_database_are_as_private_as_itself(filled: Path) -> None:
    database = connect(filled, schema=SCHEMA, create=False)
    add(database, 1000)
    modes = {stat.S_IMODE(entry.stat().st_mode) for entry in filled.parent.iterdir()}
    assert modes == {0o600}
    database.close()


def test_a_database_is_marked_as_ours(filled: Path) -> None:
    assert filled.read_bytes()[68:72] == b"lkdb"


@pytest.mark.parametrize("name", ["a b.db", "ü.db", "100%.db", "what?.db", "a#b.db", "x&mode=ro.db"])
def test_any_file_name_will_do(tmp_path: Path, name: str) -> None:
    database = connect(tmp_path / name, schema=SCHEMA, create=True)
    add(database, 1)
    database.close()
    assert [entry.name for entry in tmp_path.iterdir()] == [name]


def test_a_relative_path_is_kept_when_the_folder_changes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path)
    database = connect("licensing.db", schema=SCHEMA, create=True)
    monkeypatch.chdir(tmp_path / "elsewhere")
    add(database, 1)
    assert things(database) == [1]
    database.close()


@pytest.mark.attack("special-file")
@pytest.mark.parametrize(
    "make", [special_paths.folder, special_paths.fifo, special_paths.socket, special_paths.device, special_paths.circle]
)
def test_what_is_not_a_plain_file_is_refused_without_waiting(path: Path, make: Callable[[Path], None]) -> None:
    make(path)
    refused(path, FileUnusable)
    assert [entry.name for entry in path.parent.iterdir()] == [path.name]


@pytest.mark.parametrize("name", ["a\0b", "x" * 300, "file/inside"])
def test_an_impossible_path_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").write_bytes(b"")
    refused(tmp_path / name, FileUnusable)


def test_a_missing_folder_is_named_as_the_reason(tmp_path: Path) -> None:
    with pytest.raises(DatabaseUnavailable, match="check that the folder exists"):
        connect(tmp_path / "nowhere" / "a.db", schema=SCHEMA, create=True)
    assert list(tmp_path.iterdir()) == []


def test_an_empty_file_is_set_up_only_when_asked(path: Path) -> None:
    path.touch(0o640)
    with pytest.raises(FileUnusable):
        connect(path, schema=SCHEMA, create=False)
    assert path.read_bytes() == b""
    database = connect(path, schema=SCHEMA, create=True)
    add(database, 1)
    database.close()


@pytest.mark.attack("foreign-database")
@pytest.mark.parametrize("content", [b"\n", b"hello", b"lk1-bundle.AAAA", bytes(4096)])
def test_a_file_of_something_else_is_refused_and_left_as_it_was(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    refused(path, DatabaseDamaged)
    assert path.read_bytes() == content
    assert [entry.name for entry in path.parent.iterdir()] == [path.name]


@pytest.mark.attack("foreign-database")
def test_a_database_of_another_program_is_refused_and_left_as_it_was(path: Path) -> None:
    raw(path, "CREATE TABLE things (id INTEGER)", "INSERT INTO things VALUES (1)")
    before = path.read_bytes()
    assert "another program" in refused(path, DatabaseDamaged)
    raw(path, "PRAGMA application_id = 17", "DROP TABLE things", "VACUUM")
    assert "another program" in refused(path, DatabaseDamaged)
    assert path.read_bytes() != before
    assert [entry.name for entry in path.parent.iterdir()] == [path.name]


def test_a_database_that_lost_its_first_table_is_not_filled_up(filled: Path) -> None:
    raw(filled, "DROP TABLE licensekit_schema")
    with pytest.raises(FileUnusable):
        connect(filled, schema=SCHEMA, create=False)
    with pytest.raises(DatabaseDamaged):
        connect(filled, schema=SCHEMA, create=True)


@pytest.mark.attack("corrupt-page")
def test_a_damaged_page_is_found_when_the_database_is_opened(filled: Path) -> None:
    content = bytearray(filled.read_bytes())
    content[-4096:-2000] = bytes(2096)
    filled.write_bytes(content)
    assert "damaged" in refused(filled, DatabaseDamaged)
    assert filled.read_bytes() == content


@pytest.mark.attack("corrupt-page")
def test_damage_in_a_large_database_is_found_when_it_is_met(filled: Path) -> None:
    database = connect(filled, schema=SCHEMA, create=False)
    with database.write() as connection:
        rows = [(number, "x" * 4000, None) for number in range(1000, 2000)]
        connection.run_many("INSERT INTO things VALUES (?, ?, ?)", rows)
    database.close()
    assert filled.stat().st_size > CHECKED_BYTES
    content = bytearray(filled.read_bytes())
    content[-8192:-4096] = bytes(4096)
    filled.write_bytes(content)
    database = connect(filled, schema=SCHEMA, create=False)
    with pytest.raises(DatabaseDamaged), database.read() as connection:
        connection.rows("SELECT * FROM things")
    database.close()


@pytest.mark.attack("corrupt-page")
@pytest.mark.parametrize("seed", range(8))
def test_whatever_bytes_are_in_the_file_there_is_a_license_error_or_none(filled: Path, seed: int) -> None:
    good = filled.read_bytes()
    choose = random.Random(seed)  # noqa: S311  # mutations, not secrets
    for number in range(60):
        path = filled.with_name(f"{number}.db")
        path.write_bytes(_mutated(good, choose))
        try:
            _use(path, create=choose.random() < 0.5)
        except LicenseError as error:
            assert str(error).isprintable()  # noqa: PT017  # most are refused, not all
        for left in filled.parent.glob(f"{number}.db*"):
            left.unlink()


def _mutated(good: bytes, choose: random.Random) -> bytes:
    content = bytearray(good)
    how = choose.randrange(5)
    if how == 0:
        del content[choose.randrange(len(content)) :]
    elif how == 1:
        content[choose.randrange(120)] ^= 1 << choose.randrange(8)
    elif how == 2:
        content[:] = choose.randbytes(choose.randrange(5000))
    elif how == 3:
        content[content.index(b"CREATE") + choose.randrange(100)] = choose.randrange(256)
    else:
        for _ in range(choose.randrange(1, 30)):
            content[choose.randrange(len(content))] = choose.randrange(256)
    return bytes(content)


def _use(path: Path, *, create: bool) -> None:
    database = connect(path, schema=SCHEMA, create=create)
    try:
        things(database)
        with database.read() as connection:
            list(connection.stream("SELECT * FROM things ORDER BY name"))
        add(database, -1)
        with database.write() as connection:
            connection.run("UPDATE things SET name = 'x'")
            connection.run("DELETE FROM things")
        database.version()
    finally:
        database.close()


@pytest.mark.attack("text-that-is-not-utf-8")
def test_text_that_is_not_utf_8_is_damage(filled: Path) -> None:
    raw(filled, "UPDATE things SET name = CAST(x'ff' AS TEXT) WHERE id = 7")
    database = connect(filled, schema=SCHEMA, create=False)
    with pytest.raises(DatabaseDamaged), database.read() as connection:
        connection.rows("SELECT name FROM things")
    database.close()


def test_a_locked_file_is_busy(filled: Path) -> None:
    holder = sqlite3.connect(filled, isolation_level=None)
    holder.execute("PRAGMA locking_mode = EXCLUSIVE")
    holder.execute("BEGIN EXCLUSIVE")
    with pytest.raises(DatabaseBusy):
        connect(filled, schema=SCHEMA, create=False, wait=0.1)
    holder.close()
    connect(filled, schema=SCHEMA, create=False).close()


def test_setting_up_waits_for_another_that_uses_the_empty_file(path: Path) -> None:
    raw(path, "PRAGMA user_version = 1")
    holder = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    holder.execute("BEGIN")
    holder.execute("SELECT * FROM sqlite_schema").fetchall()
    with pytest.raises(DatabaseBusy):
        connect(path, schema=SCHEMA, create=True, wait=0.1)
    timer = threading.Timer(0.2, holder.close)
    timer.start()
    database = connect(path, schema=SCHEMA, create=True)
    timer.join()
    assert things(database) == []
    database.close()


def test_a_file_that_another_process_has_just_made_is_used(path: Path) -> None:
    create_private(path)
    create_private(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_copy_from_before_the_migration_is_kept(filled: Path) -> None:
    writer = connect(filled, schema=SCHEMA, create=False)
    add(writer, 9999)
    connect(filled, schema=NEXT_SCHEMA, create=False).close()
    writer.close()
    kept = filled.with_name("licensing.db.before-2")
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert sorted(entry.name for entry in filled.parent.iterdir()) == [filled.name, kept.name]
    old = connect(kept, schema=SCHEMA, create=False)
    assert things(old) == [*range(400), 9999]
    old.close()


def test_a_copy_left_by_an_attempt_that_failed_is_renewed(filled: Path) -> None:
    kept = filled.with_name("licensing.db.before-2")
    partial = filled.with_name("licensing.db.before-2.partial")
    kept.write_bytes(b"old")
    partial.write_bytes(b"older")
    connect(filled, schema=NEXT_SCHEMA, create=False).close()
    old = connect(kept, schema=SCHEMA, create=False)
    assert things(old) == list(range(400))
    old.close()
    assert not partial.exists()


def test_without_a_copy_there_is_no_migration(filled: Path) -> None:
    filled.with_name("licensing.db.before-2").mkdir()
    with pytest.raises(DatabaseUnavailable, match="no copy could be kept"):
        connect(filled, schema=NEXT_SCHEMA, create=False)
    database = connect(filled, schema=SCHEMA, create=False)
    assert things(database) == list(range(400))
    database.close()


def test_a_new_database_needs_no_copy(path: Path) -> None:
    connect(path, schema=NEXT_SCHEMA, create=True).close()
    assert [entry.name for entry in path.parent.iterdir()] == [path.name]


def test_a_backup_put_in_place_is_used_at_once_and_noticed(filled: Path) -> None:
    backup = filled.with_name("backup.db")
    backup.write_bytes(filled.read_bytes())
    database = connect(filled, schema=SCHEMA, create=False)
    add(database, 9999)
    before = database.version()
    for left in filled.parent.glob(f"{filled.name}-*"):
        left.unlink()
    backup.replace(filled)
    assert database.version() != before
    assert things(database) == list(range(400))
    add(database, 8888)
    database.close()
    again = connect(filled, schema=SCHEMA, create=False)
    assert things(again) == [*range(400), 8888]
    again.close()


def test_a_file_that_is_gone_is_not_made_again(filled: Path) -> None:
    database = connect(filled, schema=SCHEMA, create=False)
    things(database)
    filled.rename(filled.with_name("moved.db"))
    for use in (lambda: things(database), lambda: add(database, 1), database.version):
        with pytest.raises(DatabaseUnavailable, match="it is gone"):
            use()
    assert not filled.exists()
    filled.with_name("moved.db").rename(filled)
    assert things(database) == list(range(400))
    database.close()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 256 kB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["/bin/mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(folder)]
    if not sys.platform.startswith("linux") or subprocess.run(mount, check=False).returncode:
        pytest.skip("only root may mount a small disk")
    yield folder
    subprocess.run(["/bin/umount", str(folder)], check=True)


@pytest.mark.attack("full-disk")
def test_a_full_disk_stops_writers_and_loses_nothing(small_disk: Path) -> None:
    database = connect(small_disk / "a.db", schema=SCHEMA, create=True)
    written = 0

    def fill() -> None:
        nonlocal written
        while True:
            add(database, written)
            written += 1

    with pytest.raises(DatabaseUnavailable, match="disk"):
        fill()
    assert things(database) == list(range(written))
    database.close()
    again = connect(small_disk / "a.db", schema=SCHEMA, create=False)
    assert things(again) == list(range(written))
    again.close()


def test_a_full_disk_stops_a_migration(small_disk: Path) -> None:
    database = connect(small_disk / "a.db", schema=SCHEMA, create=True)
    with database.write() as connection:
        connection.run("INSERT INTO things VALUES (1, 'large', ?)", bytes(60_000))
    database.close()
    (small_disk / "filler").write_bytes(bytes(100_000))
    with pytest.raises(DatabaseUnavailable, match="disk"):
        connect(small_disk / "a.db", schema=NEXT_SCHEMA, create=False)
    (small_disk / "filler").unlink()
    again = connect(small_disk / "a.db", schema=SCHEMA, create=False)
    assert things(again) == [1]
    again.close()


@pytest.fixture
def file_limit() -> Iterator[Callable[[int], None]]:
    """Let no file of this process grow beyond a size."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)

    def limit(size: int) -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))

    yield limit
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_file_that_may_not_grow_stops_writers_and_loses_nothing(
    path: Path, file_limit: Callable[[int], None]
) -> None:
    database = connect(path, schema=SCHEMA, create=True)
    add(database, 1)
    file_limit(60_000)
    with pytest.raises(DatabaseUnavailable), database.write() as connection:
        connection.run("INSERT INTO things VALUES (2, 'large', ?)", bytes(200_000))
    file_limit(resource.RLIM_INFINITY)
    assert things(database) == [1]
    add(database, 2)
    assert things(database) == [1, 2]
    database.close()


def test_an_account_without_rights_is_told_what_to_do(filled: Path, unprivileged: Callable[[], None]) -> None:
    filled.chmod(0o400)
    filled.parent.chmod(0o500)
    unprivileged()
    database = connect(filled, schema=SCHEMA, create=False)
    assert len(things(database)) == 400
    with pytest.raises(DatabaseUnavailable, match="let this account write"):
        add(database, 1000)
    database.close()
    with pytest.raises(DatabaseUnavailable, match="this account may write"):
        connect(filled.with_name("new.db"), schema=SCHEMA, create=True)
    filled.chmod(0o000)
    with pytest.raises(DatabaseUnavailable, match="let this account"):
        connect(filled, schema=SCHEMA, create=False)


@pytest.mark.process
def test_no_driver_is_loaded_before_a_program_connects() -> None:
    code = (
        "import sys; before = set(sys.modules)\n"
        "import licensekit.database\n"
        "print({'sqlite3', 'psycopg'} & (set(sys.modules) - before))"
    )
    shown = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert shown.stdout == "set()\n"


@pytest.fixture
def read_only(filled: Path, tmp_path: Path) -> Iterator[Path]:
    """The filled database on a file system that may only be read; below it, it may be written."""
    place = tmp_path / "mounted"
    place.mkdir()
    mounts = [["--bind", str(filled.parent), str(place)], ["-o", "remount,ro,bind", str(place)]]
    for mount in mounts:
        command = ["/bin/mount", *mount]
        if not sys.platform.startswith("linux") or subprocess.run(command, check=False).returncode:
            pytest.skip("only root may mount")
    yield place / filled.name
    subprocess.run(["/bin/umount", "-l", str(place)], check=True)


def says_read_only(database: Database) -> bool:
    with database.read() as connection:
        return connection.one("SELECT is_read_only()") == (1,)


def test_a_database_on_a_read_only_file_system_is_read(read_only: Path) -> None:
    database = connect(read_only, schema=SCHEMA, create=False)
    assert len(things(database)) == 400
    assert says_read_only(database)
    with pytest.raises(DatabaseUnavailable, match="is not writable"):
        add(database, 1000)
    assert len(things(database)) == 400
    database.close()


def test_a_database_that_others_write_is_read_as_it_is_now(filled: Path, read_only: Path) -> None:
    database = connect(read_only, schema=SCHEMA, create=False)
    assert len(things(database)) == 400
    before = database.version()
    writer = connect(filled, schema=SCHEMA, create=False)
    assert not says_read_only(writer)
    add(writer, 1000)
    assert 1000 in things(database)  # from the log, while the other has it open
    assert database.version() != before
    writer.close()
    assert 1000 in things(database)
    database.close()
    again = connect(read_only, schema=SCHEMA, create=False)  # the log is still there
    assert 1000 in things(again)
    connect(filled, schema=SCHEMA, create=False).close()
    again.close()
    connect(filled, schema=SCHEMA, create=False).close()  # and now it is not
    last = connect(read_only, schema=SCHEMA, create=False)
    assert 1000 in things(last)
    last.close()


def test_a_database_with_a_rollback_journal_is_read(filled: Path, read_only: Path) -> None:
    raw(filled, "PRAGMA journal_mode = DELETE")
    database = connect(read_only, schema=SCHEMA, create=False)
    assert len(things(database)) == 400
    database.close()


def test_a_link_to_what_is_not_mounted_is_not_an_absent_database(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    path.symlink_to(tmp_path / "away" / "a.db")
    for create in (False, True):
        with pytest.raises(FileUnusable) as caught:
            connect(path, schema=SCHEMA, create=create)
        assert caught.value.reason == "link-broken"
    assert path.is_symlink()


@pytest.mark.parametrize(
    ("number", "reason"), [(errno.ENOENT, "gone"), (errno.EACCES, "not-opened"), (errno.EIO, "not-opened")]
)
def test_a_file_that_cannot_be_looked_at_is_not_said_to_be_gone(
    filled: Path, monkeypatch: pytest.MonkeyPatch, number: int, reason: str
) -> None:
    database = connect(filled, schema=SCHEMA, create=False)

    def refuse(_: Path) -> os.stat_result:
        raise OSError(number, os.strerror(number))

    with monkeypatch.context() as patch:
        patch.setattr(Path, "stat", refuse)
        with pytest.raises(DatabaseUnavailable) as caught:
            things(database)
    assert caught.value.reason == reason
    assert len(things(database)) == 400
    database.close()


def test_no_free_descriptor_is_an_error_and_changes_nothing(filled: Path) -> None:
    before = filled.read_bytes()
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with filled.open("rb") as lowest:
        resource.setrlimit(resource.RLIMIT_NOFILE, (lowest.fileno(), hard))
    try:
        with pytest.raises(DatabaseUnavailable):
            connect(filled, schema=SCHEMA, create=False)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert filled.read_bytes() == before


@pytest.mark.skipif(os.geteuid() != 0, reason="only root makes files for others")
def test_what_root_makes_in_a_folder_of_others_is_theirs(path: Path) -> None:
    os.chown(path.parent, 65534, 65533)
    database = connect(path, schema=SCHEMA, create=True)
    add(database, 1)
    owners = {(one.stat().st_uid, one.stat().st_gid) for one in path.parent.iterdir()}
    assert len(list(path.parent.iterdir())) == 3  # with its log
    assert owners == {(65534, 65533)}
    database.close()
