"""Where an installation lives, and which paths are not a home."""

import os
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from licensekit import Licensing
from licensekit.errors import DatabaseUnavailable, FileUnusable, HomeInvalid, LicenseError, NotActivated
from licensekit.installation import Installation
from licensekit.state.home import locate, open_in_memory, open_installation
from licensekit.state.pending import open_or_wait
from tests import homes, makers


def test_an_installation_is_made_once_and_keeps_its_key(tmp_path: Path) -> None:
    home = tmp_path / "a" / "b"
    first = open_installation(home, create=True)
    again = open_installation(str(home), create=True)
    states = [homes.state_of(d, pack=homes.pack()) for d in (first, again)]
    assert states[0].fingerprint == states[1].fingerprint
    assert states[0].stored.head.number == 1
    first.close()
    again.close()


def test_two_installations_have_two_keys(tmp_path: Path) -> None:
    seeds: set[bytes] = set()
    for name in ("a", "b"):
        database = open_installation(tmp_path / name, create=True)
        state = homes.state_of(database, pack=homes.pack())
        seeds |= {state.stored.seed, state.stored.secret}
        database.close()
    assert len(seeds) == 4


def test_an_installation_in_memory_has_a_key_of_its_own_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    first, second = open_in_memory(), open_in_memory()
    states = [homes.state_of(database, pack=homes.pack()) for database in (first, second)]
    assert states[0].stored.seed != states[1].stored.seed
    assert [state.restored for state in states] == [False, False]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.attack("secret-readable-by-others")
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
def test_a_file_is_not_a_home(tmp_path: Path, *, create: bool) -> None:
    (tmp_path / "file").write_text("mine")
    with pytest.raises(HomeInvalid):
        open_installation(tmp_path / "file", create=create)
    assert (tmp_path / "file").read_text() == "mine"


@pytest.mark.parametrize("place", ["x" * 5000, "a\0b"])
def test_an_invalid_path_is_refused(place: str) -> None:
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
        homes.state_of(database, pack=homes.pack())
    database.close()


def test_nothing_is_recorded_before_the_first_activation(tmp_path: Path) -> None:
    database = open_installation(tmp_path, create=True)
    with pytest.raises(NotActivated):
        homes.state_of(database)
    database.close()
    with homes.Home(str(tmp_path)).open() as installation:
        assert installation.state().stored.recorded is None


PLACES = [
    ("linux", {"HOME": "/home/anna"}, "/home/anna/.local/share/licensekit"),
    ("linux", {"HOME": "/home/anna", "XDG_DATA_HOME": "/d"}, "/d/licensekit"),
    ("linux", {"HOME": "/home/anna", "XDG_DATA_HOME": "d"}, "/home/anna/.local/share/licensekit"),
    ("darwin", {"HOME": "/Users/anna"}, "/Users/anna/Library/Application Support/licensekit"),
    ("win32", {"HOME": "/c", "LOCALAPPDATA": "/c/L"}, "/c/L/licensekit"),
    ("win32", {"HOME": "/c"}, "/c/AppData/Local/licensekit"),
]


@pytest.mark.parametrize(("platform", "environment", "folder"), PLACES)
def test_each_platform_has_a_folder_for_each_product(platform: str, environment: dict[str, str], folder: str) -> None:
    given: Any = {"environment": environment, "platform": platform}
    assert locate(pack=homes.pack(), **given) == f"{folder}/{makers.PRODUCT}"
    assert locate(**given) == folder
    assert locate(environment={**environment, "LICENSEKIT_HOME": "/srv/crm"}) == "/srv/crm"
    assert locate("/opt/crm", environment={"LICENSEKIT_HOME": "/srv/crm"}) == "/opt/crm"


def test_what_one_program_makes_every_other_finds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    monkeypatch.delenv("LICENSEKIT_HOME", raising=False)
    place = Path(locate(pack=homes.pack()))
    assert locate(pack="no pack") == str(tmp_path / "licensekit")  # who verifies it says why
    with Licensing.open(root=homes.PIN, pack=homes.pack(), watch=False, create=True):
        assert (place / "licensing.db").exists()
    assert locate() == str(place)
    with Installation.open(create=False) as installation:
        assert str(place) in repr(installation)
    (place.parent / "other").mkdir()
    (place.parent / "other" / "licensing.db").touch()
    with pytest.raises(HomeInvalid, match="`demo-crm` and `other`"):
        locate()
    assert locate(pack=homes.pack()) == str(place)


def test_a_folder_that_cannot_be_listed_is_not_an_empty_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, unprivileged: Callable[[], None]
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    (tmp_path / "licensekit").mkdir(mode=0o300)
    unprivileged()
    with pytest.raises(FileUnusable, match="permission") as caught:
        locate(environment=os.environ)
    assert caught.value.where == str(tmp_path / "licensekit")


