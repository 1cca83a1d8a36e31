"""Reading a file gives all of it within the bound, or says what is wrong; it never waits."""

import errno
import os
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from licensekit.errors import FileUnusable, TooLarge
from licensekit.files import is_exposed, read_bytes
from tests.files import special_paths
from tests.profiles import examples


@pytest.mark.attack("oversize-file")
@settings(max_examples=examples(50), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(max_size=200), limit=st.integers(0, 200))
def test_a_file_is_read_whole_exactly_if_it_is_within_the_limit(tmp_path: Path, content: bytes, limit: int) -> None:
    path = tmp_path / "file"
    path.write_bytes(content)
    if len(content) <= limit:
        assert read_bytes(path, limit=limit, what="a license file") == content
    else:
        with pytest.raises(TooLarge, match=f"more than {limit} bytes.* for a license file"):
            read_bytes(path, limit=limit, what="a license file")


def test_large_files_come_in_several_pieces(tmp_path: Path) -> None:
    path = tmp_path / "file"
    content = os.urandom(3_000_000)
    path.write_bytes(content)
    assert read_bytes(path, limit=3_000_000, what="a pack") == content


@pytest.mark.attack("oversize-file")
def test_a_file_that_is_far_too_large_is_not_read_at_all(tmp_path: Path) -> None:
    path = tmp_path / "file"
    with path.open("wb") as file:
        file.truncate(2**40)
    with pytest.raises(TooLarge):
        read_bytes(path, limit=1000, what="a pack")


@pytest.mark.attack("oversize-file")
def test_a_file_that_grows_while_it_is_read_is_too_large() -> None:
    # It reports a size of 0, and there is always more to read.
    with pytest.raises(TooLarge):
        read_bytes(Path("/proc/self/maps"), limit=100, what="a pack")


def test_a_link_to_a_file_is_followed(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"content")
    (tmp_path / "link").symlink_to("file")
    assert read_bytes(tmp_path / "link", limit=10, what="a pack") == b"content"


def _nothing(_: Path) -> None:
    """Leave the place empty."""


def _dangling(path: Path) -> None:
    path.symlink_to("nothing")


def _forbidden(path: Path) -> None:
    path.write_bytes(b"secret")
    path.chmod(0)


@pytest.mark.attack("special-file")
@pytest.mark.parametrize(
    ("make", "message"),
    [
        (_nothing, "there is no such file; check the path"),
        (special_paths.folder, "this is a folder, not a license file; give the path of a plain file"),
        (special_paths.fifo, "this is a pipe, not a license file; give the path of a plain file"),
        (special_paths.socket, "it cannot be used"),
        (special_paths.device, "this is a device, not a license file; give the path of a plain file"),
        (special_paths.circle, "its symbolic links lead in a circle; check the path"),
        (_dangling, "there is no such file; check the path"),
        (_forbidden, "this account may not use it; ask its owner for the permission"),
    ],
)
def test_what_is_not_a_readable_file_is_refused_immediately_with_advice(
    tmp_path: Path, unprivileged: Callable[[], None], make: Callable[[Path], None], message: str
) -> None:
    path = tmp_path / "file"
    make(path)
    unprivileged()
    with pytest.raises(FileUnusable) as caught:
        read_bytes(path, limit=100, what="a license file")
    assert str(caught.value).startswith(f"{path}: {message}")


def test_a_folder_is_named_as_one_where_the_system_denies_to_open_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As Windows does."""

    def deny(*_: object) -> int:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr("os.open", deny)
    with pytest.raises(FileUnusable, match="this is a folder, not a license file"):
        read_bytes(tmp_path, limit=100, what="a license file")


@pytest.mark.attack("special-file")
def test_a_pipe_that_somebody_writes_to_is_refused_as_well(tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    writer = threading.Thread(target=lambda: path.open("wb").close())
    writer.start()
    with pytest.raises(FileUnusable, match="a pipe"):
        read_bytes(path, limit=100, what="a license file")
    reader = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    writer.join()
    os.close(reader)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("x" * 300, "its name is too long"),
        ("a\0b", "it cannot be used"),
        ("\ud800", "it cannot be used"),
        ("file/inside", "there is no such file: a part of the path is not a folder"),
    ],
)
def test_an_impossible_name_is_refused(tmp_path: Path, name: str, message: str) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(FileUnusable, match=message):
        read_bytes(tmp_path / name, limit=100, what="a license file")


@pytest.mark.parametrize("mode", [0o600, 0o400, 0o700, 0o000])
def test_a_secret_that_only_its_owner_has_rights_to_is_not_exposed(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "key"
    path.touch()
    path.chmod(mode)
    assert not is_exposed(path)


@pytest.mark.attack("secret-readable-by-others")
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o602, 0o610, 0o666])
def test_a_secret_that_others_have_any_right_to_is_exposed(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "key"
    path.touch()
    path.chmod(mode)
    assert is_exposed(path)


@pytest.mark.parametrize("name", ["nothing", "a\0b"])
def test_whether_a_missing_file_is_exposed_cannot_be_said(tmp_path: Path, name: str) -> None:
    with pytest.raises(FileUnusable):
        is_exposed(tmp_path / name)
