"""A place with a workspace `acme` made by the command itself, and keys that open fast."""

import shutil
from pathlib import Path

import pytest

from licensekit import limits
from licensekit.keys import keyfile
from tests.cheap_keys import cheap_keys
from tests.issuer_command import Desk
from tests.keys.conftest import hsm

__all__ = ["cheap_keys", "hsm"]


@pytest.fixture(scope="session")
def init_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder in which `licensekit init acme` ran, once for all tests."""
    place = Desk.begin(tmp_path_factory.mktemp("init"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(keyfile, "LOG2_N", limits.SCRYPT_LOG2_N_MIN)
        patch.chdir(place.folder)
        place.run("init", "acme", *place.both_passphrases)
    return place.folder


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """An empty folder to run commands in."""
    monkeypatch.chdir(tmp_path)
    return Desk.begin(tmp_path)


@pytest.fixture
def desk(place: Desk, init_template: Path) -> Desk:
    """The same after `licensekit init acme`."""
    shutil.copytree(init_template, place.folder, dirs_exist_ok=True)
    return place
