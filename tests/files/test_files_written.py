"""Writing a file leaves all of it or what was there, never anything else, and nothing beside it."""

import errno
import multiprocessing
import os
import resource
import stat
import time
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from functools import partial
from multiprocessing.connection import Connection as Pipe
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import Any

import pytest

from licensekit.errors import FileUnusable, LicenseError, PlaceTaken
from licensekit.files import replacing, sync_folder, write_atomically


def entries(folder: Path) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir())


@pytest.fixture
def umask() -> Iterator[None]:
    """The usual umask."""
    before = os.umask(0o022)
    yield
    os.umask(before)


@pytest.mark.parametrize("write", [write_atomically, partial(write_atomically, replace=False)])
@pytest.mark.parametrize("mode", [0o600, 0o644])
@pytest.mark.usefixtures("umask")
def test_a_new_file_has_the_content_and_mode_that_were_asked_for(
    tmp_path: Path, mode: int, write: Callable[..., None]
) -> None:
    path = tmp_path / "file"
    write(path, b"content", mode=mode)
    assert path.read_bytes() == b"content"
    assert stat.S_IMODE(path.stat().st_mode) == mode
    assert entries(tmp_path) == ["file"]


@pytest.mark.usefixtures("umask")
def test_a_file_is_replaced_with_the_mode_of_the_new_one(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"old")
    path.chmod(0o666)
    write_atomically(path, b"new", mode=0o600)
    assert path.read_bytes() == b"new"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert entries(tmp_path) == ["file"]


@pytest.mark.attack("secret-readable-by-others")
@pytest.mark.process
def test_a_secret_is_never_readable_by_others_while_it_is_written(tmp_path: Path) -> None:
    seen: set[int] = set()
    before = os.umask(0)
    try:
        watcher = multiprocessing.get_context("spawn").Process(target=_write_many, args=(tmp_path / "key",))
        watcher.start()
        while watcher.is_alive():
            for entry in os.scandir(tmp_path):
                try:
                    seen.add(stat.S_IMODE(entry.stat().st_mode))
                except FileNotFoundError:
                    continue
        watcher.join()
    finally:
        os.umask(before)
    assert seen == {0o600}


def _write_many(path: Path) -> None:
    os.umask(0)
    for number in range(300):
        write_atomically(path, bytes([number % 256]) * 1000, mode=0o600)


@pytest.mark.attack("kill-in-the-middle")
@pytest.mark.process
def test_a_reader_sees_the_old_or_the_new_whatever_is_killed(tmp_path: Path) -> None:
    path = tmp_path / "file"
    write_atomically(path, b"a" * 300_000)
    for number in range(10):
        writer = multiprocessing.get_context("spawn").Process(target=_write_forever, args=(path,))
        writer.start()
        time.sleep(0.1 + number / 100)
        content = path.read_bytes()
        writer.kill()
        writer.join()
        for seen in (content, path.read_bytes()):
            assert len(seen) == 300_000
            assert len(set(seen)) == 1


def _write_forever(path: Path) -> None:
    number = 0
    while True:
        number += 1
        write_atomically(path, bytes([number % 256]) * 300_000)


@pytest.mark.attack("file-overwritten")
def test_an_existing_file_is_not_overwritten_unless_that_was_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"old")
    with pytest.raises(PlaceTaken, match="choose another name"):
        write_atomically(path, b"new", replace=False)
    assert path.read_bytes() == b"old"
    assert entries(tmp_path) == ["file"]


