"""Key files: a damaged one is named, a new one never takes another's place."""

import stat
from pathlib import Path

import pytest

from licensekit.errors import FileUnusable, KeyFileInvalid, PassphraseWrong, PlaceTaken
from licensekit.files import PRIVATE_FOLDER
from licensekit.issuer.keys.keyring import KeyFile, KnownKey, known_keys, list_key_files, open_key, write_key
from tests import makers
from tests.workspaces import PASSPHRASE, refused


@pytest.fixture
def file(tmp_path: Path) -> KeyFile:
    """A key file."""
    return write_key(tmp_path, "one", makers.key("vendor"), PASSPHRASE)


def test_a_key_opens_with_its_passphrase_and_shows_its_name(file: KeyFile) -> None:
    assert open_key(file, lambda: PASSPHRASE).verifying_key == file.part.verifying_key
    assert list_key_files(file.path.parent) == [file]
    assert (file.name, file.part.label) == ("one", "one")
    assert list_key_files(file.path.parent / "nowhere") == []


def test_a_folder_that_cannot_be_read_is_not_an_empty_one(file: KeyFile) -> None:
    folder = file.path.parent
    refused(FileUnusable, folder, lambda: list_key_files(file.path))


def test_a_wrong_passphrase_is_reported_with_the_file(file: KeyFile) -> None:
    error = refused(PassphraseWrong, file.path.parent, lambda: open_key(file, lambda: b"TEST OTHER"))
    assert error.where == str(file.path)


@pytest.mark.parametrize(
    ("name", "content"),
    [("one.key", b"lkkey1.AAAA"), ("two.p11", b"pkcs11:token=a\nlkpub1.AAAA"), ("two.p11", b"\xff")],
)
def test_a_damaged_file_is_reported_by_name(file: KeyFile, name: str, content: bytes) -> None:
    folder = file.path.parent
    (folder / name).write_bytes(content)
    error = refused(KeyFileInvalid, folder, lambda: list_key_files(folder))
    assert error.where == str(folder / name)


def test_admitted_keys_are_known_before_those_that_wait(file: KeyFile) -> None:
    """A key that somebody else holds has no file here; one that waits has no place in the trust."""
    waiting = write_key(file.path.parent, "later", makers.key("other"), PASSPHRASE)
    trust = makers.trust(makers.admitted(makers.key("partner"), "theirs"), makers.admitted(makers.key("vendor")))
    theirs, ours, later = known_keys([waiting, file], trust, file.key_id)
    assert (theirs.name, theirs.admitted, theirs.file) == ("theirs", trust.keys[0], None)
    assert (ours.admitted, ours.file, ours.key_id) == (trust.keys[1], file, file.key_id)
    assert later == KnownKey("later", waiting.key_id, waiting.fingerprint, None, waiting)
    states = [one.plain()["state"] for one in (theirs, ours, later)]
    assert states == ["active", "active", "not-admitted"]
    assert [one.is_default for one in (theirs, ours, later)] == [False, True, False]
    assert later.plain()["file"] == str(waiting.path)


@pytest.mark.attack("file-overwritten")
def test_a_key_file_is_never_overwritten(file: KeyFile) -> None:
    folder = file.path.parent
    refused(PlaceTaken, folder, lambda: write_key(folder, "one", makers.key("other"), PASSPHRASE))


def test_a_key_makes_its_folder_or_says_that_it_cannot(tmp_path: Path) -> None:
    made = write_key(tmp_path / "keys", "one", makers.key("vendor"), PASSPHRASE)
    assert stat.S_IMODE(made.path.parent.stat().st_mode) == PRIVATE_FOLDER
    with pytest.raises(FileUnusable):
        write_key(made.path, "two", makers.key("other"), PASSPHRASE)
