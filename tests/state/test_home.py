"""Where an installation lives, and what is no home."""

import os
from pathlib import Path

import pytest

from licensekit.errors import FileUnusable, HomeInvalid, LicenseError, NotActivated
from licensekit.state.home import open_installation
from licensekit.state.loading import load_state, recorded_root
from licensekit.state.time import Reading
from tests import homes, makers


def test_an_installation_is_made_once_and_keeps_its_key(tmp_path: Path) -> None:
    home = tmp_path / "a" / "b"
    first = open_installation(home, create=True)
    again = open_installation(str(home), create=True)
    states = [
        load_state(d, root=homes.PIN, pack=homes.pack(), reading=Reading(makers.NOW))
        for d in (first, again)
    ]
    assert states[0].fingerprint == states[1].fingerprint
    assert states[0].stored.head.number == 1
    first.close()
    again.close()


def test_two_installations_have_two_keys(tmp_path: Path) -> None:
    seeds: set[bytes] = set()
    for name in ("a", "b"):
        database = open_installation(tmp_path / name, create=True)
        state = load_state(database, root=homes.PIN, pack=homes.pack(), reading=Reading(makers.NOW))
        seeds |= {state.stored.seed, state.stored.secret}
        database.close()
    assert len(seeds) == 4


@pytest.mark.skipif(os.name != "posix", reason="modes are POSIX's")
def test_only_its_owner_may_read_it(tmp_path: Path) -> None:
    home = tmp_path / "home"
    open_installation(home, create=True).close()
    assert (home.stat().st_mode & 0o077, (home / "licensing.db").stat().st_mode & 0o077) == (0, 0)


def test_a_home_that_is_not_there_is_not_made_unless_asked(tmp_path: Path) -> None:
    with pytest.raises(NotActivated):
        open_installation(tmp_path / "home", create=False)
    assert not (tmp_path / "home").exists()


@pytest.mark.parametrize("create", [True, False])
def test_a_file_is_no_home(tmp_path: Path, *, create: bool) -> None:
    (tmp_path / "file").write_text("mine")
    with pytest.raises(HomeInvalid):
        open_installation(tmp_path / "file", create=create)
    assert (tmp_path / "file").read_text() == "mine"


@pytest.mark.parametrize("place", ["x" * 5000, "a\0b"])
def test_a_path_that_is_none_is_refused(place: str) -> None:
    with pytest.raises(LicenseError):
        open_installation(place, create=True)


def test_a_path_through_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    with pytest.raises(FileUnusable):
        open_installation(tmp_path / "file" / "home", create=True)


def test_a_folder_in_place_of_the_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / "licensing.db").mkdir()
    with pytest.raises(LicenseError):
        open_installation(tmp_path, create=True)


def test_an_installation_without_its_row_is_refused(tmp_path: Path) -> None:
    database = open_installation(tmp_path, create=True)
    with database.write() as connection:
        connection.run("DELETE FROM installation")
    with pytest.raises(HomeInvalid):
        load_state(database, root=homes.PIN, pack=homes.pack(), reading=Reading(makers.NOW))
    database.close()


def test_nothing_is_recorded_before_the_first_activation(tmp_path: Path) -> None:
    database = open_installation(tmp_path, create=True)
    assert recorded_root(database) is None
    with pytest.raises(NotActivated):
        load_state(database, root=homes.PIN, pack=None, reading=Reading(makers.NOW))
    database.close()