@pytest.mark.process
def test_of_two_that_create_one_file_exactly_one_succeeds(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    barrier = context.Barrier(2)
    ours, theirs = zip(*(context.Pipe() for _ in range(2)), strict=True)
    racers = [
        context.Process(target=_create_many, args=(tmp_path, name, barrier, pipe))
        for name, pipe in zip((b"a", b"b"), theirs, strict=True)
    ]
    for racer in racers:
        racer.start()
    won = [pipe.recv() for pipe in ours]
    for racer in racers:
        racer.join()
    contents = {name: (tmp_path / name).read_bytes() for name in entries(tmp_path)}
    assert won == [
        sorted(int(name) for name, content in contents.items() if content == racer) for racer in (b"a", b"b")
    ]
    assert sum(map(len, won)) == len(contents) == 100


def _create_many(folder: Path, content: bytes, barrier: Barrier, pipe: Pipe) -> None:
    won: list[int] = []
    for number in range(100):
        barrier.wait()
        try:
            write_atomically(folder / str(number), content, replace=False)
        except PlaceTaken:
            continue
        won.append(number)
    pipe.send(won)


def _folder(path: Path) -> None:
    path.mkdir()


def _fifo(path: Path) -> None:
    os.mkfifo(path)


def _link(path: Path) -> None:
    path.with_name("target").write_bytes(b"old")
    path.symlink_to("target")


def _dangling(path: Path) -> None:
    path.symlink_to("target")


@pytest.mark.attack("special-file")
@pytest.mark.parametrize(
    ("make", "what"),
    [(_folder, "a folder"), (_fifo, "a pipe"), (_link, "a symbolic link"), (_dangling, "a symbolic link")],
)
def test_what_is_not_a_plain_file_stays_as_it_is(tmp_path: Path, make: Callable[[Path], None], what: str) -> None:
    path = tmp_path / "file"
    make(path)
    before = [(entry.name, entry.lstat()) for entry in sorted(tmp_path.iterdir())]
    with pytest.raises(FileUnusable, match=what):
        write_atomically(path, b"new")
    with pytest.raises(PlaceTaken, match="a file of this name already exists"):
        write_atomically(path, b"new", replace=False)
    assert [(entry.name, entry.lstat()) for entry in sorted(tmp_path.iterdir())] == before


@pytest.mark.attack("special-file")
def test_a_device_is_not_replaced(tmp_path: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root could do such harm")
    path = tmp_path / "null"
    os.mknod(path, stat.S_IFCHR | 0o666, os.makedev(1, 3))
    with pytest.raises(FileUnusable, match="a device"):
        write_atomically(path, b"new")
    assert stat.S_ISCHR(path.stat().st_mode)


@pytest.mark.parametrize("name", ["", "..", "a\0b", "\ud800", "x" * 300, "file/inside", "no/x"])
def test_an_impossible_place_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").write_bytes(b"old")
    for replace in (True, False):
        with pytest.raises(LicenseError) as caught:
            write_atomically(tmp_path / name, b"new", replace=replace)
        assert type(caught.value) in (FileUnusable, PlaceTaken)
    assert entries(tmp_path) == ["file"]
    assert (tmp_path / "file").read_bytes() == b"old"


def test_a_missing_folder_is_named_as_the_reason(tmp_path: Path) -> None:
    with pytest.raises(FileUnusable, match="the folder for this file does not exist; create it"):
        write_atomically(tmp_path / "no" / "file", b"new")
    assert entries(tmp_path) == []


def test_a_folder_without_rights_is_refused(tmp_path: Path, unprivileged: Callable[[], None]) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "file").write_bytes(b"old")
    folder.chmod(0o500)
    unprivileged()
    with pytest.raises(FileUnusable, match="ask its owner"):
        write_atomically(folder / "new", b"new")
    assert entries(folder) == ["file"]


def test_a_folder_that_may_not_be_listed_can_be_written_to(tmp_path: Path, unprivileged: Callable[[], None]) -> None:
    folder = tmp_path / "folder"
    folder.mkdir(0o700)
    unprivileged()
    folder.chmod(0o300)
    write_atomically(folder / "file", b"new")
    folder.chmod(0o700)
    assert entries(folder) == ["file"]


@pytest.mark.attack("full-disk")
def test_a_full_disk_leaves_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"old")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (5_000, before[1]))
    try:
        with pytest.raises(FileUnusable):
            write_atomically(path, bytes(100_000))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert path.read_bytes() == b"old"
    assert entries(tmp_path) == ["file"]


def _without_hard_links(_: Path, target: Path) -> None:
    raise PermissionError(errno.EPERM, "as on a FAT file system", str(target))


