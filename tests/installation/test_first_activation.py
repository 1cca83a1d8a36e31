"""A first change sets an installation up; one that fails leaves nothing, by any handle."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from licensekit import database
from licensekit.database import is_url
from licensekit.errors import BundleRefused, DatabaseBusy, FileUnusable, KeyUnknown, LicenseError, NotActivated
from licensekit.installation import Installation
from tests import homes, makers
from tests.crm import crm_home_on_engine
from tests.homes import Home, bundle, file

STRANGERS = makers.key("nobody")
WRONG: dict[str, tuple[type[LicenseError], Callable[[], str]]] = {
    "no license file": (LicenseError, lambda: "hello"),
    "two serials": (BundleRefused, lambda: file(bundle(), bundle(part="x", serial="999"))),
    "another issuer's": (KeyUnknown, lambda: file(makers.sealed(homes.signed(bundle()), STRANGERS))),
    "cut off": (LicenseError, lambda: file(bundle())[:-9]),
}


@pytest.fixture(params=["folder", "server"])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Home:
    """A place of each kind where no installation is."""
    return crm_home_on_engine(request, tmp_path / "above")


def listing(home: Home, above: Path) -> object:
    """Return every file that there is, or every table of the server."""
    if not is_url(home.place):
        return sorted(above.rglob("*"))
    psycopg = pytest.importorskip("psycopg")
    with psycopg.connect(home.place) as connection:
        tables = "SELECT tablename FROM pg_tables WHERE schemaname = current_schema()"
        return sorted(connection.execute(tables).fetchall())


@pytest.mark.parametrize("wrong", WRONG)
def test_a_file_that_is_refused_leaves_nothing(empty: Home, tmp_path: Path, wrong: str) -> None:
    before = listing(empty, tmp_path)
    refused, data = WRONG[wrong]
    with empty.open() as installation:
        with pytest.raises(refused):
            installation.activate(data())
        assert listing(empty, tmp_path) == before
        assert installation.activate(file(bundle())).changed
    with empty.open() as installation:
        assert len(installation.bundles()) == 1
        assert installation.audit.verify().head.number == 2
        assert not installation.state().restored


def test_asking_creates_nothing(empty: Home, tmp_path: Path) -> None:
    before = listing(empty, tmp_path)
    with empty.open() as installation:
        assert installation.state().serial is None
        assert installation.state().stored.recorded is None
        assert (list(installation.users.list()), list(installation.sites.list())) == ([], [])
        assert installation.bundles() == ()
        assert [entry.facts["did"] for entry in installation.audit.entries()] == ["create"]
        with pytest.raises(NotActivated):
            installation.statement()
    assert listing(empty, tmp_path) == before
    with pytest.raises(NotActivated):
        Installation.open(empty.place, create=False)


def test_the_key_of_a_request_is_the_one_that_stays(empty: Home) -> None:
    with empty.open() as installation:
        key = installation.state().fingerprint
        installation.request()
        assert installation.state().fingerprint == key
    with empty.open() as installation:
        assert installation.state().fingerprint == key


def test_two_that_wait_work_on_the_same_installation(empty: Home) -> None:
    with empty.open() as one, empty.open() as other:
        assert other.state().serial is None
        one.activate(file(bundle()))
        assert other.state().serial == makers.SERIAL
        other.users.add("anna")
        assert one.users.get("anna").id == "anna"


def test_an_activation_meets_one_by_another_process(empty: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between the try in private and the first transaction there, somebody else sets it up."""
    copied = database.connect

    def overtaken(*args: object, **options: object) -> object:
        monkeypatch.setattr("licensekit.state.pending.connect", copied)
        with empty.open() as faster:
            faster.users.add("anna")
        return copied(*args, **options)  # type: ignore[arg-type]  # as they came

    with empty.open() as installation:
        monkeypatch.setattr("licensekit.state.pending.connect", overtaken)
        assert installation.activate(file(bundle())).changed
        assert installation.users.get("anna").id == "anna"
        assert installation.audit.verify().head.number == 3


def test_a_small_change_that_was_overtaken_is_refused(empty: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    copied = database.connect

    def overtaken(*args: object, **options: object) -> object:
        empty.set_up()
        return copied(*args, **options)  # type: ignore[arg-type]  # as they came

    with empty.open() as installation:
        monkeypatch.setattr("licensekit.state.pending.connect", overtaken)
        with pytest.raises(DatabaseBusy):
            installation.users.add("anna")
        assert tuple(installation.users.list()) == ()
        installation.users.add("anna")


def test_a_change_that_cannot_be_copied_leaves_nothing(
    empty: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise FileUnusable(reason="disk-full")

    before = listing(empty, tmp_path)
    with empty.open() as installation:
        monkeypatch.setattr("licensekit.state.pending.copy_rows", full)
        with pytest.raises(FileUnusable):
            installation.activate(file(bundle()))
        assert listing(empty, tmp_path) == before
        monkeypatch.undo()
        assert installation.bundles() == ()
        assert installation.activate(file(bundle())).changed


def test_what_is_there_already_stays(tmp_path: Path) -> None:
    home = Home(str(tmp_path / "mine"))
    home.folder.mkdir()
    (home.folder / "notes").write_text("mine")
    with home.open() as installation, pytest.raises(LicenseError):
        installation.activate("hello")
    assert [path.name for path in home.folder.iterdir()] == ["notes"]


@pytest.mark.attack("state-deleted")
def test_an_installation_that_is_gone_is_not_created_again(tmp_path: Path) -> None:
    home = Home(str(tmp_path / "mine"))
    with home.open() as installation:
        installation.activate(file(bundle()))
        shutil.rmtree(home.folder)
        with pytest.raises(LicenseError):
            installation.users.add("anna")
    assert not home.folder.exists()
