"""Many files together, and files that are written piece by piece: each whole or not at all."""

import os
import resource
from collections.abc import Callable
from pathlib import Path

import pytest

from licensekit.errors import FileUnusable
from licensekit.files import open_plain, replacing, require_writable, write_many

FILES = [(f"{number}.lic", bytes([number]) * 500) for number in range(5)]


def found(folder: Path) -> dict[str, bytes]:
    """Return every file of a folder."""
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


def test_every_file_is_written_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "0.lic").write_bytes(b"older")
    write_many(tmp_path, FILES)
    assert found(tmp_path) == dict(FILES)


@pytest.mark.attack("special-file")
def test_a_link_is_replaced_and_not_written_through(tmp_path: Path) -> None:
    (tmp_path / "other").write_bytes(b"other")
    (tmp_path / "2.lic").symlink_to(tmp_path / "other")
    write_many(tmp_path, FILES)
    assert found(tmp_path) == {**dict(FILES), "other": b"other"}


def test_the_file_that_cannot_be_written_is_named_and_those_before_it_are_there(tmp_path: Path) -> None:
    (tmp_path / "2.lic").mkdir()
    with pytest.raises(FileUnusable, match=r"2\.lic"):
        write_many(tmp_path, FILES)
    assert found(tmp_path) == dict(FILES[:2])


def test_a_file_that_does_not_fit_leaves_nothing(tmp_path: Path) -> None:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, before[1]))
    try:
        with pytest.raises(FileUnusable):
            write_many(tmp_path, [("small", bytes(900)), ("large", bytes(2000))])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert found(tmp_path) == {}


def test_a_folder_is_tried_and_left_as_it_was(tmp_path: Path, unprivileged: Callable[[], None]) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    require_writable(folder)
    assert list(folder.iterdir()) == []
    unprivileged()
    folder.chmod(0o500)
    with pytest.raises(FileUnusable, match="may not use it"):
        require_writable(folder)
    with pytest.raises(FileUnusable):
        require_writable(tmp_path / "none")


def test_what_is_written_piece_by_piece_takes_its_place_at_the_end(tmp_path: Path) -> None:
    path = tmp_path / "export"
    path.write_bytes(b"older")
    with replacing(path) as file:
        file.write(b"one")
        assert path.read_bytes() == b"older"
        file.write(b"two")
    assert found(tmp_path) == {"export": b"onetwo"}


def test_what_breaks_off_leaves_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "export"
    path.write_bytes(b"older")

    def break_off() -> None:
        with replacing(path) as file:
            file.write(b"one")
            raise KeyError

    with pytest.raises(KeyError):
        break_off()
    assert found(tmp_path) == {"export": b"older"}


@pytest.mark.attack("special-file")
def test_only_plain_files_are_opened(tmp_path: Path) -> None:
    (tmp_path / "plain").write_bytes(b"abc")
    file, size = open_plain(tmp_path / "plain", what="orders")
    with file:
        assert (file.read(), size) == (b"abc", 3)
    os.mkfifo(tmp_path / "pipe")
    for name in ("pipe", "none", "."):
        with pytest.raises(FileUnusable):
            open_plain(tmp_path / name, what="orders")
