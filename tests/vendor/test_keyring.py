"""Key files: a damaged one is named, a new one never takes another's place."""

from pathlib import Path

import pytest

from licensekit.errors import FileTaken, KeyFileInvalid, PassphraseWrong
from licensekit.vendor.keyring import listed, open_key, write_key
from tests import makers
from tests.vendor_world import PASSPHRASE, refused


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A key file."""
    path = tmp_path / "one.key"
    write_key(path, makers.key("vendor"), PASSPHRASE)
    return path


def test_a_key_opens_with_its_passphrase_and_shows_its_name(path: Path) -> None:
    assert open_key(path, PASSPHRASE).verifying_key == makers.key("vendor").verifying_key
    (file,) = listed(path.parent)
    assert (file.name, file.part.label) == ("one", "one")
    assert listed(path.parent / "nowhere") == []


def test_a_wrong_passphrase_is_told_with_the_file(path: Path) -> None:
    error = refused(PassphraseWrong, path.parent, lambda: open_key(path, b"TEST OTHER"))
    assert error.where == str(path)


def test_a_damaged_file_is_told_by_its_name(path: Path) -> None:
    path.write_text("lkkey1.AAAA")
    for action in (lambda: listed(path.parent), lambda: open_key(path, PASSPHRASE)):
        assert refused(KeyFileInvalid, path.parent, action).where == str(path)


def test_a_key_file_is_never_overwritten(path: Path) -> None:
    refused(FileTaken, path.parent, lambda: write_key(path, makers.key("other"), PASSPHRASE))