def test_without_hard_links_a_new_file_is_still_created_and_none_overwritten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Path, "hardlink_to", _without_hard_links)
    path = tmp_path / "file"
    write_atomically(path, b"new", replace=False)
    with pytest.raises(PlaceTaken, match="a file of this name already exists"):
        write_atomically(path, b"newer", replace=False)
    assert path.read_bytes() == b"new"
    assert entries(tmp_path) == ["file"]


def test_a_folder_can_be_synced(tmp_path: Path) -> None:
    sync_folder(tmp_path)
    with pytest.raises(FileNotFoundError):
        sync_folder(tmp_path / "nowhere")


@pytest.mark.parametrize("number", [errno.EPERM, errno.ENOTSUP, errno.EMLINK])
def test_a_new_file_that_cannot_be_put_in_place_leaves_no_empty_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    def refuse(_: Path, target: Path) -> None:
        raise OSError(number, os.strerror(number), str(target))

    monkeypatch.setattr(Path, "hardlink_to", refuse)
    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", refuse)
        with pytest.raises(FileUnusable):
            write_atomically(tmp_path / "file", b"new", replace=False)
    assert entries(tmp_path) == []
    write_atomically(tmp_path / "file", b"new", replace=False)
    assert (tmp_path / "file").read_bytes() == b"new"


@pytest.mark.parametrize(("number", "raises"), [(errno.EINVAL, False), (errno.ENOTSUP, False), (errno.EIO, True)])
def test_a_file_system_that_syncs_no_folders_is_not_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, *, raises: bool
) -> None:
    real = os.fsync

    def sync(handle: int) -> None:
        if stat.S_ISDIR(os.fstat(handle).st_mode):
            raise OSError(number, os.strerror(number))
        real(handle)

    monkeypatch.setattr(os, "fsync", sync)
    with pytest.raises(FileUnusable, match="disk refuses") if raises else nullcontext():
        write_atomically(tmp_path / "file", b"new")


@pytest.mark.parametrize("number", [errno.EMFILE, errno.ENOSPC, errno.EROFS, errno.EIO])
def test_an_error_of_the_system_leaves_what_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"old")

    def refuse(*_: object) -> int:
        raise OSError(number, os.strerror(number))

    with monkeypatch.context() as patch:
        patch.setattr(os, "open", refuse)
        with pytest.raises(FileUnusable):
            write_atomically(path, b"new")
    assert path.read_bytes() == b"old"
    assert entries(tmp_path) == ["file"]


@pytest.mark.parametrize("number", [errno.EMFILE, errno.ENFILE, errno.EACCES])
def test_a_folder_that_cannot_be_synced_is_not_said_to_be_unchanged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    real = os.open

    def refuse(path: Any, *arguments: Any) -> int:
        if path == tmp_path:
            raise OSError(number, os.strerror(number))
        return real(path, *arguments)

    monkeypatch.setattr(os, "open", refuse)
    write_atomically(tmp_path / "file", b"new")
    assert (tmp_path / "file").read_bytes() == b"new"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root makes files for others")
@pytest.mark.parametrize("owner", [0, 65534])
def test_what_root_writes_belongs_to_who_owns_the_folder_or_the_file(tmp_path: Path, owner: int) -> None:
    os.chown(tmp_path, owner, owner)
    path = tmp_path / "file"
    write_atomically(path, b"new", mode=0o600)
    assert (path.stat().st_uid, path.stat().st_gid) == (owner, owner)
    os.chown(path, 65533, 65533)
    write_atomically(path, b"newer", mode=0o600)
    with replacing(path) as file:
        file.write(b"newest")
    assert (path.stat().st_uid, path.stat().st_gid) == (65533, 65533)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root makes files for others")
def test_a_file_system_without_owners_is_not_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(errno.EPERM, "as on a FAT file system")

    monkeypatch.setattr(os, "chown", refuse)
    write_atomically(tmp_path / "file", b"new")
    assert (tmp_path / "file").read_bytes() == b"new"