@pytest.mark.parametrize("place", ["~/lk", Path("~/lk")])
def test_a_tilde_is_the_folder_of_the_account(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str | Path
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    open_installation(place, create=True).close()
    assert [one.name for one in tmp_path.iterdir()] == ["lk"]


def test_an_account_without_a_folder_is_told_what_to_do() -> None:
    with pytest.raises(HomeInvalid, match="LICENSEKIT_HOME"):
        locate("~nobody-of-this-name/lk")


@pytest.mark.parametrize(
    "place", ["mysql://user:word@host/db", "postgres+asyncpg://host/db", "file:///srv", "POSTGRESQL://h/db"]
)
def test_a_location_of_another_kind_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str) -> None:
    monkeypatch.chdir(tmp_path)
    for given in (place, Path(place)):
        with pytest.raises(HomeInvalid, match="begins with postgresql://") as caught:
            Installation.open(given)
        assert "word" not in str(caught.value)
    assert not list(tmp_path.iterdir())


def test_a_home_stays_where_it_is_when_the_program_goes_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path)
    with (
        Licensing.open("home", root=homes.PIN, pack=homes.pack(), watch=False) as licensing,
        Installation.open("home", root=homes.PIN, pack=homes.pack()) as installation,
        Installation.open("new", root=homes.PIN, pack=homes.pack()) as new,
    ):
        monkeypatch.chdir("elsewhere")
        for one in (installation, new):
            one.users.add("anna")
            assert {notice.code for notice in one.state().notices} == {"not-activated"}
        licensing.refresh()
        assert {notice.code for notice in licensing.notices} == {"not-activated"}
    assert not list((tmp_path / "elsewhere").iterdir())
    assert (tmp_path / "new" / "licensing.db").exists()


def test_a_present_folder_that_was_removed_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    with pytest.raises(FileUnusable):
        locate("home")
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("home", ["link", "link/crm"])
@pytest.mark.parametrize("create", [True, False])
def test_a_link_to_what_is_not_mounted_is_not_an_absent_home(tmp_path: Path, home: str, *, create: bool) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "away")
    for _ in range(2):
        with pytest.raises(FileUnusable) as caught:
            open_installation(tmp_path / home, create=create)
        assert (caught.value.reason, caught.value.where) == ("link-broken", str(tmp_path / "link"))
    assert not (tmp_path / "away").exists()


def test_a_linked_home_is_a_home(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "there")
    open_installation(tmp_path / "link", create=True).close()
    assert (tmp_path / "there" / "licensing.db").exists()


def test_a_folder_that_may_not_be_looked_into_is_not_an_absent_home(
    tmp_path: Path, unprivileged: Callable[[], None]
) -> None:
    open_installation(tmp_path / "closed" / "home", create=True).close()
    (tmp_path / "closed").chmod(0o000)
    unprivileged()
    for open_it in (open_or_wait, partial(open_installation, create=False)):
        with pytest.raises(FileUnusable, match="permission"):
            open_it(tmp_path / "closed" / "home")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root makes files for others")
def test_what_root_makes_in_a_home_of_others_is_theirs(tmp_path: Path) -> None:
    os.chown(tmp_path, 65534, 65533)
    with Installation.open(tmp_path / "a" / "home", root=homes.PIN, pack=homes.pack()) as ours:
        ours.users.add("anna")
        ours.users.add("bob")
    made = [tmp_path / "a", *(tmp_path / "a").rglob("*")]
    assert {"home", "licensing.db", "licensing.mark"} <= {one.name for one in made}
    assert {(one.stat().st_uid, one.stat().st_gid) for one in made} == {(65534, 65533)}


def test_an_account_that_may_only_read_can_ask(tmp_path: Path, unprivileged: Callable[[], None]) -> None:
    given: Any = {"root": homes.PIN, "pack": homes.pack(), "clock": homes.Clock()}
    with Installation.open(tmp_path / "home", **given) as installation:
        installation.activate(homes.file(homes.bundle()))
    unprivileged()
    for one in (tmp_path / "home").iterdir():
        one.chmod(0o400)
    (tmp_path / "home").chmod(0o500)
    with Licensing.open(tmp_path / "home", **given, watch=False) as licensing:
        assert licensing.allows("server")
        assert [notice.code for notice in licensing.notices] == ["read-only"]
        licensing.refresh()
        assert licensing.allows("server")
    with (
        Installation.open(tmp_path / "home", **given) as installation,
        pytest.raises(DatabaseUnavailable, match="let this account write"),
    ):
        installation.users.add("anna")
    (tmp_path / "home").chmod(0o700)
